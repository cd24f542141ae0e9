/** Where the rows of a list come from: a page of the API, or rows that are at hand already. */
import { ask } from './api.js';

/**
 * A list that the API pages itself: its answer, and the server's time of it.
 * @param {object} [filters] of the address
 */
export const listed =
  (path, filters = {}) =>
  async ({ zoneId, page, pageSize }) => {
    const { body, at } = await ask(path, { zoneId, ...filters, page, pageSize });
    return { answer: body, at };
  };

/** The page of rows that are at hand. */
export function pageOfRows(rows, { page, pageSize }) {
  const items = rows.slice((page - 1) * pageSize, page * pageSize);
  return { items, page, pageSize, total: rows.length };
}
