/** Loan products as dated data: the same list for every zone. */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LoanProduct } from './rules/loan-product.ts';

const selectProduct = statement(
  'credit.select-loan-product',
  `select code, version, methods, day_counts as "dayCounts", roundings,
     tenor_months_least as "tenorMonthsLeast", tenor_months_most as "tenorMonthsMost", line
   from credit_loan_products
   where code = $1 and valid_from <= $2::date and (valid_to is null or valid_to >= $2::date)
   order by version desc limit 1`,
);

/** The newest version that holds on the day. */
export async function productOn(tx: Tx, code: string, on: Day): Promise<LoanProduct | undefined> {
  return (await tx.rows<LoanProduct>(selectProduct, [code, on]))[0];
}

const insertProduct = statement(
  'credit.insert-loan-product',
  `insert into credit_loan_products (code, version, zh, en, methods, day_counts, roundings,
     tenor_months_least, tenor_months_most, line, valid_from, valid_to, evidence, source,
     operation_id, recorded_at)
   select $1, 1 + coalesce(max(version), 0), $2, $3, $4::text[], $5::text[], $6::text[], $7::int,
     $8::int, $9, $10::date, $11::date, $12, $13, $14, $15::timestamptz
   from credit_loan_products where code = $1
   having coalesce(max(valid_from), '-infinity') <= $10::date
   returning version`,
);

export interface NewProduct extends Omit<LoanProduct, 'version'> {
  readonly zh: string;
  readonly en: string;
  readonly validFrom: Day;
  readonly validTo: Day | undefined;
  readonly evidence: string;
  readonly source: string;
  readonly operationId: string;
  readonly at: Date;
}

/** Undefined when a version holds from a later day already. */
export async function addProduct(tx: Tx, one: NewProduct): Promise<number | undefined> {
  const allowed = [one.methods, one.dayCounts, one.roundings];
  const tenor = [one.tenorMonthsLeast, one.tenorMonthsMost];
  const when = [one.line, one.validFrom, one.validTo ?? null];
  const why = [one.evidence, one.source, one.operationId, one.at.toISOString()];
  const values = [one.code, one.zh, one.en, ...allowed, ...tenor, ...when, ...why];
  return (await tx.rows<{ version: number }>(insertProduct, values))[0]?.version;
}
