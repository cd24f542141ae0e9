/**
 * Why: a floating loan changes its rate on its repricing days, by the LPR published until then, and
 * a loan may be paid out in several tranches. A rate of a day may be superseded (an LPR that was
 * recorded late), so rates of one day are numbered and the last of them holds.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

const schema = `
  alter table credit_lpr_rates add column operation_id text, add column recorded_at timestamptz;
  grant insert on credit_lpr_rates to yuanxin_app;

  alter table credit_loan_rates
    add column no int not null default 1 check (no > 0),
    add column kind text not null default 'PERSON' check (kind in
      ('AGREED', 'PERSON', 'REPRICED'));
  alter table credit_loan_rates alter column kind drop default;
  alter table credit_loan_rates
    alter column kind type text using case reason when 'agreed' then 'AGREED' else kind end;
  alter table credit_loan_rates drop constraint credit_loan_rates_pkey;
  alter table credit_loan_rates add primary key (drawdown_id, from_on, no);
  comment on column credit_loan_rates.kind is
    'AGREED with the terms, changed by a PERSON, or REPRICED by the published LPR.';

  alter table credit_loans add column lpr_term text check (lpr_term in ('1Y', '5Y')),
    add column repriced_on date, add column reprice_on date default '1900-01-01';
  alter table credit_loans alter column reprice_on drop default;
  comment on column credit_loans.reprice_on is
    'The next repricing day; null: a fixed rate. Loans of before are looked at once.';
  create index credit_loans_to_reprice on credit_loans (reprice_on, id)
    where state = 'OPEN' and reprice_on is not null;
  insert into platform_jobs (name, zh, en, cron, operation, input) values
    ('loan-repricing', '贷款重定价', 'Repricing of loans', '50 22 * * *', 'credit.reprice-loans',
      '{"asOf":"$day"}');

  create table credit_loan_tranches (
    drawdown_id text not null references credit_drawdowns (id),
    no int not null check (no > 1),
    zone_id text not null,
    owner_id text not null,
    amount numeric(20,2) not null check (amount > 0),
    value_on date not null,
    purpose text not null,
    reservation_id text,
    operation_id text not null,
    recorded_at timestamptz not null,
    reversed_by text,
    primary key (drawdown_id, no)
  );
  comment on table credit_loan_tranches is
    'What was paid out after the first tranche, which the drawdown itself is.';
  ${scoped('credit_loan_tranches')}
  grant select, insert, update (reversed_by) on credit_loan_tranches to yuanxin_app;
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(schema);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
