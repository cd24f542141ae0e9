/** The read side of money: commitments, calls with their items, and investments, as of any day. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Failure, Money } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayText,
  IdInput,
  IdText,
  InstantText,
  MoneyText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { AsOf } from './figures.ts';
import { asOfFrom, timeShape } from './figures.ts';
import { callState } from './model.ts';
import { fundRefusals as no } from './refusals.ts';

const listInput = z.strictObject({
  fundId: IdInput('fund').optional(),
  ...timeShape,
  ...pageShape,
});

/** Keeps the facts up to the day and the instant; `day` is the column of the value day. */
function until(rows: Knex.QueryBuilder, at: AsOf, day: string, recorded: string): void {
  rows.where(day, '<=', at.day);
  if (at.knownAt !== undefined) rows.where(recorded, '<=', at.knownAt);
}

export const listCommitments = query({
  name: 'funds.list-commitments',
  title: { zh: '认缴明细', en: 'List commitments' },
  permission: 'funds:read',
  input: listInput,
  output: listOf(
    z.object({
      commitmentId: IdText,
      fundId: IdText,
      partnerId: IdText,
      partnerName: z.string(),
      kind: z.string(),
      change: MoneyText,
      valueOn: DayText,
      recordedAt: InstantText,
    }),
  ),
  async run({ tx, today }, { fundId, asOf, knownAt, ...place }) {
    const rows = sql('funds_commitments as c')
      .join('funds_partners as p', 'p.id', 'c.partner_id')
      .select({
        commitmentId: 'c.id',
        fundId: 'c.fund_id',
        partnerId: 'c.partner_id',
        partnerName: 'p.name',
        kind: 'c.kind',
        change: 'c.change',
        valueOn: 'c.value_on',
        recordedAt: 'c.recorded_at',
      });
    until(rows, asOfFrom({ asOf, knownAt }, today), 'c.value_on', 'c.recorded_at');
    if (fundId !== undefined) rows.where('c.fund_id', fundId);
    interface Row {
      readonly commitmentId: string;
      readonly fundId: string;
      readonly partnerId: string;
      readonly partnerName: string;
      readonly kind: string;
      readonly change: string;
      readonly valueOn: Day;
      readonly recordedAt: Date;
    }
    const order = { by: 'commitmentId', descending: true };
    const page = await pageOf<Row>(tx, rows, place, order);
    const items = page.items.map((row) => ({ ...row, recordedAt: row.recordedAt.toISOString() }));
    return { ...page, items };
  },
});

export const listInvestments = query({
  name: 'funds.list-investments',
  title: { zh: '投资列表', en: 'List investments' },
  permission: 'funds:read',
  input: listInput,
  output: listOf(
    z.object({
      investmentId: IdText,
      fundId: IdText,
      fundName: z.string(),
      subFundId: IdText.nullable(),
      project: z.string().nullable(),
      enterpriseId: IdText.nullable(),
      round: z.string().nullable(),
      roundTotal: MoneyText.nullable(),
      amount: MoneyText,
      valueOn: DayText,
      recordedAt: InstantText,
    }),
  ),
  async run({ tx, today }, { fundId, asOf, knownAt, ...place }) {
    const rows = sql('funds_investments_v').select({
      investmentId: 'investment_id',
      fundId: 'fund_id',
      fundName: 'fund_name',
      subFundId: 'sub_fund_id',
      project: 'project',
      enterpriseId: 'enterprise_id',
      round: 'round',
      roundTotal: 'round_total',
      amount: 'amount',
      valueOn: 'value_on',
      recordedAt: 'recorded_at',
    });
    until(rows, asOfFrom({ asOf, knownAt }, today), 'value_on', 'recorded_at');
    if (fundId !== undefined) rows.where({ fund_id: fundId });
    interface Row {
      readonly investmentId: string;
      readonly fundId: string;
      readonly fundName: string;
      readonly subFundId: string | null;
      readonly project: string | null;
      readonly enterpriseId: string | null;
      readonly round: string | null;
      readonly roundTotal: string | null;
      readonly amount: string;
      readonly valueOn: Day;
      readonly recordedAt: Date;
    }
    const order = { by: 'investmentId', descending: true };
    const page = await pageOf<Row>(tx, rows, place, order);
    const items = page.items.map((row) => ({ ...row, recordedAt: row.recordedAt.toISOString() }));
    return { ...page, items };
  },
});

interface CallRow {
  readonly callId: string;
  readonly fundId: string;
  readonly fundName: string;
  readonly number: number;
  readonly amount: string;
  readonly issuedOn: Day;
  readonly dueOn: Day;
  readonly purpose: string | null;
  readonly version: number;
  readonly paid: string;
}

/** Calls with what had been paid by then. */
function callRows(at: AsOf): Knex.QueryBuilder {
  const paid = sql('funds_receipts as r')
    .select(sql.raw('coalesce(sum(r.amount), 0)'))
    .whereRaw('r.call_id = c.id');
  until(paid, at, 'r.value_on', 'r.recorded_at');
  const rows = sql('funds_capital_calls as c')
    .join('funds_funds as f', 'f.id', 'c.fund_id')
    .select({
      callId: 'c.id',
      fundId: 'c.fund_id',
      fundName: 'f.name',
      number: 'c.number',
      amount: 'c.amount',
      issuedOn: 'c.issued_on',
      dueOn: 'c.due_on',
      purpose: 'c.purpose',
      version: sql.raw('c.version::int'),
      paid,
    });
  until(rows, at, 'c.issued_on', 'c.recorded_at');
  return rows;
}

const CallOutput = z.object({
  callId: IdText,
  fundId: IdText,
  fundName: z.string(),
  number: z.number().int(),
  amount: MoneyText,
  paid: MoneyText,
  outstanding: MoneyText,
  issuedOn: DayText,
  dueOn: DayText,
  purpose: z.string().nullable(),
  state: z.string(),
  /** Past its day and not paid in full. */
  late: z.boolean(),
  version: z.number().int(),
});

const paidOf = (amountText: string, paidText: string, dueOn: Day, at: AsOf) => {
  const [amount, paid] = [Money.of(amountText), Money.of(paidText)];
  const state = callState(amount, paid);
  return {
    paid: paid.toString(),
    outstanding: amount.minus(paid).toString(),
    state,
    late: state !== 'PAID' && dueOn < at.day,
  };
};

const callFromRow = (row: CallRow, at: AsOf): z.output<typeof CallOutput> => ({
  ...row,
  ...paidOf(row.amount, row.paid, row.dueOn, at),
});

export const listCalls = query({
  name: 'funds.list-calls',
  title: { zh: '缴款通知列表', en: 'List capital calls' },
  permission: 'funds:read',
  input: listInput,
  output: listOf(CallOutput),
  async run({ tx, today }, { fundId, asOf, knownAt, ...place }) {
    const at = asOfFrom({ asOf, knownAt }, today);
    const rows = callRows(at);
    if (fundId !== undefined) rows.where('c.fund_id', fundId);
    const page = await pageOf<CallRow>(tx, rows, place, { by: 'callId', descending: true });
    return { ...page, items: page.items.map((row) => callFromRow(row, at)) };
  },
});

const ItemOutput = z.object({
  itemId: IdText,
  partnerId: IdText,
  name: z.string(),
  amount: MoneyText,
  paid: MoneyText,
  outstanding: MoneyText,
  state: z.string(),
  late: z.boolean(),
});

const selectItems = statement(
  'funds.select-items-as-of',
  `select i.id as "itemId", i.partner_id as "partnerId", p.name, i.amount,
     (select coalesce(sum(r.amount), 0) from funds_receipts r
      where r.call_id = i.call_id and r.partner_id = i.partner_id and r.value_on <= $2::date
        and ($3::timestamptz is null or r.recorded_at <= $3::timestamptz)) as paid
   from funds_call_items i join funds_partners p on p.id = i.partner_id
   where i.call_id = $1 order by p.place`,
);

interface ItemRow {
  readonly itemId: string;
  readonly partnerId: string;
  readonly name: string;
  readonly amount: string;
  readonly paid: string;
}

async function itemsAsOf(tx: Tx, callId: string, dueOn: Day, at: AsOf) {
  const rows = await tx.rows<ItemRow>(selectItems, [callId, at.day, at.knownAt ?? null]);
  return rows.map((row) => ({ ...row, ...paidOf(row.amount, row.paid, dueOn, at) }));
}

const ReceiptOutput = z.object({
  receiptId: IdText,
  partnerId: IdText,
  amount: MoneyText,
  valueOn: DayText,
  /** The same money in the book of the fund that paid it. */
  investmentId: IdText.nullable(),
  recordedAt: InstantText,
});

const selectReceipts = statement(
  'funds.select-receipts-as-of',
  `select id as "receiptId", partner_id as "partnerId", amount, value_on as "valueOn",
     investment_id as "investmentId", recorded_at as "recordedAt"
   from funds_receipts
   where call_id = $1 and value_on <= $2::date
     and ($3::timestamptz is null or recorded_at <= $3::timestamptz)
   order by id`,
);

async function receiptsAsOf(tx: Tx, callId: string, at: AsOf) {
  type Row = Omit<z.output<typeof ReceiptOutput>, 'recordedAt'> & { recordedAt: Date };
  const rows = await tx.rows<Row>(selectReceipts, [callId, at.day, at.knownAt ?? null]);
  return rows.map((row) => ({ ...row, recordedAt: row.recordedAt.toISOString() }));
}

export const showCall = query({
  name: 'funds.show-call',
  title: { zh: '缴款通知详情', en: 'Show a capital call' },
  permission: 'funds:read',
  input: z.strictObject({ callId: IdInput('call'), ...timeShape }),
  output: CallOutput.extend({ items: z.array(ItemOutput), receipts: z.array(ReceiptOutput) }),
  async run({ tx, today }, { callId, ...time }) {
    const at = asOfFrom(time, today);
    const [row] = await tx.built<CallRow>(callRows(at).where('c.id', callId));
    if (!row) throw new Failure(no['call-missing'], { callId });
    const items = await itemsAsOf(tx, callId, row.dueOn, at);
    return { ...callFromRow(row, at), items, receipts: await receiptsAsOf(tx, callId, at) };
  },
});
