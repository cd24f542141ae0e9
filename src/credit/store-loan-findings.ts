/** What persons found of a loan: misuse, pauses of its ageing, an upgrade that is earned. */
import type { Day, Money, Rate } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Pause } from './rules/delinquency.ts';
import type { Owned } from './store-loan-facts.ts';

interface Why {
  readonly id: string;
  readonly reason: string;
  readonly operationId: string;
  readonly at: Date;
}

const common = (of: Owned, { id, reason, operationId, at }: Why) => [
  id,
  of.id,
  of.zoneId,
  of.ownerId,
  reason,
  operationId,
  at.toISOString(),
];

const columns = 'id, drawdown_id, zone_id, owner_id, reason, operation_id, recorded_at';
const values = '$1, $2, $3, $4, $5, $6, $7::timestamptz';

const insertMisuse = statement(
  'credit.insert-misuse',
  `insert into credit_misuses (${columns}, from_on, amount, markup)
   values (${values}, $8::date, $9::numeric, $10::numeric)`,
);
// From now on its nights are closed by the rules, and its class is looked at every night.
const watchMisuse = statement(
  'credit.watch-misuse',
  'update credit_loans set by_rules = true, watched = true where id = $1',
);

export interface NewMisuse extends Why {
  readonly from: Day;
  readonly amount: Money;
  readonly markup: Rate;
}

export function addMisuse(tx: Tx, of: Owned, one: NewMisuse): void {
  const { from, amount, markup } = one;
  tx.send(insertMisuse, [...common(of, one), from, amount.toString(), markup.toString()]);
  tx.send(watchMisuse, [of.id]);
}

const setCleared = statement(
  'credit.clear-misuse',
  'update credit_misuses set cleared_on = $2::date, cleared_by = $3 where id = $1',
);

export const saveCleared = (tx: Tx, id: string, on: Day, operationId: string): void =>
  tx.send(setCleared, [id, on, operationId]);

const insertPause = statement(
  'credit.insert-ageing-pause',
  `insert into credit_ageing_pauses (${columns}, from_on, to_on)
   values (${values}, $8::date, $9::date)`,
);

// Its class is looked at every night from now on, whatever its range is.
const setPaused = statement(
  'credit.set-paused-days',
  `update credit_loans set watched = true, version = version + 1,
     paused = (select range_agg(daterange(from_on, to_on + 1)) from credit_ageing_pauses
       where drawdown_id = $1)
   where id = $1`,
);

export function addPause(tx: Tx, of: Owned, one: Why & Pause): void {
  tx.send(insertPause, [...common(of, one), one.from, one.to ?? null]);
  tx.send(setPaused, [of.id]);
}

const setResumed = statement(
  'credit.resume-ageing',
  'update credit_ageing_pauses set to_on = $2::date, resumed_by = $3 where id = $1',
);

/** `of`: the loan; `id`: its pause. */
export function saveResumed(
  tx: Tx,
  of: Owned,
  { id, lastDay, operationId }: { id: string; lastDay: Day; operationId: string },
): void {
  tx.send(setResumed, [id, lastDay, operationId]);
  tx.send(setPaused, [of.id]);
}

const selectPauses = statement(
  'credit.select-ageing-pauses',
  `select id, from_on as "from", to_on as "to" from credit_ageing_pauses
   where drawdown_id = $1 order by from_on, id`,
);

export interface StoredPause extends Pause {
  readonly id: string;
}

export async function pausesOf(tx: Tx, drawdownId: string): Promise<StoredPause[]> {
  type Row = { id: string; from: Day; to: Day | null };
  const rows = await tx.rows<Row>(selectPauses, [drawdownId]);
  return rows.map(({ to, ...one }) => ({ ...one, ...(to === null ? {} : { to }) }));
}

const insertFinding = statement(
  'credit.insert-upgrade-finding',
  `insert into credit_upgrade_findings (${columns}, found_on, cured_on, period_months,
     facts_corrected)
   values (${values}, $8::date, $9::date, $10::int, $11::boolean)`,
);

export interface NewFinding extends Why {
  readonly foundOn: Day;
  readonly curedOn: Day;
  readonly periodMonths: number;
  /** The class was found on facts that were corrected since: nothing had to be cured. */
  readonly factsCorrected: boolean;
}

export const addFinding = (tx: Tx, of: Owned, one: NewFinding): void =>
  tx.send(insertFinding, [
    ...common(of, one),
    one.foundOn,
    one.curedOn,
    one.periodMonths,
    one.factsCorrected,
  ]);

const selectImpaired = statement(
  'credit.select-other-impaired-loans',
  `select count(*)::int as loans from credit_drawdowns
   where enterprise_id = $1 and owner_id = $2 and id <> $3 and state = 'NPL'`,
);

/** Other impaired loans of the debtor at the bank. */
export async function othersImpaired(
  tx: Tx,
  { enterpriseId, ownerId, id }: { enterpriseId: string; ownerId: string; id: string },
): Promise<boolean> {
  const [row] = await tx.rows<{ loans: number }>(selectImpaired, [enterpriseId, ownerId, id]);
  return (row?.loans ?? 0) > 0;
}

const selectByRules = statement(
  'credit.select-loans-by-rules',
  `select l.id, l.zone_id as "zoneId", l.owner_id as "ownerId", d.amount, d.value_on as "valueOn",
     d.due_on as "dueOn"
   from credit_loans l join credit_drawdowns d on d.id = l.id
   where l.state = 'OPEN' and l.by_rules and l.closed_on = $1::date and l.id > $2 and l.id <= $3
   order by l.id`,
);

export interface ByRules extends Owned {
  readonly amount: string;
  readonly valueOn: Day;
  readonly dueOn: Day;
}

export const loansByRules = (tx: Tx, day: Day, after: string, upto: string): Promise<ByRules[]> =>
  tx.rows<ByRules>(selectByRules, [day, after, upto]);
