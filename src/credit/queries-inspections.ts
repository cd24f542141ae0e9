/** Reads of post-loan inspections: what is due by class, overdue ones first, and what was found. */
import { z } from 'zod';
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
import { sql } from '../platform/sql.ts';
import { inspectionCycles } from './packs/inspection-cycles.ts';
import { riskClasses } from './rules/risk-class.ts';
import { classOfDrawdown } from './store-inspections.ts';

const DueRow = z.object({
  /** Sorts by day; names the loan. */
  key: z.string(),
  drawdownId: IdText,
  zoneId: IdText,
  bankId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  outstanding: MoneyText,
  riskClass: z.enum(riskClasses),
  lastOn: DayText.nullable(),
  /** The first inspection of a loan checks the use of funds. */
  first: z.boolean(),
  dueOn: DayText,
  overdue: z.boolean(),
});

const dueRows = () =>
  sql.raw(
    `(select d.id, d.zone_id, d.owner_id, d.enterprise_id, d.outstanding, c.risk_class, i.last_on,
       case when i.last_on is null then d.value_on + ?::int
         else i.last_on + (?::json ->> c.risk_class)::int end as due_on
     from credit_drawdowns d left join credit_loans l on l.id = d.id
     cross join lateral (select ${classOfDrawdown} as risk_class) c
     left join (select drawdown_id, max(done_on) as last_on from credit_inspections
       group by drawdown_id) i on i.drawdown_id = d.id
     where d.state in ('DISBURSED', 'PARTLY_REPAID', 'NPL')) as due`,
    [inspectionCycles.parameters.firstDays, JSON.stringify(inspectionCycles.parameters.everyDays)],
  );

export const listInspectionsDue = query({
  name: 'credit.list-inspections-due',
  title: { zh: '到期贷后检查', en: 'Inspections that are due' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    enterpriseId: IdInput('ent').optional(),
    /** The last day looked at. */
    until: DayInput.optional(),
    overdue: FlagFilter,
    ...pageShape,
  }),
  output: listOf(DueRow),
  run: ({ tx, today }, { zoneId, enterpriseId, until, overdue, ...place }) => {
    const rows = sql
      .from(dueRows())
      .join('parties_enterprises as e', 'e.id', 'due.enterprise_id')
      .select('due.outstanding', {
        drawdownId: 'due.id',
        zoneId: 'due.zone_id',
        bankId: 'due.owner_id',
        enterpriseId: 'due.enterprise_id',
        enterpriseName: 'e.name',
        riskClass: 'due.risk_class',
        lastOn: 'due.last_on',
        dueOn: 'due.due_on',
      })
      .select(
        sql.raw(`due.due_on::text || ':' || due.id as key`),
        sql.raw('(due.last_on is null) as first'),
        sql.raw('(due.due_on < ?::date) as overdue', [today]),
      );
    if (zoneId !== undefined) void rows.where('due.zone_id', zoneId);
    if (enterpriseId !== undefined) void rows.where('due.enterprise_id', enterpriseId);
    if (until !== undefined) void rows.where('due.due_on', '<=', until);
    if (overdue !== undefined) {
      void rows.where('due.due_on', overdue === 'true' ? '<' : '>=', today);
    }
    return pageOf<z.output<typeof DueRow>>(tx, rows, place, { by: 'key' });
  },
});

const InspectionRow = z.object({
  id: IdText,
  drawdownId: IdText,
  doneOn: DayText,
  dueOn: DayText,
  late: z.boolean(),
  riskClass: z.string(),
  result: z.string(),
  finding: z.string(),
  useEvidence: z.array(z.object({ kind: z.string(), reference: z.string() })),
  madeBy: IdText,
  madeAt: InstantText,
});

export const listInspections = query({
  name: 'credit.list-inspections',
  title: { zh: '贷后检查记录', en: 'Inspections' },
  permission: 'credit:read',
  input: z.strictObject({ drawdownId: IdInput('draw').optional(), ...pageShape }),
  output: listOf(InspectionRow),
  run: async ({ tx }, { drawdownId, ...place }) => {
    const rows = sql('credit_inspections')
      .select('id', 'result', 'finding', {
        drawdownId: 'drawdown_id',
        doneOn: 'done_on',
        dueOn: 'due_on',
        riskClass: 'risk_class',
        useEvidence: 'use_evidence',
        madeBy: 'made_by',
        madeAt: 'made_at',
      })
      .select(sql.raw('(done_on > due_on) as late'));
    if (drawdownId !== undefined) void rows.where('drawdown_id', drawdownId);
    type Row = Omit<z.output<typeof InspectionRow>, 'madeAt'> & { readonly madeAt: Date };
    const page = await pageOf<Row>(tx, rows, place);
    const items = page.items.map((row) => ({ ...row, madeAt: row.madeAt.toISOString() }));
    return { ...page, items };
  },
});
