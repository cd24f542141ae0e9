/** Pure decisions of the rulebook: which pack held on a day, and whether its clauses fit. */
import type { Day } from '../kernel/index.ts';
import type { Clauses, RulePack } from './model.ts';

export interface Occasion {
  readonly scheme: string;
  readonly zoneId: string;
  /** The event's day: registration of the loan for a pool, drawdown for a subsidy. */
  readonly on: Day;
}

/** Verified before template, the zone's own before the general one, then the newest version. */
const precedence = (a: RulePack, b: RulePack): number =>
  first(a.status === 'VERIFIED', b.status === 'VERIFIED') ||
  first(a.zoneId !== undefined, b.zoneId !== undefined) ||
  b.version - a.version;

/** Which of two comes first when only one of them has what counts. */
function first(a: boolean, b: boolean): number {
  if (a === b) return 0;
  return a ? -1 : 1;
}

/** The pack that held on that day in that zone; both ends of its validity belong to it. */
export function packInForce<P>(
  packs: readonly RulePack<P>[],
  { scheme, zoneId, on }: Occasion,
): RulePack<P> | undefined {
  return packs
    .filter(
      (pack) =>
        pack.scheme === scheme &&
        (pack.zoneId === undefined || pack.zoneId === zoneId) &&
        pack.validFrom <= on &&
        (pack.validTo === undefined || on <= pack.validTo),
    )
    .sort(precedence)[0];
}

function reaches(parameters: unknown, path: string): boolean {
  let at = parameters;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return false;
    at = (at as Record<string, unknown>)[name];
  }
  return at !== undefined;
}

/** The paths of clauses that lead to no parameter: a clause that decides nothing is an error. */
export const strayClauses = (parameters: unknown, clauses: Clauses): string[] =>
  Object.keys(clauses).filter((path) => !reaches(parameters, path));
