/**
 * One page of a list that was computed rather than selected. Places are those of every other
 * list, and a cursor is the key of the last item seen, so that a page goes on where the reader
 * stopped.
 */
import { Failure } from '../kernel/index.ts';
import type { Page, Place } from '../platform/page.ts';
import { platformRefusals as no } from '../platform/refusals.ts';

const refuse = (path: string, message: string): Failure =>
  new Failure(no['invalid-input'], { problems: [{ path, message }] });

const cursorOf = (key: string): string => Buffer.from(key, 'utf8').toString('base64url');

/** @param keyOf unique per item. Throws invalid-input on a cursor of another list. */
export function pageOfList<R>(
  items: readonly R[],
  { page, pageSize, cursor, limit }: Place,
  keyOf: (item: R) => string,
): Page<R> {
  if (cursor !== undefined && page !== undefined) {
    throw refuse('page', 'a list is paged by cursor or by page, not by both');
  }
  const size = limit ?? pageSize ?? 50;
  const after = cursor === undefined ? -1 : items.findIndex((i) => cursorOf(keyOf(i)) === cursor);
  if (cursor !== undefined && after < 0) throw refuse('cursor', 'not a cursor of this list');
  const start = cursor === undefined ? ((page ?? 1) - 1) * size : after + 1;
  const found = items.slice(start, start + size);
  const last = found.at(-1);
  return {
    items: found,
    nextCursor: last && start + size < items.length ? cursorOf(keyOf(last)) : null,
    page: page ?? 1,
    pageSize: size,
    total: items.length,
  };
}
