/** Rows that say which loan products a line takes from a day on; appended only. */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Why } from './store-agreements.ts';

/** A version of a line's list; an empty one takes every product. */
export interface LineProducts {
  readonly version: number;
  readonly products: readonly string[];
  readonly valueOn: Day;
  readonly recordedAt: Date;
  readonly reason: string;
}

const selectVersions = statement(
  'credit.select-line-products',
  `select no as version, products, value_on as "valueOn", recorded_at as "recordedAt", reason
   from credit_line_products where line_id = $1 order by no`,
);
const insertVersion = statement(
  'credit.insert-line-products',
  `insert into credit_line_products (line_id, no, zone_id, owner_id, products, value_on,
     recorded_at, reason, operation_id)
   values ($1, $2::int, $3, $4, $5::text[], $6::date, $7::timestamptz, $8, $9)`,
);
const selectForbidding = statement(
  'credit.select-line-forbidding-product',
  `with recursive up (id, parent_line_id) as (
     select id, parent_line_id from credit_lines where id = $1
     union all
     select l.id, l.parent_line_id from up join credit_lines l on l.id = up.parent_line_id
   )
   select up.id as "lineId", v.products from up cross join lateral (
     select products from credit_line_products
     where line_id = up.id and value_on <= $3::date order by no desc limit 1) v
   where cardinality(v.products) > 0 and not $2 = any (v.products) limit 1`,
);
const selectUnknown = statement(
  'credit.select-unknown-products',
  `select code from unnest($1::text[]) as c (code)
   where not exists (select from credit_loan_products p where p.code = c.code) order by code`,
);

const carryOver = statement(
  'credit.carry-line-products',
  `insert into credit_line_products (line_id, no, zone_id, owner_id, products, value_on,
     recorded_at, reason, operation_id)
   select $2, 1, zone_id, owner_id, products, $3::date, $4::timestamptz, $5, $6
   from credit_line_products where line_id = $1 order by no desc limit 1`,
);

/** A successor begins with the list that its predecessor has last. */
export const carryLineProducts = (
  tx: Tx,
  fromId: string,
  toId: string,
  { valueOn, now, reason, operationId }: Why,
): void => tx.send(carryOver, [fromId, toId, valueOn, now.toISOString(), reason, operationId]);

/** All versions, the oldest first. */
export const productsOfLine = (tx: Tx, lineId: string): Promise<LineProducts[]> =>
  tx.rows<LineProducts>(selectVersions, [lineId]);

/** The line must be locked, so that no other version comes in between. */
export async function addLineProducts(
  tx: Tx,
  line: { readonly id: string; readonly zoneId: string; readonly ownerId: string },
  { version, products }: Pick<LineProducts, 'version' | 'products'>,
  { valueOn, now, reason, operationId }: Why,
): Promise<void> {
  const { id, zoneId, ownerId } = line;
  const why = [valueOn, now.toISOString(), reason, operationId];
  await tx.rows(insertVersion, [id, version, zoneId, ownerId, products, ...why]);
}

/** The line, or one above it, whose list of that day leaves the product out. */
export const lineForbidding = async (
  tx: Tx,
  { lineId, product, on }: { readonly lineId: string; readonly product: string; readonly on: Day },
): Promise<{ lineId: string; products: string[] } | undefined> =>
  (
    await tx.rows<{ lineId: string; products: string[] }>(selectForbidding, [lineId, product, on])
  )[0];

/** Codes that no version of the product list knows. */
export const unknownProducts = async (tx: Tx, codes: readonly string[]): Promise<string[]> =>
  (await tx.rows<{ code: string }>(selectUnknown, [codes])).map((row) => row.code);
