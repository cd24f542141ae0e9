/**
 * Nouns of the ledger. A journal is what one business fact did to accounts; its lines sum to zero.
 * The chart is closed: a module may post only to kinds listed here.
 */
import type { Day, Money } from '../kernel/index.ts';

export type Side = 'debit' | 'credit';

interface AccountKindRow {
  readonly side: Side;
  readonly zh: string;
  readonly en: string;
  readonly mayGoNegative?: boolean;
}

/** Chart of accounts. The owner says whose book it is, the subject what it is about. */
export const chart = {
  'loan-principal': { side: 'debit', zh: '贷款本金', en: 'Loan principal of a line' },
  'bank-funding': {
    side: 'credit',
    zh: '银行资金',
    en: 'Money a bank has paid out, net',
    // Interest comes back on top of what went out.
    mayGoNegative: true,
  },
  'interest-received': { side: 'credit', zh: '利息收入', en: 'Interest received' },
  'interest-receivable': { side: 'debit', zh: '应收利息', en: 'Interest due and unpaid' },
  'interest-earned': { side: 'credit', zh: '应计利息收入', en: 'Interest that fell due' },
  'penalty-received': { side: 'credit', zh: '罚息复利收入', en: 'Penalty and compound interest' },
  'fee-receivable': {
    side: 'debit',
    zh: '应收承诺费',
    en: 'Commitment fee billed and unpaid',
    // A credit that no later bill has used yet.
    mayGoNegative: true,
  },
  'fee-earned': {
    side: 'credit',
    zh: '承诺费收入',
    en: 'Commitment fee billed',
    // Adjustments of what was billed too much may be more than what is billed since.
    mayGoNegative: true,
  },
  'fee-waived': { side: 'debit', zh: '承诺费减免', en: 'Commitment fee waived' },
  'over-payment': { side: 'credit', zh: '溢缴款', en: 'Paid by borrowers beyond their debt' },
  'written-off-principal': {
    side: 'debit',
    zh: '已核销本金',
    en: 'Principal written off, claimed',
  },
  'written-off-interest': { side: 'debit', zh: '已核销利息', en: 'Interest written off, claimed' },
  'certificate-financed': { side: 'debit', zh: '凭证融资', en: 'Financed e-certificates' },
  'pool-cash': { side: 'debit', zh: '资金池专户', en: 'Special account of a pool' },
  'pool-capital': { side: 'credit', zh: '资金池出资', en: 'Contributions to a pool' },
  'pool-compensation': { side: 'debit', zh: '风险补偿支出', en: 'Compensation paid' },
  'loss-compensated': { side: 'debit', zh: '已补偿损失', en: 'Bank loss met by a pool' },
  'compensation-received': { side: 'credit', zh: '补偿收入', en: 'Compensation received' },
  'fund-cash': { side: 'debit', zh: '基金托管户', en: 'Custody account of a fund' },
  'partner-capital': { side: 'credit', zh: '合伙人实缴', en: 'Paid-in capital of a partner' },
  'fund-investment': { side: 'debit', zh: '对外投资成本', en: 'Investments at cost' },
} as const satisfies Record<string, AccountKindRow>;

export type AccountKind = keyof typeof chart;

export interface AccountRef {
  readonly zoneId: string;
  readonly ownerId: string;
  readonly kind: AccountKind;
  readonly subjectId: string;
}

/** A line: debit positive, credit negative. */
export interface JournalLine {
  readonly account: AccountRef;
  readonly amount: Money;
}

export interface Journal {
  readonly id: string;
  /** What happened, for instance `credit.drawdown`. */
  readonly kind: string;
  readonly valueOn: Day;
  /** The business row that caused it. */
  readonly sourceId: string;
  readonly operationId: string;
  readonly lines: readonly JournalLine[];
}

export const debit = (account: AccountRef, amount: Money): JournalLine => ({ account, amount });

export const credit = (account: AccountRef, amount: Money): JournalLine => ({
  account,
  amount: amount.negated(),
});
