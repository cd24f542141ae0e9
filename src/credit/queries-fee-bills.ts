/**
 * Bills of the commitment fee (承诺费账单): a list with filters, and one bill with all that it is made
 * of: its parts, what it adjusts of earlier bills with the parts counted anew, and what covers it.
 */
import { z } from 'zod';
import { Failure, addDays, daysBetween, groupedBy } from '../kernel/index.ts';
import type { Day } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayInput,
  DayText,
  FlagFilter,
  IdInput,
  IdText,
  InstantText,
  MoneyText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { having, sql } from '../platform/sql.ts';
import { feeRefusals as no } from './fee-refusals.ts';
import { FeePartShown } from './queries-commitment-fee.ts';

const BillRow = z.object({
  /** Sorts by the day on which it falls due; names the bill. */
  key: z.string(),
  id: IdText,
  lineId: IdText,
  zoneId: IdText,
  bankId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  product: z.string(),
  from: DayText,
  /** Not counted itself; as `from` where only earlier bills are adjusted. */
  to: DayText,
  /** The last day of the period. */
  settledOn: DayText,
  /** Of its own period. */
  amount: MoneyText,
  /** Of earlier periods, by what became known since they were billed. */
  adjustment: MoneyText,
  total: MoneyText,
  paid: MoneyText,
  /** Less what lapsed of it because it was not owed after all. */
  waived: MoneyText,
  /** What credits of other bills paid; below zero what this credit paid on others. */
  offset: MoneyText,
  /** Below zero: to be given back. */
  owed: MoneyText,
  dueOn: DayText,
  overdue: z.boolean(),
  daysPastDue: z.number().int(),
  pack: z.string(),
  version: z.number().int(),
});

/** What of the kinds covers bill b. */
const covering = (kinds: string): string =>
  `coalesce((select sum(m.amount) from credit_fee_movements m
    where m.bill_id = b.id and m.kind in (${kinds})), 0)::numeric(20,2)`;

const billRows = (today: Day) =>
  sql('credit_fee_bills as b')
    .join('credit_lines as l', 'l.id', 'b.line_id')
    .join('parties_enterprises as e', 'e.id', 'b.enterprise_id')
    .select('b.id', 'l.product', 'b.amount', 'b.adjustment', 'b.total', 'b.pack', {
      lineId: 'b.line_id',
      zoneId: 'b.zone_id',
      bankId: 'b.owner_id',
      enterpriseId: 'b.enterprise_id',
      enterpriseName: 'e.name',
      from: 'b.from_on',
      to: 'b.to_on',
      settledOn: 'b.settled_on',
      dueOn: 'b.due_on',
    })
    .select(
      sql.raw(`b.due_on::text || ':' || b.id as key`),
      sql.raw(`${covering(`'PAYMENT', 'REFUND'`)} as paid`),
      sql.raw(`${covering(`'WAIVER', 'LAPSE'`)} as waived`),
      sql.raw(`${covering(`'OFFSET'`)} as "offset"`),
      sql.raw('(b.total - b.covered)::numeric(20,2) as owed'),
      sql.raw('(b.total > b.covered and b.due_on < ?::date) as overdue', [today]),
      sql.raw(
        `case when b.total > b.covered then greatest(?::date - b.due_on, 0) else 0 end
         as "daysPastDue"`,
        [today],
      ),
      sql.raw('b.version::int as version'),
    );

export const listFeeBills = query({
  name: 'credit.list-fee-bills',
  title: { zh: '承诺费账单', en: 'Bills of commitment fees' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    bankId: IdInput('org').optional(),
    lineId: IdInput('line').optional(),
    enterpriseId: IdInput('ent').optional(),
    /** Whether something is owed or to be given back. */
    open: FlagFilter,
    /** Whether something is owed past its day. */
    overdue: FlagFilter,
    /** What is owed and falls due so soon, or is overdue. */
    dueWithinDays: z.coerce.number().int().min(1).max(3660).optional(),
    /** Settled on this day or later. */
    from: DayInput.optional(),
    /** Settled on this day or before. */
    to: DayInput.optional(),
    ...pageShape,
  }),
  output: listOf(BillRow),
  run: ({ tx, today }, input) => {
    const { zoneId, bankId, lineId, enterpriseId, open, overdue, dueWithinDays, from, to } = input;
    const rows = having(billRows(today), {
      'b.zone_id': zoneId,
      'b.owner_id': bankId,
      'b.line_id': lineId,
      'b.enterprise_id': enterpriseId,
    });
    if (open !== undefined) {
      void rows.whereRaw(open === 'true' ? 'b.covered <> b.total' : 'b.covered = b.total');
    }
    const late = '(b.covered < b.total and b.due_on < ?::date)';
    if (overdue !== undefined) void rows.whereRaw(overdue === 'true' ? late : `not ${late}`, today);
    if (dueWithinDays !== undefined) {
      const until = addDays(today, dueWithinDays);
      void rows.whereRaw('b.covered < b.total and b.due_on <= ?::date', until);
    }
    if (from !== undefined) void rows.where('b.settled_on', '>=', from);
    if (to !== undefined) void rows.where('b.settled_on', '<=', to);
    const { page, pageSize, cursor, limit } = input;
    const place = { page, pageSize, cursor, limit };
    return pageOf<z.output<typeof BillRow>>(tx, rows, place, { by: 'key' });
  },
});

const Movement = z.object({
  id: IdText,
  kind: z.enum(['PAYMENT', 'WAIVER', 'REFUND', 'OFFSET', 'LAPSE']),
  /** What it covers of the bill. */
  amount: MoneyText,
  valueOn: DayText,
  reason: z.string().nullable(),
  /** The movement that it takes back. */
  reverses: IdText.nullable(),
  madeAt: InstantText,
});

const Adjustment = z.object({
  /** The bill whose period is counted anew. */
  billId: IdText,
  from: DayText,
  to: DayText,
  /** Billed for it before, adjustments included. */
  was: MoneyText,
  now: MoneyText,
  difference: MoneyText,
  parts: z.array(FeePartShown),
});

interface PartRow {
  readonly ofBillId: string;
  readonly from: Day;
  readonly to: Day;
  readonly undrawn: string;
  readonly rateAnnual: string;
}

const partShown = ({ from, to, undrawn, rateAnnual }: PartRow) => ({
  from,
  to,
  days: daysBetween(from, to),
  undrawn,
  rateAnnual,
});

export const showFeeBill = query({
  name: 'credit.show-fee-bill',
  title: { zh: '承诺费账单详情', en: 'Bill of a commitment fee' },
  permission: 'credit:read',
  input: z.strictObject({ billId: IdInput('feebill') }),
  output: BillRow.extend({
    parts: z.array(FeePartShown),
    adjustments: z.array(Adjustment),
    movements: z.array(Movement),
  }),
  async run({ tx, today }, { billId }) {
    const [bill] = await tx.built<z.output<typeof BillRow>>(billRows(today).where('b.id', billId));
    if (!bill) throw new Failure(no['fee-bill-missing'], { billId });
    const parts = groupedBy(
      await tx.built<PartRow>(
        sql('credit_fee_parts')
          .where('bill_id', billId)
          .orderBy(['of_bill_id', 'no'])
          .select('undrawn', { ofBillId: 'of_bill_id', from: 'from_on', to: 'to_on' })
          .select(sql.raw('trim_scale(rate_annual)::text as "rateAnnual"')),
      ),
      ({ ofBillId }) => ofBillId,
    );
    const partsOf = (id: string) => (parts.get(id) ?? []).map(partShown);
    type AdjustmentRow = Omit<z.output<typeof Adjustment>, 'parts'>;
    const adjustments = await tx.built<AdjustmentRow>(
      sql('credit_fee_adjustments as j')
        .join('credit_fee_bills as o', 'o.id', 'j.of_bill_id')
        .where('j.bill_id', billId)
        .orderBy('o.settled_on')
        .select('j.was', 'j.now', { billId: 'o.id', from: 'o.from_on', to: 'o.to_on' })
        .select(sql.raw('(j.now - j.was)::numeric(20,2) as difference')),
    );
    type MovementRow = Omit<z.output<typeof Movement>, 'madeAt'> & { readonly madeAt: Date };
    const movements = await tx.built<MovementRow>(
      sql('credit_fee_movements')
        .where('bill_id', billId)
        .orderBy('id')
        .select('id', 'kind', 'amount', 'reason', 'reverses', {
          valueOn: 'value_on',
          madeAt: 'made_at',
        }),
    );
    return {
      ...bill,
      parts: partsOf(billId),
      adjustments: adjustments.map((one) => ({ ...one, parts: partsOf(one.billId) })),
      movements: movements.map((one) => ({ ...one, madeAt: one.madeAt.toISOString() })),
    };
  },
});
