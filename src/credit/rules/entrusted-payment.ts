/**
 * Entrusted payment 受托支付: above the threshold of the rule the bank pays the payee itself. Who is
 * paid must be named as soon as the money drawn could hold such a payment.
 */
import type { Money } from '../../kernel/index.ts';
import { Failure, Money as Yuan } from '../../kernel/index.ts';
import { loanRefusals as no } from '../loan-refusals.ts';

export interface UseOfFunds {
  readonly payee: string;
  readonly amount: Money;
  /** ENTRUSTED: the bank pays the payee; SELF: the borrower does. */
  readonly by: 'ENTRUSTED' | 'SELF';
}

/** Payments to one payee are one, so that none is split below the threshold. */
export function refusePayments(
  payments: readonly UseOfFunds[],
  drawn: Money,
  { threshold, clause }: { readonly threshold: Money; readonly clause: string },
): Failure | undefined {
  const named = Yuan.sum(payments.map(({ amount }) => amount));
  if (named.moreThan(drawn)) {
    return new Failure(no['payments-exceed-drawdown'], { named, drawn });
  }
  // What is not named could still go to one payee.
  const unnamed = drawn.minus(named);
  if (unnamed.moreThan(threshold)) {
    return new Failure(no['payments-not-named'], { unnamed, threshold, clause });
  }
  for (const payee of new Set(payments.map((one) => one.payee))) {
    const own = payments.filter((one) => one.payee === payee);
    const amount = Yuan.sum(own.map((one) => one.amount));
    if (amount.moreThan(threshold) && own.some(({ by }) => by === 'SELF')) {
      return new Failure(no['entrusted-payment-required'], { payee, amount, threshold, clause });
    }
  }
  return undefined;
}
