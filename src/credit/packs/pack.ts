/**
 * A rule pack of the credit side, in the shape of the rulebook: what this program ships is a
 * TEMPLATE. A zone's own row takes its place for the kinds that the rulebook knows, and no others.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure } from '../../kernel/index.ts';
import type { ExplainedStep } from '../../platform/calculation.ts';
import type { Evidence, RulePack } from '../../rulebook/index.ts';
import { riskRefusals as no } from '../risk-refusals.ts';

export type CreditPack<P = unknown> = Omit<RulePack<P>, 'id' | 'zoneId' | 'city'>;

/** Where a value comes from: the pack with its version, the words of the clause, its mark. */
export interface Citation {
  readonly pack: string;
  readonly clause: string;
  readonly evidence: Evidence;
}

/** A step that names the pack and prints the evidence mark beside the clause. */
export interface CitedStep extends ExplainedStep, Citation {}

/**
 * The clause of a parameter, or of the nearest parameter above it (`overdue.0` → `overdue`).
 * Throws when the pack has none: a rule that decides without a clause is a broken pack.
 */
export function cite(pack: CreditPack, path: string): Citation {
  const name = `${pack.scheme}/${pack.version} ${pack.status}`;
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const found = pack.clauses[at];
    if (found) {
      const clause = `${pack.title}（${pack.documentNo}）：${found.text} ${found.evidence}`;
      return { pack: name, clause, evidence: found.evidence };
    }
  }
  throw new Error(`${name} has no clause for '${path}'`);
}

/** The refusal when the pack did not hold on that day; both ends of its validity belong to it. */
export function refuseOutsideValidity(pack: CreditPack, on: Day): Failure | undefined {
  const { scheme, validFrom, validTo } = pack;
  if (validFrom <= on && (validTo === undefined || on <= validTo)) return undefined;
  return new Failure(no['rule-not-in-force'], { scheme, on, validFrom, validTo: validTo ?? null });
}
