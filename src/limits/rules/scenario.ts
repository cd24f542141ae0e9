/**
 * A trial of the whole limit engine (额度试算): a tree, steps, and what each step did to every node. It
 * only translates references; what is admitted is decided by the engine of the database path.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure, Money, addDays, isFailure } from '../../kernel/index.ts';
import type { Binding, LimitNode, Movement, Reservation } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import type { TermRecord } from './as-of.ts';
import { recordsOf } from './as-of.ts';
import type { Step } from './engine.ts';
import { apply, decide, dueExpiries } from './engine.ts';
import type { LimitBook } from './headroom.ts';
import type { TopUpUse } from './dated-terms.ts';
import { onDay, plainTerms, refuseTerms, topUpUse } from './dated-terms.ts';
import {
  availableOf,
  fencedIn,
  headroomOf,
  participants,
  reinstatableOf,
  roomsOf,
  strandedOf,
} from './headroom.ts';
import type { Counted, PastDay } from './past-days.ts';
import { pastDays } from './past-days.ts';
import { answerTo } from './request.ts';
import type { Scenario, ScenarioStep } from './scenario-book.ts';
import { openBook } from './scenario-book.ts';
import { refuseBuckets } from './tenor.ts';
import { refuseFreeze, refuseSettled, refuseSharing, refuseUnfreeze } from './terms.ts';

export interface NodeFigures {
  readonly limit: Money;
  readonly used: Money;
  readonly reserved: Money;
  /** Arithmetic: negative after a cut below use, and what it is also while the node is frozen. */
  readonly available: Money;
  /** Null when no HARD node limits; zero while a node of the path takes nothing. */
  readonly headroom: Money | null;
  readonly outstanding: Money;
  readonly drawnCumulative: Money;
  /** What would be available if all that was repaid were given back. */
  readonly reinstatable: Money;
  /** What repayments did not give back: reinstatable − available. */
  readonly stranded: Money;
  /** Absent where the node has none. */
  readonly topUps?: readonly TopUpUse[];
}

export interface ScenarioAnswer {
  readonly ref: string;
  readonly outcome: 'accepted' | 'refused';
  readonly code: string | null;
  readonly binding: readonly Binding[];
  /** The largest amount admitted now; null when no HARD node limits. */
  readonly smallestAdmissible: Money | null;
  /** Of each exception that the draw named, in their order: how much of it the draw needed. */
  readonly exceeded?: readonly Money[];
  /** Reservations whose instant had come before the step, so that they no longer held anything. */
  readonly expired: readonly string[];
  readonly nodes: Readonly<Record<string, NodeFigures>>;
}

/** What a draw of the scenario did, so that it can be repaid by name or reversed. */
interface Draw {
  readonly nodeId: string;
  readonly on: Day;
  readonly tenorDays: number | undefined;
  readonly amount: Money;
  readonly of: string | undefined;
  readonly exceeded: readonly Money[] | undefined;
  readonly repaid: Money;
  readonly reversed: boolean;
}

interface Trial {
  book: LimitBook;
  /** The last day that a step has reached; one that goes back asks about the days since. */
  latest: Day;
  readonly counted: Counted[];
  readonly changes: TermRecord[];
  readonly draws: Map<string, Draw>;
  /** By node: principal drawn there and not yet back, without what was drawn further down. */
  readonly owed: Map<string, Money>;
}

/** Undefined: the step was carried out. */
type Refusal = Failure | undefined;

function carryOut(trial: Trial, step: Step): Refusal {
  const decision = decide(trial.book, step);
  if (isFailure(decision)) return decision;
  applyTo(trial, decision);
  return undefined;
}

function applyTo({ book, counted }: Trial, movement: Movement): void {
  apply(book, movement);
  for (const [nodeId, consumed] of movement.consumed) {
    counted.push({ nodeId, valueOn: movement.valueOn, consumed });
  }
}

/** What a draw that goes back in time has to be held against. */
function pastOf({ book, latest, counted, changes }: Trial, valueOn: Day): PastDay[] | undefined {
  if (valueOn >= latest) return undefined;
  const later = counted.filter((one) => one.valueOn > valueOn);
  return pastDays(book, later, changes, { valueDays: [valueOn], until: addDays(latest, 1) });
}

const owedAt = ({ owed }: Trial, nodeId: string): Money => owed.get(nodeId) ?? Money.zero;

const openOn = (book: LimitBook, nodeId: string | undefined): Reservation[] =>
  [...book.reservations.values()].filter((r) => r.nodeId === nodeId && r.state === 'PENDING');

function reserve(trial: Trial, step: ScenarioStep): Refusal {
  const { ref: reservationId, expiresAt } = step;
  if (expiresAt <= step.now) return new Failure(no['reservation-expiry-past'], { expiresAt });
  const nodeId = step.node ?? '';
  const amount = step.amount ?? Money.zero;
  const refusal = carryOut(trial, {
    kind: 'reserve',
    nodeId,
    amount,
    valueOn: step.day,
    reservationId,
    expiresAt,
    tenorDays: step.tenorDays,
  });
  if (refusal) return refusal;
  const made: Reservation = {
    id: reservationId,
    nodeId,
    amount,
    used: Money.zero,
    state: 'PENDING',
    expiresAt,
    tenorDays: step.tenorDays,
  };
  trial.book.reservations.set(reservationId, made);
  return undefined;
}

/** Without a node or an amount those of the reservation are meant. */
function draw(trial: Trial, step: ScenarioStep): Refusal {
  const { of, spill, day: valueOn, tenorDays, allowances } = step;
  const reservation = of === undefined ? undefined : trial.book.reservations.get(of);
  const nodeId = step.node ?? reservation?.nodeId;
  const amount = step.amount ?? reservation?.amount;
  if (nodeId === undefined || amount === undefined) {
    return new Failure(no['reservation-missing'], { reservationId: of });
  }
  const decision = decide(trial.book, {
    kind: 'draw',
    nodeId,
    amount,
    valueOn,
    of,
    spill,
    tenorDays,
    allowances,
    past: pastOf(trial, valueOn),
  });
  if (isFailure(decision)) return decision;
  applyTo(trial, decision);
  trial.draws.set(step.ref, {
    nodeId,
    on: valueOn,
    tenorDays,
    amount,
    of,
    exceeded: decision.exceeded,
    repaid: Money.zero,
    reversed: false,
  });
  trial.owed.set(nodeId, owedAt(trial, nodeId).plus(amount));
  return undefined;
}

/** Principal comes back where it was drawn: a parent is not repaid for its children. */
function repay(trial: Trial, step: ScenarioStep): Refusal {
  const { of, day: valueOn } = step;
  const amount = step.amount ?? Money.zero;
  const drawn = of === undefined ? undefined : trial.draws.get(of);
  if (of !== undefined && !drawn) return new Failure(no['draw-missing'], { drawId: of });
  const nodeId = drawn?.nodeId ?? step.node ?? '';
  const ofDraw = drawn?.reversed === true ? Money.zero : drawn?.amount.minus(drawn.repaid);
  const owed = Money.min(owedAt(trial, nodeId), ofDraw ?? amount);
  if (amount.moreThan(owed)) {
    return new Failure(no['repayment-exceeds-outstanding'], {
      outstanding: owed,
      requested: amount,
      shortBy: amount.minus(owed),
      smallestAdmissible: owed,
    });
  }
  const refusal = carryOut(trial, {
    kind: 'repay',
    nodeId,
    amount,
    valueOn,
    tenorDays: drawn?.tenorDays ?? step.tenorDays,
  });
  if (refusal) return refusal;
  trial.owed.set(nodeId, owedAt(trial, nodeId).minus(amount));
  if (of !== undefined && drawn) {
    trial.draws.set(of, { ...drawn, repaid: drawn.repaid.plus(amount) });
  }
  return undefined;
}

/** Gives back one reservation, or the open ones of the node, oldest first. */
function giveBack(trial: Trial, step: ScenarioStep, kind: 'release' | 'expire'): Refusal {
  const valueOn = step.day;
  const amount = kind === 'release' ? step.amount : undefined;
  if (step.of !== undefined) return carryOut(trial, { kind, of: step.of, amount, valueOn });
  const open = openOn(trial.book, step.node);
  if (open.length === 0) return new Failure(no['reservation-missing'], { nodeId: step.node });
  let left = amount;
  for (const reservation of open) {
    if (left?.isZero() === true) break;
    const refusal = carryOut(trial, { kind, of: reservation.id, amount: left, valueOn });
    if (refusal) return refusal;
    left = left && Money.max(left.minus(reservation.amount), Money.zero);
  }
  return undefined;
}

function reverse(trial: Trial, step: ScenarioStep): Refusal {
  const of = step.of ?? '';
  const drawn = trial.draws.get(of);
  const facts = { drawId: of };
  if (!drawn) return new Failure(no['draw-missing'], facts);
  if (drawn.reversed) return new Failure(no['draw-already-reversed'], facts);
  if (drawn.repaid.isPositive() || drawn.amount.moreThan(owedAt(trial, drawn.nodeId))) {
    return new Failure(no['draw-partly-repaid'], { ...facts, repaid: drawn.repaid });
  }
  const refusal = carryOut(trial, {
    kind: 'reverse',
    nodeId: drawn.nodeId,
    amount: drawn.amount,
    // As in the book: as if it had never been.
    valueOn: drawn.on,
    of: drawn.of,
    restore: step.restore,
    tenorDays: drawn.tenorDays,
  });
  if (refusal) return refusal;
  trial.draws.set(of, { ...drawn, reversed: true });
  trial.owed.set(drawn.nodeId, owedAt(trial, drawn.nodeId).minus(drawn.amount));
  return undefined;
}

function changeNode(
  { book, changes, latest }: Trial,
  step: ScenarioStep,
  refuse: (node: LimitNode) => Refusal,
  change: Partial<Pick<LimitNode, 'state' | 'granted' | 'terms'>>,
): Refusal {
  const node = book.nodes.get(step.node ?? '');
  const refusal = node ? refuse(node) : new Failure(no['node-missing'], { nodeId: step.node });
  if (refusal || !node) return refusal;
  book.nodes.set(node.id, onDay({ ...node, ...change }, latest));
  changes.push(...recordsOf(node, change, { valueOn: step.day, recordedAt: step.now }));
  return undefined;
}

/** Changes dated terms, refused as the operation of that name refuses. */
function setTerms(trial: Trial, step: ScenarioStep): Refusal {
  const before = trial.book.nodes.get(step.node ?? '')?.terms ?? plainTerms;
  const terms = step.terms?.(before) ?? before;
  const refuse = (node: LimitNode): Refusal => {
    const parent = trial.book.nodes.get(node.parentId ?? '');
    const onDate = { ...onDay({ ...node, terms }, step.day), terms: node.terms };
    return (
      refuseTerms(terms) ??
      refuseSettled(node) ??
      refuseSharing(node, terms, parent) ??
      refuseBuckets(onDate, terms.buckets, parent)
    );
  };
  const refusal = changeNode(trial, step, refuse, { terms });
  if (refusal) return refusal;
  trial.book = { ...trial.book, fenced: fencedIn(trial.book.nodes.values()) };
  return undefined;
}

function carryOutStep(trial: Trial, step: ScenarioStep): Refusal {
  switch (step.op) {
    case 'reserve':
      return reserve(trial, step);
    case 'draw':
      return draw(trial, step);
    case 'repay':
      return repay(trial, step);
    case 'release':
    case 'expire':
      return giveBack(trial, step, step.op);
    case 'reverse':
      return reverse(trial, step);
    case 'freeze':
      return changeNode(trial, step, refuseFreeze, { state: 'FROZEN' });
    case 'unfreeze':
      return changeNode(trial, step, refuseUnfreeze, { state: 'ACTIVE' });
    case 'set-limit':
      return changeNode(trial, step, refuseSettled, { granted: step.amount ?? Money.zero });
    case 'set-terms':
      return setTerms(trial, step);
  }
}

export function figuresOf(book: LimitBook, node: LimitNode, day: Day): NodeFigures {
  return {
    limit: node.limit,
    used: node.consumed,
    reserved: node.reserved,
    available: availableOf(node),
    headroom:
      headroomOf(participants(book, node), undefined, day, roomsOf(book, node)).headroom ?? null,
    outstanding: node.outstanding,
    drawnCumulative: node.drawn,
    reinstatable: reinstatableOf(node),
    stranded: strandedOf(node),
    ...(node.terms.topUps.length > 0 && { topUps: topUpUse(node, day) }),
  };
}

/** The node that a step is about, also when it only names a reservation or a draw. */
const nodeIdOf = ({ book, draws }: Trial, { node, of = '' }: ScenarioStep): string | undefined =>
  node ?? book.reservations.get(of)?.nodeId ?? draws.get(of)?.nodeId;

function admissible(trial: Trial, step: ScenarioStep, refusal: Refusal): Money | null {
  const said = refusal?.facts['smallestAdmissible'];
  if (said instanceof Money) return said;
  const node = trial.book.nodes.get(nodeIdOf(trial, step) ?? '');
  if (!node) return null;
  const { tenorDays, day } = step;
  return answerTo(trial.book, node, { tenorDays, day }).smallestAdmissible ?? null;
}

function answer(trial: Trial, step: ScenarioStep): ScenarioAnswer {
  if (step.day > trial.latest) trial.latest = step.day;
  // Who goes back in time is dated back: what is in force is that of the last day reached.
  const { nodes: known } = trial.book;
  for (const [id, node] of known) known.set(id, onDay(node, trial.latest));
  const due = dueExpiries(trial.book, step.now, step.day);
  for (const expiry of due) carryOut(trial, expiry);
  const refusal = carryOutStep(trial, step);
  const exceeded = refusal ? undefined : trial.draws.get(step.ref)?.exceeded;
  const nodes = [...trial.book.nodes.values()];
  return {
    ref: step.ref,
    outcome: refusal ? 'refused' : 'accepted',
    code: refusal?.code ?? null,
    binding: (refusal?.facts['binding'] as readonly Binding[] | undefined) ?? [],
    smallestAdmissible: admissible(trial, step, refusal),
    expired: due.flatMap((expiry) => ('of' in expiry ? (expiry.of ?? []) : [])),
    nodes: Object.fromEntries(nodes.map((n) => [n.id, figuresOf(trial.book, n, step.day)])),
    ...(exceeded ? { exceeded } : {}),
  };
}

/** Runs the steps in order on one tree. Throws `scenario-malformed` with every problem found. */
export function runScenario(scenario: Scenario): ScenarioAnswer[] {
  const trial: Trial = {
    book: openBook(scenario),
    latest: scenario.steps[0]?.day ?? ('0000-01-01' as Day),
    counted: [],
    changes: [],
    draws: new Map(),
    owed: new Map(),
  };
  return scenario.steps.map((step) => answer(trial, step));
}
