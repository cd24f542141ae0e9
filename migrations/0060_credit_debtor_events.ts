/**
 * Why: the rule for the five classes asks for facts of the debtor itself (sharp external downgrade,
 * evasion of debts, bankruptcy or liquidation), and nobody could record them: a firm in liquidation
 * stayed normal while it paid. A bank records them for its own book, dated, and lifts them dated.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table credit_debtor_events (
      id text primary key,
      zone_id text not null,
      owner_id text not null,
      enterprise_id text not null,
      kind text not null
        check (kind in ('sharp-downgrade', 'debt-evasion', 'bankruptcy-liquidation')),
      from_on date not null,
      lifted_on date check (lifted_on >= from_on),
      evidence text not null,
      reason text not null,
      lifted_reason text,
      operation_id text not null,
      lifted_by text,
      recorded_at timestamptz not null,
      check ((lifted_on is null) = (lifted_by is null))
    );
    create unique index credit_debtor_events_open
      on credit_debtor_events (enterprise_id, owner_id, kind) where lifted_on is null;
    ${scoped('credit_debtor_events')}
    grant select, insert, update (lifted_on, lifted_reason, lifted_by)
      on credit_debtor_events to yuanxin_app;
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
