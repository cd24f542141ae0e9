/**
 * Why: what holds in every zone (published prime rates, loan products, general rule packs) is
 * recorded by whoever works for all of them. A zone office works for its zones only and an officer
 * administers accounts, so nobody could. Two roles of the operator's organisation, whose scope is
 * every zone and its own rows alone: one records, the other confirms.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    insert into identity_roles values
      ('rules-maker', '规则经办', 'Rules officer', '{operator}', false, false),
      ('rules-checker', '规则审批人', 'Rules approver', '{operator}', false, false);
    select identity_grant(role, permission)
      from unnest(array['rules-maker', 'rules-checker']) role,
        unnest(array['approvals:read', 'credit:read', 'parties:read', 'rules:read']) permission;
    select identity_grant('rules-maker', permission)
      from unnest(array['approvals:withdraw', 'rules:manage']) permission;
    select identity_grant('rules-checker', permission)
      from unnest(array['approvals:decide', 'rules:approve']) permission;
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
