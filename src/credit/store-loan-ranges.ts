/**
 * Rows of the ranges that loans were in, day by day: one when the range changes, and one more of
 * the same day when a later record makes another range of it.
 */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Owned } from './store-loan-facts.ts';

const selectRanges = statement(
  'credit.select-loan-ranges',
  `(select since, delinquency as range from credit_loan_ranges
    where drawdown_id = $1 and since < $2::date order by since desc, no desc limit 1)
   union all
   (select distinct on (since) since, delinquency from credit_loan_ranges
    where drawdown_id = $1 and since >= $2::date order by since, no desc)
   order by since`,
);

interface RecordedRange {
  readonly since: Day;
  readonly range: string | undefined;
}

/** The range that holds from the day on, with the days that it is of. */
export interface RangeOfDay extends RecordedRange {
  readonly daysPastDue: number;
}

/** As recorded last, by day: the one that held before `from`, and those since. */
export async function recordedRanges(
  tx: Tx,
  drawdownId: string,
  from: Day,
): Promise<RecordedRange[]> {
  type Row = { since: Day; range: string | null };
  const rows = await tx.rows<Row>(selectRanges, [drawdownId, from]);
  return rows.map(({ since, range }) => ({ since, range: range ?? undefined }));
}

const insertRanges = statement(
  'credit.insert-loan-ranges',
  `insert into credit_loan_ranges (drawdown_id, since, no, zone_id, owner_id, delinquency,
     days_past_due, recorded_at)
   select $1, n.since, 1 + (select count(*) from credit_loan_ranges r
       where r.drawdown_id = $1 and r.since = n.since), $2, $3, n.delinquency, n.days,
     $4::timestamptz
   from unnest($5::date[], $6::text[], $7::int[]) n (since, delinquency, days)`,
);

export function addRanges(
  tx: Tx,
  { id, zoneId, ownerId }: Owned,
  list: readonly RangeOfDay[],
  at: Date,
): void {
  if (list.length === 0) return;
  tx.send(insertRanges, [
    id,
    zoneId,
    ownerId,
    at.toISOString(),
    list.map(({ since }) => since),
    list.map(({ range }) => range ?? null),
    list.map(({ daysPastDue }) => daysPastDue),
  ]);
}

const setRange = statement(
  'credit.set-loan-range',
  `update credit_loans set delinquency = $2, delinquency_since = $3::date
   where id = $1 and (delinquency, delinquency_since) is distinct from ($2, $3::date)`,
);

/** The range on the last closed day. */
export const saveRange = (
  tx: Tx,
  id: string,
  { since, range }: { readonly since: Day | null; readonly range: string | undefined },
): void => tx.send(setRange, [id, range ?? null, since]);
