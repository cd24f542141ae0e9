/**
 * Rows of calls with their items, of the cash that came in, and of the investments it went into.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { CallItem, CallState, CapitalCall, Fund, Investment, Receipt } from './model.ts';
import type { Change } from './rules/dated.ts';
import type { RecordedPart } from './rules/decisions.ts';
import type { Recorded } from './store.ts';
import { addToPartners } from './store.ts';

const countCallRows = statement(
  'funds.count-calls',
  'select count(*)::int as calls from funds_capital_calls where fund_id = $1',
);

export async function countCalls(tx: Tx, fundId: string): Promise<number> {
  const [row] = await tx.rows<{ calls: number }>(countCallRows, [fundId]);
  return row?.calls ?? 0;
}

const insertCallRow = statement(
  'funds.insert-call',
  `insert into funds_capital_calls (id, fund_id, zone_id, owner_id, number, amount, issued_on,
     due_on, purpose, state, operation_id, recorded_at)
   values ($1, $2, $3, $4, $5, $6::numeric, $7, $8, $9, 'ISSUED', $10, $11::timestamptz)`,
);
const insertItemRows = statement(
  'funds.insert-call-items',
  `insert into funds_call_items (id, call_id, fund_id, partner_id, zone_id, owner_id, amount)
   select i.id, $4, $5, i.partner_id, $6, $7, i.amount
   from unnest($1::text[], $2::text[], $3::numeric[]) as i (id, partner_id, amount)`,
);

/** Writes the call with all its items in one statement each and moves the partners' counters. */
export async function insertCall(
  tx: Tx,
  fund: Fund,
  call: CapitalCall,
  items: readonly CallItem[],
  at: Recorded,
): Promise<void> {
  await tx.rows(insertCallRow, [
    call.id,
    fund.id,
    fund.zoneId,
    fund.ownerId,
    call.number,
    call.amount.toString(),
    call.issuedOn,
    call.dueOn,
    call.purpose ?? null,
    at.operationId,
    at.now.toISOString(),
  ]);
  await tx.rows(insertItemRows, [
    items.map((item) => item.id),
    items.map((item) => item.partnerId),
    items.map((item) => item.amount.toString()),
    call.id,
    fund.id,
    fund.zoneId,
    fund.ownerId,
  ]);
  await addToPartners(
    tx,
    items.map((item) => ({ partnerId: item.partnerId, called: item.amount })),
  );
}

type CallRow = Omit<CapitalCall, 'amount' | 'purpose'> & {
  amount: string;
  purpose: string | null;
};

const selectCall = statement(
  'funds.select-call',
  `select id, fund_id as "fundId", number, amount, issued_on as "issuedOn", due_on as "dueOn",
     purpose, version::int
   from funds_capital_calls where id = $1`,
);

export async function callById(tx: Tx, id: string): Promise<CapitalCall | undefined> {
  const [row] = await tx.rows<CallRow>(selectCall, [id]);
  return (
    row && {
      ...row,
      amount: Money.of(row.amount),
      purpose: row.purpose ?? undefined,
    }
  );
}

const selectItems = statement(
  'funds.select-call-items',
  `select id, call_id as "callId", partner_id as "partnerId", amount, paid
   from funds_call_items where call_id = $1 order by id`,
);

export async function itemsOf(tx: Tx, callId: string): Promise<CallItem[]> {
  type Row = Omit<CallItem, 'amount' | 'paid'> & { amount: string; paid: string };
  const rows = await tx.rows<Row>(selectItems, [callId]);
  return rows.map((row) => ({ ...row, amount: Money.of(row.amount), paid: Money.of(row.paid) }));
}

const insertReceiptRow = statement(
  'funds.insert-receipt',
  `insert into funds_receipts (id, fund_id, partner_id, call_id, zone_id, owner_id, amount,
     value_on, investment_id, operation_id, recorded_at)
   values ($1, $2, $3, $4, $5, $6, $7::numeric, $8, $9, $10, $11::timestamptz)`,
);
const payItem = statement(
  'funds.pay-call-item',
  'update funds_call_items set paid = paid + $3::numeric where call_id = $1 and partner_id = $2',
);
const moveCall = statement(
  'funds.move-call',
  'update funds_capital_calls set state = $2, version = version + 1 where id = $1',
);

/** Appends the receipt and moves item, call and partner with it. */
export async function insertReceipt(
  tx: Tx,
  fund: Fund,
  receipt: Receipt,
  state: CallState,
  at: Recorded,
): Promise<void> {
  await tx.rows(insertReceiptRow, [
    receipt.id,
    fund.id,
    receipt.partnerId,
    receipt.callId,
    fund.zoneId,
    fund.ownerId,
    receipt.amount.toString(),
    receipt.valueOn,
    receipt.investmentId ?? null,
    at.operationId,
    at.now.toISOString(),
  ]);
  await tx.rows(payItem, [receipt.callId, receipt.partnerId, receipt.amount.toString()]);
  await tx.rows(moveCall, [receipt.callId, state]);
  await addToPartners(tx, [{ partnerId: receipt.partnerId, paidIn: receipt.amount }]);
}

const insertInvestmentRow = statement(
  'funds.insert-investment',
  `insert into funds_investments (id, fund_id, zone_id, owner_id, sub_fund_id, project,
     enterprise_id, round, round_total, amount, value_on, operation_id, recorded_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9::numeric, $10::numeric, $11, $12, $13::timestamptz)`,
);

export async function insertInvestment(
  tx: Tx,
  fund: Fund,
  investment: Investment,
  at: Recorded,
): Promise<void> {
  await tx.rows(insertInvestmentRow, [
    investment.id,
    fund.id,
    fund.zoneId,
    fund.ownerId,
    investment.subFundId ?? null,
    investment.project ?? null,
    investment.enterpriseId ?? null,
    investment.round?.name ?? null,
    investment.round?.total.toString() ?? null,
    investment.amount.toString(),
    investment.valueOn,
    at.operationId,
    at.now.toISOString(),
  ]);
}

const selectCashChanges = statement(
  'funds.select-cash-changes',
  `select value_on as "valueOn", sum(amount) as amount from (
     select value_on, amount from funds_receipts where fund_id = $1
     union all
     select value_on, -amount from funds_investments where fund_id = $1) moved
   group by value_on`,
);

/** What came into the fund and left it, by value day. */
export async function cashChanges(tx: Tx, fundId: string): Promise<Change[]> {
  const rows = await tx.rows<{ valueOn: Day; amount: string }>(selectCashChanges, [fundId]);
  return rows.map(({ valueOn, amount }) => ({ valueOn, amount: Money.of(amount) }));
}

/** Where an investment goes: the project by its name, and the enterprise when it is registered. */
export interface Target {
  readonly project: string;
  readonly enterpriseId: string | undefined;
}

const selectCost = statement(
  'funds.select-cost',
  `select coalesce(sum(amount), 0) as cost from funds_investments
   where fund_id = $1 and (project = $2 or enterprise_id = $3)`,
);

/** What the fund has put into the same project or enterprise before. */
export async function costIn(tx: Tx, fundId: string, target: Target): Promise<Money> {
  const values = [fundId, target.project, target.enterpriseId ?? null];
  const [row] = await tx.rows<{ cost: string }>(selectCost, values);
  return Money.of(row?.cost ?? '0');
}

const selectRound = statement(
  'funds.select-round',
  `select round_total as total, amount from funds_investments
   where (project = $1 or enterprise_id = $2) and round = $3`,
);

/** The parts of a round that funds of this scope have recorded. */
export async function partsOfRound(tx: Tx, target: Target, round: string): Promise<RecordedPart[]> {
  const values = [target.project, target.enterpriseId ?? null, round];
  const rows = await tx.rows<{ total: string; amount: string }>(selectRound, values);
  return rows.map((row) => ({ total: Money.of(row.total), amount: Money.of(row.amount) }));
}
