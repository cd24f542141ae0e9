/**
 * Looks at limits and opens, moves and closes their incidents. Whatever changes the terms of a
 * limit looks in its own transaction, so no change leaves a limit passed without an incident of
 * that size; what only the day changes is looked at by the job `limit-watch`.
 */
import type { Day } from '../kernel/index.ts';
import { Money, Rate, dayInShanghai, newId } from '../kernel/index.ts';
import type { DomainEvent } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { packInForce, packsOf } from '../rulebook/index.ts';
import type { LimitNode } from './model.ts';
import { onDay } from './rules/dated-terms.ts';
import type { Finding, Incident, Levels } from './rules/incident.ts';
import { findingsOf, followed } from './rules/incident.ts';
import type { SteppedIncident } from './store-incidents.ts';
import { excessOfNodes, openIncidentsOf, saveIncidents } from './store-incidents.ts';

/** Why a limit is looked at, and who hears of what is found. */
export interface WatchCause {
  readonly now: Date;
  readonly reason: string;
  readonly operationId: string;
  readonly tell: (event: DomainEvent) => void;
}

const scheme = 'limit-watch';

/** The lowest share of use that any rule warns of: below it no plain limit need be looked at. */
export async function lowestWarning(tx: Tx): Promise<Rate> {
  const rates = (await packsOf(tx, scheme, [scheme])).map((pack) => pack.parameters.warnRate);
  return rates.reduce((low, rate) => (rate.compare(low) < 0 ? rate : low), Rate.of('1'));
}

/** What each node is held against: its own terms before the rule of its zone. */
async function levelsFor(tx: Tx, on: Day): Promise<(node: LimitNode) => Levels> {
  const packs = await packsOf(tx, scheme, [scheme]);
  return ({ zoneId, terms }) => {
    const pack = packInForce(packs, { scheme, zoneId, on });
    const own = terms.warnRate ?? terms.margin;
    const named = pack ? `${scheme}/${pack.version} ${pack.status}` : '无规则包';
    return {
      warnRate: terms.warnRate ?? pack?.parameters.warnRate,
      buffer: pack?.parameters.buffer ?? Rate.zero,
      margin: terms.margin ?? pack?.parameters.margin,
      rule: own === undefined ? named : `额度条款，其余按 ${named}`,
    };
  };
}

const opened = ({ id, zoneId, ownerId }: LimitNode, found: Finding, today: Day): Incident[] => {
  const { severity } = found;
  if (severity === undefined) return [];
  return [
    {
      ...found,
      id: newId('inc'),
      nodeId: id,
      zoneId,
      ownerId,
      severity,
      state: 'OPEN',
      worstSize: found.size,
      waivedSize: undefined,
      waivedUntil: undefined,
      openedOn: today,
      closedOn: undefined,
      version: 1,
    },
  ];
};

/** The news of a step. */
export function incidentEvent({ step, after }: SteppedIncident, reason: string): DomainEvent {
  const { id: subjectId, zoneId, ownerId, nodeId, cause, severity, state } = after;
  const { size, bound, used, reserved, waivedUntil } = after;
  const payload = { nodeId, cause, severity, state, size, bound, used, reserved, waivedUntil };
  const name = `limits.incident-${step}`;
  return { name, zoneId, ownerId, subjectId, payload: { ...payload, reason } };
}

/** What a fresh look at a locked node finds of a cause, whatever is open. */
export async function freshFinding(
  tx: Tx,
  node: LimitNode,
  { cause }: Pick<Incident, 'cause'>,
  now: Date,
): Promise<Finding> {
  const today = dayInShanghai(now);
  const levels = (await levelsFor(tx, today))(node);
  const excess = (await excessOfNodes(tx, [node.id])).get(node.id) ?? Money.zero;
  const found = findingsOf(onDay(node, today), levels, excess, () => undefined);
  const [same] = found.filter((one) => one.cause === cause);
  if (!same) throw new Error(`A look at ${node.id} says nothing of ${cause}.`);
  return same;
}

/**
 * Looks at nodes that are locked, with their counters as they are now; SOFT ones count nothing.
 * @returns what was opened, moved or closed.
 */
export async function watchNodes(
  tx: Tx,
  nodes: readonly LimitNode[],
  cause: WatchCause,
): Promise<SteppedIncident[]> {
  const hard = nodes.filter((node) => node.enforcement === 'HARD');
  if (hard.length === 0) return [];
  const today = dayInShanghai(cause.now);
  const ids = hard.map((node) => node.id);
  const levelsOf = await levelsFor(tx, today);
  const open = new Map(
    (await openIncidentsOf(tx, ids)).map((one) => [`${one.nodeId} ${one.cause}`, one]),
  );
  const excess = await excessOfNodes(tx, ids);
  const stepped = hard.flatMap((node) => {
    const known = (of: string): Incident | undefined => open.get(`${node.id} ${of}`);
    const found = findingsOf(
      onDay(node, today),
      levelsOf(node),
      excess.get(node.id) ?? Money.zero,
      (of) => known(of)?.severity,
    );
    return found.flatMap((one): SteppedIncident[] => {
      const incident = known(one.cause);
      if (incident) return [followed(incident, one, today) ?? []].flat();
      return opened(node, one, today).map((after) => ({ step: 'opened', after }));
    });
  });
  saveIncidents(tx, stepped, { ...cause, today });
  for (const one of stepped) cause.tell(incidentEvent(one, cause.reason));
  return stepped;
}
