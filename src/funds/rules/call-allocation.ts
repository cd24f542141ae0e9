/**
 * The split of a capital call (出资通知, 同股同权): by commitment, largest remainder, ties by the fixed
 * order of the partners. A call of everything that is unfunded takes exactly that from each
 * partner, because splitting it by commitment again could miss the last fen of somebody.
 */
import { Failure, Money } from '../../kernel/index.ts';
import type { Rate } from '../../kernel/index.ts';
import { fundRefusals as no } from '../refusals.ts';
import type { CalculationStep } from './steps.ts';

export interface CallPartner {
  readonly partnerId: string;
  readonly name: string;
  /** What it has committed on the day of the call: its weight. */
  readonly committed: Money;
  /** What it may still be called for, on that day and every later one. */
  readonly unfunded: Money;
}

export interface CallPart {
  readonly partner: CallPartner;
  readonly amount: Money;
}

export interface CallSplit {
  readonly parts: readonly CallPart[];
  readonly steps: readonly CalculationStep[];
}

/** The least whole fen that is not below the share of the commitments. */
export function firstCallMinimum(committed: Money, share: Rate): Money {
  const floor = committed.times(share, 'down');
  const exact = committed.exact().times(share.exact);
  return floor.exact().compare(exact) < 0 ? floor.plus(Money.of('0.01')) : floor;
}

/**
 * The largest amount that a split by commitment surely admits: the partner with the least room in
 * proportion binds. Everything that is unfunded may be called besides.
 */
function largestByCommitment(partners: readonly CallPartner[]): Money {
  const total = Money.sum(partners.map(({ committed }) => committed)).exact();
  return partners
    .filter(({ committed }) => committed.isPositive())
    .map(({ committed, unfunded }) =>
      Money.round(unfunded.exact().times(total).dividedBy(committed.exact()), 'down'),
    )
    .reduce((a, b) => Money.min(a, b));
}

/** Parts in the order of the partners, nobody asked for nothing; or why the call is too large. */
export function splitCall(amount: Money, partners: readonly CallPartner[]): CallSplit | Failure {
  const committed = Money.sum(partners.map((partner) => partner.committed));
  if (!committed.isPositive()) return new Failure(no['nothing-committed']);
  const unfunded = Money.sum(partners.map((partner) => partner.unfunded));
  const everything = amount.equals(unfunded);
  const amounts = everything
    ? partners.map((partner) => partner.unfunded)
    : amount.allocate(partners.map((partner) => partner.committed));
  const parts = partners.map((partner, i) => ({ partner, amount: amounts[i] as Money }));
  const short = parts.filter((part) => part.amount.moreThan(part.partner.unfunded));
  if (short.length > 0) {
    return new Failure(no['call-above-unfunded'], {
      amount,
      unfunded,
      largestByCommitment: Money.min(largestByCommitment(partners), unfunded),
      partners: short.map((part) => ({
        partnerId: part.partner.partnerId,
        name: part.partner.name,
        asked: part.amount,
        unfunded: part.partner.unfunded,
        shortBy: part.amount.minus(part.partner.unfunded),
      })),
    });
  }
  const step = {
    rule: 'funds.call-split',
    clause: everything ? '缴清全部未缴余额' : '按认缴比例出资（同股同权）',
    inputs: {
      amount: amount.toString(),
      committed: committed.toString(),
      unfunded: unfunded.toString(),
    },
    formula: everything ? 'unfunded of each' : 'amount × commitment ÷ Σ commitments',
    result: amount.toString(),
    rounding: everything ? 'none: exact' : 'largest remainder, ties by the order of the partners',
  };
  return { parts: parts.filter((part) => part.amount.isPositive()), steps: [step] };
}
