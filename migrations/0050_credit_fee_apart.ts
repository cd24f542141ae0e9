/**
 * Why: one line stopped the bills of all. A bill of adjustments alone is settled on a day on which
 * a later bill of nights may be settled too, when the line ended on it; so each kind has a day
 * once. Why an account cannot be billed is kept with it, and the others go on. And a waiver
 * lapses where the fee that it forgave turns out not to be owed: it is not given back as money.
 */
import type { Knex } from 'knex';

const days = `
  alter table credit_fee_bills drop constraint credit_fee_bills_line_id_settled_on_key;
  create unique index credit_fee_bills_settled on credit_fee_bills (line_id, settled_on)
    where to_on > from_on;
  create unique index credit_fee_bills_adjusted on credit_fee_bills (line_id, settled_on)
    where to_on = from_on;
  create unique index credit_fee_bills_begun on credit_fee_bills (line_id, from_on)
    where to_on > from_on;
`;

const apart = `
  alter table credit_fee_accounts add column failed_on date;
  alter table credit_fee_accounts add column failure text;
  alter table credit_fee_accounts add check ((failed_on is null) = (failure is null));
  comment on column credit_fee_accounts.failed_on is
    'As of which day it could not be billed at the last try; null when it could.';
  grant update (failed_on, failure) on credit_fee_accounts to yuanxin_app;
`;

const lapses = `
  alter table credit_fee_movements drop constraint credit_fee_movements_kind_check;
  alter table credit_fee_movements add constraint credit_fee_movements_kind_check
    check (kind in ('PAYMENT', 'WAIVER', 'REFUND', 'OFFSET', 'LAPSE'));
  alter table credit_fee_movements drop constraint credit_fee_movements_check;
  alter table credit_fee_movements add constraint credit_fee_movements_check check (case kind
    when 'OFFSET' then true
    when 'LAPSE' then amount < 0 and reverses is null
    else (amount > 0) = ((kind <> 'REFUND') = (reverses is null)) end);
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(days);
  await knex.raw(apart);
  await knex.raw(lapses);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
