/**
 * What every step of a person in an incident shares: its limit is locked before it, as by a night
 * that looks at limits, so that the two never decide on each other's past.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { IdInput, IdText, MoneyText, ReasonInput } from '../platform/schemas.ts';
import { mayChange } from './administration.ts';
import type { LimitNode } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import type { Incident, IncidentState, IncidentStep } from './rules/incident.ts';
import { incidentStates, refuseIncidentStep, severities } from './rules/incident.ts';
import { incidentById, saveIncidents, stepsOf } from './store-incidents.ts';
import { lockNode } from './store-terms.ts';
import { incidentEvent } from './watch.ts';

/** What was done or is planned is always said. */
export const incidentShape = { incidentId: IdInput('inc'), reason: ReasonInput };

export const IncidentChanged = z.object({
  incidentId: IdText,
  state: z.enum(incidentStates),
  severity: z.enum(severities),
  size: MoneyText,
  version: z.number().int(),
});

interface Named {
  readonly incidentId: string;
  readonly reason: string;
}

/**
 * The incident and its limit, both locked. Throws `incident-missing`, `limit-not-owned`,
 * `version-stale` with the steps that were taken since, or `incident-step`.
 * @param to what it shall become.
 */
export async function incidentToChange(
  context: Context,
  item: Item<Named>,
  to: IncidentState,
): Promise<{ readonly incident: Incident; readonly node: LimitNode }> {
  const { incidentId } = item.input;
  const { tx } = context;
  const seen = await incidentById(tx, incidentId);
  const node = seen && (await lockNode(tx, seen.nodeId));
  // Whoever moves an incident holds the lock of its limit, so it stands still from here on.
  const incident = node && (await incidentById(tx, incidentId));
  if (!incident) throw new Failure(no['incident-missing'], { incidentId });
  context.concern(item, incident.zoneId);
  const { nodeId, version } = incident;
  if (!mayChange(item.actor, node)) throw new Failure(no['limit-not-owned'], { nodeId });
  const expected = item.expectedVersion ?? version;
  if (expected !== version) {
    const changes = (await stepsOf(tx, incidentId)).filter((one) => one.version > expected);
    throw new Failure(no['version-stale'], { incidentId, version, expected, changes });
  }
  const refusal = refuseIncidentStep(incident, to);
  if (refusal) throw refusal;
  return { incident, node };
}

/** Takes the step that its person asked for. */
export function moveIncident(
  context: Context,
  item: Item<Named>,
  incident: Incident,
  to: { readonly step: IncidentStep; readonly state: IncidentState } & Partial<Incident>,
): z.output<typeof IncidentChanged> {
  const { step, ...set } = to;
  const after: Incident = { ...incident, ...set, version: incident.version + 1 };
  const { now, today } = context;
  const { reason } = item.input;
  const { operationId, actor } = item;
  const cause = { now, today, reason, operationId, madeBy: actor.userId };
  saveIncidents(context.tx, [{ step, after }], cause);
  context.emit(item, incidentEvent({ step, after }, reason));
  const { id: incidentId, state, severity, size, version } = after;
  return { incidentId, state, severity, size: size.toString(), version };
}
