/**
 * One page of a list that was computed rather than selected. Places are those of every other
 * list, and a cursor is the key of the last item seen, so that a page goes on where the reader
 * stopped.
 */
import type { Page, Place } from '../platform/page.ts';
import { cursorOf, defaultSize, demandOneWay, foreignCursor } from '../platform/page.ts';

/** @param keyOf unique per item. Throws invalid-input on a cursor of another list. */
export function pageOfList<R>(
  items: readonly R[],
  place: Place,
  keyOf: (item: R) => string,
): Page<R> {
  demandOneWay(place);
  const { page, pageSize, cursor, limit } = place;
  const size = limit ?? pageSize ?? defaultSize;
  const after = cursor === undefined ? -1 : items.findIndex((i) => cursorOf(keyOf(i)) === cursor);
  if (cursor !== undefined && after < 0) throw foreignCursor();
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
