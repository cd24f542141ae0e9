/**
 * A fact that makes a class worse does so on its day and not in the night. Nothing is lifted here:
 * a bank sees its own loans alone, and the night sees the debtor whole.
 */
import type { Context, Item } from '../platform/operation.ts';
import { debtorsKnown, keepClasses, nothingKnown, reclassified } from './classify-loans.ts';
import type { Drawdown } from './model.ts';
import { riskClasses } from './rules/risk-class.ts';
import { loansOfDebtors } from './store-loan-classes.ts';

export async function classifyAtOnce(
  context: Context,
  item: Item<unknown>,
  { enterpriseId }: Pick<Drawdown, 'enterpriseId'>,
): Promise<void> {
  const { tx, today } = context;
  const loans = await loansOfDebtors(tx, [enterpriseId], today);
  const known = (await debtorsKnown(tx, [enterpriseId], today)).get(enterpriseId) ?? nothingKnown;
  const worse = reclassified(loans, known, today).filter(
    ({ loan, riskClass }) => riskClasses.indexOf(riskClass) > riskClasses.indexOf(loan.riskClass),
  );
  keepClasses(context, item, today, worse);
}
