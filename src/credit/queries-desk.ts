/**
 * What a desk must look at that no register of its own lists: loans that fall due or are overdue,
 * and conditions of approvals that are still open. Both sorted by day.
 */
import { z } from 'zod';
import { addDays } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayText,
  FlagFilter,
  IdInput,
  IdText,
  MoneyText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import { riskClasses } from './rules/risk-class.ts';
import { classOfDrawdown } from './store-inspections.ts';
import { earliestUnpaid } from './store-maturities.ts';

const LoanDueRow = z.object({
  /** Sorts by day; names the loan. */
  key: z.string(),
  drawdownId: IdText,
  zoneId: IdText,
  bankId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  product: z.string(),
  outstanding: MoneyText,
  /** The earliest day on which something is to be paid, and how much on it. */
  dueOn: DayText,
  dueAmount: MoneyText,
  /** Without interest: the drawdown has no terms, so its interest is told when it is repaid. */
  principalOnly: z.boolean(),
  overdue: z.boolean(),
  daysPastDue: z.number().int(),
  riskClass: z.enum(riskClasses),
});

/** A loan's first unpaid instalment; a drawdown without terms is one instalment at its end. */
const loansDue = (today: string) =>
  sql.raw(
    `(select d.id, d.zone_id, d.owner_id, d.enterprise_id, c.product, d.outstanding,
       coalesce(i.due_on, d.due_on) as due_on,
       coalesce(i.interest + i.principal - i.paid_ahead - i.paid_interest - i.paid_principal,
         d.outstanding)::numeric(20,2) as due_amount,
       l.id is null as principal_only,
       greatest(?::date - coalesce(i.due_on, d.due_on), 0) as days_past_due,
       ${classOfDrawdown} as risk_class
     from credit_drawdowns d
     join credit_lines c on c.id = d.line_id
     left join credit_loans l on l.id = d.id
     ${earliestUnpaid}
     where d.state in ('DISBURSED', 'PARTLY_REPAID', 'NPL')) as due`,
    [today],
  );

export const listLoansDue = query({
  name: 'credit.list-loans-due',
  title: { zh: '到期与逾期贷款', en: 'Loans that fall due or are overdue' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    enterpriseId: IdInput('ent').optional(),
    /** How far ahead to look. */
    withinDays: z.coerce.number().int().min(1).max(3660).default(30),
    overdue: FlagFilter,
    ...pageShape,
  }),
  output: listOf(LoanDueRow),
  run: ({ tx, today }, { zoneId, enterpriseId, withinDays, overdue, ...place }) => {
    const rows = sql
      .from(loansDue(today))
      .join('parties_enterprises as e', 'e.id', 'due.enterprise_id')
      .select('due.product', 'due.outstanding', {
        drawdownId: 'due.id',
        zoneId: 'due.zone_id',
        bankId: 'due.owner_id',
        enterpriseId: 'due.enterprise_id',
        enterpriseName: 'e.name',
        dueOn: 'due.due_on',
        dueAmount: 'due.due_amount',
        principalOnly: 'due.principal_only',
        daysPastDue: 'due.days_past_due',
        riskClass: 'due.risk_class',
      })
      .select(
        sql.raw(`due.due_on::text || ':' || due.id as key`),
        sql.raw('(due.days_past_due > 0) as overdue'),
      )
      .where('due.due_on', '<=', addDays(today, withinDays));
    if (zoneId !== undefined) void rows.where('due.zone_id', zoneId);
    if (enterpriseId !== undefined) void rows.where('due.enterprise_id', enterpriseId);
    if (overdue !== undefined) {
      void rows.where('due.due_on', overdue === 'true' ? '<' : '>=', today);
    }
    return pageOf<z.output<typeof LoanDueRow>>(tx, rows, place, { by: 'key' });
  },
});

const OpenConditionRow = z.object({
  /** Sorts by the end of the approval; names the condition. */
  key: z.string(),
  conditionId: IdText,
  applicationId: IdText,
  zoneId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  product: z.string(),
  approvedAmount: MoneyText,
  kind: z.enum(['precedent', 'covenant']),
  wording: z.string(),
  validUntil: DayText,
  /** The approval ran out with the condition open. */
  lapsed: z.boolean(),
});

export const listOpenConditions = query({
  name: 'credit.list-open-conditions',
  title: { zh: '待落实条件', en: 'Conditions that are still open' },
  permission: 'application:read',
  input: z.strictObject({ zoneId: IdInput('zone').optional(), ...pageShape }),
  output: listOf(OpenConditionRow),
  run: ({ tx, today }, { zoneId, ...place }) => {
    const rows = sql('credit_conditions as c')
      .join('credit_applications as a', 'a.id', 'c.application_id')
      .join('parties_enterprises as e', 'e.id', 'a.enterprise_id')
      .select('a.product', 'c.kind', 'c.wording', {
        conditionId: 'c.id',
        applicationId: 'a.id',
        zoneId: 'a.zone_id',
        enterpriseId: 'a.enterprise_id',
        enterpriseName: 'e.name',
        approvedAmount: 'a.approved_amount',
        validUntil: 'a.valid_until',
      })
      .select(
        sql.raw(`a.valid_until::text || ':' || c.id as key`),
        sql.raw('(a.valid_until < ?::date) as lapsed', [today]),
      )
      .whereNull('c.met_on')
      .whereIn('a.state', ['APPROVED', 'SIGNED']);
    if (zoneId !== undefined) void rows.where('a.zone_id', zoneId);
    return pageOf<z.output<typeof OpenConditionRow>>(tx, rows, place, { by: 'key' });
  },
});
