/** The read side of loans: schedule, what is paid, due, overdue and next; LPR; day-ends. */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Failure, Money } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { DayText, IdInput, IdText, MoneyText, listOf, pageShape } from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import type { Tx } from '../platform/transaction.ts';
import { ClaimRow, claimOf, duesLeft } from './claim-left.ts';
import { loanRefusals as no } from './loan-refusals.ts';
import { delinquencyRanges } from './packs/delinquency-ranges.ts';
import { creditRefusals } from './refusals.ts';
import type { Due } from './rules/delinquency.ts';
import { delinquencyOf } from './rules/delinquency.ts';
import type { StoredPause } from './store-loan-findings.ts';
import { pausesOf } from './store-loan-findings.ts';

const LoanRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  lineId: IdText,
  enterpriseId: IdText,
  product: z.string(),
  state: z.string(),
  amount: MoneyText,
  outstanding: MoneyText,
  valueOn: DayText,
  dueOn: DayText,
  dayEndOn: DayText.meta({ description: '最后一个日终已计入各项数字的营业日' }),
  /** Not due yet, unrounded; penalty and compound interest whether paid or not. */
  accrued: z.string(),
  penalty: z.string(),
  compound: z.string(),
  daysPastDue: z.number().int(),
  riskClass: z.string(),
  version: z.number().int(),
});

const loanRows = () =>
  sql('credit_loans as l')
    .join('credit_drawdowns as d', 'd.id', 'l.id')
    .select('l.id', 'l.product', 'l.state', 'd.amount', 'd.outstanding', 'l.accrued', 'l.penalty', {
      zoneId: 'l.zone_id',
      bankId: 'l.owner_id',
      lineId: 'd.line_id',
      enterpriseId: 'l.enterprise_id',
      valueOn: 'l.value_on',
      dueOn: 'l.due_on',
      dayEndOn: 'l.closed_on',
      compound: 'l.compound',
      daysPastDue: 'l.days_past_due',
      riskClass: 'l.risk_class',
    })
    .select(sql.raw('l.version::int as version'));

export const listLoans = query({
  name: 'credit.list-loans',
  title: { zh: '贷款台账', en: 'Loans' },
  permission: 'credit:read',
  input: z.strictObject({
    enterpriseId: IdInput('ent').optional(),
    riskClass: z.string().max(20).optional(),
    ...pageShape,
  }),
  output: listOf(LoanRow),
  run: ({ tx }, { enterpriseId, riskClass, ...place }) => {
    const rows = loanRows();
    if (enterpriseId !== undefined) void rows.where('l.enterprise_id', enterpriseId);
    if (riskClass !== undefined) void rows.where('l.risk_class', riskClass);
    return pageOf<z.output<typeof LoanRow>>(tx, rows, place);
  },
});

const InstalmentRow = z.object({
  no: z.int(),
  from: DayText,
  to: DayText,
  dueOn: DayText,
  interest: MoneyText,
  principal: MoneyText,
  balance: MoneyText,
  paidAhead: MoneyText,
  paidInterest: MoneyText,
  paidPrincipal: MoneyText,
  unpaid: MoneyText,
  state: z.enum(['PAID', 'OVERDUE', 'DUE', 'AHEAD']),
});
const PaymentRow = z.object({
  id: IdText,
  valueOn: DayText,
  amount: MoneyText,
  excess: z.string(),
  penalty: MoneyText,
  compound: MoneyText,
  interest: MoneyText,
  principal: MoneyText,
  overPaid: MoneyText,
  /** The operation that took it back: it pays nothing any more. */
  reversedBy: IdText.nullable(),
});
const RefundRow = z.object({
  id: IdText,
  valueOn: DayText,
  amount: MoneyText,
  reason: z.string(),
  /** The refund that it takes back: its amount is negative. */
  reverses: IdText.nullable(),
});
const FindingRow = z.object({
  id: IdText,
  foundOn: DayText,
  /** Of a correction the first day of the class. */
  curedOn: DayText,
  /** The class rests on facts corrected since (更正): nothing had to be cured. */
  factsCorrected: z.boolean(),
  reason: z.string(),
  reversedBy: IdText.nullable(),
});
const findingColumns = {
  id: 'id',
  reason: 'reason',
  foundOn: 'found_on',
  curedOn: 'cured_on',
  factsCorrected: 'facts_corrected',
  reversedBy: 'reversed_by',
} as const;
const ClassRow = z.object({ on: DayText, riskClass: z.string(), triggers: z.array(z.unknown()) });

const RateRow = z.object({ from: DayText, rate: z.string(), kind: z.string(), reason: z.string() });
const TrancheRow = z.object({
  no: z.int(),
  valueOn: DayText,
  amount: MoneyText,
  purpose: z.string(),
});

const MisuseRow = z.object({
  id: IdText,
  from: DayText,
  clearedOn: DayText.nullable(),
  amount: MoneyText,
  markup: z.string(),
});

const LoanShown = LoanRow.extend({
  terms: z.unknown(),
  rates: z.array(RateRow),
  /** Those after the first, which is the drawdown itself. */
  tranches: z.array(TrancheRow),
  repriceOn: DayText.nullable(),
  misuses: z.array(MisuseRow),
  /** Pauses stop the ageing here, and not that of the class. */
  ageing: z.object({
    daysPastDue: z.int(),
    range: z.string().nullable(),
    overdue: MoneyText,
    pauses: z.array(z.object({ id: IdText, from: DayText, to: DayText.nullable() })),
  }),
  schedule: z.array(InstalmentRow),
  payments: z.array(PaymentRow),
  refunds: z.array(RefundRow),
  upgradeFindings: z.array(FindingRow),
  classes: z.array(ClassRow),
  /** Null unless it is written off: the claim that stands, and what was recovered of it. */
  writtenOff: ClaimRow.nullable(),
  /**
   * Of instalments: paid, fallen due and unpaid, of that overdue, and what falls due next. What
   * was recovered of a loan written off is owed no more; the instalments stay as they were.
   */
  paid: MoneyText,
  due: MoneyText,
  overdue: MoneyText,
  next: z.object({ dueOn: DayText, amount: MoneyText }).nullable(),
});

type Row = z.output<typeof InstalmentRow>;

const instalmentRows = (drawdownId: string, today: string) =>
  sql('credit_instalments')
    .where({ drawdown_id: drawdownId, live: true })
    .orderBy('no')
    .select('no', 'interest', 'principal', 'balance', {
      from: 'from_on',
      to: 'to_on',
      dueOn: 'due_on',
      paidAhead: 'paid_ahead',
      paidInterest: 'paid_interest',
      paidPrincipal: 'paid_principal',
    })
    .select(
      sql.raw('interest + principal - paid_ahead - paid_interest - paid_principal as unpaid'),
      sql.raw(
        `case when interest + principal = paid_ahead + paid_interest + paid_principal then 'PAID'
         when due_on < ?::date then 'OVERDUE' when due_on = ?::date then 'DUE'
         else 'AHEAD' end as state`,
        [today, today],
      ),
    );

function summaryOf(schedule: readonly Row[], dues: readonly Due[], today: Day) {
  const all = schedule.flatMap((r) => [Money.of(r.interest), Money.of(r.principal)]);
  const unpaid = schedule.map((row) => Money.of(row.unpaid));
  const owed = (is: (dueOn: Day) => boolean): string =>
    Money.sum(dues.filter(({ dueOn }) => is(dueOn)).map(({ amount }) => amount)).toString();
  const next = dues.find(({ dueOn }) => dueOn > today);
  return {
    paid: Money.sum(all).minus(Money.sum(unpaid)).toString(),
    due: owed((dueOn) => dueOn <= today),
    overdue: owed((dueOn) => dueOn < today),
    next: next ? { dueOn: next.dueOn, amount: next.amount.toString() } : null,
  };
}

/** Days past due and range as the bank's own rules of collection count them. */
function ageingOf(dues: readonly Due[], today: Day, pauses: readonly StoredPause[]) {
  const counted = delinquencyOf(dues, today, delinquencyRanges.parameters, pauses);
  return {
    daysPastDue: counted.daysPastDue,
    range: counted.range ?? null,
    overdue: counted.overdue.toString(),
    pauses: pauses.map(({ id, from, to }) => ({ id, from, to: to ?? null })),
  };
}

/** A drawdown without terms is another thing than one that is not there. */
async function whyNoLoan(tx: Tx, drawdownId: string): Promise<Failure> {
  const [drawdown] = await tx.built(sql('credit_drawdowns').where('id', drawdownId).select('id'));
  const refusal = drawdown ? no['loan-missing'] : creditRefusals['drawdown-missing'];
  return new Failure(refusal, { drawdownId });
}

export const showLoan = query({
  name: 'credit.show-loan',
  title: { zh: '贷款详情', en: 'Loan' },
  permission: 'credit:read',
  input: z.strictObject({ drawdownId: IdInput('draw') }),
  output: LoanShown,
  async run({ tx, today }, { drawdownId }) {
    const [loan] = await tx.built<z.output<typeof LoanRow> & { repriceOn: string | null }>(
      loanRows().where('l.id', drawdownId).select('l.reprice_on as repriceOn'),
    );
    if (!loan) throw await whyNoLoan(tx, drawdownId);
    const of = (table: string) => sql(table).where('drawdown_id', drawdownId);
    const schedule = await tx.built<Row>(instalmentRows(drawdownId, today));
    const [agreed] = await tx.built<{ terms: unknown }>(
      of('credit_loan_terms').orderBy('version', 'desc').limit(1).select('terms'),
    );
    const rates = await tx.built<z.output<typeof RateRow>>(
      of('credit_loan_rates')
        .distinctOn('from_on')
        .orderBy(['from_on', { column: 'no', order: 'desc' }])
        .select('from_on as from', 'rate', 'kind', 'reason'),
    );
    const tranches = await tx.built<z.output<typeof TrancheRow>>(
      of('credit_loan_tranches')
        .whereNull('reversed_by')
        .orderBy('no')
        .select('no', 'amount', 'purpose', { valueOn: 'value_on' }),
    );
    const payments = await tx.built<z.output<typeof PaymentRow>>(
      of('credit_loan_payments')
        .orderBy('no')
        .select('id', 'amount', 'excess', 'penalty', 'compound', 'interest', 'principal', {
          valueOn: 'value_on',
          overPaid: 'over_paid',
          reversedBy: 'reversed_by',
        }),
    );
    const refunds = await tx.built<z.output<typeof RefundRow>>(
      of('credit_refunds')
        .orderBy(['recorded_at', 'id'])
        .select('id', 'amount', 'reason', 'reverses', { valueOn: 'value_on' }),
    );
    const upgradeFindings = await tx.built<z.output<typeof FindingRow>>(
      of('credit_upgrade_findings').orderBy(['found_on', 'id']).select(findingColumns),
    );
    const classes = await tx.built<z.output<typeof ClassRow>>(
      of('credit_loan_classes')
        .orderBy('classified_on')
        .select('triggers', { on: 'classified_on', riskClass: 'risk_class' }),
    );
    const misuses = await tx.built<z.output<typeof MisuseRow>>(
      of('credit_misuses')
        .orderBy(['from_on', 'id'])
        .select('id', 'amount', 'markup', { from: 'from_on', clearedOn: 'cleared_on' }),
    );
    const writtenOff = await claimOf(tx, drawdownId);
    const dues = duesLeft(schedule, writtenOff, today);
    const ageing = ageingOf(dues, today, await pausesOf(tx, drawdownId));
    const terms = agreed?.terms;
    return {
      ...loan,
      terms,
      rates,
      tranches,
      misuses,
      ageing,
      schedule,
      payments,
      refunds,
      upgradeFindings,
      classes,
      writtenOff,
      ...summaryOf(schedule, dues, today),
    };
  },
});

const LprRow = z.object({
  term: z.string(),
  publishedOn: DayText,
  /** Above 1: corrections of the same day; the last of them holds. */
  no: z.int(),
  rate: z.string(),
  evidence: z.string(),
  source: z.string(),
});

export const listLprRates = query({
  name: 'credit.list-lpr-rates',
  title: { zh: '贷款市场报价利率', en: 'Loan prime rates' },
  permission: 'credit:read',
  input: z.strictObject({}),
  output: z.object({ items: z.array(LprRow) }),
  run: async ({ tx }) => ({
    items: await tx.built<z.output<typeof LprRow>>(
      sql('credit_lpr_rates')
        .orderBy(['term', 'published_on', 'no'])
        .select('term', 'no', 'rate', 'evidence', 'source', { publishedOn: 'published_on' }),
    ),
  }),
});

const DayEndRow = z.object({
  businessDay: DayText,
  portions: z.int(),
  loans: z.int(),
  instalmentsDue: z.int(),
  interestDue: MoneyText,
  finished: z.boolean(),
});

export const listDayEnds = query({
  name: 'credit.list-day-ends',
  title: { zh: '贷款日终进度', en: 'Day-ends of loans' },
  permission: 'jobs:run',
  input: z.strictObject({}),
  output: z.object({ items: z.array(DayEndRow) }),
  run: async ({ tx }) => ({
    items: await tx.built<z.output<typeof DayEndRow>>(
      sql('credit_day_end_portions as p')
        .leftJoin('credit_day_ends as e', 'e.business_day', 'p.business_day')
        .groupBy('p.business_day')
        .orderBy('p.business_day', 'desc')
        .limit(60)
        .select({ businessDay: 'p.business_day' })
        .select(
          sql.raw('count(*)::int as portions'),
          sql.raw(`coalesce(sum(p.loans) filter (where step = 'accrue'), 0)::int as loans`),
          sql.raw('sum(p.due)::int as "instalmentsDue"'),
          sql.raw('sum(p.interest_due)::numeric(20,2) as "interestDue"'),
          sql.raw('bool_or(e.business_day is not null) as finished'),
        ),
    ),
  }),
});
