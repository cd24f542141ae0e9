// The only way to read beyond a bank's own rows: totals of what several banks share.
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

const setOwners = statement('limits.set-owners', `select set_config('yuanxin.owners', $1, true)`);

/**
 * Reads beyond the owner's rows, inside the zones of the scope; a failure ends the transaction.
 * @param send must send all its statements at once: the scope is put back right behind them, so
 * that whatever else is sent while their answers travel sees the owner's rows only.
 */
export async function withAllOwners<T>(
  tx: Tx,
  { owners }: { readonly owners: readonly string[] },
  send: () => Promise<T>,
): Promise<T> {
  const opened = tx.rows(setOwners, ['*']);
  const answer = send();
  const closed = tx.rows(setOwners, [owners.join(',')]);
  const [result] = await Promise.all([answer, opened, closed]);
  return result;
}
