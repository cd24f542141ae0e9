/** Rows of exceptions with their steps, and a bank's quota in a zone with what stands on it. */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { ExceptionQuota, LimitException } from './model-exceptions.ts';

type Amounts = 'amount' | 'approvedAmount' | 'usedAmount';
type ExceptionRow = Omit<LimitException, Amounts> & {
  readonly amount: string;
  readonly approvedAmount: string | null;
  readonly usedAmount: string | null;
};

const columns = `id, zone_id as "zoneId", owner_id as "ownerId", kind,
  enterprise_id as "enterpriseId", line_id as "lineId", node_id as "nodeId",
  bucket_days as "bucketDays", segment_id as "segmentId", product, rate_annual as "rateAnnual",
  amount, purpose, state, raised_by_user as "raisedByUser", raised_by_person as "raisedByPerson",
  raised_on as "raisedOn", justification, evidence, approved_amount as "approvedAmount",
  approved_on as "approvedOn", expires_on as "expiresOn", used_amount as "usedAmount",
  drawdown_id as "drawdownId", closed_on as "closedOn", reason, version::int`;

const moneyOrNull = (text: string | null): Money | null => (text === null ? null : Money.of(text));

const fromRow = (row: ExceptionRow): LimitException => ({
  ...row,
  amount: Money.of(row.amount),
  approvedAmount: moneyOrNull(row.approvedAmount),
  usedAmount: moneyOrNull(row.usedAmount),
});

const lockExceptions = statement(
  'credit.lock-exceptions',
  `select ${columns} from credit_exceptions where id = any ($1::text[])
   order by id for no key update`,
);

/** Locked, in the order of their ids. */
export async function lockExceptionsById(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, LimitException>> {
  const rows = await tx.rows<ExceptionRow>(lockExceptions, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, fromRow(row)]));
}

// Rows that somebody is just using are left to him, or to the next run.
const lockDue = statement(
  'credit.lock-due-exceptions',
  `select ${columns} from credit_exceptions where state = 'APPROVED' and expires_on < $1::date
   order by id limit $2 for no key update skip locked`,
);

export const lockDueExceptions = async (
  tx: Tx,
  asOf: Day,
  portion: number,
): Promise<LimitException[]> =>
  (await tx.rows<ExceptionRow>(lockDue, [asOf, portion])).map(fromRow);

/** What loans still owe that renewed the loan of exception e one after the other. */
const owedByRenewals = `
  (with recursive renewed (id) as (
     select new_drawdown_id from credit_loan_renewals where old_drawdown_id = e.drawdown_id
     union
     select r.new_drawdown_id from renewed join credit_loan_renewals r
       on r.old_drawdown_id = renewed.id
   )
   select coalesce(sum(x.outstanding), 0)
   from renewed join credit_drawdowns x on x.id = renewed.id)`;

// A limit on which something does not come back by repayment still needs what it was passed by.
const lockSettled = statement(
  'credit.lock-settled-exceptions',
  `select e.id, e.node_id as "nodeId", e.used_amount as "usedAmount"
   from credit_exceptions e join credit_drawdowns d on d.id = e.drawdown_id
     join limits_nodes n on n.id = e.node_id
   where e.kind = 'excess' and e.state = 'CONSUMED' and e.excess_returned_on is null
     and d.outstanding = 0 and n.consumed = n.outstanding and ${owedByRenewals} = 0
   order by e.id limit $1 for no key update of e skip locked`,
);
const markReturned = statement(
  'credit.mark-excess-returned',
  `update credit_exceptions set excess_returned_on = $2::date where id = any ($1::text[])`,
);

/** Exceptions whose loan is settled, marked as of the day: by node how far it is held closer. */
export async function returnSettledExcess(
  tx: Tx,
  day: Day,
  portion: number,
): Promise<{ readonly settled: number; readonly back: Map<string, Money> }> {
  type Row = { id: string; nodeId: string; usedAmount: string };
  const rows = await tx.rows<Row>(lockSettled, [portion]);
  const back = new Map<string, Money>();
  for (const { nodeId, usedAmount } of rows) {
    back.set(nodeId, (back.get(nodeId) ?? Money.zero).minus(Money.of(usedAmount)));
  }
  if (rows.length > 0) tx.send(markReturned, [rows.map((row) => row.id), day]);
  return { settled: rows.length, back };
}

const insertException = statement(
  'credit.insert-exception',
  `insert into credit_exceptions (id, zone_id, owner_id, kind, enterprise_id, line_id, node_id,
     bucket_days, segment_id, product, rate_annual, amount, purpose, raised_by_user,
     raised_by_person, raised_on)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
);

export async function addException(
  context: Context,
  item: Item<unknown>,
  e: LimitException,
): Promise<void> {
  await context.tx.rows(insertException, [
    e.id,
    e.zoneId,
    e.ownerId,
    e.kind,
    e.enterpriseId,
    e.lineId,
    e.nodeId,
    e.bucketDays,
    e.segmentId,
    e.product,
    e.rateAnnual,
    e.amount.toString(),
    e.purpose,
    e.raisedByUser,
    e.raisedByPerson,
    e.raisedOn,
  ]);
  addStep(context, item, e);
}

const updateException = statement(
  'credit.update-exception',
  `update credit_exceptions set state = $2, line_id = $3, node_id = $4, justification = $5,
     evidence = $6, approved_amount = $7, approved_on = $8, expires_on = $9, used_amount = $10,
     drawdown_id = $11, closed_on = $12, reason = $13, version = $14
   where id = $1`,
);
const insertStep = statement(
  'credit.insert-exception-step',
  `insert into credit_exception_steps (exception_id, version, zone_id, owner_id, to_state, reason,
     value_on, made_by, made_at, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

function addStep({ tx, today, now }: Context, item: Item<unknown>, e: LimitException): void {
  tx.send(insertStep, [
    e.id,
    e.version,
    e.zoneId,
    e.ownerId,
    e.state,
    e.reason,
    today,
    item.actor.userId,
    now.toISOString(),
    item.operationId,
  ]);
}

export async function saveException(
  context: Context,
  item: Item<unknown>,
  e: LimitException,
): Promise<void> {
  await context.tx.rows(updateException, [
    e.id,
    e.state,
    e.lineId,
    e.nodeId,
    e.justification,
    e.evidence,
    e.approvedAmount?.toString() ?? null,
    e.approvedOn,
    e.expiresOn,
    e.usedAmount?.toString() ?? null,
    e.drawdownId,
    e.closedOn,
    e.reason,
    e.version,
  ]);
  addStep(context, item, e);
}

const saveQuota = statement(
  'credit.save-exception-quota',
  `insert into credit_exception_quotas (zone_id, owner_id, amount, reason, set_on, operation_id)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (zone_id, owner_id) do update set amount = excluded.amount,
     reason = excluded.reason, set_on = excluded.set_on, operation_id = excluded.operation_id,
     version = credit_exception_quotas.version + 1
   returning version::int`,
);

interface QuotaPlace {
  readonly zoneId: string;
  readonly ownerId: string;
}

export async function setQuota(
  { tx, today }: Context,
  item: Item<unknown>,
  { zoneId, ownerId }: QuotaPlace,
  { amount, reason }: { readonly amount: Money; readonly reason: string },
): Promise<number> {
  const values = [zoneId, ownerId, amount.toString(), reason, today, item.operationId];
  const [row] = await tx.rows<{ version: number }>(saveQuota, values);
  if (!row) throw new Error('A quota that was saved has no row.');
  return row.version;
}

const lockQuota = statement(
  'credit.lock-exception-quota',
  `select amount, version::int from credit_exception_quotas where zone_id = $1 and owner_id = $2
   for no key update`,
);

/**
 * Of a missing limit what its line owes, or may still draw, stands on the quota, of the others what
 * was passed, while the loan that passed it is owed; renewed without repayment it is owed still.
 */
export const quotaUse = `
  select coalesce(sum(case
      when e.kind = 'missing-limit' and e.state in ('APPROVED', 'CONSUMED') then n.outstanding
        + case when e.expires_on < $3::date or n.state = 'CLOSED' then 0
            else greatest(e.approved_amount - n.drawn, 0) end
      when e.state = 'APPROVED' and e.expires_on >= $3::date then e.approved_amount
      when e.state = 'CONSUMED' then least(e.used_amount, d.outstanding + ${owedByRenewals})
    end), 0)::numeric(20,2) as used,
    coalesce(sum(e.amount) filter (where e.state in ('RAISED', 'JUSTIFIED')), 0)::numeric(20,2)
      as "inProcess"
  from credit_exceptions e
  left join credit_drawdowns d on d.id = e.drawdown_id
  left join credit_lines l on l.id = e.line_id
  left join limits_nodes n on n.id = l.node_id
  where e.zone_id = $1 and e.owner_id = $2`;

const selectUse = statement('credit.select-exception-use', quotaUse);

/** The quota, locked, so that two exceptions cannot both take the last of it. None is zero. */
export async function lockQuotaOf(
  tx: Tx,
  { zoneId, ownerId }: QuotaPlace,
  today: Day,
): Promise<ExceptionQuota> {
  const [quota] = await tx.rows<{ amount: string; version: number }>(lockQuota, [zoneId, ownerId]);
  const values = [zoneId, ownerId, today];
  const [use] = await tx.rows<{ used: string; inProcess: string }>(selectUse, values);
  return {
    amount: Money.of(quota?.amount ?? '0'),
    version: quota?.version ?? 0,
    used: Money.of(use?.used ?? '0'),
    inProcess: Money.of(use?.inProcess ?? '0'),
  };
}

export const quotaAvailable = ({ amount, used, inProcess }: ExceptionQuota): Money =>
  amount.minus(used).minus(inProcess);
