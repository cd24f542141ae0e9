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

/** What was paid out before and is added up with it: by the scope of the rule. */
export interface PaidOut {
  readonly drawn: Money;
  readonly payments: readonly UseOfFunds[];
}

const namedOf = (payments: readonly UseOfFunds[]): Money =>
  Yuan.sum(payments.map(({ amount }) => amount));

/**
 * Payments to one payee are one, so that none is split below the threshold: not within what is
 * drawn now, and not over what was drawn before.
 */
export function refusePayments(
  payments: readonly UseOfFunds[],
  drawn: Money,
  { threshold, clause }: { readonly threshold: Money; readonly clause: string },
  before: readonly PaidOut[] = [],
): Failure | undefined {
  const named = namedOf(payments);
  if (named.moreThan(drawn)) {
    return new Failure(no['payments-exceed-drawdown'], { named, drawn });
  }
  // What is not named could still go to one payee, as could what was not named before.
  const unnamedNow = drawn.minus(named);
  const earlier = before.map((one) => one.drawn.minus(namedOf(one.payments)));
  const unnamed = unnamedNow.plus(Yuan.sum(earlier));
  if (unnamedNow.isPositive() && unnamed.moreThan(threshold)) {
    return new Failure(no['payments-not-named'], { unnamed, threshold, clause });
  }
  for (const payee of new Set(payments.map((one) => one.payee))) {
    const own = payments.filter((one) => one.payee === payee);
    const others = before.flatMap((one) => one.payments.filter((paid) => paid.payee === payee));
    const amount = namedOf([...own, ...others]);
    if (amount.moreThan(threshold) && own.some(({ by }) => by === 'SELF')) {
      return new Failure(no['entrusted-payment-required'], { payee, amount, threshold, clause });
    }
  }
  return undefined;
}
