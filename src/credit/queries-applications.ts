/** Reads of applications: a bank's own, each with its diligences, collateral, conditions, steps. */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
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
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { demandRefusals as no } from './demand-refusals.ts';
import { applicationStates, collateralKinds } from './model-demands.ts';
import { inForceOn } from './store-whitelist.ts';
import { StepShown, stepsOf } from './steps-shown.ts';

const ApplicationRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  demandId: IdText.nullable(),
  segmentId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  uscc: z.string(),
  product: z.string(),
  amount: MoneyText,
  termMonths: z.number().int(),
  purpose: z.string(),
  programmeId: IdText.nullable(),
  /** Its place by its priority programme; the list is sorted by it. */
  queueRank: z.number().int().nullable(),
  decisionDueOn: DayText.nullable(),
  /** The bank has not decided in time. */
  overdue: z.boolean(),
  /** Today; outside the whitelist a line takes a second person to become effective. */
  whitelisted: z.boolean(),
  revolving: z.string(),
  state: z.enum(applicationStates),
  managerUser: IdText,
  appliedOn: DayText,
  approvedAmount: MoneyText.nullable(),
  collateralBasis: z.string().nullable(),
  exception: z.string().nullable(),
  primeTerm: z.string().nullable(),
  spreadBp: z.number().int().nullable(),
  rateAnnual: z.string().nullable(),
  commitmentRateAnnual: z.string().nullable(),
  approvedOn: DayText.nullable(),
  validUntil: DayText.nullable(),
  /** The approval ran out before the line was effective. */
  lapsed: z.boolean(),
  openConditions: z.number().int(),
  contractNo: z.string().nullable(),
  signedOn: DayText.nullable(),
  lineId: IdText.nullable(),
  closedOn: DayText.nullable(),
  reason: z.string().nullable(),
  version: z.number().int(),
});
type ApplicationRow = z.output<typeof ApplicationRow>;

const applicationRows = (today: string) =>
  sql('credit_applications as a')
    .join('parties_enterprises as e', 'e.id', 'a.enterprise_id')
    .leftJoin('credit_programmes as p', 'p.id', 'a.programme_id')
    .select('a.id', 'e.uscc', 'a.product', 'a.amount', 'a.purpose', 'a.revolving', 'a.state', {
      zoneId: 'a.zone_id',
      bankId: 'a.owner_id',
      demandId: 'a.demand_id',
      segmentId: 'a.segment_id',
      enterpriseId: 'a.enterprise_id',
      enterpriseName: 'e.name',
      termMonths: 'a.term_months',
      managerUser: 'a.manager_user',
      appliedOn: 'a.applied_on',
      approvedAmount: 'a.approved_amount',
      collateralBasis: 'a.collateral_basis',
      exception: 'a.exception',
      primeTerm: 'a.prime_term',
      spreadBp: 'a.spread_bp',
      rateAnnual: 'a.rate_annual',
      commitmentRateAnnual: 'a.commitment_rate_annual',
      programmeId: 'a.programme_id',
      queueRank: 'p.queue_rank',
      decisionDueOn: 'a.decision_due_on',
      approvedOn: 'a.approved_on',
      validUntil: 'a.valid_until',
      contractNo: 'a.contract_no',
      signedOn: 'a.signed_on',
      lineId: 'a.line_id',
      closedOn: 'a.closed_on',
      reason: 'a.reason',
    })
    .select(
      sql.raw(
        `(a.state = 'LAPSED' or (a.state in ('APPROVED', 'SIGNED')
           and a.valid_until < ?::date)) as lapsed`,
        [today],
      ),
      sql.raw(`(select count(*)::int from credit_conditions c where c.application_id = a.id
        and c.kind = 'precedent' and c.met_on is null) as "openConditions"`),
      sql.raw(
        `(a.state in ('APPLIED', 'DUE_DILIGENCE') and coalesce(a.decision_due_on < ?::date, false))
          as overdue`,
        [today],
      ),
      sql.raw(
        `exists (select from credit_whitelist_entries w where w.owner_id = a.owner_id
          and w.enterprise_id = a.enterprise_id and ${inForceOn('?')}) as whitelisted`,
        [today],
      ),
      sql.raw(`concat(lpad(coalesce(p.queue_rank, 999999)::text, 6, '0'), ':',
        coalesce(a.decision_due_on, a.applied_on), ':', a.id) as place`),
      sql.raw('a.version::int as version'),
    );

export const listApplications = query({
  name: 'credit.list-applications',
  title: { zh: '授信申请', en: 'Applications' },
  permission: 'application:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    enterpriseId: IdInput('ent').optional(),
    demandId: IdInput('dmd').optional(),
    state: z.enum(applicationStates).optional(),
    /** Neither effective nor closed yet. */
    running: FlagFilter,
    ...pageShape,
  }),
  output: listOf(ApplicationRow),
  run: ({ tx, today }, { zoneId, enterpriseId, demandId, state, running, ...place }) => {
    const listed = sql.select('*').from(applicationRows(today).as('listed'));
    const rows = having(listed, { zoneId, enterpriseId, demandId, state });
    if (running !== undefined) {
      void rows.whereRaw('("closedOn" is null) = ?', [running === 'true']);
    }
    return pageOf<ApplicationRow>(tx, rows, place, { by: 'place' });
  },
});

const Collateral = z.object({
  id: IdText,
  kind: z.enum(collateralKinds),
  name: z.string(),
  value: MoneyText,
  haircut: z.string(),
  counted: MoneyText,
});
const Diligence = z.object({
  id: IdText,
  statements: z.array(z.looseObject({ item: z.string() })),
  ratios: z.record(z.string(), z.string().nullable()),
  sizing: z.record(z.string(), z.string().nullable()),
  need: MoneyText,
  newLoan: MoneyText,
  opinion: z.string(),
  recordedOn: DayText,
  madeBy: IdText,
  collaterals: z.array(Collateral),
});
const Condition = z.object({
  id: IdText,
  kind: z.enum(['precedent', 'covenant']),
  wording: z.string(),
  metOn: DayText.nullable(),
  evidence: z.string().nullable(),
});

const selectDiligences = statement(
  'credit.select-diligences',
  `select id, statements, ratios, sizing, need, new_loan as "newLoan", opinion,
     recorded_on as "recordedOn", made_by as "madeBy"
   from credit_diligences where application_id = $1 order by id`,
);
const selectCollaterals = statement(
  'credit.select-collaterals',
  `select diligence_id as "diligenceId", id, kind, name, value, haircut, counted
   from credit_collaterals where application_id = $1 order by id`,
);
const selectConditions = statement(
  'credit.show-conditions',
  `select id, kind, wording, met_on as "metOn", evidence
   from credit_conditions where application_id = $1 order by id`,
);
const selectSteps = statement(
  'credit.select-application-steps',
  `select version::int, to_state as "to", reason, value_on as "on", made_by as "madeBy",
     made_at as "madeAt"
   from credit_application_steps where application_id = $1 order by version`,
);

async function diligencesOf(tx: Tx, id: string): Promise<z.output<typeof Diligence>[]> {
  type Row = Omit<z.output<typeof Diligence>, 'collaterals'>;
  type Part = z.output<typeof Collateral> & { readonly diligenceId: string };
  const found = await tx.rows<Row>(selectDiligences, [id]);
  const parts = await tx.rows<Part>(selectCollaterals, [id]);
  return found.map((row) => ({
    ...row,
    collaterals: parts.flatMap(({ diligenceId, ...part }) =>
      diligenceId === row.id ? [part] : [],
    ),
  }));
}

export const showApplication = query({
  name: 'credit.show-application',
  title: { zh: '授信申请详情', en: 'Application' },
  permission: 'application:read',
  input: z.strictObject({ applicationId: IdInput('appl') }),
  output: ApplicationRow.extend({
    diligences: z.array(Diligence),
    conditions: z.array(Condition),
    steps: z.array(StepShown),
  }),
  async run({ tx, today }, { applicationId }) {
    const rows = applicationRows(today).where('a.id', applicationId);
    const [row] = await tx.built<ApplicationRow>(rows);
    if (!row) throw new Failure(no['application-missing'], { applicationId });
    return {
      ...row,
      diligences: await diligencesOf(tx, applicationId),
      conditions: await tx.rows<z.output<typeof Condition>>(selectConditions, [applicationId]),
      steps: await stepsOf(tx, selectSteps, applicationId),
    };
  },
});
