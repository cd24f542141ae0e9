/**
 * One page of a list, found either by `cursor`/`limit` (stable while rows are added) or by
 * `page`/`pageSize` (for screens that jump). Both count the total, because users here want 共 N 条.
 */
import type { Knex } from 'knex';
import type { Failure } from '../kernel/failure.ts';
import { sentence } from '../kernel/sentence.ts';
import { invalidInput } from './refusals.ts';
import type { Tx } from './transaction.ts';
import { sql as build } from './sql.ts';

/** What `pageShape` of schemas.ts parses. */
export interface Place {
  readonly page?: number | undefined;
  readonly pageSize?: number | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Order {
  /** The column of the result that sorts it: unique, never null, text. Default `id`. */
  readonly by?: string;
  /** Newest first. */
  readonly descending?: boolean;
  /** What a key may look like; needed when the column is not text, say `/^\d{1,18}$/`. */
  readonly key?: RegExp;
}

/** Answers what `listOf` of schemas.ts describes. */
export interface Page<R> {
  readonly items: R[];
  /** Asks for the rows after these; null when there are none. */
  readonly nextCursor: string | null;
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
}

export const defaultSize = 50;
const keyPattern = /^[\w.:-]{1,120}$/;

/** What a list answers as `nextCursor`, by the key of its last item. */
export const cursorOf = (key: string): string => Buffer.from(key, 'utf8').toString('base64url');

function keyOf(cursor: string, pattern: RegExp): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (cursorOf(key) === cursor && pattern.test(key)) return key;
  throw foreignCursor();
}

export const foreignCursor = (): Failure =>
  invalidInput({
    path: 'cursor',
    message: sentence('不是本列表的游标', 'not a cursor of this list'),
  });

/** Throws invalid-input when a place is given in both ways. */
export function demandOneWay({ cursor, page }: Place): void {
  if (cursor === undefined || page === undefined) return;
  throw invalidInput({
    path: 'page',
    message: sentence(
      '列表按游标或按页码翻页，不可并用',
      'a list is paged by cursor or by page, not by both',
    ),
  });
}

/**
 * The page at `place` of the rows that `rows` selects; `rows` itself neither sorts nor limits.
 * With a cursor `page` is 1, since nobody counted what came before. Throws invalid-input on a
 * malformed cursor.
 */
export async function pageOf<R extends object>(
  tx: Tx,
  rows: Knex.QueryBuilder,
  place: Place,
  { by = 'id', descending = false, key = keyPattern }: Order = {},
): Promise<Page<R>> {
  demandOneWay(place);
  const pageSize = place.limit ?? place.pageSize ?? defaultSize;
  const page = place.page ?? 1;
  const column = `listed.${by}`;
  const wanted = build
    .select('*')
    .from(rows.clone().as('listed'))
    .orderBy(column, descending ? 'desc' : 'asc')
    .offset((page - 1) * pageSize)
    .limit(pageSize + 1);
  if (place.cursor !== undefined) {
    wanted.where(column, descending ? '<' : '>', keyOf(place.cursor, key));
  }
  // One more than asked for tells whether anything follows.
  const found = await tx.built<R>(wanted);
  const counting = build.count({ total: '*' }).from(rows.clone().as('listed'));
  const [counted] = await tx.built<{ total: string }>(counting);
  const items = found.slice(0, pageSize);
  const last = items.at(-1) as Readonly<Record<string, unknown>> | undefined;
  return {
    items,
    nextCursor: last && found.length > pageSize ? cursorOf(String(last[by])) : null,
    page,
    pageSize,
    total: parseInt(counted?.total ?? '0', 10),
  };
}
