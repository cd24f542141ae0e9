/** The segment of a line, which its sub-lines share; where it was is in the journal of limits. */
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

const updateSegment = statement(
  'credit.move-lines',
  `with recursive moved (id) as (
     select $1::text
     union
     select l.id from moved m join credit_lines l on l.parent_line_id = m.id)
   update credit_lines set segment_id = $2, version = version + 1
   where id in (select id from moved)`,
);

/** Puts a line and all below it into a segment. */
export const putIntoSegment = (tx: Tx, lineId: string, segmentId: string): Promise<unknown[]> =>
  tx.rows(updateSegment, [lineId, segmentId]);
