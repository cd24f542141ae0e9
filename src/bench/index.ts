// The benchmarks by name. Each starts its own database, prints ratios measured in one run, and
// checks afterwards that the books still hold.
import type { Config } from '../../config/index.ts';
import { hotLimit } from './hot-limit.ts';
import { limitTree } from './limit-tree.ts';

export const benches: Readonly<Record<string, (config: Config) => Promise<unknown>>> = {
  'hot-limit': hotLimit,
  'limit-tree': limitTree,
};
