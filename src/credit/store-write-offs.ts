/** Loans written off, what was recovered of them, and over-payments that were given back. */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { DrawdownState } from './model.ts';
import type { Owned } from './store-loan-facts.ts';

/** A claim off the books: it stands until it is recovered or the write-off is reversed. */
export interface WriteOff {
  readonly id: string;
  readonly on: Day;
  readonly principal: Money;
  readonly interest: Money;
  readonly recoveredPrincipal: Money;
  readonly recoveredInterest: Money;
  readonly stateBefore: DrawdownState;
}

const insertWriteOff = statement(
  'credit.insert-write-off',
  `insert into credit_write_offs (id, drawdown_id, zone_id, owner_id, written_off_on, principal,
     interest, risk_class, state_before, reason, operation_id, recorded_at, enterprise_id)
   values ($1, $2, $3, $4, $5::date, $6::numeric, $7::numeric, $8, $9, $10, $11,
     $12::timestamptz, (select enterprise_id from credit_drawdowns where id = $2))`,
);

export interface NewWriteOff {
  readonly id: string;
  readonly on: Day;
  readonly principal: Money;
  readonly interest: Money;
  readonly riskClass: string;
  readonly stateBefore: DrawdownState;
  readonly reason: string;
  readonly operationId: string;
  readonly at: Date;
}

export const addWriteOff = (tx: Tx, of: Owned, one: NewWriteOff): void =>
  tx.send(insertWriteOff, [
    one.id,
    of.id,
    of.zoneId,
    of.ownerId,
    one.on,
    one.principal.toString(),
    one.interest.toString(),
    one.riskClass,
    one.stateBefore,
    one.reason,
    one.operationId,
    one.at.toISOString(),
  ]);

const lockWriteOff = statement(
  'credit.lock-write-off',
  `select id, written_off_on as "on", principal, interest,
     recovered_principal as "recoveredPrincipal", recovered_interest as "recoveredInterest",
     state_before as "stateBefore"
   from credit_write_offs where drawdown_id = $1 and reversed_by is null for no key update`,
);

type Amounts = 'principal' | 'interest' | 'recoveredPrincipal' | 'recoveredInterest';

export async function lockWriteOffOf(tx: Tx, drawdownId: string): Promise<WriteOff | undefined> {
  type Row = Omit<WriteOff, Amounts> & Readonly<Record<Amounts, string>>;
  const [row] = await tx.rows<Row>(lockWriteOff, [drawdownId]);
  if (!row) return undefined;
  return {
    ...row,
    principal: Money.of(row.principal),
    interest: Money.of(row.interest),
    recoveredPrincipal: Money.of(row.recoveredPrincipal),
    recoveredInterest: Money.of(row.recoveredInterest),
  };
}

const saveRecovered = statement(
  'credit.save-recovered',
  `update credit_write_offs set recovered_principal = $2::numeric,
     recovered_interest = $3::numeric where id = $1`,
);

export const saveRecovery = (tx: Tx, id: string, principal: Money, interest: Money): void =>
  tx.send(saveRecovered, [id, principal.toString(), interest.toString()]);

const reverseWriteOff = statement(
  'credit.mark-write-off-reversed',
  'update credit_write_offs set reversed_by = $2 where id = $1',
);

export const markWriteOffReversed = (tx: Tx, id: string, operationId: string): void =>
  tx.send(reverseWriteOff, [id, operationId]);

const setLoanState = statement(
  'credit.set-loan-state',
  'update credit_loans set state = $2, version = version + 1 where id = $1',
);

export const saveLoanState = (tx: Tx, id: string, state: 'OPEN' | 'WRITTEN_OFF'): void =>
  tx.send(setLoanState, [id, state]);

const selectReceivable = statement(
  'credit.select-interest-receivable',
  `select coalesce(sum(interest - paid_interest), 0)::numeric(20,2) as unpaid
   from credit_instalments where drawdown_id = $1 and billed`,
);

/** Interest of the loan that fell due and is unpaid, as the ledger has it. */
export async function interestReceivable(tx: Tx, drawdownId: string): Promise<Money> {
  const [row] = await tx.rows<{ unpaid: string }>(selectReceivable, [drawdownId]);
  return Money.of(row?.unpaid ?? '0.00');
}

const selectClass = statement(
  'credit.select-loan-class',
  'select risk_class as "riskClass" from credit_loans where id = $1',
);

export async function classOf(tx: Tx, drawdownId: string): Promise<string> {
  const [row] = await tx.rows<{ riskClass: string }>(selectClass, [drawdownId]);
  return row?.riskClass ?? 'NORMAL';
}

const selectRefunded = statement(
  'credit.select-refunded',
  `select coalesce(sum(amount), 0)::numeric(20,2)::text as refunded
   from credit_refunds where drawdown_id = $1`,
);

export async function refunded(tx: Tx, drawdownId: string): Promise<Money> {
  const [row] = await tx.rows<{ refunded: string }>(selectRefunded, [drawdownId]);
  return Money.of(row?.refunded ?? '0.00');
}

const selectOverPaid = statement(
  'credit.select-over-paid',
  `select ((select coalesce(sum(over_paid), 0) from credit_loan_payments
       where drawdown_id = $1 and reversed_by is null and value_on <= $2::date)
     - (select coalesce(sum(amount), 0) from credit_refunds where drawdown_id = $1))
     ::numeric(20,2)::text as left`,
);

/** What was paid beyond the debt by that day and is not given back yet. */
export async function overPaidLeft(tx: Tx, drawdownId: string, by: Day): Promise<Money> {
  const [row] = await tx.rows<{ left: string }>(selectOverPaid, [drawdownId, by]);
  return Money.of(row?.left ?? '0.00');
}

const insertRefund = statement(
  'credit.insert-refund',
  `insert into credit_refunds (id, drawdown_id, zone_id, owner_id, amount, value_on, reason,
     operation_id, recorded_at, reverses)
   values ($1, $2, $3, $4, $5::numeric, $6::date, $7, $8, $9::timestamptz, $10)`,
);

const selectRefunds = statement(
  'credit.select-refunds',
  `select id, amount, value_on as "on", reverses from credit_refunds
   where drawdown_id = $1 order by recorded_at, id`,
);

export interface Refund {
  readonly id: string;
  readonly amount: Money;
  readonly on: Day;
  /** The refund that it takes back: its amount is negative. */
  readonly reverses: string | null;
}

export async function refundsOf(tx: Tx, drawdownId: string): Promise<Refund[]> {
  type Row = Omit<Refund, 'amount'> & { readonly amount: string };
  const rows = await tx.rows<Row>(selectRefunds, [drawdownId]);
  return rows.map((row) => ({ ...row, amount: Money.of(row.amount) }));
}

export interface NewRefund {
  readonly id: string;
  readonly amount: Money;
  readonly on: Day;
  readonly reason: string;
  readonly operationId: string;
  readonly at: Date;
  readonly reverses?: string;
}

export function addRefund(tx: Tx, { id, zoneId, ownerId }: Owned, one: NewRefund): void {
  const { amount, on, reason, operationId, at } = one;
  const what = [amount.toString(), on, reason, operationId, at.toISOString()];
  tx.send(insertRefund, [one.id, id, zoneId, ownerId, ...what, one.reverses ?? null]);
}
