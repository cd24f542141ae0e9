/**
 * Classifies a portion of debtors at the end of a day (五级分类). A loan below normal stays there
 * until a person has found that its upgrade is earned: time alone lifts nothing.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { classification2023 } from './packs/classification-2023.ts';
import type { DebtorFacts, LoanFacts } from './rules/classification.ts';
import { classifyDebtor } from './rules/classification.ts';
import { isNonPerforming } from './rules/risk-class.ts';
import type { NewClass, WatchedLoan } from './store-loan-classes.ts';
import { loansOfDebtors, saveClasses, watchedDebtors } from './store-loan-classes.ts';

const pack = classification2023;

const loanFacts = (loan: WatchedLoan): LoanFacts => ({
  loanId: loan.id,
  balance: loan.outstanding,
  daysPastDue: loan.daysPastDue,
  technicalOverdue: false,
  useChanged: false,
  repaidBy: undefined,
  creditImpaired: loan.state === 'NPL',
  expectedLoss: undefined,
  restructurings: [],
  previous: { class: loan.riskClass, cure: undefined },
});

const owedOn = (loans: readonly WatchedLoan[]): Money =>
  Money.sum(loans.map(({ outstanding }) => outstanding));

/** What the shared book knows of the debtor; `loans` are those of all banks. */
function debtorFacts(loans: readonly WatchedLoan[], bankId: string): DebtorFacts {
  const { daysMoreThan } = pack.parameters.overdueAcrossBanks;
  const overdue = owedOn(loans.filter((loan) => loan.daysPastDue > daysMoreThan));
  const others = loans.filter(({ ownerId }) => ownerId !== bankId);
  return {
    retail: false,
    sharpDowngrade: false,
    debtEvasion: false,
    bankruptcyLiquidation: false,
    badDebtAtAnotherBank: others.some(({ riskClass }) => isNonPerforming(riskClass)),
    acrossBanks: { overdue, total: owedOn(loans) },
  };
}

const groupedBy = <T>(list: readonly T[], key: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
};

/** New classes of one debtor's loans at all banks; those that stand as they did are left out. */
export function reclassified(loans: readonly WatchedLoan[], day: Day): NewClass[] {
  const changed: NewClass[] = [];
  for (const [bankId, own] of groupedBy(loans, ({ ownerId }) => ownerId)) {
    const facts = debtorFacts(loans, bankId);
    const decided = classifyDebtor(own.map(loanFacts), facts, day, pack);
    for (const [i, { class: riskClass, triggers }] of decided.loans.entries()) {
      const loan = own[i] as WatchedLoan;
      const codes = (list: readonly { code: string; clause: string }[]) =>
        list.map(({ code, clause }) => `${code} ${clause}`).join('|');
      const same = riskClass === loan.riskClass && codes(triggers) === codes(loan.triggers);
      if (!same) changed.push({ loan, riskClass, triggers });
    }
  }
  return changed;
}

/** Answers the last debtor of a full portion, and how many loans were looked at. */
export async function classifyPortion(
  context: Context,
  item: Item<unknown>,
  { day, after, most }: { readonly day: Day; readonly after: string; readonly most: number },
): Promise<{ readonly last: string | undefined; readonly loans: number; readonly upto: string }> {
  const { tx } = context;
  const debtors = await watchedDebtors(tx, after, most);
  if (debtors.length === 0) return { last: undefined, loans: 0, upto: after };
  const loans = await loansOfDebtors(tx, debtors);
  const byDebtor = groupedBy(loans, ({ enterpriseId }) => enterpriseId);
  const changed = [...byDebtor.values()].flatMap((one) => reclassified(one, day));
  const { operationId } = item;
  await saveClasses(tx, changed, {
    day,
    pack: `${pack.scheme}/${pack.version}`,
    operationId,
  });
  for (const { loan, riskClass, triggers } of changed) {
    if (riskClass === loan.riskClass) continue;
    context.emit(item, {
      name: 'credit.loan-reclassified',
      zoneId: loan.zoneId,
      ownerId: loan.ownerId,
      subjectId: loan.id,
      payload: { day, from: loan.riskClass, to: riskClass, triggers },
    });
  }
  const upto = debtors.at(-1) as string;
  return { last: debtors.length === most ? upto : undefined, loans: loans.length, upto };
}
