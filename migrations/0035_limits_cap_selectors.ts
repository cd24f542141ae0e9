/**
 * Why: a cap by borrower or product must count a line from the line's first day, so which lines a
 * cap counts is stored as a rule beside it, and a node says whom and which product it is about. A
 * selector without borrowers or products takes all of them; one that is taken away stays, not live.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

export async function up(db: Knex): Promise<void> {
  // Row-level security binds the owner of the tables as well, and the rows of all banks are meant.
  await db.raw(`
    alter table limits_nodes no force row level security;
    alter table credit_lines no force row level security;
    alter table limits_nodes add column party_id text, add column product text;
    comment on column limits_nodes.party_id is 'The enterprise that may use the limit.';
    update limits_nodes n set party_id = l.enterprise_id, product = l.product
      from credit_lines l where l.node_id = n.id;
    alter table limits_nodes force row level security;
    alter table credit_lines force row level security;
    create index limits_nodes_party on limits_nodes (owner_id, zone_id, party_id)
      where party_id is not null;

    create table limits_cap_selectors (
      node_id text primary key references limits_nodes (id),
      zone_id text not null,
      owner_id text not null,
      party_ids text[] check (party_ids <> '{}'),
      products text[] check (products <> '{}'),
      live boolean not null,
      version bigint not null default 1
    );
    create index limits_cap_selectors_owner on limits_cap_selectors (zone_id, owner_id) where live;
    ${scoped('limits_cap_selectors')}
    grant select, insert, update on limits_cap_selectors to yuanxin_app;

    alter table limits_changes drop constraint limits_changes_field_check,
      add constraint limits_changes_field_check check (field in ('amount', 'state', 'expires_on',
        'terms', 'parent', 'caps', 'oversub', 'carriers', 'above', 'fenced', 'selector'));
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
