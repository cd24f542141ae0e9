/**
 * The part of the module about lines once they are open: their segment, their products, when they
 * lend, and their end.
 */
import type { Invariant, Route } from '../platform/module.ts';
import { lineRefusals } from './line-refusals.ts';
import { closeLine } from './operations/close-line.ts';
import { closeRunOff } from './operations/close-run-off.ts';
import { moveLine } from './operations/move-line.ts';
import { setLineProducts } from './operations/set-line-products.ts';
import { lineProducts } from './queries-line-products.ts';
import { whenLineDrawable } from './queries-when-drawable.ts';

const line = '/credit-lines/:lineId';

const routes: readonly Route[] = [
  { method: 'get', path: `${line}/when-drawable`, query: whenLineDrawable },
  { method: 'get', path: `${line}/products`, query: lineProducts },
  { method: 'put', path: `${line}/products`, operation: setLineProducts },
  { method: 'post', path: `${line}/closures`, operation: closeLine, status: 200 },
  { method: 'post', path: `${line}/moves`, operation: moveLine, status: 200 },
];

const invariants: readonly Invariant[] = [
  {
    name: 'the limit of a line hangs below that of its segment',
    sql: `select l.id from credit_lines l join limits_nodes n on n.id = l.node_id
          join credit_segments s on s.id = l.segment_id where not s.node_id = any (n.path)`,
  },
];

export const lines = {
  operations: [moveLine, setLineProducts, closeLine, closeRunOff],
  queries: [whenLineDrawable, lineProducts],
  routes,
  refusals: Object.values(lineRefusals),
  invariants,
};
