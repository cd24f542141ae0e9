/**
 * The facts of loans with terms: rates, payments, tranches. They are only ever added to; what a
 * later fact supersedes or a reversal takes back stays in its table.
 */
import type { Day } from '../kernel/index.ts';
import { Money, Rate } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { LoanTermsInput } from './loan-terms.ts';
import type {
  Loan,
  StoredInstalment,
  StoredMisuse,
  StoredPayment,
  Tranche,
} from './model-loans.ts';
import type { Drawdown } from './model.ts';
import type { UseOfFunds } from './rules/entrusted-payment.ts';
import type { Fixing, RecordedRate } from './rules/repricing.ts';
import type { ExcessUse } from './rules/schedule/terms.ts';
import { reschedulesOf } from './store-reschedules.ts';

export type Owned = Pick<Drawdown, 'id' | 'zoneId' | 'ownerId'>;

const selectFixings = statement(
  'credit.select-lpr',
  `select published_on as "on", array_agg(rate::text order by no desc) as rates
   from credit_lpr_rates where term = $1 group by published_on order by published_on`,
);

/** The loan prime rates of a term as they were published, each as it was corrected last. */
export async function fixingsOf(tx: Tx, term: '1Y' | '5Y'): Promise<Fixing[]> {
  const rows = await tx.rows<{ on: Day; rates: string[] }>(selectFixings, [term]);
  return rows.map(({ on, rates: [rate, ...mistaken] }) => ({
    on,
    rate: Rate.of(rate ?? '0'),
    mistaken: mistaken.map((one) => Rate.of(one)),
  }));
}

const lockLoan = statement(
  'credit.lock-loan',
  `select id, state, closed_on as "closedOn", version::int from credit_loans
   where id = $1 for no key update`,
);
const selectTerms = statement(
  'credit.select-loan-terms',
  `select terms from credit_loan_terms where drawdown_id = $1 order by version desc limit 1`,
);
const selectRates = statement(
  'credit.select-loan-rates',
  `select distinct on (from_on) from_on as "from", rate, kind from credit_loan_rates
   where drawdown_id = $1 order by from_on, no desc`,
);
const selectTranches = statement(
  'credit.select-loan-tranches',
  `select no, value_on as "on", amount, reservation_id as "reservationId"
   from credit_loan_tranches where drawdown_id = $1 and reversed_by is null order by no`,
);
const selectPayments = statement(
  'credit.select-loan-payments',
  `select id, no, value_on as "on", amount, excess, penalty, compound, interest, principal,
     over_paid as "overPaid"
   from credit_loan_payments where drawdown_id = $1 and reversed_by is null order by no`,
);
const selectInstalments = statement(
  'credit.select-instalments',
  `select no, due_on as "dueOn", interest, billed from credit_instalments
   where drawdown_id = $1 and live order by no`,
);

const selectMisuses = statement(
  'credit.select-misuses',
  `select id, from_on as "from", cleared_on as "to", amount from credit_misuses
   where drawdown_id = $1 order by from_on, id`,
);

type Texts<T, K extends keyof T> = Omit<T, K> & Readonly<Record<K, string>>;
type Part5 = 'penalty' | 'compound' | 'interest' | 'principal' | 'overPaid' | 'amount';

const paymentFrom = (row: Texts<StoredPayment, Part5>): StoredPayment => ({
  ...row,
  amount: Money.of(row.amount),
  penalty: Money.of(row.penalty),
  compound: Money.of(row.compound),
  interest: Money.of(row.interest),
  principal: Money.of(row.principal),
  overPaid: Money.of(row.overPaid),
});

async function ratesOf(tx: Tx, id: string): Promise<RecordedRate[]> {
  const rows = await tx.rows<Texts<RecordedRate, 'rate'>>(selectRates, [id]);
  return rows.map((row) => ({ ...row, rate: Rate.of(row.rate) }));
}

/** The loan under its lock, with all facts known of it; the drawdown is locked before. */
export async function lockLoanById(tx: Tx, id: string): Promise<Loan | undefined> {
  type Row = Pick<Loan, 'id' | 'state' | 'closedOn' | 'version'>;
  const [row] = await tx.rows<Row>(lockLoan, [id]);
  if (!row) return undefined;
  const [agreed] = await tx.rows<{ terms: unknown }>(selectTerms, [id]);
  const payments = await tx.rows<Texts<StoredPayment, Part5>>(selectPayments, [id]);
  const instalments = await tx.rows<Texts<StoredInstalment, 'interest'>>(selectInstalments, [id]);
  const tranches = await tx.rows<Texts<Tranche, 'amount'>>(selectTranches, [id]);
  const misuses = await tx.rows<Texts<StoredMisuse, 'amount'>>(selectMisuses, [id]);
  return {
    ...row,
    terms: LoanTermsInput.parse(agreed?.terms),
    rates: await ratesOf(tx, id),
    payments: payments.map(paymentFrom),
    tranches: tranches.map((one) => ({ ...one, amount: Money.of(one.amount) })),
    reschedules: await reschedulesOf(tx, id),
    misuses: misuses.map((one) => ({ ...one, amount: Money.of(one.amount) })),
    instalments: instalments.map((one) => ({ ...one, interest: Money.of(one.interest) })),
  };
}

const insertRates = statement(
  'credit.insert-loan-rates',
  `insert into credit_loan_rates (drawdown_id, from_on, no, zone_id, owner_id, rate, kind, reason,
     operation_id, recorded_at)
   select $1, r.from_on, 1 + (select count(*) from credit_loan_rates
       where drawdown_id = $1 and from_on = r.from_on), $2, $3, r.rate, r.kind, $4, $5,
     $6::timestamptz
   from unnest($7::date[], $8::numeric[], $9::text[]) r (from_on, rate, kind)`,
);
export function insertRateRows(
  tx: Tx,
  { id, zoneId, ownerId }: Owned,
  rates: readonly RecordedRate[],
  { reason, operationId, at }: { reason: string; operationId: string; at: Date },
): void {
  const values = [id, zoneId, ownerId, reason, operationId, at.toISOString()];
  tx.send(insertRates, [
    ...values,
    rates.map(({ from }) => from),
    rates.map(({ rate }) => rate.toString()),
    rates.map(({ kind }) => kind),
  ]);
}

const insertPayment = statement(
  'credit.insert-loan-payment',
  `insert into credit_loan_payments (id, zone_id, owner_id, drawdown_id, no, amount, value_on,
     excess, penalty, compound, interest, principal, over_paid, operation_id, recorded_at)
   values ($1, $2, $3, $4, 1 + (select count(*) from credit_loan_payments where drawdown_id = $4),
     $5::numeric, $6::date, $7, 0, 0, 0, 0, $5::numeric, $8, $9::timestamptz)`,
);

interface NewPayment {
  readonly id: string;
  readonly on: Day;
  readonly amount: Money;
  readonly excess: ExcessUse;
  readonly operationId: string;
  readonly at: Date;
}

/** All of it counts as over-paid until `saveStand` says how it is divided. */
export function insertPaymentRow(tx: Tx, owned: Owned, payment: NewPayment): void {
  const { id, on, amount, excess, operationId, at } = payment;
  tx.send(insertPayment, [
    id,
    owned.zoneId,
    owned.ownerId,
    owned.id,
    amount.toString(),
    on,
    excess,
    operationId,
    at.toISOString(),
  ]);
}

const takeBackPayment = statement(
  'credit.reverse-loan-payment',
  'update credit_loan_payments set reversed_by = $2 where id = $1',
);

/** How it was divided stays with it, as it was. */
export const markPaymentReversed = (tx: Tx, id: string, operationId: string): void =>
  tx.send(takeBackPayment, [id, operationId]);

const insertTranche = statement(
  'credit.insert-loan-tranche',
  `insert into credit_loan_tranches (drawdown_id, no, zone_id, owner_id, amount, value_on, purpose,
     reservation_id, operation_id, recorded_at, payments)
   values ($1, $2::int, $3, $4, $5::numeric, $6::date, $7, $8, $9, $10::timestamptz, $11::jsonb)`,
);

export interface NewTranche extends Tranche {
  readonly purpose: string;
  readonly payments: readonly UseOfFunds[];
  readonly operationId: string;
  readonly at: Date;
}

export function insertTrancheRow(tx: Tx, { id, zoneId, ownerId }: Owned, one: NewTranche): void {
  const { no, amount, on, purpose, reservationId, operationId, at } = one;
  const why = [operationId, at.toISOString(), JSON.stringify(one.payments)];
  const what = [amount.toString(), on, purpose, reservationId, ...why];
  tx.send(insertTranche, [id, no, zoneId, ownerId, ...what]);
}

const countTranches = statement(
  'credit.count-loan-tranches',
  'select count(*)::int as tranches from credit_loan_tranches where drawdown_id = $1',
);

/** Those taken back included, so that a number is never given twice; without the first. */
export async function tranchesEver(tx: Tx, id: string): Promise<number> {
  const [row] = await tx.rows<{ tranches: number }>(countTranches, [id]);
  return row?.tranches ?? 0;
}

const takeBackTranche = statement(
  'credit.reverse-loan-tranche',
  'update credit_loan_tranches set reversed_by = $3 where drawdown_id = $1 and no = $2::int',
);

export const markTrancheReversed = (tx: Tx, id: string, no: number, operationId: string): void =>
  tx.send(takeBackTranche, [id, no, operationId]);

const growDrawdown = statement(
  'credit.grow-drawdown',
  `update credit_drawdowns set amount = $2::numeric, outstanding = $3::numeric, state = $4,
     version = version + 1 where id = $1`,
);

/** A tranche more or less: the drawdown is all of them. */
export const saveDrawnAmount = (tx: Tx, one: Drawdown): void =>
  tx.send(growDrawdown, [one.id, one.amount.toString(), one.outstanding.toString(), one.state]);
