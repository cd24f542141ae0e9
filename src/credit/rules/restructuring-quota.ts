/**
 * The restructuring budget of a bank in a zone (重组限额): a share of what is owed to it there.
 * available = limit − used − in process; what is in process waits for a second person.
 */
import type { Money, Rate } from '../../kernel/index.ts';
import { Money as Yuan } from '../../kernel/index.ts';

export interface QuotaUse {
  /** What is owed to the bank in the zone. */
  readonly outstanding: Money;
  /** What restructured loans owe now, and what pending restructurings ask for. */
  readonly used: Money;
  readonly inProcess: Money;
}

export interface QuotaRoom extends QuotaUse {
  readonly limit: Money;
  /** Below zero when repayments made the book smaller. */
  readonly available: Money;
}

/** The limit is rounded down: a budget is never more than its share. */
export function quotaRoom(share: Rate, use: QuotaUse): QuotaRoom {
  const limit = Yuan.round(use.outstanding.exact().times(share.exact), 'down');
  return { ...use, limit, available: limit.minus(use.used).minus(use.inProcess) };
}
