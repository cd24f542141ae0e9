/**
 * A correction of a class stands on facts: where one of them is taken back, so that the loan was
 * overdue for too long after all, the correction falls with it, and so do those found with it that
 * needed it. One that no night has used comes back first; a class that was lifted is found again.
 */
import { Failure, groupedBy } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { debtorsKnown, keepClasses, nothingKnown, reclassified } from './classify-loans.ts';
import { factsOf, type LockedLoan } from './loan-change.ts';
import { loanRefusals as no } from './loan-refusals.ts';
import { classification2023 as pack } from './packs/classification-2023.ts';
import { performingUpTo, refusedCorrection } from './rules/class-correction.ts';
import { mostDaysPastDue } from './rules/overdue-history.ts';
import { isNonPerforming } from './rules/risk-class.ts';
import { foundClasses, loansOfDebtors } from './store-loan-classes.ts';
import type { FoundTogether, ReversalCause } from './store-take-backs.ts';
import { correctionsFoundWith, findingsOf, markFindingReversed } from './store-take-backs.ts';

export interface FallingCorrection extends FoundTogether {
  readonly cause: ReversalCause;
}

/** Those that the others left would not have been found with: something else made them bad. */
async function unfounded(tx: Tx, left: readonly FoundTogether[]): Promise<FoundTogether[]> {
  const found = await foundClasses(
    tx,
    left.map(({ drawdownId }) => drawdownId),
  );
  return left.filter(({ drawdownId, curedOn, foundOn }) => {
    const then = found.filter(
      (one) =>
        one.drawdownId === drawdownId &&
        one.on >= curedOn &&
        one.on <= foundOn &&
        isNonPerforming(one.riskClass),
    );
    // Its own days are its own facts; what others added to it is asked anew.
    return refusedCorrection(then, 0, pack).length > 0;
  });
}

/**
 * The corrections with these ids, and those found together with them that do not hold without
 * them: all in force.
 */
export async function withThoseFoundTogether(
  tx: Tx,
  ids: readonly string[],
  cause: ReversalCause,
): Promise<FallingCorrection[]> {
  const together = await correctionsFoundWith(tx, ids);
  const first = together.filter(({ id }) => ids.includes(id));
  const falling: FallingCorrection[] = first.map((one) => ({ ...one, cause }));
  let left = together.filter(({ id }) => !ids.includes(id));
  while (left.length > 0) {
    const more = await unfounded(tx, left);
    if (more.length === 0) break;
    falling.push(...more.map((one) => ({ ...one, cause: 'FELL_TOGETHER' as const })));
    left = left.filter((one) => !more.includes(one));
  }
  return falling;
}

/**
 * The corrections that fall without a fact, all of them in force; asked before it is taken away.
 * Throws `repayment-depended-on` for one that no night has used.
 * @param without the loan as it would stand.
 */
export async function fallingCorrections(
  { tx }: Context,
  without: LockedLoan,
): Promise<FallingCorrection[]> {
  const { drawdown, loan } = without;
  const found = await findingsOf(tx, drawdown.id);
  const corrections = found.filter((one) => one.factsCorrected && one.reversedBy === null);
  if (corrections.length === 0) return [];
  const facts = factsOf(loan, drawdown);
  // Days after the finding are found by their own nights.
  const own = corrections.filter(({ curedOn: from, foundOn: upTo }) => {
    return mostDaysPastDue(facts, { from, upTo }) > performingUpTo(pack);
  });
  if (own.length === 0) return [];
  const ids = own.map(({ id }) => id);
  const falling = await withThoseFoundTogether(tx, ids, 'FACT_TAKEN_BACK');
  const waiting = falling.find(({ served }) => !served);
  if (waiting) {
    const { id: findingId, drawdownId } = waiting;
    throw new Failure(no['repayment-depended-on'], { by: 'finding', findingId, drawdownId });
  }
  return falling;
}

/**
 * Takes the corrections back and finds the classes anew, as if they had never been. Called behind
 * the change. Throws `repayment-depended-on` where today has found a class already; tomorrow it
 * can. The other loans are not locked: like the night, it writes their classes and nothing else.
 */
export async function undoCorrections(
  context: Context,
  item: Item<unknown>,
  falling: readonly FallingCorrection[],
): Promise<void> {
  if (falling.length === 0) return;
  const { tx, today } = context;
  const { operationId } = item;
  for (const { id, cause, drawdownId, zoneId, ownerId } of falling) {
    markFindingReversed(tx, id, operationId, cause);
    const payload = { findingId: id, cause };
    const name = 'credit.upgrade-finding-reversed';
    context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  }
  const history = await foundClasses(tx, [...new Set(falling.map((one) => one.drawdownId))]);
  const bad = history.filter(({ riskClass }) => isNonPerforming(riskClass));
  const before = new Map(bad.map(({ drawdownId, riskClass }) => [drawdownId, riskClass]));
  const debtors = [...new Set(falling.map(({ enterpriseId }) => enterpriseId))];
  const loans = await loansOfDebtors(tx, debtors, today);
  const lifted = new Map(
    loans
      .filter(({ id, riskClass }) => before.has(id) && !isNonPerforming(riskClass))
      .map((loan) => [loan.id, loan]),
  );
  if ([...lifted.values()].some(({ classified }) => classified)) {
    const facts = { by: 'classification', classifiedOn: today };
    throw new Failure(no['repayment-depended-on'], facts);
  }
  const as = loans.map((one) => {
    const riskClass = before.get(one.id);
    if (riskClass === undefined || !lifted.has(one.id)) return one;
    return { ...one, riskClass, triggers: [], cure: null };
  });
  const known = await debtorsKnown(tx, debtors, today);
  const anew = [...groupedBy(as, ({ enterpriseId }) => enterpriseId)].flatMap(([id, own]) =>
    reclassified(own, known.get(id) ?? nothingKnown, today),
  );
  // What is told is the step from the class that the correction had given it.
  const told = anew.flatMap((one) => {
    const loan = lifted.get(one.loan.id);
    return loan ? [{ ...one, loan }] : [];
  });
  keepClasses(context, item, today, told);
}
