/**
 * Over-subscription (超配), the nominal check: how much may be granted below a HARD limit, as a
 * multiple of what it is itself granted. Limits count as they are in force, on every day from today
 * on. Source: domain formulas, oversub(n) = Σ eff(children) ÷ eff(n).
 */
import type { Day } from '../../kernel/index.ts';
import { Exact, Failure, Money, addDays, addMonths } from '../../kernel/index.ts';
import type { LimitNode } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import type { DatedTerms } from './dated-terms.ts';
import { limitOn, turningDays } from './dated-terms.ts';

/** What shall be granted below a node, or granted more. */
export interface Granting {
  readonly parentId: string | undefined;
  /** On a day from today on; not positive where nothing more is granted. */
  readonly amountOn: (day: Day) => Money;
  /** Its dated terms, which may turn the amount. */
  readonly terms: readonly DatedTerms[];
}

/** The same amount on every day. */
export const grantOf = (parentId: string | undefined, amount: Money): Granting => ({
  parentId,
  amountOn: () => amount,
  terms: [],
});

/** A limit that counts for nothing yet below the parent. */
export const grantOfNode = (
  parentId: string | undefined,
  { granted, terms }: Pick<LimitNode, 'granted' | 'terms'>,
): Granting => ({ parentId, amountOn: (day) => limitOn(granted, terms, day), terms: [terms] });

/** What a HARD node counts for in what is granted above it on a day. */
export const countedGrant = (
  { state, expiresOn, granted, terms, outstanding }: LimitNode,
  day: Day,
): Money =>
  state !== 'CLOSED' && (expiresOn === undefined || expiresOn >= day)
    ? limitOn(granted, terms, day)
    : outstanding;

/** A node that is granted another amount, or whose terms become others. */
export function raiseOf(
  { parentId, granted, terms }: LimitNode,
  after: { readonly granted?: Money; readonly terms?: DatedTerms },
): Granting {
  const next = { granted, terms, ...after };
  return {
    parentId,
    amountOn: (day) => limitOn(next.granted, next.terms, day).minus(limitOn(granted, terms, day)),
    terms: [terms, next.terms],
  };
}

export interface Policy {
  readonly id: string;
  readonly name: string;
  readonly oversub: string;
  readonly granted: Money;
  readonly terms: DatedTerms;
}

/** The most that may be granted below on a day; never rounded up. */
export const mostGranted = ({ granted, terms, oversub }: Policy, day: Day): Money =>
  limitOn(granted, terms, day).times(Exact.of(oversub), 'down');

/** How far ahead seasons and steps are looked at. */
const yearsAhead = 10;

/** Today and the days on which something of it may become another amount. */
export function daysToAsk(terms: readonly DatedTerms[], today: Day): Day[] {
  const until = addMonths(today, yearsAhead * 12);
  const turns = terms.flatMap((one) => turningDays(one, today, until, (day) => addDays(day, 1)));
  return [...new Set([today, ...turns])].sort();
}

interface Allocation {
  /** In order, `today` among them. */
  readonly days: readonly Day[];
  readonly today: Day;
  /** What is granted below a limit already. */
  readonly allocatedOn: (id: string, day: Day) => Money;
}

/**
 * Decides grants in order, each seeing those before it, by the worst of the days.
 * @returns one entry per grant: why not (`over-allocated`), or undefined.
 */
export function decideGrants(
  policies: readonly Policy[],
  grants: readonly Granting[],
  { days, today, allocatedOn }: Allocation,
): (Failure | undefined)[] {
  const free = new Map<string, Money>();
  for (const one of policies) {
    for (const day of days) {
      free.set(`${one.id} ${day}`, mostGranted(one, day).minus(allocatedOn(one.id, day)));
    }
  }
  return grants.map((grant) => {
    const policy = policies.find(({ id }) => id === grant.parentId);
    if (!policy) return undefined;
    const leftOn = (day: Day): Money => free.get(`${policy.id} ${day}`) as Money;
    const over = (day: Day): Money => grant.amountOn(day).minus(leftOn(day));
    const rising = days.filter((day) => grant.amountOn(day).isPositive());
    const [first, ...others] = rising;
    if (first === undefined) return undefined;
    const on = others.reduce(
      (worst, day) => (over(day).moreThan(over(worst)) ? day : worst),
      first,
    );
    if (over(on).isPositive()) {
      const { id: nodeId, name, oversub } = policy;
      return new Failure(no['over-allocated'], {
        nodeId,
        name,
        oversub,
        ...(on === today ? {} : { on }),
        most: mostGranted(policy, on),
        allocated: mostGranted(policy, on).minus(leftOn(on)),
        requested: grant.amountOn(on),
        shortBy: over(on),
        smallestAdmissible: Money.max(leftOn(on), Money.zero),
      });
    }
    for (const day of rising) {
      free.set(`${policy.id} ${day}`, leftOn(day).minus(grant.amountOn(day)));
    }
    return undefined;
  });
}
