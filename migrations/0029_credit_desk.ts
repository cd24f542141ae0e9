/**
 * Why: what a desk works by. A priority programme orders the queue of demands and applications and
 * shortens their clocks; a line keeps the rate of its commitment fee; approvals that have run out
 * are closed by a job; an organisation that is a firm is known by its credit code.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table credit_lines
      add column commitment_rate_annual numeric(12,8) check (commitment_rate_annual >= 0);
    comment on column credit_lines.commitment_rate_annual is
      'Of the commitment fee (承诺费) on what is not drawn; none: the line has no such fee.';
    alter table credit_applications
      add column programme_id text references credit_programmes (id),
      add column decision_due_on date,
      add column commitment_rate_annual numeric(12,8) check (commitment_rate_annual >= 0);
    comment on column credit_applications.decision_due_on is
      'The last day on which the bank decides in time: by its programme, else by the rule.';
    alter table credit_demands add column programme text;
    comment on column credit_demands.programme is
      'The name of a priority programme, as open programmes of the zone bear it.';
    create index credit_applications_lapse on credit_applications (valid_until)
      where state in ('APPROVED', 'SIGNED');
    alter table parties_organisations
      add check (uscc ~ '^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$');
    create unique index parties_organisations_uscc on parties_organisations (uscc);
    insert into platform_jobs (name, zh, en, cron, operation, input) values
      ('approval-lapse', '授信批复失效', 'Lapse of approvals', '12 0 * * *',
        'credit.lapse-approvals', '{"asOf":"$day"}');
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
