/**
 * Why: double entry that can be audited line by line. No foreign keys on history tables: the rows
 * they point to are locked when they are written, and a key checked per row cost a fifth of a
 * batch. An account's id is derived from zone, owner, kind and subject, so its primary key is
 * their unique key; room is left on its pages, so that moving a balance touches no index. An entry
 * keeps the balance and the version of its account after it; a journal must be written by one
 * statement, which is where its balance is checked.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table ledger_accounts (
      id text primary key,
      zone_id text not null,
      owner_id text not null,
      kind text not null,
      subject_id text not null,
      side text not null check (side in ('debit', 'credit')),
      currency text not null default 'CNY' check (currency = 'CNY'),
      may_go_negative boolean not null default false,
      balance numeric(20,2) not null default 0,
      version bigint not null default 0,
      check (may_go_negative or balance >= 0)
    ) with (fillfactor = 60);
    create index ledger_accounts_subject on ledger_accounts (subject_id);
    comment on column ledger_accounts.balance is
      'On the account''s own side: a normal balance is >= 0.';

    create table ledger_entries (
      account_id text not null,
      version bigint not null check (version > 0),
      zone_id text not null,
      owner_id text not null,
      journal_id text not null,
      kind text not null,
      amount numeric(20,2) not null check (amount <> 0),
      balance numeric(20,2) not null,
      value_on date not null,
      recorded_at timestamptz not null,
      source_id text not null,
      operation_id text not null,
      primary key (account_id, version)
    );
    comment on column ledger_entries.amount is
      'Debit positive, credit negative: a journal sums to 0.';
    create index ledger_entries_recorded on ledger_entries using brin (recorded_at);

    create function ledger_journals_balance() returns trigger language plpgsql as $$
    declare bad text;
    begin
      select journal_id into bad from written group by journal_id having sum(amount) <> 0 limit 1;
      if bad is not null then
        raise exception 'Journal % does not balance', bad using errcode = 'YX001';
      end if;
      return null;
    end $$;
    create trigger ledger_journals_balance after insert on ledger_entries
      referencing new table as written for each statement
      execute function ledger_journals_balance();

    ${scoped('ledger_accounts')}
    ${scoped('ledger_entries')}
    grant select, insert on ledger_entries to yuanxin_app;
    grant select, insert, update on ledger_accounts to yuanxin_app;
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
