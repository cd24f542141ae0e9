/**
 * What lines promised and what was used of it, day by day, as it is known now: the limit by its
 * terms, the use by the journal of limits, both by value day. Read for a list with a bounded number
 * of statements.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Span } from '../limits/index.ts';
import { promisedOverTime, usedOverTime } from '../limits/index.ts';
import type { Tx } from '../platform/transaction.ts';
import type { Standing } from './rules/commitment-fee.ts';

/** By node; the first step of each is the first day of its span. */
export async function feeStandings(
  tx: Tx,
  spans: readonly Span[],
): Promise<Map<string, Standing[]>> {
  const promised = await promisedOverTime(tx, spans);
  const used = await usedOverTime(
    tx,
    spans.map(({ nodeId }) => nodeId),
  );
  return new Map(
    spans.map(({ nodeId, from, until }): [string, Standing[]] => {
      const limits = promised.get(nodeId) ?? [];
      const uses = used.get(nodeId) ?? [];
      const turns = [...limits, ...uses].map((one): Day => one.from);
      const days = [...new Set(turns)].filter((day) => day >= from && day < until).sort();
      return [
        nodeId,
        days.flatMap((day): Standing[] => {
          const step = limits.findLast((one) => one.from <= day);
          if (!step) return [];
          const outstanding = uses.findLast((one) => one.from <= day)?.used ?? Money.zero;
          return [{ from: day, limit: step.limit, outstanding, drawable: step.drawable }];
        }),
      ];
    }),
  );
}
