/** Reads of exceptions: a bank's own, each with its steps, and its quota with what stands on it. */
import { z } from 'zod';
import { Failure, Money } from '../kernel/index.ts';
import { memberOf } from '../parties/index.ts';
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
import { having, sql } from '../platform/sql.ts';
import { statement } from '../platform/transaction.ts';
import { exceptionRefusals as no } from './exception-refusals.ts';
import { exceptionKinds, exceptionStates } from './model-exceptions.ts';
import { creditRefusals } from './refusals.ts';
import { quotaUse } from './store-exceptions.ts';
import { StepShown, stepsOf } from './steps-shown.ts';

const ExceptionRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  kind: z.enum(exceptionKinds),
  enterpriseId: IdText,
  enterpriseName: z.string(),
  lineId: IdText.nullable(),
  nodeId: IdText.nullable(),
  nodeName: z.string().nullable(),
  bucketDays: z.number().int().nullable(),
  segmentId: IdText.nullable(),
  product: z.string().nullable(),
  rateAnnual: z.string().nullable(),
  amount: MoneyText,
  purpose: z.string(),
  state: z.enum(exceptionStates),
  /** Its last day is over and no job has said so yet. */
  overdue: z.boolean(),
  raisedBy: IdText,
  raisedOn: DayText,
  justification: z.string().nullable(),
  evidence: z.string().nullable(),
  approvedAmount: MoneyText.nullable(),
  approvedOn: DayText.nullable(),
  expiresOn: DayText.nullable(),
  usedAmount: MoneyText.nullable(),
  drawdownId: IdText.nullable(),
  closedOn: DayText.nullable(),
  reason: z.string().nullable(),
  version: z.number().int(),
});
type ExceptionRow = z.output<typeof ExceptionRow>;

const exceptionRows = (today: string) =>
  sql('credit_exceptions as x')
    .join('parties_enterprises as e', 'e.id', 'x.enterprise_id')
    .leftJoin('limits_nodes as n', 'n.id', 'x.node_id')
    .select('x.id', 'x.kind', 'x.product', 'x.amount', 'x.purpose', 'x.state', {
      zoneId: 'x.zone_id',
      bankId: 'x.owner_id',
      enterpriseId: 'x.enterprise_id',
      enterpriseName: 'e.name',
      lineId: 'x.line_id',
      nodeId: 'x.node_id',
      nodeName: 'n.name',
      bucketDays: 'x.bucket_days',
      segmentId: 'x.segment_id',
      rateAnnual: 'x.rate_annual',
      raisedBy: 'x.raised_by_user',
      raisedOn: 'x.raised_on',
      justification: 'x.justification',
      evidence: 'x.evidence',
      approvedAmount: 'x.approved_amount',
      approvedOn: 'x.approved_on',
      expiresOn: 'x.expires_on',
      usedAmount: 'x.used_amount',
      drawdownId: 'x.drawdown_id',
      closedOn: 'x.closed_on',
      reason: 'x.reason',
    })
    .select(
      sql.raw(`(x.state = 'APPROVED' and x.expires_on < ?::date) as overdue`, [today]),
      sql.raw('x.version::int as version'),
    );

export const listExceptions = query({
  name: 'credit.list-exceptions',
  title: { zh: '例外审批', en: 'Exceptions' },
  permission: 'exception:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    lineId: IdInput('line').optional(),
    kind: z.enum(exceptionKinds).optional(),
    state: z.enum(exceptionStates).optional(),
    /** Not closed yet. */
    open: FlagFilter,
    ...pageShape,
  }),
  output: listOf(ExceptionRow),
  run: ({ tx, today }, { zoneId, lineId, kind, state, open, ...place }) => {
    const listed = sql.select('*').from(exceptionRows(today).as('listed'));
    const rows = having(listed, { zoneId, lineId, kind, state });
    if (open !== undefined) void rows.whereRaw('("closedOn" is null) = ?', [open === 'true']);
    return pageOf<ExceptionRow>(tx, rows, place);
  },
});

const selectSteps = statement(
  'credit.select-exception-steps',
  `select version::int, to_state as "to", reason, value_on as "on", made_by as "madeBy",
     made_at as "madeAt"
   from credit_exception_steps where exception_id = $1 order by version`,
);

export const showException = query({
  name: 'credit.show-exception',
  title: { zh: '例外审批详情', en: 'Exception' },
  permission: 'exception:read',
  input: z.strictObject({ exceptionId: IdInput('exc') }),
  output: ExceptionRow.extend({ steps: z.array(StepShown) }),
  async run({ tx, today }, { exceptionId }) {
    const [row] = await tx.built<ExceptionRow>(exceptionRows(today).where('x.id', exceptionId));
    if (!row) throw new Failure(no['exception-missing'], { exceptionId });
    return { ...row, steps: await stepsOf(tx, selectSteps, exceptionId) };
  },
});

const selectQuota = statement(
  'credit.select-exception-quota',
  `select q.amount, q.reason, q.set_on as "setOn", q.version::int
   from credit_exception_quotas q where q.zone_id = $1 and q.owner_id = $2`,
);
const selectUse = statement('credit.show-exception-use', quotaUse);

interface QuotaRow {
  readonly amount: string;
  readonly reason: string;
  readonly setOn: string;
  readonly version: number;
}

export const showExceptionQuota = query({
  name: 'credit.show-exception-quota',
  title: { zh: '例外配额', en: 'Quota of exceptions' },
  permission: 'exception:read',
  input: z.strictObject({ zoneId: IdInput('zone'), bankId: IdInput('org').optional() }),
  output: z.object({
    zoneId: IdText,
    bankId: IdText,
    amount: MoneyText,
    used: MoneyText,
    inProcess: MoneyText,
    /** Negative when the quota was cut below what stands on it. */
    available: MoneyText,
    reason: z.string().nullable(),
    setOn: DayText.nullable(),
    version: z.number().int(),
  }),
  async run({ tx, today, actor }, { zoneId, bankId = actor.organisationId }) {
    const { owners } = actor.scope;
    const mine = owners === '*' || owners.includes(bankId);
    const bank = mine ? await memberOf(tx, zoneId, bankId) : undefined;
    if (bank?.kind !== 'bank')
      throw new Failure(creditRefusals['bank-missing'], { bankId, zoneId });
    const [quota] = await tx.rows<QuotaRow>(selectQuota, [zoneId, bankId]);
    const values = [zoneId, bankId, today];
    const [use] = await tx.rows<{ used: string; inProcess: string }>(selectUse, values);
    const { used = '0.00', inProcess = '0.00' } = use ?? {};
    const { amount = '0.00', reason = null, setOn = null, version = 0 } = quota ?? {};
    const available = Money.of(amount).minus(Money.of(used)).minus(Money.of(inProcess)).toString();
    return { zoneId, bankId, amount, used, inProcess, available, reason, setOn, version };
  },
});
