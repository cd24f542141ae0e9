/**
 * Business fact → journal. Each fund's book balances by itself, so a mother fund's payment into its
 * sub-fund is two journals: the books may belong to two managers.
 */
import { newId } from '../kernel/index.ts';
import type { AccountKind, AccountRef, Journal } from '../ledger/index.ts';
import { credit, debit } from '../ledger/index.ts';
import type { Fund, Investment, Receipt } from './model.ts';

const account = (fund: Fund, kind: AccountKind, subjectId: string): AccountRef => ({
  zoneId: fund.zoneId,
  ownerId: fund.ownerId,
  kind,
  subjectId,
});

export const cashOf = (fund: Fund): AccountRef => account(fund, 'fund-cash', fund.id);

/** Cash arrives from a partner: its paid-in capital rises. */
export const receiptJournal = (fund: Fund, receipt: Receipt, operationId: string): Journal => ({
  id: newId('jnl'),
  kind: 'funds.pay-in',
  valueOn: receipt.valueOn,
  sourceId: receipt.id,
  operationId,
  lines: [
    debit(cashOf(fund), receipt.amount),
    credit(account(fund, 'partner-capital', receipt.partnerId), receipt.amount),
  ],
});

/** Cash leaves into a project or a sub-fund: each investment is a lot with its own cost. */
export const investmentJournal = (
  fund: Fund,
  investment: Investment,
  operationId: string,
): Journal => ({
  id: newId('jnl'),
  kind: 'funds.invest',
  valueOn: investment.valueOn,
  sourceId: investment.id,
  operationId,
  lines: [
    debit(account(fund, 'fund-investment', investment.id), investment.amount),
    credit(cashOf(fund), investment.amount),
  ],
});
