/**
 * The figures of a replay: what the book says they must be (pure), and what the database says they
 * are. The replay prints them only when both agree to the fen.
 */
import type { Knex } from 'knex';
import type { Day } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';
import type { Tx } from '../../platform/transaction.ts';
import { everything, statement, withTransaction } from '../../platform/transaction.ts';
import type { Book } from './file.ts';
import type { Loan, Reason } from './loans.ts';
import { compensationOf } from './loans.ts';
import type { Frame } from './plan.ts';
import { defaultedOf, repaidBy } from './plan.ts';

export interface BankFigures {
  readonly name: string;
  readonly loans: number;
  readonly disbursed: string;
  readonly defaults: number;
  readonly principalLoss: string;
  readonly compensation: string;
  /** principalLoss ÷ disbursed, six places. */
  readonly nplRatio: string;
}

export interface Figures {
  readonly rows: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<Reason, number>>;
  readonly disbursed: string;
  readonly defaults: number;
  readonly principalLoss: string;
  readonly compensation: string;
  readonly ignoredLoss: string;
  readonly banks: { readonly count: number; readonly largest: readonly BankFigures[] };
  readonly ledger: { readonly debits: string; readonly credits: string };
  readonly seconds: number;
  readonly operationsPerSecond: number;
  readonly replayed: boolean;
}

/** What must be found in the database once everything is booked. */
export interface Sums {
  readonly drawdowns: number;
  readonly disbursed: string;
  readonly repayments: number;
  readonly repaid: string;
  readonly defaults: number;
  readonly claimed: string;
  readonly paid: string;
}

export interface Expected {
  readonly figures: Omit<Figures, 'ledger' | 'seconds' | 'operationsPerSecond' | 'replayed'>;
  readonly sums: Sums;
}

const sumOf = (loans: readonly Loan[], amount: (loan: Loan) => Money): Money =>
  Money.sum(loans.map(amount));

const lossOf = (loan: Loan): Money => loan.defaulted?.loss ?? Money.zero;

function bankFigures(name: string, loans: readonly Loan[]): BankFigures {
  const disbursed = sumOf(loans, (loan) => loan.disbursed);
  const loss = sumOf(loans, lossOf);
  return {
    name,
    loans: loans.length,
    disbursed: disbursed.toString(),
    defaults: loans.filter((loan) => loan.defaulted).length,
    principalLoss: loss.toString(),
    compensation: sumOf(loans, compensationOf).toString(),
    nplRatio: loss.ratioTo(disbursed, 6) ?? '0.000000',
  };
}

/** The banks by principal lost, then name; the five largest are shown. */
function banksOf(loans: readonly Loan[]): Figures['banks'] {
  const byBank = new Map<string, Loan[]>();
  for (const loan of loans) {
    const list = byBank.get(loan.bank);
    if (list) list.push(loan);
    else byBank.set(loan.bank, [loan]);
  }
  const all = [...byBank].map(([name, list]) => bankFigures(name, list));
  const largest = all
    .toSorted(
      (a, b) =>
        Money.of(b.principalLoss).compare(Money.of(a.principalLoss)) ||
        (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    )
    .slice(0, 5);
  return { count: all.length, largest };
}

export function expectedFigures(book: Book, frame: Frame, today: Day): Expected {
  const bad = defaultedOf(frame.loans);
  const good = repaidBy(frame.loans, today);
  const covered = bad.filter((loan) => loan.guaranteed.isPositive() && loan.approved.isPositive());
  const disbursed = frame.total.toString();
  const compensation = frame.compensation.toString();
  return {
    figures: {
      rows: book.rows,
      accepted: book.loans.length,
      refused: book.refused,
      disbursed,
      defaults: bad.length,
      principalLoss: sumOf(bad, lossOf).toString(),
      compensation,
      ignoredLoss: book.ignoredLoss.toString(),
      banks: banksOf(book.loans),
    },
    sums: {
      drawdowns: frame.loans.length,
      disbursed,
      repayments: good.length,
      repaid: sumOf(good, (loan) => loan.disbursed).toString(),
      defaults: bad.length,
      claimed: sumOf(covered, lossOf).toString(),
      paid: compensation,
    },
  };
}

const selectSums = statement(
  'exchange.select-sums',
  `with zone as (select id from parties_zones where code = $1)
   select
     (select count(*)::int from credit_drawdowns where zone_id = z.id) as drawdowns,
     (select coalesce(sum(amount), 0)::numeric(20,2) from credit_drawdowns
       where zone_id = z.id) as disbursed,
     (select count(*)::int from credit_repayments where zone_id = z.id) as repayments,
     (select coalesce(sum(principal), 0)::numeric(20,2) from credit_repayments
       where zone_id = z.id) as repaid,
     (select count(*)::int from credit_drawdowns
       where zone_id = z.id and state = 'NPL') as defaults,
     (select coalesce(sum(principal_loss), 0)::numeric(20,2) from risk_pool_claims
       where zone_id = z.id) as claimed,
     (select coalesce(sum(compensation), 0)::numeric(20,2) from risk_pool_claims
       where zone_id = z.id and state = 'PAID') as paid,
     (select coalesce(sum(amount), 0)::numeric(20,2) from ledger_entries
       where zone_id = z.id and amount > 0) as debits,
     (select coalesce(-sum(amount), 0)::numeric(20,2) from ledger_entries
       where zone_id = z.id and amount < 0) as credits
   from zone z`,
);

export interface Booked {
  readonly ledger: Figures['ledger'];
  complete(expected: Expected): boolean;
  difference(expected: Expected): string;
}

/**
 * What stands in the books of the zone that this file was replayed into; empty when there is none.
 */
export async function bookedFigures(db: Knex, digest: string): Promise<Booked> {
  const read = (tx: Tx) =>
    tx.rows<Sums & { debits: string; credits: string }>(selectSums, [`replay-${digest}`]);
  const [row] = await withTransaction(db, everything, read, { readOnly: true });
  const names: readonly (keyof Sums)[] = [
    'drawdowns',
    'disbursed',
    'repayments',
    'repaid',
    'defaults',
    'claimed',
    'paid',
  ];
  const different = ({ sums }: Expected) =>
    names.filter((name) => String(row?.[name]) !== String(sums[name]));
  return {
    ledger: { debits: row?.debits ?? '0.00', credits: row?.credits ?? '0.00' },
    complete: (expected) =>
      row === undefined ? expected.sums.drawdowns === 0 : different(expected).length === 0,
    difference: (expected) =>
      different(expected)
        .map((name) => `${name} ${String(row?.[name])} instead of ${String(expected.sums[name])}`)
        .join('; '),
  };
}
