/**
 * A correction of a class stands on facts: where one of them is taken back, so that the loan was
 * overdue for too long after all, the correction falls with it. One that a night has not used yet
 * comes back first; one that has lifted the class is undone, and the class is found again at once.
 */
import { Failure } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { keepClasses, reclassified } from './classify-loans.ts';
import { factsOf, type LockedLoan } from './loan-change.ts';
import { loanRefusals as no } from './loan-refusals.ts';
import { classification2023 as pack } from './packs/classification-2023.ts';
import { performingUpTo } from './rules/class-correction.ts';
import { mostDaysPastDue } from './rules/overdue-history.ts';
import { isNonPerforming } from './rules/risk-class.ts';
import { foundClasses, loansOfDebtors } from './store-loan-classes.ts';
import type { StoredFinding } from './store-take-backs.ts';
import { findingsOf, markFindingReversed } from './store-take-backs.ts';

/**
 * The corrections that fall without a fact, all of them in force; asked before it is taken away.
 * Throws `repayment-depended-on` for one that no night has used.
 * @param without the loan as it would stand.
 */
export async function fallingCorrections(
  { tx }: Context,
  without: LockedLoan,
): Promise<StoredFinding[]> {
  const { drawdown, loan } = without;
  const found = await findingsOf(tx, drawdown.id);
  const corrections = found.filter((one) => one.factsCorrected && one.reversedBy === null);
  if (corrections.length === 0) return [];
  const facts = factsOf(loan, drawdown);
  // Days after the finding are found by their own nights.
  const falling = corrections.filter(({ curedOn: from, foundOn: upTo }) => {
    return mostDaysPastDue(facts, { from, upTo }) > performingUpTo(pack);
  });
  const waiting = falling.find(({ served }) => !served);
  if (waiting) {
    throw new Failure(no['repayment-depended-on'], { by: 'finding', findingId: waiting.id });
  }
  return falling;
}

/**
 * Takes the corrections back and finds the class anew, as if they had never been. Called behind the
 * change. Throws `repayment-depended-on` where today has found the class already: it can tomorrow.
 */
export async function undoCorrections(
  context: Context,
  item: Item<unknown>,
  { drawdown }: LockedLoan,
  falling: readonly StoredFinding[],
): Promise<void> {
  const [first] = falling;
  if (!first) return;
  const { tx, today } = context;
  const { operationId } = item;
  for (const { id } of falling) markFindingReversed(tx, id, operationId, 'FACT_TAKEN_BACK');
  const history = await foundClasses(tx, [drawdown.id]);
  const last = history.findLast(({ riskClass }) => isNonPerforming(riskClass));
  const loans = await loansOfDebtors(tx, [drawdown.enterpriseId], today);
  const own = loans.find(({ id }) => id === drawdown.id);
  if (!last || !own || isNonPerforming(own.riskClass)) return;
  if (own.classified) {
    const facts = { by: 'classification', classifiedOn: today };
    throw new Failure(no['repayment-depended-on'], facts);
  }
  const as = loans.map((one) =>
    one === own ? { ...one, riskClass: last.riskClass, triggers: [], cure: null } : one,
  );
  const anew = reclassified(as, today).filter(({ loan }) => loan.id === drawdown.id);
  // What is told is the step from the class that the correction had given it.
  keepClasses(
    context,
    item,
    today,
    anew.map((one) => ({ ...one, loan: own })),
  );
}
