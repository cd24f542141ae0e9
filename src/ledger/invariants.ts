/**
 * What must always be true of the books, as a list of queries that return the rows breaking it. The
 * list is the specification: a test runs it after every database test, and anybody may run it live.
 */
import type { Invariant } from '../platform/module.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

export const ledgerInvariants: readonly Invariant[] = [
  {
    name: 'all debits equal all credits',
    sql: 'select sum(amount) as off from ledger_entries having sum(amount) <> 0',
  },
  {
    name: 'every journal sums to zero',
    sql: `select journal_id, sum(amount) as off from ledger_entries
          group by journal_id having sum(amount) <> 0`,
  },
  {
    name: 'an account equals its entries',
    sql: `select a.id, a.balance, e.total from ledger_accounts a
          left join (select account_id, sum(amount) as total, max(version) as last
            from ledger_entries group by account_id) e on e.account_id = a.id
          where a.balance <> case a.side when 'debit' then 1 else -1 end * coalesce(e.total, 0)
            or a.version <> coalesce(e.last, 0)`,
  },
  {
    name: 'each entry carries the balance after it',
    sql: `select e.account_id, e.version from (
            select account_id, version, balance, owner_id, sum(amount) over w as running,
              row_number() over w as place
            from ledger_entries window w as (partition by account_id order by version)) e
          join ledger_accounts a on a.id = e.account_id
          where e.place <> e.version
            or e.balance <> case a.side when 'debit' then 1 else -1 end * e.running`,
  },
];

/** The names of the invariants that do not hold, with one offending row each. */
export async function brokenInvariants(
  tx: Tx,
  invariants: readonly Invariant[],
): Promise<{ name: string; row: unknown }[]> {
  const broken: { name: string; row: unknown }[] = [];
  for (const { name, sql } of invariants) {
    const [row] = await tx.rows(statement(`invariant.${name}`.slice(0, 60), `${sql} limit 1`));
    if (row !== undefined) broken.push({ name, row });
  }
  return broken;
}
