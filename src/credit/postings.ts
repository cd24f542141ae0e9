/** Business fact → journal. Principal and interest are kept apart; only principal frees a limit. */
import type { Day, Money } from '../kernel/index.ts';
import { newId } from '../kernel/index.ts';
import type { AccountKind, AccountRef, Journal } from '../ledger/index.ts';
import { credit, debit } from '../ledger/index.ts';
import type { Drawdown } from './model.ts';

type Owned = Pick<Drawdown, 'zoneId' | 'ownerId' | 'lineId'>;

const account = (of: Owned, kind: AccountKind, subjectId: string): AccountRef => ({
  zoneId: of.zoneId,
  ownerId: of.ownerId,
  kind,
  subjectId,
});

/** Money leaves the bank: what the line owes rises by what the bank has paid out. */
export const drawdownJournal = (drawdown: Drawdown): Journal => ({
  id: newId('jnl'),
  kind: 'credit.drawdown',
  valueOn: drawdown.valueOn,
  sourceId: drawdown.id,
  operationId: drawdown.operationId,
  lines: [
    debit(account(drawdown, 'loan-principal', drawdown.lineId), drawdown.amount),
    credit(account(drawdown, 'bank-funding', drawdown.ownerId), drawdown.amount),
  ],
});

export interface Repaid {
  readonly id: string;
  readonly drawdown: Drawdown;
  readonly principal: Money;
  readonly interest: Money;
  readonly valueOn: Day;
  readonly operationId: string;
}

/** Money comes back: principal lowers what the line owes, interest is earned. */
export const repaymentJournal = (repaid: Repaid): Journal => ({
  id: newId('jnl'),
  kind: 'credit.repayment',
  valueOn: repaid.valueOn,
  sourceId: repaid.id,
  operationId: repaid.operationId,
  lines: [
    debit(
      account(repaid.drawdown, 'bank-funding', repaid.drawdown.ownerId),
      repaid.principal.plus(repaid.interest),
    ),
    credit(account(repaid.drawdown, 'loan-principal', repaid.drawdown.lineId), repaid.principal),
    credit(account(repaid.drawdown, 'interest-received', repaid.drawdown.ownerId), repaid.interest),
  ],
});
