/**
 * What the funds refuse: pure functions of the facts that an operation has loaded under its locks.
 * They stand in the order of precedence and name what would be admitted instead.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import type { CallItem, CapitalCall, Fund, Round } from '../model.ts';
import { fundTransitions } from '../model.ts';
import { fundRefusals as no } from '../refusals.ts';
import type { CallPartner } from './call-allocation.ts';
import { firstCallMinimum } from './call-allocation.ts';
import type { CalculationStep } from './steps.ts';

/** Commits, calls and invests: established, and not on its way out. */
const isOpen = ({ state }: Fund): boolean =>
  state === 'INVESTING' || fundTransitions[state].includes('INVESTING');

export function refuseState(fund: Fund): Failure | undefined {
  if (isOpen(fund)) return undefined;
  return new Failure(no['fund-not-open'], { fundId: fund.id, name: fund.name, state: fund.state });
}

export function refuseValueDay(fund: Fund, valueOn: Day, today: Day): Failure | undefined {
  if (valueOn > today) return new Failure(no['value-day-in-future'], { valueOn, today });
  if (valueOn < fund.establishedOn) {
    const { establishedOn } = fund;
    return new Failure(no['value-day-before-fund'], { valueOn, establishedOn });
  }
  return undefined;
}

/**
 * A reduction takes what is neither called on its day nor on any later one.
 * @param unfunded the least of commitments less calls from that day on
 */
export function refuseReduction(
  amount: Money,
  unfunded: Money,
  facts: { readonly committed: Money; readonly called: Money; readonly paidIn: Money },
): Failure | undefined {
  if (amount.atMost(unfunded)) return undefined;
  return new Failure(no['commitment-below-called'], {
    amount,
    ...facts,
    smallestAdmissible: unfunded,
  });
}

export interface FirstCall {
  readonly minimum: Money;
  readonly step: CalculationStep;
}

/** What the fund's terms ask of its first call; undefined when they ask nothing. */
export function firstCallOf(fund: Fund, partners: readonly CallPartner[]): FirstCall | undefined {
  if (!fund.firstCallMinimum) return undefined;
  const { share, clause } = fund.firstCallMinimum;
  const committed = Money.sum(partners.map((partner) => partner.committed));
  const minimum = firstCallMinimum(committed, share);
  const step = {
    rule: 'funds.first-call-minimum',
    clause,
    inputs: { committed: committed.toString(), share: share.toString() },
    formula: 'committed × share',
    result: minimum.toString(),
    rounding: 'up to the fen',
  };
  return { minimum, step };
}

export function refuseFirstCall(amount: Money, first: FirstCall | undefined): Failure | undefined {
  if (!first || amount.atLeast(first.minimum)) return undefined;
  const { minimum, step } = first;
  return new Failure(no['first-call-too-small'], {
    amount,
    minimum,
    clause: step.clause,
    shortBy: minimum.minus(amount),
    steps: [step],
  });
}

export function refusePayment(
  call: CapitalCall,
  item: CallItem,
  payment: { readonly amount: Money; readonly valueOn: Day; readonly today: Day },
): Failure | undefined {
  const { amount, valueOn, today } = payment;
  if (valueOn > today) return new Failure(no['value-day-in-future'], { valueOn, today });
  if (valueOn < call.issuedOn) {
    return new Failure(no['value-day-before-call'], { valueOn, issuedOn: call.issuedOn });
  }
  const due = item.amount.minus(item.paid);
  const facts = { called: item.amount, paid: item.paid };
  if (due.isZero()) return new Failure(no['call-paid'], facts);
  if (amount.atMost(due)) return undefined;
  return new Failure(no['payment-above-call'], { amount, ...facts, smallestAdmissible: due });
}

/** @param cash the least that the fund has from the value day on */
export function refuseOutlay(fund: Fund, amount: Money, cash: Money): Failure | undefined {
  if (amount.atMost(cash)) return undefined;
  return new Failure(no['fund-cash-exceeded'], {
    fundId: fund.id,
    amount,
    cash,
    shortBy: amount.minus(cash),
    smallestAdmissible: cash,
  });
}

/** What funds of this scope put into a round before. */
export interface RecordedPart {
  readonly total: Money;
  readonly amount: Money;
}

/** One round has one total, and it is not smaller than the parts that are known of it. */
export function refuseRound(
  amount: Money,
  round: Round | undefined,
  recorded: readonly RecordedPart[],
): Failure | undefined {
  if (!round) return undefined;
  const other = recorded.find(({ total }) => !total.equals(round.total));
  if (other) {
    const facts = { round: round.name, total: round.total, recorded: other.total };
    return new Failure(no['round-total-differs'], facts);
  }
  const before = Money.sum(recorded.map((part) => part.amount));
  if (before.plus(amount).atMost(round.total)) return undefined;
  return new Failure(no['round-total-too-small'], {
    round: round.name,
    total: round.total,
    recorded: before,
    amount,
    smallestAdmissible: Money.max(round.total.minus(before), Money.zero),
  });
}

export interface Cap {
  readonly limit: Money;
  /** Cost in the project so far. */
  readonly used: Money;
  readonly step: CalculationStep;
}

/** 集中度: the cap for one project, or undefined when the fund has none. */
export function capOf(fund: Fund, committed: Money, used: Money): Cap | undefined {
  if (!fund.concentration) return undefined;
  const { share, clause } = fund.concentration;
  const limit = committed.times(share, 'down');
  const step = {
    rule: 'funds.concentration',
    clause,
    inputs: {
      committed: committed.toString(),
      share: share.toString(),
      used: used.toString(),
    },
    formula: 'committed × share - used',
    result: Money.max(limit.minus(used), Money.zero).toString(),
    rounding: 'down to the fen',
  };
  return { limit, used, step };
}

/** The cap binds before the cash, but what is admissible respects both. */
export function refuseConcentration(
  amount: Money,
  cap: Cap | undefined,
  cash: Money,
): Failure | undefined {
  if (!cap || cap.used.plus(amount).atMost(cap.limit)) return undefined;
  const { limit, used, step } = cap;
  return new Failure(no['concentration-exceeded'], {
    amount,
    limit,
    used,
    clause: step.clause,
    shortBy: used.plus(amount).minus(limit),
    smallestAdmissible: Money.max(Money.min(limit.minus(used), cash), Money.zero),
    steps: [step],
  });
}
