/**
 * Business fact → journal. Each book balances by itself: the zone's pool pays out of its account,
 * and the bank books what it was paid against the loss that it met. The loan stays on the bank's
 * own accounts until it is written off there; a pool never touches another module's accounts.
 */
import type { Day } from '../kernel/index.ts';
import { newId } from '../kernel/index.ts';
import type { AccountKind, AccountRef, Journal } from '../ledger/index.ts';
import { credit, debit } from '../ledger/index.ts';
import type { Claim, Contribution, Pool } from './model.ts';

type Book = Pick<AccountRef, 'zoneId' | 'ownerId'>;

/** Every account of this module is about one pool. */
const account = ({ zoneId, ownerId }: Book, kind: AccountKind, pool: Pool): AccountRef => ({
  zoneId,
  ownerId,
  kind,
  subjectId: pool.id,
});

/** The pool's special account, in the zone office's book. */
export const cashAccount = (pool: Pool): AccountRef => account(pool, 'pool-cash', pool);

export const contributionJournal = (one: Contribution): Journal => ({
  id: newId('jnl'),
  kind: 'risk-pool.contribution',
  valueOn: one.contributedOn,
  sourceId: one.id,
  operationId: one.operationId,
  lines: [
    debit(cashAccount(one.pool), one.amount),
    credit(account(one.pool, 'pool-capital', one.pool), one.amount),
  ],
});

export interface Payment {
  readonly pool: Pool;
  readonly claim: Claim;
  readonly paidOn: Day;
  readonly operationId: string;
}

/** One journal per book: the zone office's, then the bank's. */
export function paymentJournals({ pool, claim, paidOn, operationId }: Payment): Journal[] {
  const bank = { zoneId: claim.zoneId, ownerId: claim.bankId };
  const amount = claim.compensation;
  const common = { valueOn: paidOn, sourceId: claim.id, operationId };
  return [
    {
      ...common,
      id: newId('jnl'),
      kind: 'risk-pool.compensation-paid',
      lines: [
        debit(account(pool, 'pool-compensation', pool), amount),
        credit(cashAccount(pool), amount),
      ],
    },
    {
      ...common,
      id: newId('jnl'),
      kind: 'risk-pool.compensation-received',
      lines: [
        debit(account(bank, 'loss-compensated', pool), amount),
        credit(account(bank, 'compensation-received', pool), amount),
      ],
    },
  ];
}
