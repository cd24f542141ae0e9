// The benchmarks by name. Each starts its own database, prints ratios measured in one run, and
// checks afterwards that the books still hold.
import type { Config } from '../../config/index.ts';
import { dayEnd } from './day-end.ts';
import { hotLimit } from './hot-limit.ts';
import { limitTree } from './limit-tree.ts';

/** What may be asked of a benchmark on the command line. */
export interface BenchOptions {
  /** Of `day-end`: open loans in its book. */
  readonly loans?: number;
}

type Bench = (config: Config, asked: BenchOptions) => Promise<unknown>;

export const benches: Readonly<Record<string, Bench>> = {
  'day-end': (_, { loans }) => dayEnd(loans),
  'hot-limit': hotLimit,
  'limit-tree': limitTree,
};
