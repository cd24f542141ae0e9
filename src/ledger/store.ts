/**
 * Rows of the ledger. Accounts are locked in the order of their ids, entries are only ever
 * appended, and an account's id is derived from what it is, so that a first posting can create it
 * without races.
 */
import { createHash } from 'node:crypto';
import { Money } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { AccountRef, Journal, JournalLine } from './model.ts';
import { chart } from './model.ts';

const knownIds = new Map<string, string>();
const mostKnown = 200_000;

/** The id of the account with this zone, owner, kind and subject; the same for ever. */
export function accountId({ zoneId, ownerId, kind, subjectId }: AccountRef): string {
  const what = `${zoneId}\n${ownerId}\n${kind}\n${subjectId}`;
  const known = knownIds.get(what);
  if (known !== undefined) return known;
  const id = `acct_${createHash('sha256').update(what).digest('hex').slice(0, 26)}`;
  if (knownIds.size >= mostKnown) knownIds.clear();
  knownIds.set(what, id);
  return id;
}

/**
 * Locks the accounts in the order of their ids and moves them by the sum of what is posted; the
 * rows come back as they stand afterwards, from which each entry's running balance is counted
 * back.
 */
const moveAccounts = statement(
  'ledger.move-accounts',
  `with locked as materialized (
     select id from ledger_accounts where id = any ($1::text[]) order by id for no key update
   )
   update ledger_accounts a set balance = a.balance + m.change, version = a.version + m.entries
   from locked, unnest($1::text[], $2::numeric[], $3::bigint[]) as m (id, change, entries)
   where a.id = locked.id and m.id = a.id
   returning a.id, a.balance, a.version::text`,
);
const makeAccounts = statement(
  'ledger.make-accounts',
  `insert into ledger_accounts (id, zone_id, owner_id, kind, subject_id, side, may_go_negative)
   select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
     $7::boolean[])
   order by 1 on conflict do nothing`,
);
const appendEntries = bulkInsert('ledger.append-entries', 'ledger_entries', {
  account_id: 'text',
  version: 'bigint',
  zone_id: 'text',
  owner_id: 'text',
  journal_id: 'text',
  kind: 'text',
  amount: 'numeric',
  balance: 'numeric',
  value_on: 'date',
  source_id: 'text',
  operation_id: 'text',
  recorded_at: 'timestamptz',
});

/** What a posting does to one account, and where the account stands as entries are counted off. */
interface Moving {
  readonly ref: AccountRef;
  change: Money;
  entries: bigint;
  balance: Money;
  version: bigint;
}

interface Entry {
  readonly id: string;
  readonly version: bigint;
  readonly balance: Money;
  readonly journal: Journal;
  readonly line: JournalLine;
}

const onOwnSide = ({ account, amount }: JournalLine): Money =>
  chart[account.kind].side === 'debit' ? amount : amount.negated();

/** Sums the lines by account. Throws when a journal does not balance: a fault of the caller. */
function movesOf(journals: readonly Journal[], idOf: Map<AccountRef, string>): Map<string, Moving> {
  const moves = new Map<string, Moving>();
  for (const journal of journals) {
    const sum = Money.sum(journal.lines.map((line) => line.amount));
    if (!sum.isZero()) throw new Error(`Journal ${journal.kind} is off by ${sum.toString()}.`);
    for (const line of journal.lines) {
      if (line.amount.isZero()) continue;
      const id = accountId(line.account);
      idOf.set(line.account, id);
      const move = moves.get(id) ?? {
        ref: line.account,
        change: Money.zero,
        entries: 0n,
        balance: Money.zero,
        version: 0n,
      };
      move.change = move.change.plus(onOwnSide(line));
      move.entries += 1n;
      moves.set(id, move);
    }
  }
  return moves;
}

/** Creates accounts that nothing was posted to before. */
async function createAccounts(tx: Tx, ids: readonly string[], refs: readonly AccountRef[]) {
  await tx.rows(makeAccounts, [
    ids,
    refs.map((ref) => ref.zoneId),
    refs.map((ref) => ref.ownerId),
    refs.map((ref) => ref.kind),
    refs.map((ref) => ref.subjectId),
    refs.map((ref) => chart[ref.kind].side),
    refs.map((ref) => 'mayGoNegative' in chart[ref.kind]),
  ]);
}

/**
 * Moves the accounts that exist, leaves each `Moving` where its account stood, answers the others.
 */
async function moveExisting(
  tx: Tx,
  ids: readonly string[],
  moves: ReadonlyMap<string, Moving>,
): Promise<string[]> {
  const all = ids.map((id) => moves.get(id) as Moving);
  const rows = await tx.rows<{ id: string; balance: string; version: string }>(moveAccounts, [
    ids,
    all.map((move) => move.change.toString()),
    all.map((move) => move.entries.toString()),
  ]);
  const moved = new Set<string>();
  for (const row of rows) {
    const move = moves.get(row.id) as Moving;
    move.balance = Money.of(row.balance).minus(move.change);
    move.version = BigInt(row.version) - move.entries;
    moved.add(row.id);
  }
  return ids.filter((id) => !moved.has(id));
}

async function moveAll(tx: Tx, moves: ReadonlyMap<string, Moving>): Promise<void> {
  const missing = await moveExisting(tx, [...moves.keys()].sort(), moves);
  if (missing.length === 0) return;
  await createAccounts(
    tx,
    missing,
    missing.map((id) => (moves.get(id) as Moving).ref),
  );
  const still = await moveExisting(tx, missing, moves);
  if (still.length > 0) throw new Error('An account is outside the scope of this call.');
}

/**
 * Posts journals: locks every account they touch, moves it once, and appends the entries, each with
 * the running balance and version of its account.
 */
export async function post(tx: Tx, journals: readonly Journal[], recordedAt: Date): Promise<void> {
  if (journals.length === 0) return;
  const idOf = new Map<AccountRef, string>();
  const moves = movesOf(journals, idOf);
  if (moves.size === 0) return;
  await moveAll(tx, moves);
  const at = recordedAt.toISOString();
  const entries: Entry[] = [];
  for (const journal of journals) {
    for (const line of journal.lines) {
      if (line.amount.isZero()) continue;
      const id = idOf.get(line.account) as string;
      const move = moves.get(id) as Moving;
      move.balance = move.balance.plus(onOwnSide(line));
      move.version += 1n;
      const { version, balance } = move;
      entries.push({ id, version, balance, journal, line });
    }
  }
  appendEntries(tx, {
    account_id: entries.map((e) => e.id),
    version: entries.map((e) => e.version),
    zone_id: entries.map((e) => e.line.account.zoneId),
    owner_id: entries.map((e) => e.line.account.ownerId),
    journal_id: entries.map((e) => e.journal.id),
    kind: entries.map((e) => e.journal.kind),
    amount: entries.map((e) => e.line.amount.toString()),
    balance: entries.map((e) => e.balance.toString()),
    value_on: entries.map((e) => e.journal.valueOn),
    source_id: entries.map((e) => e.journal.sourceId),
    operation_id: entries.map((e) => e.journal.operationId),
    recorded_at: entries.map(() => at),
  });
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

/**
 * Balance on the account's own side: now, or as of a value day, optionally as it was known then.
 */
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
