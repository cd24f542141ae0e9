// What the independent model of the limit tree is asked and what it answers; amounts are whole fen.
import type { Terms } from './oracle-terms.ts';

/** Which limits a cap takes beside those named; a member left out takes all. */
export interface CapRule {
  readonly parties?: readonly string[] | undefined;
  readonly products?: readonly string[] | undefined;
}

export interface TreeNode {
  readonly id: string;
  readonly parent: string | undefined;
  readonly caps: readonly string[];
  readonly revolving: 'R' | 'NR' | 'NRS';
  readonly enforcement: 'HARD' | 'SOFT';
  readonly contribution: 'consumed' | 'outstanding';
  readonly limit: bigint;
  readonly expiresOn: string | undefined;
  readonly terms?: Terms | undefined;
  /** Whom a limit is for and which product; rules of caps go by it. */
  readonly party?: string | undefined;
  readonly product?: string | undefined;
  /** Of a cap. */
  readonly rule?: CapRule | undefined;
}

export interface Asked {
  readonly op:
    | 'reserve'
    | 'draw'
    | 'repay'
    | 'unpay'
    | 'release'
    | 'reverse'
    | 'freeze'
    | 'unfreeze'
    | 'set-limit'
    | 'set-terms'
    | 'move'
    | 'set-cap'
    | 'open'
    | 'close';
  readonly ref: string;
  readonly node: string;
  readonly amount: bigint;
  /** The reservation drawn on or released, the draw or repayment undone, or the new parent. */
  readonly of: string | undefined;
  readonly spill: boolean;
  readonly restore: boolean;
  readonly now: number;
  readonly day: string;
  readonly expiresAt: number;
  readonly tenorDays?: number | undefined;
  readonly terms?: Terms | undefined;
  /** Of a cap that is set: the limits named, and the rule that takes others beside them. */
  readonly members?: readonly string[] | undefined;
  readonly rule?: CapRule | undefined;
  /** A limit that is opened. */
  readonly line?: TreeNode | undefined;
}

export interface Figures {
  readonly limit: bigint;
  readonly used: bigint;
  readonly reserved: bigint;
  readonly outstanding: bigint;
  readonly drawn: bigint;
}

export interface Held {
  readonly node: string;
  readonly expiresAt: number;
  readonly tenorDays: number | undefined;
  open: bigint;
  used: bigint;
  state: 'open' | 'posted' | 'released' | 'expired';
}

export interface Drawn {
  readonly node: string;
  readonly day: string;
  readonly amount: bigint;
  readonly of: string | undefined;
  readonly tenorDays: number | undefined;
  reversed: boolean;
}

export interface Repaid {
  readonly node: string;
  readonly amount: bigint;
  readonly tenorDays: number | undefined;
  undone: boolean;
}

export interface View {
  readonly figures: ReadonlyMap<string, Figures>;
  readonly frozen: ReadonlySet<string>;
  /** For good. */
  readonly closed: ReadonlySet<string>;
  readonly held: ReadonlyMap<string, Held>;
  readonly draws: ReadonlyMap<string, Drawn>;
  readonly repayments: ReadonlyMap<string, Repaid>;
  /** Principal drawn at the node itself and not yet back. */
  readonly owed: ReadonlyMap<string, bigint>;
  readonly terms: ReadonlyMap<string, Terms>;
  /** What is drawn and not yet back, and what is held, each at the node itself and by tenor. */
  readonly inTenor: readonly InTenor[];
}

export interface InTenor {
  readonly node: string;
  readonly tenorDays: number | undefined;
  readonly amount: bigint;
  readonly held: boolean;
}

export interface Verdict {
  readonly code: string | undefined;
  readonly binding: readonly string[];
  /** Of a request: each node that binds, why and by how much. */
  readonly short?: readonly string[];
  /** Of a request that is refused: what would be admitted; undefined where nothing is said. */
  readonly smallest?: bigint | undefined;
}

export interface Model {
  readonly nodes: ReadonlyMap<string, TreeNode>;
  route(leaf: string): ReadonlyMap<string, string | undefined>;
  above(id: string): string[];
  look(now: number): View;
  /** What each node lets through, of a draw on the leaf or, without one, of what moves it. */
  rooms(view: View, leaf?: string): Map<string, bigint>;
  shortages(leaf: string, amount: bigint, view: View): Map<string, bigint>;
  /** The days from a value day on that lie before today. */
  daysSince(day: string, now: number): string[];
  /** What stood at the end of a past day, with nothing reserved. */
  asOf(day: string, now: number): View;
  /** The same history in the tree as the step makes it. */
  rearranged(asked: Asked): Model;
}
