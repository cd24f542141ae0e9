/**
 * When a limit is in trouble (超限、预警), how much, and what becomes of the incident. A level counts
 * as cured only when the figure is better than its trigger by a buffer, so that a figure that
 * swings around a trigger makes one incident and not many.
 */
import type { Day, Rate } from '../../kernel/index.ts';
import { Exact, Failure, Money } from '../../kernel/index.ts';
import type { LimitNode } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import type { Margin } from './dated-terms.ts';
import { collateralValue } from './dated-terms.ts';

export const incidentCauses = ['use', 'collateral', 'soft-use', 'allocation'] as const;
/**
 * Of the use of the limit, or of the loan against its collateral; of a SOFT limit, which refuses
 * nothing, its use, or what is granted below it (超额分配).
 */
export type IncidentCause = (typeof incidentCauses)[number];

export const severities = ['WARNING', 'BREACH'] as const;
/** WARNING 预警: warn share, margin call. BREACH 超限: above the limit, liquidation level. */
export type Severity = (typeof severities)[number];

export const incidentStates = ['OPEN', 'ACKNOWLEDGED', 'MITIGATING', 'RESOLVED', 'WAIVED'] as const;
export type IncidentState = (typeof incidentStates)[number];

/** What a person may make of an incident. Time and figures may resolve or re-open any of them. */
export const incidentMoves: Readonly<Record<IncidentState, readonly IncidentState[]>> = {
  OPEN: ['ACKNOWLEDGED'],
  ACKNOWLEDGED: ['MITIGATING', 'RESOLVED', 'WAIVED'],
  MITIGATING: ['RESOLVED', 'WAIVED'],
  WAIVED: [],
  RESOLVED: [],
};

export const incidentSteps = [
  'opened',
  'worsened',
  'eased',
  'resized',
  'reopened',
  'acknowledged',
  'mitigated',
  'resolved',
  'waived',
] as const;
export type IncidentStep = (typeof incidentSteps)[number];

/** What stood against what when it was last looked at. */
export interface IncidentFigures {
  readonly severity: Severity;
  /** Above `bound`; zero when it is only a warning of use. */
  readonly size: Money;
  /** The limit with approved exceptions; of collateral what may be owed at the initial level. */
  readonly bound: Money;
  /** Of an allocation: what is granted to the children. */
  readonly used: Money;
  readonly reserved: Money;
  /** The rule pack and its version, or the node's own terms. */
  readonly rule: string;
}

export interface Incident extends IncidentFigures {
  readonly id: string;
  readonly nodeId: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly cause: IncidentCause;
  readonly state: IncidentState;
  readonly worstSize: Money;
  /** What two persons agreed to let stand, and the last day of it. */
  readonly waivedSize: Money | undefined;
  readonly waivedUntil: Day | undefined;
  readonly openedOn: Day;
  readonly closedOn: Day | undefined;
  readonly version: number;
}

/** The levels that a node is held against. */
export interface Levels {
  readonly warnRate: Rate | undefined;
  readonly buffer: Rate;
  readonly margin: Margin | undefined;
  readonly rule: string;
}

/** What a look at a node finds of one cause; without severity nothing is wrong. */
export type Finding = Omit<IncidentFigures, 'severity'> & {
  readonly cause: IncidentCause;
  readonly severity: Severity | undefined;
};

interface Triggers {
  readonly warning: Exact | undefined;
  readonly breach: Exact;
  /** At the breach itself nothing is broken yet: an amount that equals its limit is admitted. */
  readonly strict: boolean;
  readonly buffer: Exact;
}

function severityOf(
  figure: Exact,
  { warning, breach, strict, buffer }: Triggers,
  current: Severity | undefined,
): Severity | undefined {
  if (figure.isZero()) return undefined;
  const reached = (trigger: Exact): boolean => figure.compare(trigger) >= 0;
  const held = (trigger: Exact): boolean => figure.compare(trigger.minus(buffer)) > 0;
  const broken = strict ? figure.compare(breach) > 0 : reached(breach);
  if (broken || (current === 'BREACH' && held(breach))) return 'BREACH';
  if (warning === undefined) return undefined;
  return reached(warning) || (current !== undefined && held(warning)) ? 'WARNING' : undefined;
}

const over = (figure: Money, bound: Money): Money => Money.max(figure.minus(bound), Money.zero);

function ofUse(
  node: LimitNode,
  { warnRate, buffer, rule }: Levels,
  excess: Money,
  current: Severity | undefined,
  cause: IncidentCause = 'use',
): Finding {
  const { consumed: used, reserved } = node;
  const total = used.plus(reserved);
  const bound = node.limit.plus(excess);
  const triggers = {
    warning: warnRate && bound.exact().times(warnRate.exact),
    breach: bound.exact(),
    strict: true,
    buffer: bound.exact().times(buffer.exact),
  };
  const severity = severityOf(total.exact(), triggers, current);
  return { cause, severity, size: over(total, bound), bound, used, reserved, rule };
}

function ofCollateral(
  node: LimitNode,
  { margin, rule }: Levels,
  current: Severity | undefined,
): Finding {
  const { outstanding, reserved } = node;
  const used = outstanding.plus(node.terms.priorClaim ?? Money.zero);
  if (margin === undefined || node.terms.collateral.length === 0) {
    const [size, bound] = [Money.zero, Money.zero];
    return { cause: 'collateral', severity: undefined, size, bound, used, reserved, rule };
  }
  const value = collateralValue(node.terms.collateral).full;
  const bound = value.times(margin.initial, 'down');
  const triggers = {
    warning: value.exact().times(margin.marginCall.exact),
    breach: value.exact().times(margin.liquidation.exact),
    strict: false,
    buffer: value.exact().times(margin.buffer.exact),
  };
  const severity = severityOf(used.exact(), triggers, current);
  return { cause: 'collateral', severity, size: over(used, bound), bound, used, reserved, rule };
}

/**
 * What is wrong with a HARD node, by cause.
 * @param node with the limit of the day.
 * @param excess how far approved exceptions let it be passed.
 * @param current severity of the open incident of a cause; none asks what a fresh look says.
 */
export function findingsOf(
  node: LimitNode,
  levels: Levels,
  excess: Money,
  current: (cause: IncidentCause) => Severity | undefined,
): Finding[] {
  return [
    ofUse(node, levels, excess, current('use')),
    ofCollateral(node, levels, current('collateral')),
  ];
}

/**
 * What is granted below a node against what may be: an intent may be granted whole, so nothing is
 * said before it is passed.
 * @param node its limit is the most that may be granted.
 */
export function ofAllocation(
  { limit: bound }: LimitNode,
  { buffer, rule }: Levels,
  used: Money,
  current: Severity | undefined,
): Finding {
  const triggers = {
    warning: undefined,
    breach: bound.exact(),
    strict: true,
    buffer: bound.exact().times(buffer.exact),
  };
  const severity = severityOf(used.exact(), triggers, current);
  const [size, reserved] = [over(used, bound), Money.zero];
  return { cause: 'allocation', severity, size, bound, used, reserved, rule };
}

/**
 * What is to be said of a SOFT node, by cause; it refuses nothing.
 * @param node with the limit of the day, and what is used and held below it.
 * @param allocated what is granted to its children.
 * @param current as of a HARD node.
 */
export function softFindingsOf(
  node: LimitNode,
  levels: Levels,
  allocated: Money,
  current: (cause: IncidentCause) => Severity | undefined,
): Finding[] {
  return [
    ofUse(node, levels, Money.zero, current('soft-use'), 'soft-use'),
    ofAllocation(node, levels, allocated, current('allocation')),
  ];
}

const rankOf = (severity: Severity): number => severities.indexOf(severity);

/** A waiver holds to its last day, for what it was given and no more. */
const waiverBroken = (incident: Incident, size: Money, severity: Severity, today: Day): boolean =>
  incident.state === 'WAIVED' &&
  (incident.waivedUntil === undefined ||
    today > incident.waivedUntil ||
    size.moreThan(incident.waivedSize ?? Money.zero) ||
    rankOf(severity) > rankOf(incident.severity));

/** What a look makes of an open incident; undefined: nothing has changed. */
export function followed(
  incident: Incident,
  { severity, cause: _cause, ...found }: Finding,
  today: Day,
): { readonly step: IncidentStep; readonly after: Incident } | undefined {
  const worstSize = Money.max(incident.worstSize, found.size);
  const next = { ...incident, ...found, worstSize, version: incident.version + 1 };
  const unwaived = { waivedSize: undefined, waivedUntil: undefined };
  if (severity === undefined) {
    const closed = { ...next, ...unwaived, state: 'RESOLVED', closedOn: today } as const;
    return { step: 'resolved', after: closed };
  }
  const after = { ...next, severity };
  const worse = rankOf(severity) > rankOf(incident.severity);
  if (waiverBroken(incident, found.size, severity, today)) {
    return { step: 'reopened', after: { ...after, ...unwaived, state: 'OPEN' } };
  }
  // Who took note of a warning has not taken note of a breach.
  if (worse) return { step: 'worsened', after: { ...after, state: 'OPEN' } };
  if (severity !== incident.severity) return { step: 'eased', after };
  return found.size.equals(incident.size) ? undefined : { step: 'resized', after };
}

/** Why a person cannot make this of the incident. */
export function refuseIncidentStep(
  { id: incidentId, state }: Incident,
  to: IncidentState,
): Failure | undefined {
  const possible = incidentMoves[state];
  if (possible.includes(to)) return undefined;
  return new Failure(no['incident-step'], { incidentId, state, to, possible });
}

/** A person may close what a fresh look no longer finds, without waiting for the buffer. */
export function refuseStanding(incident: Incident, fresh: Finding): Failure | undefined {
  if (fresh.severity === undefined) return undefined;
  const { severity, size, bound, used, reserved } = fresh;
  const { id: incidentId, cause } = incident;
  const facts = { incidentId, cause, severity, size, bound, used, reserved };
  return new Failure(no['incident-stands'], facts);
}
