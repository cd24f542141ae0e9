/**
 * The ranges of days that are closed already, when a record of a past day (a pause of ageing, a
 * back-dated payment) or a change that closed missed nights itself makes others of them. Drawn up
 * by the pure rules; the nights to come are the SQL's.
 */
import type { Day } from '../kernel/index.ts';
import { addDays } from '../kernel/index.ts';
import type { Context } from '../platform/operation.ts';
import { delinquencyRanges } from './packs/delinquency-ranges.ts';
import { daysPastDue, rangeOf } from './rules/delinquency.ts';
import type { LoanFacts } from './rules/loan-stand.ts';
import { standOf, unpaidOf } from './rules/loan-stand.ts';
import type { Owned } from './store-loan-facts.ts';
import { pausesOf } from './store-loan-findings.ts';
import type { RangeOfDay } from './store-loan-ranges.ts';
import { addRanges, recordedRanges, saveRange } from './store-loan-ranges.ts';

/** The days on which another due may become the oldest unpaid one, and which one it is then. */
function oldestUnpaidOver(facts: LoanFacts, from: Day, upTo: Day): Map<Day, Day | undefined> {
  const changes = [...facts.payments, ...(facts.reschedules ?? [])].map(({ on }) => on);
  const days = new Set([from, ...changes.filter((on) => on > from && on <= upTo)]);
  const oldestOn = (day: Day): Day | undefined =>
    standOf(facts, day).instalments.find((one) => unpaidOf(one).isPositive())?.dueOn;
  return new Map([...days].map((day) => [day, oldestOn(day)]));
}

/** Of the days `from` to `closedOn`; the facts are all that is known by now. */
export async function keepRanges(
  { tx, now }: Context,
  owned: Owned,
  facts: LoanFacts,
  { from, closedOn }: { readonly from: Day; readonly closedOn: Day },
): Promise<void> {
  if (from > closedOn) return;
  const pauses = await pausesOf(tx, owned.id);
  const recorded = await recordedRanges(tx, owned.id, from);
  const held = recorded.find(({ since }) => since < from);
  const said = new Map(recorded.map(({ since, range }) => [since, range]));
  const oldest = oldestUnpaidOver(facts, from, closedOn);
  const changed: RangeOfDay[] = [];
  let last = { since: held?.since ?? null, range: held?.range };
  let dueOn: Day | undefined;
  for (let day = from; day <= closedOn; day = addDays(day, 1)) {
    if (oldest.has(day)) dueOn = oldest.get(day);
    const days = dueOn === undefined ? 0 : daysPastDue(dueOn, day, pauses);
    const range = rangeOf(days, delinquencyRanges.parameters);
    const before = said.has(day) ? said.get(day) : last.range;
    if (range !== before) changed.push({ since: day, range, daysPastDue: days });
    if (range !== last.range) last = { since: day, range };
  }
  addRanges(tx, owned, changed, now);
  saveRange(tx, owned.id, last);
}
