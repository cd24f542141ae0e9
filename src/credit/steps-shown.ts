/** The steps of an exception, an application or a demand, as a read tells them: oldest first. */
import { z } from 'zod';
import { DayText, IdText, InstantText } from '../platform/schemas.ts';
import type { Statement } from '../platform/statement.ts';
import type { Tx } from '../platform/transaction.ts';

export const StepShown = z.object({
  version: z.number().int(),
  to: z.string(),
  reason: z.string().nullable(),
  on: DayText,
  madeBy: IdText,
  madeAt: InstantText,
});
type StepRow = Omit<z.output<typeof StepShown>, 'madeAt'> & { readonly madeAt: Date };

/** @param select answers the members of a step, of the thing whose id is its parameter. */
export async function stepsOf<M extends object = object>(tx: Tx, select: Statement, id: string) {
  const rows = await tx.rows<StepRow & M>(select, [id]);
  return rows.map((row) => ({ ...row, madeAt: row.madeAt.toISOString() }));
}
