/** Extensions and restructurings of loans, and the budget that restructurings are taken from. */
import type { Day } from '../kernel/index.ts';
import { Money, Rate } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { PlanInput } from './loan-plan.ts';
import type { StoredReschedule } from './model-loans.ts';
import type { QuotaUse } from './rules/restructuring-quota.ts';
import type { Owned } from './store-loan-facts.ts';

const selectReschedules = statement(
  'credit.select-reschedules',
  `select id, no, kind, agreed_on as "on", due_on_before as "dueOnBefore",
     due_on_after as "dueOnAfter", timetable as plan, fixes_rate as "fixesRate"
   from credit_reschedules where drawdown_id = $1 and reversed_by is null order by no`,
);

export async function reschedulesOf(tx: Tx, id: string): Promise<StoredReschedule[]> {
  type Row = Omit<StoredReschedule, 'plan'> & { plan: unknown };
  const rows = await tx.rows<Row>(selectReschedules, [id]);
  return rows.map((row) => ({ ...row, plan: PlanInput.parse(row.plan) }));
}

const insertReschedule = statement(
  'credit.insert-reschedule',
  `insert into credit_reschedules (id, drawdown_id, zone_id, owner_id, no, kind, agreed_on,
     due_on_before, due_on_after, timetable, fixes_rate, class_before, first_repayment_on,
     period_months, reason, operation_id, recorded_at)
   values ($1, $2, $3, $4, 1 + (select count(*) from credit_reschedules where drawdown_id = $2), $5,
     $6::date, $7::date, $8::date, $9::jsonb, $10, (select risk_class from credit_loans
       where id = $2), $11::date, $12::int, $13, $14, $15::timestamptz)`,
);

export interface NewReschedule extends StoredReschedule {
  readonly firstRepaymentOn: Day;
  readonly periodMonths: number;
  readonly reason: string;
  readonly operationId: string;
  readonly at: Date;
}

export function insertRescheduleRow(tx: Tx, of: Owned, one: NewReschedule): void {
  const { firstRepaymentOn, periodMonths, reason, operationId, at } = one;
  const when = [one.kind, one.on, one.dueOnBefore, one.dueOnAfter];
  const what = [JSON.stringify(one.plan), one.fixesRate, firstRepaymentOn, periodMonths];
  const why = [reason, operationId, at.toISOString()];
  tx.send(insertReschedule, [one.id, of.id, of.zoneId, of.ownerId, ...when, ...what, ...why]);
}

const takeBack = statement(
  'credit.reverse-reschedule',
  'update credit_reschedules set reversed_by = $2 where id = $1',
);

export const markRescheduleReversed = (tx: Tx, id: string, operationId: string): void =>
  tx.send(takeBack, [id, operationId]);

const moveDrawdown = statement(
  'credit.move-due-day',
  `update credit_drawdowns set limit_due_on = coalesce(limit_due_on, due_on), due_on = $2::date,
     version = version + 1 where id = $1`,
);
// Repricing is asked again, because it ends with the loan; a rate that was fixed is never asked.
const moveLoan = statement(
  'credit.move-loan-due-day',
  `update credit_loans set due_on = $2::date, lpr_term = $3, watched = watched or $4,
     reprice_on = case when $3::text is null then null else repriced_on end where id = $1`,
);

export interface Moved {
  readonly dueOn: Day;
  readonly lprTerm: string | null;
  /** It was restructured. */
  readonly watched: boolean;
}

export function moveDueDay(tx: Tx, id: string, { dueOn, lprTerm, watched }: Moved): void {
  tx.send(moveDrawdown, [id, dueOn]);
  tx.send(moveLoan, [id, dueOn, lprTerm, watched]);
}

const insertQuota = statement(
  'credit.insert-restructuring-quota',
  `insert into credit_restructuring_quotas (zone_id, owner_id, no, share, value_on, reason,
     operation_id, recorded_at)
   values ($1, $2, 1 + (select count(*) from credit_restructuring_quotas
       where zone_id = $1 and owner_id = $2), $3::numeric, $4::date, $5, $6, $7::timestamptz)`,
);

export interface NewQuota {
  readonly zoneId: string;
  readonly ownerId: string;
  readonly share: Rate;
  readonly valueOn: Day;
  readonly reason: string;
  readonly operationId: string;
  readonly at: Date;
}

export const addQuota = (tx: Tx, one: NewQuota): void =>
  tx.send(insertQuota, [
    one.zoneId,
    one.ownerId,
    one.share.toString(),
    one.valueOn,
    one.reason,
    one.operationId,
    one.at.toISOString(),
  ]);

type Book = Pick<Owned, 'zoneId' | 'ownerId'>;

const lockQuota = statement(
  'credit.lock-restructuring-quota',
  `select share from credit_restructuring_quotas
   where zone_id = $1 and owner_id = $2 and value_on <= $3::date
   order by no desc limit 1 for no key update`,
);

/** The share in force, locked, so that two claims on it follow each other; undefined: no quota. */
export async function lockQuotaShare(tx: Tx, book: Book, on: Day): Promise<Rate | undefined> {
  const [row] = await tx.rows<{ share: string }>(lockQuota, [book.zoneId, book.ownerId, on]);
  return row ? Rate.of(row.share) : undefined;
}

const selectUses = statement(
  'credit.select-restructuring-uses',
  `select q.zone_id as "zoneId", q.owner_id as "ownerId",
     (select coalesce(sum(d.outstanding), 0) from credit_drawdowns d where d.zone_id = q.zone_id
       and d.owner_id = q.owner_id
       and d.state not in ('WRITTEN_OFF', 'REVERSED'))::text as outstanding,
     (select coalesce(sum(d.outstanding), 0) from credit_drawdowns d where d.zone_id = q.zone_id
       and d.owner_id = q.owner_id and d.state not in ('WRITTEN_OFF', 'REVERSED') and exists
       (select from credit_restructuring_claims c where c.drawdown_id = d.id
         and c.state = 'USED'))::text as used,
     (select coalesce(sum(c.amount), 0) from credit_restructuring_claims c
       where c.zone_id = q.zone_id and c.owner_id = q.owner_id and c.state = 'HELD'
         and c.id <> $3)::text as "inProcess"
   from unnest($1::text[], $2::text[]) as q (zone_id, owner_id)`,
);

/**
 * What stands on the quota of each book, in their order.
 * @param but a claim that is not counted: the caller's own.
 */
export async function quotaUses(tx: Tx, books: readonly Book[], but = ''): Promise<QuotaUse[]> {
  type Row = Book & Record<keyof QuotaUse, string>;
  const keyOf = ({ zoneId, ownerId }: Book): string => `${zoneId} ${ownerId}`;
  const rows = await tx.rows<Row>(selectUses, [
    books.map((one) => one.zoneId),
    books.map((one) => one.ownerId),
    but,
  ]);
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  return books.map((book) => {
    const row = found.get(keyOf(book)) as Row;
    return {
      outstanding: Money.of(row.outstanding),
      used: Money.of(row.used),
      inProcess: Money.of(row.inProcess),
    };
  });
}

export async function quotaUse(tx: Tx, book: Book, but = ''): Promise<QuotaUse> {
  const [use] = await quotaUses(tx, [book], but);
  if (!use) throw new Error('A quota has no use.');
  return use;
}

const saveClaim = statement(
  'credit.save-restructuring-claim',
  `insert into credit_restructuring_claims (id, drawdown_id, zone_id, owner_id, amount, state,
     operation_id) values ($1, $2, $3, $4, $5::numeric, $6, $7)
   on conflict (id) do update set amount = excluded.amount, state = excluded.state,
     operation_id = excluded.operation_id, version = credit_restructuring_claims.version + 1`,
);
const endClaims = statement(
  'credit.release-restructuring-claims',
  `update credit_restructuring_claims set state = 'RELEASED', operation_id = $2,
     version = version + 1 where id = $1 and state = 'HELD'`,
);
const endUsed = statement(
  'credit.release-used-restructuring-claims',
  `update credit_restructuring_claims set state = 'RELEASED', operation_id = $2,
     version = version + 1 where drawdown_id = $1 and state = 'USED'`,
);

export const claimQuota = (
  tx: Tx,
  of: Owned,
  claim: { id: string; amount: Money; state: 'HELD' | 'USED'; operationId: string },
): void => {
  const { id, amount, state, operationId } = claim;
  tx.send(saveClaim, [id, of.id, of.zoneId, of.ownerId, amount.toString(), state, operationId]);
};

export const releaseClaim = (tx: Tx, id: string, operationId: string): void =>
  tx.send(endClaims, [id, operationId]);

export const releaseUsedClaims = (tx: Tx, drawdownId: string, operationId: string): void =>
  tx.send(endUsed, [drawdownId, operationId]);
