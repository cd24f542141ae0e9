/**
 * Why: the report of a day read the whole book in one portion, longer than all others together. It
 * adds up portion by portion into tallies that the last one reads; they begin anew with each
 * report and are no record of their own. And a portion says its turn, because only the place
 * behind the last one done is where the work stands.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

const schema = `
  create table credit_risk_tallies (
    zone_id text not null,
    owner_id text not null,
    risk_class text not null,
    delinquency text,
    loans int not null,
    balance numeric(20,2) not null,
    overdue numeric(20,2) not null,
    unique nulls not distinct (zone_id, owner_id, risk_class, delinquency)
  );
  comment on table credit_risk_tallies is
    'What the report that is being made has added up so far: loans and balances by the range of the
     loan, unpaid instalments (overdue) by their own.';
  ${scoped('credit_risk_tallies')}
  grant select, insert, update (loans, balance, overdue) on credit_risk_tallies to yuanxin_app;

  alter table credit_day_end_portions add column seq bigint generated always as identity;
  create unique index credit_day_end_portions_seq on credit_day_end_portions (seq);
  -- What was recorded since a report began, in whatever day it is valued.
  create index credit_repayments_made on credit_repayments using brin (made_at);
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
