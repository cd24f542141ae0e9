/** Reads of financing demands: what is offered, what a bank has claimed, what is overdue. */
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
import { statement } from '../platform/transaction.ts';
import { demandRefusals as no } from './demand-refusals.ts';
import { demandStates } from './model-demands.ts';
import { StepShown, stepsOf } from './steps-shown.ts';

const DemandRow = z.object({
  id: IdText,
  zoneId: IdText,
  ownerId: IdText,
  enteredBy: z.string(),
  enterpriseId: IdText,
  enterpriseName: z.string(),
  uscc: z.string(),
  amount: MoneyText,
  purpose: z.string(),
  termMonths: z.number().int(),
  programme: z.string().nullable(),
  /** Its place by the priority programme of that name; the list is sorted by it. */
  queueRank: z.number().int().nullable(),
  state: z.enum(demandStates),
  enteredOn: DayText,
  dueOn: DayText,
  /** Today is its last day. */
  due: z.boolean(),
  /** Its last day is over and nobody has answered. */
  overdue: z.boolean(),
  claimedBy: IdText.nullable(),
  claimedByName: z.string().nullable(),
  claimedOn: DayText.nullable(),
  closedOn: DayText.nullable(),
  reason: z.string().nullable(),
  version: z.number().int(),
});
type DemandRow = z.output<typeof DemandRow>;

const waits = `d.state in ('OPEN', 'CLAIMED')`;

const demandRows = (today: string) =>
  sql('credit_demands as d')
    .join('parties_enterprises as e', 'e.id', 'd.enterprise_id')
    .join('parties_organisations as o', 'o.id', 'd.owner_id')
    .leftJoin('parties_organisations as b', 'b.id', 'd.claimed_by')
    .joinRaw(`left join lateral (select min(p.queue_rank) as rank from credit_programmes p
      where p.zone_id = d.zone_id and p.name = d.programme and p.state = 'OPEN') q on true`)
    .select('d.id', 'd.amount', 'd.purpose', 'd.state', 'd.reason', 'e.uscc', 'd.programme', {
      queueRank: 'q.rank',
      zoneId: 'd.zone_id',
      ownerId: 'd.owner_id',
      enteredBy: 'o.name',
      enterpriseId: 'd.enterprise_id',
      enterpriseName: 'e.name',
      termMonths: 'd.term_months',
      enteredOn: 'd.entered_on',
      dueOn: 'd.due_on',
      claimedBy: 'd.claimed_by',
      claimedByName: 'b.name',
      claimedOn: 'd.claimed_on',
      closedOn: 'd.closed_on',
    })
    .select(
      sql.raw(`(${waits} and d.due_on = ?::date) as due`, [today]),
      sql.raw(`(${waits} and d.due_on < ?::date) as overdue`, [today]),
      sql.raw(`(${waits}) as waiting`),
      sql.raw(`concat(lpad(coalesce(q.rank, 999999)::text, 6, '0'), ':', d.due_on, ':', d.id)
        as place`),
      sql.raw('d.version::int as version'),
    );

export const listDemands = query({
  name: 'credit.list-demands',
  title: { zh: '融资需求', en: 'Financing demands' },
  permission: 'demand:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    enterpriseId: IdInput('ent').optional(),
    claimedBy: IdInput('org').optional(),
    state: z.enum(demandStates).optional(),
    overdue: FlagFilter,
    /** Nobody has answered yet. */
    waiting: FlagFilter,
    ...pageShape,
  }),
  output: listOf(DemandRow),
  run: ({ tx, today }, { zoneId, enterpriseId, claimedBy, state, overdue, waiting, ...place }) => {
    const listed = sql.select('*').from(demandRows(today).as('listed'));
    const rows = having(listed, { zoneId, enterpriseId, claimedBy, state });
    if (overdue !== undefined) rows.where('overdue', overdue === 'true');
    if (waiting !== undefined) rows.where('waiting', waiting === 'true');
    return pageOf<DemandRow>(tx, rows, place, { by: 'place' });
  },
});

const Step = StepShown.extend({ organisationId: IdText });

const selectSteps = statement(
  'credit.select-demand-steps',
  `select version::int, owner_id as "organisationId", to_state as "to", reason, value_on as "on",
     made_by as "madeBy", made_at as "madeAt"
   from credit_demand_steps where demand_id = $1 order by version`,
);

export const showDemand = query({
  name: 'credit.show-demand',
  title: { zh: '融资需求详情', en: 'Financing demand' },
  permission: 'demand:read',
  input: z.strictObject({ demandId: IdInput('dmd') }),
  output: DemandRow.extend({ steps: z.array(Step) }),
  async run({ tx, today }, { demandId }) {
    const [row] = await tx.built<DemandRow>(demandRows(today).where('d.id', demandId));
    if (!row) throw new Failure(no['demand-missing'], { demandId });
    return {
      ...row,
      steps: await stepsOf<{ readonly organisationId: string }>(tx, selectSteps, demandId),
    };
  },
});
