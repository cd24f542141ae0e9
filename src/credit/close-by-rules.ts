/**
 * The night of loans that the SQL of the day-end does not know how to close: those that bear misuse
 * penalty. They are few; each is drawn up by the pure rules over what the SQL has written.
 */
import { Money } from '../kernel/index.ts';
import type { Context } from '../platform/operation.ts';
import { accruals, factsOf } from './loan-change.ts';
import { standOf } from './rules/loan-stand.ts';
import type { Portion } from './store-day-end.ts';
import { lockLoanById } from './store-loan-facts.ts';
import { loansByRules } from './store-loan-findings.ts';
import { saveStand } from './store-schedules.ts';

/** After the portion's night is closed. Its rows are locked by then, so nobody adds a fact. */
export async function closeByRules({ tx }: Context, portion: Portion): Promise<void> {
  const { day, after, upto } = portion;
  for (const { amount, ...one } of await loansByRules(tx, day, after, upto)) {
    const loan = await lockLoanById(tx, one.id);
    if (!loan) throw new Error('A loan without a row was closed.');
    const facts = factsOf(loan, { ...one, amount: Money.of(amount) });
    const stand = standOf(facts, day);
    saveStand(tx, {
      owned: one,
      stand,
      state: 'OPEN',
      through: day,
      closedOn: day,
      ...accruals(stand, facts, day),
    });
  }
}
