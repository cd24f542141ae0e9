/**
 * Reads of risk reports, and of the loans behind one. The loans are found anew from their dated
 * facts as far as they were recorded when the report was made, so they add up to it.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  InstantText,
  MoneyText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { having, sql } from '../platform/sql.ts';
import { statement } from '../platform/transaction.ts';
import { riskRefusals as no } from './risk-refusals.ts';
import { riskClasses } from './rules/risk-class.ts';
import { delinquencyOf } from './store-day-end.ts';

const ClassRow = z.object({
  riskClass: z.enum(riskClasses),
  loans: z.int(),
  balance: MoneyText,
  rate: z.string(),
  provision: MoneyText,
});
const RangeRow = z.object({
  code: z.string(),
  loans: z.int(),
  balance: MoneyText,
  /** Unpaid of instalments whose own days past due lie in the range. */
  overdue: MoneyText,
});
const RatioRow = z.object({
  numerator: MoneyText.nullable(),
  denominator: MoneyText,
  value: z.string().nullable(),
  standing: z.string().nullable(),
  reason: z.string().nullable(),
});

const ReportRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  asOf: DayText,
  loans: z.int(),
  balance: MoneyText,
  nonPerforming: MoneyText,
  special: MoneyText,
  general: MoneyText,
  required: MoneyText,
  /** What the bank said that it holds, and of which day; null: it has not said. */
  held: z.object({ amount: MoneyText, asOf: DayText, evidence: z.string() }).nullable(),
  classes: z.array(ClassRow),
  ranges: z.array(RangeRow),
  ratios: z.object({
    nonPerforming: RatioRow,
    coverage: RatioRow,
    loanProvision: RatioRow,
    requiredCoverage: RatioRow,
    requiredLoanProvision: RatioRow,
  }),
  provisionPack: z.string(),
  rangePack: z.string(),
  computedAt: InstantText,
});

export const listRiskReports = query({
  name: 'credit.list-risk-reports',
  title: { zh: '风险日报', en: 'Risk reports' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    bankId: IdInput('org').optional(),
    asOf: DayInput.optional(),
    ...pageShape,
  }),
  output: listOf(ReportRow),
  async run({ tx }, { zoneId, bankId, asOf, ...place }) {
    const rows = sql('credit_risk_reports as r')
      .leftJoin('credit_held_provisions as h', 'h.id', 'r.held_id')
      .select('r.id', 'r.loans', 'r.balance', 'r.special', 'r.general', 'r.required', {
        zoneId: 'r.zone_id',
        bankId: 'r.owner_id',
        asOf: 'r.as_of',
        nonPerforming: 'r.non_performing',
        classes: 'r.classes',
        ranges: 'r.ranges',
        ratios: 'r.ratios',
        provisionPack: 'r.provision_pack',
        rangePack: 'r.range_pack',
        computedAt: 'r.computed_at',
      })
      .select(
        sql.raw(`case when h.id is null then null else json_build_object('amount',
          h.amount::text, 'asOf', h.as_of, 'evidence', h.evidence) end as held`),
      );
    having(rows, { 'r.zone_id': zoneId, 'r.owner_id': bankId, 'r.as_of': asOf });
    type Row = Omit<z.output<typeof ReportRow>, 'computedAt'> & { readonly computedAt: Date };
    const page = await pageOf<Row>(tx, rows, place, { descending: true });
    const items = page.items.map((row) => ({ ...row, computedAt: row.computedAt.toISOString() }));
    return { ...page, items };
  },
});

const LoanBehind = z.object({
  id: IdText,
  enterpriseId: IdText,
  balance: MoneyText,
  riskClass: z.enum(riskClasses),
  delinquency: z.string().nullable(),
});

const selectReport = statement(
  'credit.select-risk-report',
  `select zone_id as "zoneId", owner_id as "ownerId", as_of as "asOf", computed_at as "computedAt"
   from credit_risk_reports where id = $1`,
);

/** Whether drawdown `d` was taken back, whole or by the operation, after report `r` was made. */
const reversedSince = (operation = ''): string =>
  `exists (select from limits_movements m where m.node_id = d.node_id and m.source_id = d.id
     and m.kind = 'reverse' and m.recorded_at > r.computed_at ${operation})`;

/**
 * The amount of a drawdown is that of now, all its tranches of now included. What takes a write-off
 * back leaves no instant, but ids of operations tell their order.
 */
const behind = `
  (select d.id, d.enterprise_id, d.amount
      - coalesce((select sum(case when t.reversed_by is null then t.amount else -t.amount end)
          from credit_loan_tranches t where t.drawdown_id = d.id
          and case when t.reversed_by is null
            then t.value_on > r.as_of or t.recorded_at > r.computed_at
            else t.value_on <= r.as_of and t.recorded_at <= r.computed_at
              and ${reversedSince('and m.operation_id = t.reversed_by')} end), 0)
      - coalesce((select sum(p.principal) from credit_repayments p where p.drawdown_id = d.id
          and p.value_on <= r.as_of and p.made_at <= r.computed_at), 0) as balance,
    coalesce((select c.risk_class from credit_loan_classes c where c.drawdown_id = d.id
        and c.classified_on <= r.as_of order by c.classified_on desc limit 1),
      case when not d.scheduled and d.defaulted_on <= r.as_of then 'SUBSTANDARD' else 'NORMAL' end)
      as risk_class,
    case when not d.scheduled then ${delinquencyOf('(r.as_of - d.due_on)')}
      else (select g.delinquency from credit_loan_ranges g where g.drawdown_id = d.id
        and g.since <= r.as_of and g.recorded_at <= r.computed_at
        order by g.since desc, g.no desc limit 1) end as delinquency
  from credit_risk_reports r join credit_drawdowns d
    on d.zone_id = r.zone_id and d.owner_id = r.owner_id and d.value_on <= r.as_of
    and d.made_at <= r.computed_at and (d.state <> 'REVERSED' or ${reversedSince()})
    and not exists (select from credit_write_offs w where w.drawdown_id = d.id
      and w.recorded_at <= r.computed_at
      and (w.reversed_by is null or w.reversed_by > r.operation_id))
  where r.id = ?) as l`;

export const listRiskReportLoans = query({
  name: 'credit.list-risk-report-loans',
  title: { zh: '风险日报的贷款', en: 'Loans behind a risk report' },
  permission: 'credit:read',
  input: z.strictObject({
    reportId: IdInput('risk'),
    riskClass: z.enum(riskClasses).optional(),
    delinquency: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/)
      .optional(),
    ...pageShape,
  }),
  output: listOf(LoanBehind),
  async run({ tx }, { reportId, riskClass, delinquency, ...place }) {
    const [report] = await tx.rows(selectReport, [reportId]);
    if (!report) throw new Failure(no['risk-report-missing'], { reportId });
    const rows = sql
      .from(sql.raw(behind, [reportId]))
      .select('l.id', 'l.delinquency', {
        enterpriseId: 'l.enterprise_id',
        balance: sql.raw('l.balance::numeric(20,2)'),
        riskClass: 'l.risk_class',
      })
      .where('l.balance', '>', 0);
    if (riskClass !== undefined) void rows.where('l.risk_class', riskClass);
    if (delinquency !== undefined) void rows.where('l.delinquency', delinquency);
    return pageOf<z.output<typeof LoanBehind>>(tx, rows, place);
  },
});
