/** What waits for somebody at the limits: incidents, HARD and worst ones first, and their steps. */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import type { Scope, Tx } from '../platform/transaction.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayText,
  FlagFilter,
  IdInput,
  IdText,
  InstantText,
  MoneyText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { having, sql as build } from '../platform/sql.ts';
import { enforcements, nodeKinds } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import { incidentCauses, incidentStates, incidentSteps, severities } from './rules/incident.ts';
import type { Finding } from './rules/incident.ts';
import { stepsOf } from './store-incidents.ts';
import { standingNow } from './watch.ts';

const figures = { size: MoneyText, bound: MoneyText, used: MoneyText, reserved: MoneyText };

const IncidentRow = z.object({
  incidentId: IdText,
  zoneId: IdText,
  ownerId: IdText,
  nodeId: IdText,
  nodeName: z.string(),
  nodeKind: z.enum(nodeKinds),
  /** SOFT: it tells, and refuses nothing. */
  enforcement: z.enum(enforcements),
  /** Of use, of the loan against its collateral, or of what is granted below a SOFT limit. */
  cause: z.enum(incidentCauses),
  severity: z.enum(severities),
  state: z.enum(incidentStates),
  /** Of the last step: above `bound`, and the largest that it has been. */
  ...figures,
  worstSize: MoneyText,
  /** The rule pack, or the node's own terms. */
  rule: z.string(),
  waivedSize: MoneyText.nullable(),
  waivedUntil: DayText.nullable(),
  openedOn: DayText,
  closedOn: DayText.nullable(),
  version: z.number().int(),
  /** What it was opened for; null to a bank that sees a limit of the zone, but not its steps. */
  opening: z.object({ severity: z.enum(severities), ...figures }).nullable(),
});
type IncidentRow = z.output<typeof IncidentRow>;

const IncidentShown = IncidentRow.extend({
  /** How it stands at this moment; without severity the next look closes it. Null once closed. */
  now: z.object({ severity: z.enum(severities).nullable(), ...figures }).nullable(),
});

const incidents = () =>
  build('limits_incidents as i')
    .join('limits_nodes as n', 'n.id', 'i.node_id')
    .leftJoin('limits_incident_steps as o', (on) => {
      void on.on('o.incident_id', 'i.id').andOnVal('o.version', 1);
    })
    .select('i.cause', 'i.severity', 'i.state', 'i.size', 'i.bound', 'i.used', 'i.reserved')
    .select('i.rule', {
      incidentId: 'i.id',
      zoneId: 'i.zone_id',
      ownerId: 'i.owner_id',
      nodeId: 'i.node_id',
      nodeName: 'n.name',
      nodeKind: 'n.kind',
      enforcement: 'n.enforcement',
      worstSize: 'i.worst_size',
      waivedSize: 'i.waived_size',
      waivedUntil: 'i.waived_until',
      openedOn: 'i.opened_on',
      closedOn: 'i.closed_on',
    })
    .select(build.raw('i.version::int as version'))
    .select(
      build.raw(`case when o.version is not null then json_build_object(
        'severity', o.severity, 'size', o.size::text, 'bound', o.bound::text,
        'used', o.used::text, 'reserved', o.reserved::text) end as opening`),
    );

/** The incidents with their figures of now, which no step may have told yet. */
async function shown<R extends IncidentRow>(
  tx: Tx,
  rows: readonly R[],
  by: { readonly now: Date; readonly scope: Scope },
) {
  const open = rows.filter((row) => row.state !== 'RESOLVED');
  const standing = open.length === 0 ? new Map<string, Finding>() : await standingNow(tx, open, by);
  return rows.map((row) => {
    const found = standing.get(row.incidentId);
    if (!found) return { ...row, now: null };
    const { severity, size, bound, used, reserved } = found;
    const amounts = {
      size: size.toString(),
      bound: bound.toString(),
      used: used.toString(),
      reserved: reserved.toString(),
    };
    return { ...row, now: { severity: severity ?? null, ...amounts } };
  });
}

export const listIncidents = query({
  name: 'limits.list-incidents',
  title: { zh: '超限与预警', en: 'Incidents of limits' },
  permission: 'limits:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    nodeId: IdInput('lim').optional(),
    severity: z.enum(severities).optional(),
    state: z.enum(incidentStates).optional(),
    /** Not resolved; one that is waived still stands. */
    open: FlagFilter,
    ...pageShape,
  }),
  output: listOf(IncidentShown.extend({ key: z.string() })),
  async run({ tx, actor, now }, { zoneId, nodeId, severity, state, open, ...place }) {
    const key = build.raw(
      `n.enforcement || ':' || i.severity || ':' || i.opened_on::text || ':' || i.id as key`,
    );
    const rows = having(incidents().select(key), {
      'i.zone_id': zoneId,
      'i.node_id': nodeId,
      'i.severity': severity,
      'i.state': state,
    });
    if (open !== undefined) {
      void rows.where('i.state', open === 'true' ? '<>' : '=', 'RESOLVED');
    }
    // HARD before SOFT, BREACH before WARNING, as in the alphabet.
    const page = await pageOf<IncidentRow & { key: string }>(tx, rows, place, { by: 'key' });
    return { ...page, items: await shown(tx, page.items, { now, scope: actor.scope }) };
  },
});

const StepView = z.object({
  version: z.number().int(),
  step: z.enum(incidentSteps),
  state: z.enum(incidentStates),
  severity: z.enum(severities),
  ...figures,
  rule: z.string(),
  waivedUntil: DayText.nullable(),
  reason: z.string(),
  /** Null: the figures themselves. */
  madeBy: IdText.nullable(),
  valueOn: DayText,
  madeAt: InstantText,
  operationId: IdText,
});

export const showIncident = query({
  name: 'limits.show-incident',
  title: { zh: '超限或预警', en: 'An incident of a limit' },
  permission: 'limits:read',
  input: z.strictObject({ incidentId: IdInput('inc') }),
  output: IncidentShown.extend({ steps: z.array(StepView) }),
  async run({ tx, actor, now }, { incidentId }) {
    const rows = await tx.built<IncidentRow>(incidents().where('i.id', incidentId));
    const [found] = await shown(tx, rows, { now, scope: actor.scope });
    if (!found) throw new Failure(no['incident-missing'], { incidentId });
    return { ...found, steps: await stepsOf(tx, incidentId) };
  },
});
