/**
 * Looks at limits and opens, moves and closes their incidents. Whatever changes the terms of a
 * limit looks in its own transaction, so no change leaves a limit passed without an incident of
 * that size; what only the day changes is looked at by the job `limit-watch`.
 */
import type { Day } from '../kernel/index.ts';
import { Money, Rate, dayInShanghai, newId } from '../kernel/index.ts';
import type { DomainEvent } from '../platform/operation.ts';
import type { Scope, Tx } from '../platform/transaction.ts';
import { packInForce, packsOf } from '../rulebook/index.ts';
import { policiesOf } from './allocation.ts';
import { mostGranted } from './rules/over-subscription.ts';
import type { LimitNode } from './model.ts';
import { onDay } from './rules/dated-terms.ts';
import type { Finding, Incident, IncidentCause, Levels, Severity } from './rules/incident.ts';
import { findingsOf, followed, ofAllocation, softFindingsOf } from './rules/incident.ts';
import { lockHardNodes, lockSoftNodes, readNodes } from './store.ts';
import { asOfDay, isOnlySum, readAllocated, seeNodes } from './store-figures.ts';
import type { SteppedIncident } from './store-incidents.ts';
import { excessOfNodes, openIncidentsOf, saveIncidents } from './store-incidents.ts';

/** Why a limit is looked at, and who hears of what is found. */
export interface WatchCause {
  readonly now: Date;
  readonly reason: string;
  readonly operationId: string;
  /** Of whoever looks. */
  readonly scope: Scope;
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

type Current = (nodeId: string, cause: IncidentCause) => Severity | undefined;

/** SOFT nodes have no counters: what is used and granted below them is read. */
async function softFindings(
  tx: Tx,
  nodes: readonly LimitNode[],
  { now, scope }: Pick<WatchCause, 'now' | 'scope'>,
  levelsOf: (node: LimitNode) => Levels,
  current: Current,
): Promise<Map<LimitNode, Finding[]>> {
  if (nodes.length === 0) return new Map();
  const at = asOfDay({ now, today: dayInShanghai(now) });
  const seen = await seeNodes(tx, scope, nodes, at, { sumGranted: false });
  const ids = nodes.map((node) => node.id);
  const allocated = await readAllocated(tx, scope, ids, at.day);
  return new Map(
    nodes.map((node, i): [LimitNode, Finding[]] => {
      const found = seen[i]?.node ?? node;
      // What is only the sum of others cannot be passed by them.
      const [sums, granted] = isOnlySum(node)
        ? [{ ...found, consumed: Money.zero, reserved: Money.zero }, Money.zero]
        : [found, allocated.get(node.id) ?? Money.zero];
      return [node, softFindingsOf(sums, levelsOf(node), granted, (of) => current(node.id, of))];
    }),
  );
}

/** What a look at locked nodes finds of each cause; counters are those of now. */
async function findingsFor(
  tx: Tx,
  nodes: readonly LimitNode[],
  by: Pick<WatchCause, 'now' | 'scope'>,
  current: Current,
): Promise<Map<LimitNode, Finding[]>> {
  const today = dayInShanghai(by.now);
  const levelsOf = await levelsFor(tx, today);
  const hard = nodes.filter((node) => node.enforcement === 'HARD');
  const soft = nodes.filter((node) => node.enforcement === 'SOFT');
  const ids = hard.map((node) => node.id);
  const excess = hard.length === 0 ? new Map<string, Money>() : await excessOfNodes(tx, ids);
  const found = await softFindings(tx, soft, by, levelsOf, current);
  const policies = hard.length === 0 ? [] : await policiesOf(tx, ids);
  const allocated = await readAllocated(
    tx,
    by.scope,
    policies.map(({ id }) => id),
    today,
  );
  for (const node of hard) {
    const passing = excess.get(node.id) ?? Money.zero;
    const known = (of: IncidentCause) => current(node.id, of);
    const own = findingsOf(onDay(node, today), levelsOf(node), passing, known);
    const policy = policies.find(({ id }) => id === node.id);
    // One whose policy was taken away may still have an incident to close.
    if (policy ?? known('allocation')) {
      const limit = policy ? mostGranted(policy, today) : node.limit;
      const granted = allocated.get(node.id) ?? Money.zero;
      own.push(ofAllocation({ ...node, limit }, levelsOf(node), granted, known('allocation')));
    }
    found.set(node, own);
  }
  return found;
}

/** What a fresh look at a locked node finds of a cause, whatever is open. */
export async function freshFinding(
  tx: Tx,
  node: LimitNode,
  { cause }: Pick<Incident, 'cause'>,
  by: Pick<WatchCause, 'now' | 'scope'>,
): Promise<Finding> {
  const found = await findingsFor(tx, [node], by, () => undefined);
  const same = found.get(node)?.find((one) => one.cause === cause);
  if (!same) throw new Error(`A look at ${node.id} says nothing of ${cause}.`);
  return same;
}

/** How the limits of incidents stand now against what each is held against; nothing is written. */
export async function standingNow(
  tx: Tx,
  incidents: readonly (Pick<Incident, 'nodeId' | 'cause' | 'severity'> & { incidentId: string })[],
  by: Pick<WatchCause, 'now' | 'scope'>,
): Promise<ReadonlyMap<string, Finding>> {
  const of = new Map(incidents.map((one) => [`${one.nodeId} ${one.cause}`, one]));
  const nodes = await readNodes(
    tx,
    incidents.map((one) => one.nodeId),
  );
  const known: Current = (id, cause) => of.get(`${id} ${cause}`)?.severity;
  const found = await findingsFor(tx, [...nodes.values()], by, known);
  return new Map(
    [...found].flatMap(([{ id }, findings]) =>
      findings.flatMap((one): [string, Finding][] => {
        const incident = of.get(`${id} ${one.cause}`);
        return incident ? [[incident.incidentId, one]] : [];
      }),
    ),
  );
}

/** What a look makes of the incidents of nodes, without writing it. */
async function lookedAt(
  tx: Tx,
  nodes: readonly LimitNode[],
  by: Pick<WatchCause, 'now' | 'scope'>,
): Promise<SteppedIncident[]> {
  if (nodes.length === 0) return [];
  const today = dayInShanghai(by.now);
  const ids = nodes.map((node) => node.id);
  const open = new Map(
    (await openIncidentsOf(tx, ids)).map((one) => [`${one.nodeId} ${one.cause}`, one]),
  );
  const known = (nodeId: string, of: IncidentCause) => open.get(`${nodeId} ${of}`);
  const found = await findingsFor(tx, nodes, by, (id, of) => known(id, of)?.severity);
  return [...found].flatMap(([node, findings]) =>
    findings.flatMap((one): SteppedIncident[] => {
      const incident = known(node.id, one.cause);
      if (incident) return [followed(incident, one, today) ?? []].flat();
      return opened(node, one, today).map((after) => ({ step: 'opened', after }));
    }),
  );
}

/**
 * Looks at nodes that are locked, with their counters, or sums below SOFT ones, as they are now.
 * @returns what was opened, moved or closed.
 */
export async function watchNodes(
  tx: Tx,
  nodes: readonly LimitNode[],
  cause: WatchCause,
): Promise<SteppedIncident[]> {
  const stepped = await lookedAt(tx, nodes, cause);
  saveIncidents(tx, stepped, { ...cause, today: dayInShanghai(cause.now) });
  for (const one of stepped) cause.tell(incidentEvent(one, cause.reason));
  return stepped;
}

/**
 * The same of nodes that are only read: locked, and looked at again, is only what has something to
 * say, so that nobody who draws waits for a look that finds nothing.
 */
export async function watchRead(
  tx: Tx,
  nodes: readonly LimitNode[],
  cause: WatchCause,
): Promise<SteppedIncident[]> {
  const ids = (await lookedAt(tx, nodes, cause)).map(({ after }) => after.nodeId);
  if (ids.length === 0) return [];
  const hard = await lockHardNodes(tx, ids);
  const soft = await lockSoftNodes(tx, ids);
  return watchNodes(tx, [...hard.values(), ...soft.values()], cause);
}
