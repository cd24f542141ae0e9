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
  /** The repayment, or the payment of a loan, that it takes back: its amounts are negative. */
  readonly reverses?: string | undefined;
}

/** Money that came in from a borrower, to the accounts of what it paid. */
function receivedJournal(
  kind: string,
  { id: sourceId, drawdown, principal, interest, valueOn, operationId }: Repaid,
  paid: { readonly principal: AccountKind; readonly interest: AccountKind },
): Journal {
  const { lineId, ownerId } = drawdown;
  return {
    id: newId('jnl'),
    kind,
    valueOn,
    sourceId,
    operationId,
    lines: [
      debit(account(drawdown, 'bank-funding', ownerId), principal.plus(interest)),
      credit(account(drawdown, paid.principal, lineId), principal),
      credit(account(drawdown, paid.interest, ownerId), interest),
    ],
  };
}

/** Money comes back: principal lowers what the line owes, interest is earned. */
export const repaymentJournal = (repaid: Repaid): Journal =>
  receivedJournal(
    repaid.reverses === undefined ? 'credit.repayment' : 'credit.repayment-reversed',
    repaid,
    { principal: 'loan-principal', interest: 'interest-received' },
  );

type OfLoan = Pick<Drawdown, 'zoneId' | 'ownerId' | 'lineId' | 'id'>;

/** Interest that fell due on a day; a negative amount takes back what a replay found too much. */
export const interestDueJournal = (
  of: Pick<OfLoan, 'zoneId' | 'ownerId' | 'lineId'>,
  cause: { readonly sourceId: string; readonly operationId: string },
  dueOn: Day,
  interest: Money,
): Journal => ({
  id: newId('jnl'),
  kind: interest.isNegative() ? 'credit.interest-due-reversed' : 'credit.interest-due',
  valueOn: dueOn,
  ...cause,
  lines: [
    debit(account(of, 'interest-receivable', of.ownerId), interest),
    credit(account(of, 'interest-earned', of.ownerId), interest),
  ],
});

/** By how much all payments of a loan together pay more (or less) of each part than before. */
export interface PaidChange {
  readonly penalty: Money;
  readonly interest: Money;
  readonly principal: Money;
  readonly overPaid: Money;
}

/** Money that came in, and how a replay divides anew what came in before. */
export function loanPaidJournal(
  loan: OfLoan,
  { sourceId, operationId }: { readonly sourceId: string; readonly operationId: string },
  valueOn: Day,
  { penalty, interest, principal, overPaid }: PaidChange,
): Journal {
  const amount = penalty.plus(interest).plus(principal).plus(overPaid);
  const takenBack = amount.isNegative() ? 'credit.loan-repayment-reversed' : undefined;
  return {
    id: newId('jnl'),
    kind: takenBack ?? (amount.isZero() ? 'credit.loan-redivided' : 'credit.loan-repayment'),
    valueOn,
    sourceId,
    operationId,
    lines: [
      debit(account(loan, 'bank-funding', loan.ownerId), amount),
      credit(account(loan, 'loan-principal', loan.lineId), principal),
      credit(account(loan, 'interest-receivable', loan.ownerId), interest),
      credit(account(loan, 'penalty-received', loan.ownerId), penalty),
      credit(account(loan, 'over-payment', loan.lineId), overPaid),
    ],
  };
}

/** The drawdown's own journal the other way round, on the same value day. */
export const drawdownReversedJournal = (drawdown: Drawdown, operationId: string): Journal => ({
  id: newId('jnl'),
  kind: 'credit.drawdown-reversed',
  valueOn: drawdown.valueOn,
  sourceId: drawdown.id,
  operationId,
  lines: [
    debit(account(drawdown, 'bank-funding', drawdown.ownerId), drawdown.amount),
    credit(account(drawdown, 'loan-principal', drawdown.lineId), drawdown.amount),
  ],
});

type Cause = { readonly sourceId: string; readonly operationId: string };
type Claim = { readonly principal: Money; readonly interest: Money };

/** A claim leaves the books for the memorandum; negative amounts bring it back. */
export const writtenOffJournal = (
  loan: OfLoan,
  cause: Cause,
  valueOn: Day,
  { principal, interest }: Claim,
): Journal => ({
  id: newId('jnl'),
  kind: principal.isNegative() ? 'credit.write-off-reversed' : 'credit.loan-written-off',
  valueOn,
  ...cause,
  lines: [
    debit(account(loan, 'written-off-principal', loan.lineId), principal),
    credit(account(loan, 'loan-principal', loan.lineId), principal),
    debit(account(loan, 'written-off-interest', loan.ownerId), interest),
    credit(account(loan, 'interest-receivable', loan.ownerId), interest),
  ],
});

/** Money that came in on a claim off the books. */
export const recoveredJournal = (repaid: Repaid): Journal =>
  receivedJournal(
    repaid.reverses === undefined
      ? 'credit.written-off-recovered'
      : 'credit.written-off-recovery-reversed',
    repaid,
    { principal: 'written-off-principal', interest: 'written-off-interest' },
  );

/** An over-payment goes back to who paid it; a negative amount takes that back. */
export const refundJournal = (
  loan: OfLoan,
  cause: Cause,
  valueOn: Day,
  amount: Money,
): Journal => ({
  id: newId('jnl'),
  kind: amount.isNegative() ? 'credit.refund-reversed' : 'credit.over-payment-refunded',
  valueOn,
  ...cause,
  lines: [
    debit(account(loan, 'over-payment', loan.lineId), amount),
    credit(account(loan, 'bank-funding', loan.ownerId), amount),
  ],
});

type Book = Pick<OfLoan, 'zoneId' | 'ownerId'>;

/** One control account per bank; the bills are its detail. */
const ofBank = ({ zoneId, ownerId }: Book, kind: AccountKind): AccountRef => ({
  zoneId,
  ownerId,
  kind,
  subjectId: ownerId,
});

/** The fees billed in a book for one settlement day; negative when adjustments outweigh them. */
export const feeBilledJournal = (
  of: Book,
  cause: Cause,
  settledOn: Day,
  total: Money,
): Journal => ({
  id: newId('jnl'),
  kind: total.isNegative() ? 'credit.commitment-fee-credited' : 'credit.commitment-fee-billed',
  valueOn: settledOn,
  ...cause,
  lines: [debit(ofBank(of, 'fee-receivable'), total), credit(ofBank(of, 'fee-earned'), total)],
});

const feeMovements = {
  PAYMENT: { kind: 'credit.commitment-fee-paid', account: 'bank-funding' },
  WAIVER: { kind: 'credit.commitment-fee-waived', account: 'fee-waived' },
  REFUND: { kind: 'credit.commitment-fee-refunded', account: 'bank-funding' },
  LAPSE: { kind: 'credit.commitment-fee-waiver-lapsed', account: 'fee-waived' },
} as const satisfies Record<string, { kind: string; account: AccountKind }>;

/** What covers a bill, whatever its sign; taken back, it is the same the other way round. */
export const feeMovementJournal = (
  of: Book,
  cause: Cause,
  valueOn: Day,
  move: {
    readonly kind: keyof typeof feeMovements;
    readonly amount: Money;
    readonly takesBack: boolean;
  },
): Journal => {
  const { kind, account: from } = feeMovements[move.kind];
  return {
    id: newId('jnl'),
    kind: move.takesBack ? `${kind}-reversed` : kind,
    valueOn,
    ...cause,
    lines: [
      debit(ofBank(of, from), move.amount),
      credit(ofBank(of, 'fee-receivable'), move.amount),
    ],
  };
};
