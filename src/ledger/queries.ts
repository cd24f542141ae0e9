/**
 * The read side of the ledger: accounts with their balances, and the entries behind each of them.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  InstantInput,
  InstantText,
  MoneyText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import { chart } from './model.ts';
import { ledgerRefusals as no } from './refusals.ts';

const AccountRow = z.object({
  id: IdText,
  zoneId: IdText,
  ownerId: IdText,
  kind: z.string(),
  subjectId: IdText,
  side: z.string(),
  balance: MoneyText,
});

/** Balances now, or as of a value day and as it was known at an instant. */
export const listAccounts = query({
  name: 'ledger.list-accounts',
  title: { zh: '科目余额', en: 'Accounts' },
  permission: 'ledger:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    kind: z.enum(Object.keys(chart) as [string, ...string[]]).optional(),
    asOf: DayInput.optional(),
    knownAt: InstantInput.optional(),
    ...pageShape,
  }),
  output: listOf(AccountRow),
  run: ({ tx }, { zoneId, kind, asOf, knownAt, ...place }) => {
    const past = sql('ledger_entries as e')
      .select(sql.raw(`coalesce(sum(e.amount) * case a.side when 'debit' then 1 else -1 end, 0)`))
      .whereRaw('e.account_id = a.id')
      .modify((q) => {
        if (asOf !== undefined) void q.where('e.value_on', '<=', asOf);
        if (knownAt !== undefined) void q.where('e.recorded_at', '<=', knownAt);
      });
    const dated = asOf !== undefined || knownAt !== undefined;
    const rows = sql('ledger_accounts as a')
      .select('a.id', 'a.kind', 'a.side', {
        zoneId: 'a.zone_id',
        ownerId: 'a.owner_id',
        subjectId: 'a.subject_id',
      })
      .select(
        dated
          ? sql.raw('(?)::numeric(20,2) as balance', [past])
          : sql.raw('a.balance::numeric(20,2) as balance'),
      );
    if (zoneId !== undefined) void rows.where('a.zone_id', zoneId);
    if (kind !== undefined) void rows.where('a.kind', kind);
    return pageOf<z.output<typeof AccountRow>>(tx, rows, place);
  },
});

const EntryRow = z.object({
  place: z.string(),
  accountId: IdText,
  journalId: IdText,
  kind: z.string(),
  amount: MoneyText,
  balance: MoneyText,
  valueOn: DayText,
  recordedAt: InstantText,
  sourceId: IdText,
  operationId: IdText,
});

/** Entries in the order in which they were recorded; debit positive, credit negative. */
export const listEntries = query({
  name: 'ledger.list-entries',
  title: { zh: '分录', en: 'Entries' },
  permission: 'ledger:read',
  input: z.strictObject({ accountId: IdInput('acct'), ...pageShape }),
  output: listOf(EntryRow),
  async run({ tx }, { accountId, ...place }) {
    const [account] = await tx.built(sql('ledger_accounts').select('id').where('id', accountId));
    if (account === undefined) throw new Failure(no['account-missing'], { accountId });
    return pageOf<z.output<typeof EntryRow>>(
      tx,
      sql('ledger_entries')
        .select('kind', 'amount', 'balance', {
          accountId: 'account_id',
          journalId: 'journal_id',
          valueOn: 'value_on',
          sourceId: 'source_id',
          operationId: 'operation_id',
        })
        .select(
          sql.raw(`lpad(version::text, 12, '0') as place`),
          sql.raw(`to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt"`),
        )
        .where('account_id', accountId),
      place,
      { by: 'place' },
    );
  },
});
