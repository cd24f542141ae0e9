/**
 * Why: a repayment, a refund and an upgrade finding that were recorded wrongly can be taken back.
 * Nothing is deleted: a repayment and a refund get a row the other way round that names them, once;
 * a payment of a loan and a finding are marked, since the stand is drawn from what is not marked.
 * The journals of limits and pools tell a repayment taken back (`unpay`) from a draw.
 */
import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.raw(`
    alter table credit_repayments add column reverses text,
      drop constraint credit_repayments_principal_check,
      drop constraint credit_repayments_interest_check,
      drop constraint credit_repayments_check,
      add constraint credit_repayments_sign_check check (case when reverses is null
        then principal >= 0 and interest >= 0 and principal + interest > 0
        else principal <= 0 and interest <= 0 and principal + interest < 0 end);
    create unique index credit_repayments_reverses on credit_repayments (reverses)
      where reverses is not null;
    alter table credit_refunds add column reverses text references credit_refunds (id),
      drop constraint credit_refunds_amount_check,
      add constraint credit_refunds_sign_check
        check (case when reverses is null then amount > 0 else amount < 0 end);
    create unique index credit_refunds_reverses on credit_refunds (reverses)
      where reverses is not null;
    alter table credit_loan_payments add column reversed_by text;
    alter table credit_upgrade_findings add column reversed_by text;
    grant update (reversed_by) on credit_upgrade_findings to yuanxin_app;
    alter table limits_movements
      drop constraint limits_movements_kind_check,
      add constraint limits_movements_kind_check check (kind in ('reserve', 'release', 'expire',
        'draw', 'repay', 'unpay', 'reverse', 'leave', 'join'));
    alter table risk_pool_movements
      drop constraint risk_pool_movements_kind_check,
      add constraint risk_pool_movements_kind_check check (kind in
        ('enrol', 'repay', 'unpay', 'default', 'claim', 'suspend', 'pay', 'reject'));
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
