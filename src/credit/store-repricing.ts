/** Published prime rates, and which loans a repricing day concerns. */
import type { Day, Rate } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

const insertFixing = statement(
  'credit.insert-lpr',
  `insert into credit_lpr_rates (term, published_on, rate, evidence, source, operation_id,
     recorded_at) values ($1, $2::date, $3::numeric, '[pub]', $4, $5, $6::timestamptz)
   on conflict do nothing returning term`,
);

export interface NewFixing {
  readonly term: '1Y' | '5Y';
  readonly on: Day;
  readonly rate: Rate;
  readonly source: string;
  readonly operationId: string;
  readonly at: Date;
}

const insertCorrection = statement(
  'credit.correct-lpr',
  `insert into credit_lpr_rates (term, published_on, no, rate, evidence, source, operation_id,
     recorded_at)
   select $1, $2::date, max(no) + 1, $3::numeric, '[pub]', $4, $5, $6::timestamptz
   from credit_lpr_rates where term = $1 and published_on = $2::date`,
);

/** One more row of its day, which holds from now on. */
export const addCorrection = (tx: Tx, fixing: NewFixing): void =>
  tx.send(insertCorrection, valuesOf(fixing));

const valuesOf = ({ term, on, rate, source, operationId, at }: NewFixing): string[] => [
  term,
  on,
  rate.toString(),
  source,
  operationId,
  at.toISOString(),
];

/** False when the rate of that day is recorded already. */
export const addFixing = async (tx: Tx, fixing: NewFixing): Promise<boolean> =>
  (await tx.rows(insertFixing, valuesOf(fixing))).length > 0;

const reopen = statement(
  'credit.reopen-repricing',
  `update credit_loans set reprice_on = repriced_on, version = version + 1
   where state = 'OPEN' and lpr_term = $1 and repriced_on >= $2::date returning id`,
);

/** Loans whose repricing days of the day or later were read without this publication. */
export const reopenRepricing = async (tx: Tx, term: '1Y' | '5Y', on: Day): Promise<number> =>
  (await tx.rows(reopen, [term, on])).length;

const lookAtClosed = statement(
  'credit.look-at-closed-loans',
  `update credit_loans set reprice_on = date '1900-01-01', version = version + 1
   where state in ('SETTLED', 'WRITTEN_OFF') and lpr_term = $1 and repriced_on >= $2::date`,
);

/** Loans that can take no rate any more: their banks are told what the correction means. */
export const lookAtClosedLoans = (tx: Tx, term: '1Y' | '5Y', on: Day): void =>
  tx.send(lookAtClosed, [term, on]);

const selectToReprice = statement(
  'credit.select-loans-to-reprice',
  `select id from credit_loans
   where (state = 'OPEN' and reprice_on <= $1::date
       or state <> 'OPEN' and reprice_on = date '1900-01-01')
     and id > $2 order by id limit $3::int`,
);

export const loansToReprice = async (
  tx: Tx,
  asOf: Day,
  after: string,
  most: number,
): Promise<string[]> =>
  (await tx.rows<{ id: string }>(selectToReprice, [asOf, after, most])).map(({ id }) => id);

const setRepriced = statement(
  'credit.set-repriced',
  'update credit_loans set repriced_on = $2::date, reprice_on = $3::date where id = $1',
);

/** Up to which day the loan is repriced, and its next repricing day. */
export const noteRepriced = (tx: Tx, id: string, on: Day, next: Day | null): void =>
  tx.send(setRepriced, [id, on, next]);
