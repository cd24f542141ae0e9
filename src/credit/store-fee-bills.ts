/**
 * Rows of bills of the commitment fee: written once with their parts and adjustments; afterwards
 * only movements cover them. What a list of lines needs is read and written by one statement each.
 */
import type { Day } from '../kernel/index.ts';
import { Money, groupedBy, newId } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { FeePart } from './rules/commitment-fee.ts';
import type { BilledPeriod, FeeBill, FeeRaise, OpenBill } from './rules/fee-bill.ts';
import type { FeeAccount } from './store-fee-accounts.ts';

const selectBilled = statement(
  'credit.select-billed-fees',
  `select b.line_id as "lineId", b.id, b.from_on as "from", b.to_on as "to",
     (b.amount + coalesce((select sum(j.now - j.was) from credit_fee_adjustments j
       where j.of_bill_id = b.id), 0))::numeric(20,2) as billed
   from credit_fee_bills b where b.line_id = any ($1::text[]) order by b.settled_on, b.to_on`,
);

/** What was billed of each period of the lines, with all adjustments of it since. */
export async function billedPeriodsOf(
  tx: Tx,
  lineIds: readonly string[],
): Promise<Map<string, BilledPeriod[]>> {
  type Row = { lineId: string; id: string; from: Day; to: Day; billed: string };
  const rows = await tx.rows<Row>(selectBilled, [lineIds]);
  const periods = rows.map((row) => ({ ...row, billed: Money.of(row.billed) }));
  return groupedBy(periods, ({ lineId }) => lineId);
}

const lockOpen = statement(
  'credit.lock-open-fee-bills',
  `select id, line_id as "lineId", (total - covered)::numeric(20,2) as left
   from credit_fee_bills where line_id = any ($1::text[]) and covered <> total
   order by id for no key update`,
);

/** What is owed or to be given back on the lines, the oldest first; locked by id. */
export async function lockOpenBills(
  tx: Tx,
  lineIds: readonly string[],
): Promise<Map<string, OpenBill[]>> {
  type Row = { lineId: string; id: string; left: string };
  const rows = await tx.rows<Row>(lockOpen, [lineIds]);
  const open = rows.map((row) => ({ ...row, left: Money.of(row.left) }));
  return groupedBy(open, ({ lineId }) => lineId);
}

const selectUnpaid = statement(
  'credit.select-unpaid-fee-bills',
  `select id as "billId", (total - covered)::numeric(20,2) as owed, due_on as "dueOn"
   from credit_fee_bills where line_id = $1 and total > covered order by due_on, id`,
);

export interface UnpaidFeeBill {
  readonly billId: string;
  readonly owed: string;
  readonly dueOn: Day;
}

/** What is owed on the bills of a line, the one that falls due first before the others. */
export const unpaidFeeBillsOf = (tx: Tx, lineId: string): Promise<UnpaidFeeBill[]> =>
  tx.rows<UnpaidFeeBill>(selectUnpaid, [lineId]);

const lockAll = statement(
  'credit.lock-fee-bills-of-lines',
  `select id from credit_fee_bills where line_id = any ($1::text[]) order by id
   for no key update`,
);
const selectWaived = statement(
  'credit.select-standing-fee-waivers',
  `select b.line_id as "lineId", b.id, sum(m.amount)::numeric(20,2) as left
   from credit_fee_bills b join credit_fee_movements m on m.bill_id = b.id
   where b.line_id = any ($1::text[]) and m.kind in ('WAIVER', 'LAPSE')
   group by b.line_id, b.id having sum(m.amount) > 0`,
);
const selectRaises = statement(
  'credit.select-fee-raises',
  `select j.bill_id as "billId", j.of_bill_id as "ofBillId",
     (j.now - j.was)::numeric(20,2) as amount
   from credit_fee_adjustments j join credit_fee_bills b on b.id = j.bill_id
   where b.line_id = any ($1::text[]) and j.now > j.was order by b.settled_on, b.id`,
);

/** What stands of the waivers of each bill by line, and what raised whom; all bills are locked. */
export async function lockWaivers(
  tx: Tx,
  lineIds: readonly string[],
): Promise<{
  readonly waived: ReadonlyMap<string, readonly OpenBill[]>;
  readonly raises: readonly FeeRaise[];
}> {
  type Waived = { lineId: string; id: string; left: string };
  type Raise = { billId: string; ofBillId: string; amount: string };
  await tx.rows(lockAll, [lineIds]);
  const waived = await tx.rows<Waived>(selectWaived, [lineIds]);
  const raises = await tx.rows<Raise>(selectRaises, [lineIds]);
  const standing = waived.map((row) => ({ ...row, left: Money.of(row.left) }));
  return {
    waived: groupedBy(standing, ({ lineId }) => lineId),
    raises: raises.map((row) => ({ ...row, amount: Money.of(row.amount) })),
  };
}

const sumPaid = statement(
  'credit.sum-paid-fees',
  `select coalesce(sum(m.amount), 0)::numeric(20,2) as paid
   from credit_fee_bills b join credit_fee_movements m on m.bill_id = b.id
   where b.line_id = $1 and m.kind in ('PAYMENT', 'REFUND')`,
);

/** What was paid in money on all bills of a line and not given back; they are locked. */
export async function lockPaid(tx: Tx, lineId: string): Promise<Money> {
  await tx.rows(lockAll, [[lineId]]);
  const [row] = await tx.rows<{ paid: string }>(sumPaid, [lineId]);
  return Money.of(row?.paid ?? '0');
}

const insertBills = bulkInsert('credit.insert-fee-bills', 'credit_fee_bills', {
  id: 'text',
  line_id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  enterprise_id: 'text',
  from_on: 'date',
  to_on: 'date',
  settled_on: 'date',
  amount: 'numeric',
  adjustment: 'numeric',
  total: 'numeric',
  due_on: 'date',
  pack: 'text',
  operation_id: 'text',
  billed_at: 'timestamptz',
});
const insertAdjustments = bulkInsert('credit.insert-fee-adjustments', 'credit_fee_adjustments', {
  bill_id: 'text',
  of_bill_id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  was: 'numeric',
  now: 'numeric',
});
const insertParts = bulkInsert('credit.insert-fee-parts', 'credit_fee_parts', {
  bill_id: 'text',
  of_bill_id: 'text',
  no: 'int',
  zone_id: 'text',
  owner_id: 'text',
  from_on: 'date',
  to_on: 'date',
  undrawn: 'numeric',
  rate_annual: 'numeric',
});

/** A bill as it is made: of which line, under which id. */
export interface NewFeeBill {
  readonly id: string;
  readonly account: FeeAccount;
  readonly bill: FeeBill;
}

export interface BillMaking {
  readonly dueOn: Day;
  readonly pack: string;
  readonly operationId: string;
  readonly at: Date;
}

/** The parts of a bill and of every period that it adjusts, numbered each. */
function partRows(list: readonly NewFeeBill[]) {
  const numbered = (one: NewFeeBill, ofBillId: string, parts: readonly FeePart[]) =>
    parts.map((part, i) => ({ ...one.account, billId: one.id, ofBillId, no: i + 1, part }));
  return list.flatMap((one) => [
    ...numbered(one, one.id, one.bill.parts),
    ...one.bill.adjustments.flatMap(({ billId, parts }) => numbered(one, billId, parts)),
  ]);
}

export function addFeeBills(tx: Tx, list: readonly NewFeeBill[], making: BillMaking): void {
  const { dueOn, pack, operationId, at } = making;
  insertBills(tx, {
    id: list.map(({ id }) => id),
    line_id: list.map(({ account }) => account.lineId),
    zone_id: list.map(({ account }) => account.zoneId),
    owner_id: list.map(({ account }) => account.ownerId),
    enterprise_id: list.map(({ account }) => account.enterpriseId),
    from_on: list.map(({ bill }) => bill.from),
    to_on: list.map(({ bill }) => bill.to),
    settled_on: list.map(({ bill }) => bill.settledOn),
    amount: list.map(({ bill }) => bill.amount.toString()),
    adjustment: list.map(({ bill }) => bill.adjustment.toString()),
    total: list.map(({ bill }) => bill.total.toString()),
    due_on: list.map(() => dueOn),
    pack: list.map(() => pack),
    operation_id: list.map(() => operationId),
    billed_at: list.map(() => at.toISOString()),
  });
  const adjusted = list.flatMap(({ id, account, bill }) =>
    bill.adjustments.map((one) => ({ ...one, id, account })),
  );
  insertAdjustments(tx, {
    bill_id: adjusted.map(({ id }) => id),
    of_bill_id: adjusted.map(({ billId }) => billId),
    zone_id: adjusted.map(({ account }) => account.zoneId),
    owner_id: adjusted.map(({ account }) => account.ownerId),
    was: adjusted.map(({ was }) => was.toString()),
    now: adjusted.map(({ now }) => now.toString()),
  });
  const parts = partRows(list);
  insertParts(tx, {
    bill_id: parts.map(({ billId }) => billId),
    of_bill_id: parts.map(({ ofBillId }) => ofBillId),
    no: parts.map(({ no }) => no),
    zone_id: parts.map(({ zoneId }) => zoneId),
    owner_id: parts.map(({ ownerId }) => ownerId),
    from_on: parts.map(({ part }) => part.from),
    to_on: parts.map(({ part }) => part.to),
    undrawn: parts.map(({ part }) => part.undrawn.toString()),
    rate_annual: parts.map(({ part }) => part.rateAnnual.toString()),
  });
}

const lockOne = statement(
  'credit.lock-fee-bill',
  `select b.id, b.line_id as "lineId", b.zone_id as "zoneId", b.owner_id as "ownerId",
     b.settled_on as "settledOn", (b.total - b.covered)::numeric(20,2) as left
   from credit_fee_bills b where b.id = $1 for no key update`,
);

export interface LockedFeeBill extends OpenBill {
  readonly lineId: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly settledOn: Day;
}

export async function lockFeeBill(tx: Tx, id: string): Promise<LockedFeeBill | undefined> {
  type Row = Omit<LockedFeeBill, 'left'> & { readonly left: string };
  const [row] = await tx.rows<Row>(lockOne, [id]);
  return row && { ...row, left: Money.of(row.left) };
}

export type FeeMovementKind = 'PAYMENT' | 'WAIVER' | 'REFUND';

export interface FeeMovement {
  readonly id: string;
  readonly kind: FeeMovementKind | 'OFFSET' | 'LAPSE';
  readonly amount: Money;
  readonly valueOn: Day;
  readonly reverses: string | null;
}

const selectMovements = statement(
  'credit.select-fee-movements',
  `select id, kind, amount, value_on as "valueOn", reverses from credit_fee_movements
   where bill_id = $1 order by id`,
);

export async function feeMovementsOf(tx: Tx, billId: string): Promise<FeeMovement[]> {
  type Row = Omit<FeeMovement, 'amount'> & { readonly amount: string };
  const rows = await tx.rows<Row>(selectMovements, [billId]);
  return rows.map((row) => ({ ...row, amount: Money.of(row.amount) }));
}

const insertMovements = bulkInsert('credit.insert-fee-movements', 'credit_fee_movements', {
  id: 'text',
  bill_id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  kind: 'text',
  amount: 'numeric',
  value_on: 'date',
  reason: 'text',
  reverses: 'text',
  operation_id: 'text',
  made_at: 'timestamptz',
});
const coverBills = statement(
  'credit.cover-fee-bills',
  `update credit_fee_bills b set covered = b.covered + c.amount, version = b.version + 1
   from (select id, sum(amount) as amount from unnest($1::text[], $2::numeric[]) as u (id, amount)
     group by id) c
   where b.id = c.id`,
);

export interface NewFeeMovement {
  readonly billId: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly kind: FeeMovement['kind'];
  readonly amount: Money;
  readonly valueOn: Day;
  readonly reason?: string | undefined;
  readonly reverses?: string | undefined;
}

/** What covers bills that are locked, or were just made. @returns their ids. */
export function addFeeMovements(
  tx: Tx,
  list: readonly NewFeeMovement[],
  { operationId, at }: { readonly operationId: string; readonly at: Date },
): string[] {
  const ids = list.map(() => newId('feemove'));
  if (list.length === 0) return ids;
  const amounts = list.map(({ amount }) => amount.toString());
  insertMovements(tx, {
    id: ids,
    bill_id: list.map(({ billId }) => billId),
    zone_id: list.map(({ zoneId }) => zoneId),
    owner_id: list.map(({ ownerId }) => ownerId),
    kind: list.map(({ kind }) => kind),
    amount: amounts,
    value_on: list.map(({ valueOn }) => valueOn),
    reason: list.map(({ reason }) => reason),
    reverses: list.map(({ reverses }) => reverses),
    operation_id: list.map(() => operationId),
    made_at: list.map(() => at.toISOString()),
  });
  tx.send(coverBills, [list.map(({ billId }) => billId), amounts]);
  return ids;
}
