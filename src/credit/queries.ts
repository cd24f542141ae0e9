/** The read side of credit: what is agreed, who may draw, what was drawn and what is still owed. */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { LimitView, nodesToday } from '../limits/index.ts';
import type { QueryContext } from '../platform/operation.ts';
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
import { creditRefusals as no } from './refusals.ts';

const AgreementRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  bankName: z.string(),
  name: z.string(),
  nodeId: IdText,
  intentAmount: MoneyText,
  qualifier: z.string().nullable(),
  sense: z.string(),
  source: z.string().nullable(),
  startsOn: DayText,
  endsOn: DayText,
  endedOn: DayText.nullable(),
  generated: z.boolean(),
  approvedInForce: MoneyText,
  drawnCumulative: MoneyText,
  outstanding: MoneyText,
  version: z.number().int(),
});

/** Four measures beside each other; they are different things and are never added (领域手册). */
export const listAgreements = query({
  name: 'credit.list-agreements',
  title: { zh: '整园授信协议', en: 'Park agreements' },
  permission: 'credit:read',
  input: z.strictObject({ zoneId: IdInput('zone').optional(), ...pageShape }),
  output: listOf(AgreementRow),
  run: ({ tx, today }, { zoneId, ...place }) => {
    const lines = sql('credit_lines as l')
      .join('limits_nodes as n', 'n.id', 'l.node_id')
      .whereRaw('l.agreement_id = a.id and l.parent_line_id is null');
    const sum = (column: string) =>
      lines.clone().select(sql.raw(`coalesce(sum(${column}), 0)::numeric(20,2)`));
    // As in the progress of an agreement: what may be drawn today, as far as terms go.
    const inForce = `n.state <> 'CLOSED' and :today between n.starts_on
      and coalesce(n.expires_on, 'infinity') and a.ended_on is null and :today <= a.ends_on`;
    const rows = sql('credit_agreements as a')
      .join('parties_organisations as b', 'b.id', 'a.owner_id')
      .select('a.id', 'a.name', 'a.sense', 'a.qualifier', 'a.source', 'a.generated', {
        zoneId: 'a.zone_id',
        bankId: 'a.owner_id',
        bankName: 'b.name',
        nodeId: 'a.node_id',
        intentAmount: 'a.intent_amount',
        startsOn: 'a.starts_on',
        endsOn: 'a.ends_on',
        endedOn: 'a.ended_on',
        approvedInForce: sum('n.amount').whereRaw(inForce, { today }),
        drawnCumulative: sum('n.drawn'),
        outstanding: sum('n.outstanding'),
      })
      .select(sql.raw('a.version::int as version'));
    if (zoneId !== undefined) void rows.where('a.zone_id', zoneId);
    return pageOf<z.output<typeof AgreementRow>>(tx, rows, place);
  },
});

/** Of its limit, as `GET /limits/{nodeId}` tells them. */
const lineFigures = {
  limit: MoneyText,
  used: MoneyText,
  reserved: MoneyText,
  available: MoneyText,
  outstanding: MoneyText,
  drawnCumulative: MoneyText,
  reinstatable: MoneyText,
  stranded: MoneyText,
  topUps: LimitView.shape.topUps,
};

const LineRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  agreementId: IdText,
  segmentId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  uscc: z.string(),
  nodeId: IdText,
  product: z.string(),
  rateAnnual: z.string(),
  /** Of the commitment fee; null: the line has none. */
  commitmentRateAnnual: z.string().nullable(),
  state: z.string(),
  startsOn: DayText,
  expiresOn: DayText.nullable(),
  ...lineFigures,
  generated: z.boolean(),
  version: z.number().int(),
});

type PlainLine = Omit<z.output<typeof LineRow>, keyof typeof lineFigures>;

/** Lines with the figures of their limits: terms of today, what has expired given back. */
async function withFigures(
  context: QueryContext,
  lines: readonly PlainLine[],
): Promise<z.output<typeof LineRow>[]> {
  const limits = await nodesToday(
    context,
    lines.map((line) => line.nodeId),
  );
  return lines.map((line) => LineRow.parse({ ...limits.get(line.nodeId), ...line }));
}

const lineRows = () =>
  sql('credit_lines as l')
    .join('limits_nodes as n', 'n.id', 'l.node_id')
    .join('parties_enterprises as e', 'e.id', 'l.enterprise_id')
    .select('l.id', 'e.uscc', 'l.product', 'n.state', 'l.generated', {
      zoneId: 'l.zone_id',
      bankId: 'l.owner_id',
      agreementId: 'l.agreement_id',
      segmentId: 'l.segment_id',
      enterpriseId: 'l.enterprise_id',
      enterpriseName: 'e.name',
      nodeId: 'l.node_id',
      rateAnnual: 'l.rate_annual',
      commitmentRateAnnual: 'l.commitment_rate_annual',
      startsOn: 'n.starts_on',
      expiresOn: 'n.expires_on',
    })
    .select(sql.raw('n.version::int as version'));

export const listLines = query({
  name: 'credit.list-lines',
  title: { zh: '授信台账', en: 'Credit lines' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    agreementId: IdInput('agr').optional(),
    enterpriseId: IdInput('ent').optional(),
    /** true: without those that are closed (结清). */
    open: FlagFilter,
    ...pageShape,
  }),
  output: listOf(LineRow),
  async run(context, { zoneId, agreementId, enterpriseId, open, ...place }) {
    const rows = lineRows();
    if (zoneId !== undefined) void rows.where('l.zone_id', zoneId);
    if (agreementId !== undefined) void rows.where('l.agreement_id', agreementId);
    if (enterpriseId !== undefined) void rows.where('l.enterprise_id', enterpriseId);
    if (open !== undefined) void rows.where('n.state', open === 'true' ? '<>' : '=', 'CLOSED');
    const page = await pageOf<PlainLine>(context.tx, rows, place);
    return { ...page, items: await withFigures(context, page.items) };
  },
});

export const showLine = query({
  name: 'credit.show-line',
  title: { zh: '授信详情', en: 'Credit line' },
  permission: 'credit:read',
  input: z.strictObject({ lineId: IdInput('line') }),
  output: LineRow,
  async run(context, { lineId }) {
    const rows = await context.tx.built<PlainLine>(lineRows().where('l.id', lineId));
    const [line] = await withFigures(context, rows);
    if (!line) throw new Failure(no['line-missing'], { lineId });
    return line;
  },
});

const DrawdownRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  lineId: IdText,
  enterpriseId: IdText,
  amount: MoneyText,
  outstanding: MoneyText,
  valueOn: DayText,
  dueOn: DayText,
  state: z.string(),
  purpose: z.string(),
  enrolmentId: z.string().nullable(),
  version: z.number().int(),
});

const drawdownRows = () =>
  sql('credit_drawdowns')
    .select('id', 'amount', 'outstanding', 'state', 'purpose', {
      zoneId: 'zone_id',
      bankId: 'owner_id',
      lineId: 'line_id',
      enterpriseId: 'enterprise_id',
      valueOn: 'value_on',
      dueOn: 'due_on',
      enrolmentId: 'enrolment_id',
    })
    .select(sql.raw('version::int as version'));

export const listDrawdowns = query({
  name: 'credit.list-drawdowns',
  title: { zh: '借据台账', en: 'Drawdowns' },
  permission: 'credit:read',
  input: z.strictObject({ lineId: IdInput('line').optional(), ...pageShape }),
  output: listOf(DrawdownRow),
  run: ({ tx }, { lineId, ...place }) => {
    const rows = drawdownRows();
    if (lineId !== undefined) void rows.where('line_id', lineId);
    return pageOf<z.output<typeof DrawdownRow>>(tx, rows, place);
  },
});

export const showDrawdown = query({
  name: 'credit.show-drawdown',
  title: { zh: '借据详情', en: 'Drawdown' },
  permission: 'credit:read',
  input: z.strictObject({ drawdownId: IdInput('draw') }),
  output: DrawdownRow,
  async run({ tx }, { drawdownId }) {
    const [row] = await tx.built<z.output<typeof DrawdownRow>>(
      drawdownRows().where('id', drawdownId),
    );
    if (!row) throw new Failure(no['drawdown-missing'], { drawdownId });
    return row;
  },
});
