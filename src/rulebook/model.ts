/**
 * Nouns of the rulebook (规则库). A pack is one issue of a scheme's rule: never edited, only followed
 * by the next version, so that a decision of any day can be computed again.
 */
import type { Day } from '../kernel/index.ts';

/** How far a value is established (README, 依据等级); printed beside it and never dropped. */
export const evidenceMarks = [
  '[S]',
  '[pub]',
  '[rep]',
  '[M-high]',
  '[M-med]',
  '[M-low]',
  '[D]',
] as const;
export type Evidence = (typeof evidenceMarks)[number];

/** TEMPLATE 样板: trial and dry run only. VERIFIED 已核实: two persons attached the official text. */
export type PackStatus = 'TEMPLATE' | 'VERIFIED';

/** What the document says about one parameter, and how well that is known. */
export interface Clause {
  readonly text: string;
  readonly evidence: Evidence;
}

/** Parameter path (`ratio.tiers`, `caps.poolYear`) → its clause. */
export type Clauses = Readonly<Record<string, Clause>>;

export interface RulePack<P = unknown> {
  readonly id: string;
  readonly scheme: string;
  readonly kind: string;
  /** Undefined: holds for every zone that has no pack of its own. */
  readonly zoneId: string | undefined;
  readonly version: number;
  readonly status: PackStatus;
  readonly city: string | undefined;
  readonly documentNo: string;
  readonly title: string;
  readonly validFrom: Day;
  readonly validTo: Day | undefined;
  readonly evidence: Evidence;
  readonly parameters: P;
  readonly clauses: Clauses;
}
