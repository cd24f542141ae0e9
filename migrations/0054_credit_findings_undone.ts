/**
 * Why: a finding of an upgrade cures what was known when it was made. Value days do not tell which
 * of two was told first, so a default marks the findings that it came after. And a finding that
 * was taken back says why: by a person, with a fact it stood on, or with another's correction.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Row-level security binds the owner of the tables as well, and the rows of all banks are meant.
  const tables = ['credit_upgrade_findings', 'credit_loan_classes', 'platform_events'];
  for (const table of tables) await knex.raw(`alter table ${table} no force row level security`);
  await knex.raw(`
    alter table credit_upgrade_findings
      add column outdated_by text,
      add column reversal_cause text
        check (reversal_cause in ('TAKEN_BACK', 'FACT_TAKEN_BACK', 'FELL_TOGETHER'));
    comment on column credit_upgrade_findings.outdated_by is
      'Operation of a default told after the finding: that one it does not cure.';
    comment on column credit_upgrade_findings.reversal_cause is
      'A person took the finding back, a fact it stood on was, or a correction found with it fell.';
    grant update (outdated_by, reversal_cause) on credit_upgrade_findings to yuanxin_app;

    update credit_upgrade_findings f set outdated_by = e.operation_id
    from platform_events e
    where e.name = 'credit.loan-defaulted' and e.subject_id = f.drawdown_id
      and e.recorded_at > f.recorded_at;
    -- Until now a person could take back what no night had used, and a fact only what one had.
    update credit_upgrade_findings f set reversal_cause = case
      when f.facts_corrected and exists (select from credit_loan_classes k
        where k.drawdown_id = f.drawdown_id and k.classified_on >= f.found_on
          and k.risk_class in ('NORMAL', 'SPECIAL_MENTION')) then 'FACT_TAKEN_BACK'
      else 'TAKEN_BACK' end
    where f.reversed_by is not null;
    alter table credit_upgrade_findings
      add check ((reversed_by is null) = (reversal_cause is null));
  `);
  for (const table of tables) await knex.raw(`alter table ${table} force row level security`);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
