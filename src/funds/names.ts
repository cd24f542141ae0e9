/** What ids of funds stand for. */
import type { Names } from '../platform/names.ts';
import { statement } from '../platform/transaction.ts';

export const fundNames: Names = {
  fund: statement(
    'funds.names-of-funds',
    'select id, name from funds_funds where id = any ($1::text[])',
  ),
};
