/**
 * Rows of the ledger. Accounts are locked in the order of their ids, entries are only ever appended,
 * and an account's id is derived from what it is, so that a first posting can create it without races.
 */
import { createHash } from 'node:crypto';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { AccountRef, Journal } from './model.ts';
import { chart } from './model.ts';

/** The id of the account with this zone, owner, kind and subject; the same for ever. */
export const accountId = ({ zoneId, ownerId, kind, subjectId }: AccountRef): string =>
  `acct_${createHash('sha256')
    .update(`${zoneId}\n${ownerId}\n${kind}\n${subjectId}`)
    .digest('hex')
    .slice(0, 26)}`;

const lockAccounts = statement(
  'ledger.lock-accounts',
  `select id, balance, version::text from ledger_accounts where id = any ($1::text[])
   order by id for no key update`,
);
const makeAccounts = statement(
  'ledger.make-accounts',
  `insert into ledger_accounts (id, zone_id, owner_id, kind, subject_id, side, may_go_negative)
   select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
     $7::boolean[])
   order by 1 on conflict do nothing`,
);
const appendEntries = statement(
  'ledger.append-entries',
  `with moved as (
     update ledger_accounts a set balance = m.balance, version = m.version
     from unnest($12::text[], $13::numeric[], $14::bigint[]) as m (id, balance, version)
     where a.id = m.id
   )
   insert into ledger_entries (account_id, version, zone_id, owner_id, journal_id, kind, amount,
     balance, value_on, source_id, operation_id, recorded_at)
   select e.*, $15::timestamptz from unnest($1::text[], $2::bigint[], $3::text[], $4::text[],
     $5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::date[], $10::text[], $11::text[]) e`,
);

interface LockedAccount {
  readonly ref: AccountRef;
  balance: Money;
  version: bigint;
}

async function lockedAccounts(
  tx: Tx,
  refs: Map<string, AccountRef>,
): Promise<Map<string, LockedAccount>> {
  const ids = [...refs.keys()].sort();
  type Row = { id: string; balance: string; version: string };
  let rows = await tx.rows<Row>(lockAccounts, [ids]);
  if (rows.length < ids.length) {
    const all = ids.map((id) => refs.get(id) as AccountRef);
    await tx.rows(makeAccounts, [
      ids,
      all.map((ref) => ref.zoneId),
      all.map((ref) => ref.ownerId),
      all.map((ref) => ref.kind),
      all.map((ref) => ref.subjectId),
      all.map((ref) => chart[ref.kind].side),
      all.map((ref) => 'mayGoNegative' in chart[ref.kind]),
    ]);
    rows = await tx.rows<Row>(lockAccounts, [ids]);
  }
  return new Map(
    rows.map((row) => [
      row.id,
      {
        ref: refs.get(row.id) as AccountRef,
        balance: Money.of(row.balance),
        version: BigInt(row.version),
      },
    ]),
  );
}

/**
 * Posts journals: locks every account they touch, appends the entries with their running balances and
 * moves the accounts. Throws when a journal does not sum to zero: that is a fault of the caller.
 */
export async function post(tx: Tx, journals: readonly Journal[], recordedAt: Date): Promise<void> {
  if (journals.length === 0) return;
  const refs = new Map<string, AccountRef>();
  const idOf = new Map<AccountRef, string>();
  for (const journal of journals) {
    const sum = Money.sum(journal.lines.map((line) => line.amount));
    if (!sum.isZero()) throw new Error(`Journal ${journal.kind} is off by ${sum.toString()}.`);
    for (const { account } of journal.lines) {
      const id = accountId(account);
      idOf.set(account, id);
      refs.set(id, account);
    }
  }
  const accounts = await lockedAccounts(tx, refs);
  const columns: unknown[][] = Array.from({ length: 11 }, () => []);
  for (const journal of journals) {
    for (const line of journal.lines) {
      if (line.amount.isZero()) continue;
      const id = idOf.get(line.account) as string;
      const account = accounts.get(id);
      if (!account) throw new Error(`The account ${id} is outside the scope of this call.`);
      const onOwnSide =
        chart[line.account.kind].side === 'debit' ? line.amount : line.amount.negated();
      account.balance = account.balance.plus(onOwnSide);
      account.version += 1n;
      const row = [
        id,
        account.version.toString(),
        line.account.zoneId,
        line.account.ownerId,
        journal.id,
        journal.kind,
        line.amount.toString(),
        account.balance.toString(),
        journal.valueOn,
        journal.sourceId,
        journal.operationId,
      ];
      row.forEach((value, column) => columns[column]?.push(value));
    }
  }
  const moved = [...accounts.entries()];
  await tx.rows(appendEntries, [
    ...columns,
    moved.map(([id]) => id),
    moved.map(([, account]) => account.balance.toString()),
    moved.map(([, account]) => account.version.toString()),
    recordedAt.toISOString(),
  ]);
}

const balanceNow = statement(
  'ledger.balance-now',
  'select balance from ledger_accounts where id = $1',
);
const balanceOn = statement(
  'ledger.balance-on',
  `select coalesce(sum(amount), 0) as balance from ledger_entries
   where account_id = $1 and value_on <= $2::date
     and ($3::timestamptz is null or recorded_at <= $3::timestamptz)`,
);

/** Balance on the account's own side: now, or as of a value day, optionally as it was known then. */
export async function balanceOf(
  tx: Tx,
  ref: AccountRef,
  asOf?: { readonly day: string; readonly knownAt?: string | undefined },
): Promise<Money> {
  const id = accountId(ref);
  if (!asOf) {
    const [row] = await tx.rows<{ balance: string }>(balanceNow, [id]);
    return row ? Money.of(row.balance) : Money.zero;
  }
  const values = [id, asOf.day, asOf.knownAt ?? null];
  const [row] = await tx.rows<{ balance: string }>(balanceOn, values);
  const balance = Money.of(row?.balance ?? '0');
  return chart[ref.kind].side === 'debit' ? balance : balance.negated();
}
