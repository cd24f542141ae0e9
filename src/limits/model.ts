/**
 * Nouns of the limit tree (额度树). A node's counters move together; `consumed` follows from how the
 * node revolves. The four measures (intent, approved, drawn, outstanding) are never added together.
 */
import type { Day, Money } from '../kernel/index.ts';
import type { DatedTerms } from './rules/dated-terms.ts';

export const nodeKinds = [
  'ZONE',
  'ZONE_MASTER',
  'SEGMENT',
  'ENTERPRISE_LINE',
  'PRODUCT_SUBLINE',
  'CORE_PROGRAM',
  'ANCHOR',
  'SPOKE',
  'CAP',
] as const;
export type NodeKind = (typeof nodeKinds)[number];

/** R 循环: repayment restores. NR 不循环: it does not. NRS: only on the day of the draw. */
export type Revolving = 'R' | 'NR' | 'NRS';
/** SOFT refuses nothing: an intent binds nobody. */
export const enforcements = ['HARD', 'SOFT'] as const;
export type Enforcement = (typeof enforcements)[number];
/** What a child counts for in its parent: all it consumed, or only what is still owed. */
export type Contribution = 'consumed' | 'outstanding';
export type NodeState = 'ACTIVE' | 'FROZEN' | 'CLOSED';
/** A person by hand; the firm's whitelist entry; the line was renewed and another lends for it. */
export const freezeCauses = ['person', 'whitelist', 'renewal'] as const;
export type FreezeCause = (typeof freezeCauses)[number];

export interface Counters {
  readonly outstanding: Money;
  readonly drawn: Money;
  readonly consumed: Money;
  readonly reserved: Money;
  /** For NRS: the day whose draws a repayment still restores, and how much of them is left. */
  readonly sameDayOn: Day | undefined;
  readonly sameDayRestorable: Money;
  /**
   * The last value day on which it came to count less, or its terms changed: of a draw that is
   * dated before, today's figures do not tell whether it would have had room all along.
   */
  readonly easedOn: Day | undefined;
  /** By the days of a tenor bucket: what is outstanding in it, or held for it. */
  readonly bucketUse: ReadonlyMap<number, Money>;
}

export interface LimitNode extends Counters {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly parentId: string | undefined;
  /** Of the zone, so that several banks count in it. */
  readonly shared: boolean;
  /** The enterprise, agreement, segment or line that the node is about. */
  readonly subjectId: string | undefined;
  /** This node first, the root last. */
  readonly path: readonly string[];
  /** Cross-cutting caps that take part in every movement of this node, besides its path. */
  readonly caps: readonly string[];
  readonly depth: number;
  readonly name: string;
  readonly kind: NodeKind;
  readonly revolving: Revolving;
  readonly enforcement: Enforcement;
  readonly contribution: Contribution;
  /** In force on the day for which the node was read: `granted` as its terms make it. */
  readonly limit: Money;
  readonly granted: Money;
  readonly terms: DatedTerms;
  /** Some child keeps headroom from its siblings. */
  readonly fenced: boolean;
  readonly state: NodeState;
  readonly startsOn: Day;
  readonly expiresOn: Day | undefined;
  readonly version: number;
}

export type ReservationState = 'PENDING' | 'POSTED' | 'RELEASED' | 'EXPIRED';

export interface Reservation {
  readonly id: string;
  readonly nodeId: string;
  readonly amount: Money;
  /** How much of it the draw used; the rest returned at once. */
  readonly used: Money;
  readonly state: ReservationState;
  /** Free from this instant on, whether or not a job has tidied up. */
  readonly expiresAt: Date;
  /** Days until what it is for will be due; without, it holds no place in a tenor bucket. */
  readonly tenorDays: number | undefined;
}

/** Why a node takes no request at all. */
export type ClosedCause = 'closed' | 'frozen' | 'not-open' | 'expired';
/**
 * `held`: it would fit if the open reservations were given back; `used-up`: it would not. Of a
 * tenor: its bucket is full, or every bucket is shorter.
 */
export type BindingCause = 'held' | 'used-up' | 'bucket-full' | 'tenor-too-long' | ClosedCause;

/** Why a node cannot admit an amount. */
export interface Binding {
  readonly nodeId: string;
  readonly name: string;
  readonly kind: NodeKind;
  readonly limit: Money;
  readonly used: Money;
  readonly reserved: Money;
  readonly available: Money;
  readonly shortBy: Money;
  readonly cause: BindingCause;
  /** The past day whose figures these are, where a draw is dated back. */
  readonly on?: Day;
  /** Of a full bucket: its days. The amounts are the bucket's, reservations among its use. */
  readonly bucketDays?: number;
  /** Where every bucket is shorter: the days of the longest. */
  readonly longestDays?: number;
}

/**
 * `unpay`: a repayment is taken back. `leave` and `join`: a node went from below one limit to below
 * another with its use.
 */
export const movementKinds = [
  'reserve',
  'release',
  'expire',
  'draw',
  'repay',
  'unpay',
  'reverse',
  'leave',
  'join',
] as const;
export type MovementKind = (typeof movementKinds)[number];

/** One line of the journal: what moved at the leaf and what each HARD node of the path consumed. */
export interface Movement {
  readonly nodeId: string;
  readonly kind: MovementKind;
  readonly amount: Money;
  readonly reserved: Money;
  readonly outstanding: Money;
  readonly drawn: Money;
  readonly consumed: ReadonlyMap<string, Money>;
  readonly valueOn: Day;
  readonly reservationId: string | undefined;
  /** Days from value day to due day, where a node asks for them. */
  readonly tenorDays: number | undefined;
  /** The same of the reservation that is made, used or given back. */
  readonly heldTenorDays: number | undefined;
  /** Of a draw: how much of each exception that it named it needed, in their order. */
  readonly exceeded?: readonly Money[];
}
