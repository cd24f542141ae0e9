/**
 * Why: whitelists in full. An entry goes from draft to the bank's decision against dated standards,
 * is reviewed, suspended and left, and every step is kept; tags run out by themselves. A financing
 * list is sent to banks and funds, who answer; no limit arises from it.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

/** 金发〔2024〕32号 and the local readings of it; what zones decide themselves is a default. */
export const admissionRule = {
  standards: [
    { code: 'going-concern', name: '依法合规持续经营', by: 'person' },
    { code: 'fixed-premises', name: '有固定经营场所', by: 'person' },
    { code: 'real-need', name: '有真实融资需求', by: 'person' },
    { code: 'good-credit', name: '信用状况良好', by: 'person' },
    { code: 'lawful-use', name: '贷款用途依法合规', by: 'person' },
    { code: 'qualification-tag', name: '至少一项有效资质标签', by: 'tag' },
    { code: 'valid-uscc', name: '统一社会信用代码有效', by: 'uscc' },
    { code: 'not-dishonest', name: '未列入失信被执行人名单', by: 'person' },
    { code: 'not-abnormal', name: '未列入经营异常名录', by: 'person' },
  ],
  clock: { count: 30, unit: 'calendar-days' },
  coolDownDays: 90,
  validMonths: 12,
  reviewMonths: 12,
  eventReviewDays: 10,
  screeningRequired: false,
  tags: [
    { tag: 'high-tech', name: '高新技术企业', term: { by: 'months', months: 36 } },
    { tag: 'little-giant', name: '专精特新小巨人', term: { by: 'months', months: 36 } },
    { tag: 'tech-sme', name: '科技型中小企业', term: { by: 'next-31-march' } },
    { tag: 'incubated', name: '孵化企业', term: { by: 'stated' } },
    { tag: 'contest-winner', name: '创新创业大赛获奖', term: { by: 'stated' } },
    { tag: 'core-ip', name: '拥有核心知识产权', term: { by: 'stated' } },
    { tag: 'talent-founded', name: '高层次人才创办', term: { by: 'stated' } },
  ],
};

const fiveStandards = '五项标准：合规持续经营、固定场所、真实需求、信用良好、用途合法';
export const admissionClauses = {
  'standards.0': { text: fiveStandards, evidence: '[pub]' },
  'standards.1': { text: fiveStandards, evidence: '[pub]' },
  'standards.2': { text: fiveStandards, evidence: '[pub]' },
  'standards.3': { text: fiveStandards, evidence: '[pub]' },
  'standards.4': { text: fiveStandards, evidence: '[pub]' },
  'standards.5': { text: '江门「邑科贷」：七类科技标签之一', evidence: '[pub]' },
  'standards.6': { text: 'GB 32100 统一社会信用代码校验', evidence: '[pub]' },
  'standards.7': { text: '近三年无重大失信；待园区确认', evidence: '[D]' },
  'standards.8': { text: '不在经营异常名录；待园区确认', evidence: '[D]' },
  clock: {
    text: '银行自资料完整之日起一个月（30 日）内作出决定，不予授信的说明理由',
    evidence: '[pub]',
  },
  coolDownDays: { text: '被谢绝后再次推荐的冷静期；待园区确认', evidence: '[D]' },
  validMonths: { text: '有效期 12 个月', evidence: '[D]' },
  reviewMonths: { text: '至少每年复核一次', evidence: '[D]' },
  eventReviewDays: { text: '事件触发的复核时限；待园区确认', evidence: '[D]' },
  'tags.0': { text: '高新技术企业证书有效期三年', evidence: '[M-med]' },
  'tags.1': { text: '专精特新小巨人有效期三年', evidence: '[M-med]' },
  'tags.2': { text: '入库登记编号有效至评价次年 3 月 31 日', evidence: '[M-med]' },
};

export async function up(knex: Knex): Promise<void> {
  // The kinds are the program's; which parameters a kind has, its schema says.
  await knex.raw(`
    alter table rulebook_packs drop constraint rulebook_packs_kind_check,
      add constraint rulebook_packs_kind_check check (kind ~ '^[a-z][a-z-]{0,39}$');
    alter table rulebook_packs no force row level security;`);
  await knex('rulebook_packs').insert({
    id: 'pack_whitelist-admission-1',
    scheme: 'whitelist-admission',
    kind: 'whitelist',
    version: 1,
    status: 'TEMPLATE',
    document_no: '金发〔2024〕32号',
    title: '白名单准入标准',
    valid_from: '2024-10-15',
    evidence: '[pub]',
    parameters: JSON.stringify(admissionRule),
    clauses: JSON.stringify(admissionClauses),
  });
  await knex.raw('alter table rulebook_packs force row level security;');
  await knex.raw(entries);
  await knex.raw(beside);
  await knex.raw(lists);
  await knex.raw(rights);
}

const entries = `
  alter table credit_whitelist_entries
    drop constraint credit_whitelist_entries_state_check,
    add constraint credit_whitelist_entries_state_check check (state in ('DRAFT', 'SUBMITTED',
      'SCREENED', 'RECOMMENDED', 'BANK_ACCEPTED', 'ACTIVE', 'SUSPENDED', 'EXITED', 'DECLINED')),
    alter column decision_due_on drop not null,
    add column batch text,
    add column file_complete_on date,
    add column clock_count int check (clock_count > 0),
    add column clock_unit text check (clock_unit in ('calendar-days', 'working-days')),
    add column exit_reason text check (exit_reason in ('EXPIRED_TAG', 'MOVED_OUT', 'NPL',
      'LIST_HIT', 'FRAUD', 'VOLUNTARY', 'MERGED')),
    add column renominable_on date,
    add column screening_passed boolean,
    add column frozen_nodes text[] not null default '{}',
    add check (state not in ('DECLINED', 'EXITED') or reason is not null),
    add check ((state = 'EXITED') = (exit_reason is not null)),
    add check (state <> 'RECOMMENDED' or decision_due_on is not null);
  comment on column credit_whitelist_entries.frozen_nodes is
    'Limits that the suspension froze; a resumption thaws these and no others.';
  comment on column credit_whitelist_entries.renominable_on is
    'After a "no": the first day on which the firm may be nominated to this bank again.';
  drop index credit_whitelist_entries_live;
  create unique index credit_whitelist_entries_live
    on credit_whitelist_entries (owner_id, enterprise_id)
    where state not in ('DECLINED', 'EXITED');
  create index credit_whitelist_entries_enterprise on credit_whitelist_entries (enterprise_id);

  -- What the zone has not recommended yet is the zone's own affair.
  create policy recommended on credit_whitelist_entries as restrictive to yuanxin_app using (
    state not in ('DRAFT', 'SUBMITTED', 'SCREENED') or (select platform_all_owners()));
`;

const beside = `
  create table credit_whitelist_steps (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    entry_id text not null references credit_whitelist_entries (id),
    from_state text not null,
    to_state text not null,
    reason text not null,
    value_on date not null,
    made_by text not null,
    made_at timestamptz not null,
    operation_id text not null
  );
  create index credit_whitelist_steps_entry on credit_whitelist_steps (entry_id);

  create table credit_whitelist_screenings (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    entry_id text not null references credit_whitelist_entries (id),
    pack_id text not null,
    screened_on date not null,
    passed boolean not null,
    findings json not null,
    made_by text not null,
    made_at timestamptz not null,
    operation_id text not null
  );
  create index credit_whitelist_screenings_entry on credit_whitelist_screenings (entry_id);

  create table credit_whitelist_reviews (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    entry_id text not null references credit_whitelist_entries (id),
    trigger text not null check (trigger in ('YEARLY', 'OVERDUE_DEBT', 'LIST_HIT',
      'OWNERSHIP_CHANGE', 'TAG_EXPIRY', 'CONTAGION', 'OTHER')),
    note text not null,
    raised_on date not null,
    due_on date not null check (due_on >= raised_on),
    done_on date check (done_on >= raised_on),
    result text check (result in ('KEEP', 'SUSPEND')),
    finding text,
    operation_id text not null,
    check ((done_on is null) = (result is null) and (done_on is null) = (finding is null))
  );
  create index credit_whitelist_reviews_entry on credit_whitelist_reviews (entry_id);
  create unique index credit_whitelist_reviews_open
    on credit_whitelist_reviews (entry_id, trigger) where done_on is null;

  create table credit_enterprise_tags (
    id text primary key,
    zone_id text not null,
    owner_id text not null references parties_organisations (id),
    enterprise_id text not null references parties_enterprises (id),
    tag text not null,
    level text,
    certificate_no text not null,
    evidence text not null,
    granted_on date not null,
    expires_on date not null check (expires_on >= granted_on),
    revoked_on date,
    revoked_reason text,
    pack_id text not null,
    operation_id text not null,
    version bigint not null default 1,
    check ((revoked_on is null) = (revoked_reason is null))
  );
  create unique index credit_enterprise_tags_live
    on credit_enterprise_tags (enterprise_id, tag, certificate_no) where revoked_on is null;
  comment on table credit_enterprise_tags is
    'Certificates are public: every organisation of the zone reads them.';

  ${scoped('credit_whitelist_steps')}
  ${scoped('credit_whitelist_screenings')}
  ${scoped('credit_whitelist_reviews')}
  ${scoped('credit_enterprise_tags', { owner: null })}
  create policy of_seen_entry on credit_whitelist_steps as restrictive to yuanxin_app using (
    exists (select from credit_whitelist_entries e where e.id = entry_id));
  create policy of_seen_entry on credit_whitelist_screenings as restrictive to yuanxin_app using (
    exists (select from credit_whitelist_entries e where e.id = entry_id));
  grant select, insert on credit_whitelist_steps, credit_whitelist_screenings to yuanxin_app;
  grant select, insert, update on credit_whitelist_reviews, credit_enterprise_tags to yuanxin_app;
`;

const lists = `
  create table credit_financing_lists (
    id text primary key,
    zone_id text not null,
    owner_id text not null references parties_organisations (id),
    name text not null,
    source_document text not null,
    document_on date not null,
    sent_on date not null check (sent_on >= document_on),
    operation_id text not null,
    version bigint not null default 1,
    unique (zone_id, name)
  );

  create table credit_financing_referrals (
    id text primary key,
    zone_id text not null,
    owner_id text not null references parties_organisations (id),
    list_id text not null references credit_financing_lists (id),
    enterprise_id text not null references parties_enterprises (id),
    state text not null default 'SENT'
      check (state in ('SENT', 'CONTACTED', 'CREDITED', 'INVESTED', 'DECLINED')),
    note text,
    answered_on date,
    contacted_on date,
    credited_on date,
    invested_on date,
    version bigint not null default 1,
    unique (list_id, owner_id, enterprise_id),
    check (state <> 'DECLINED' or note is not null),
    check (state <> 'CONTACTED' or contacted_on is not null),
    check (state <> 'CREDITED' or credited_on is not null),
    check (state <> 'INVESTED' or invested_on is not null)
  );
  comment on table credit_financing_referrals is
    'One firm of a list before one recipient, whose row it is; no limit arises from it.';
  comment on column credit_financing_referrals.contacted_on is
    'The first day of its kind stays when the answer changes: conversion counts what happened.';

  create table credit_financing_answers (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    referral_id text not null references credit_financing_referrals (id),
    from_state text not null,
    to_state text not null,
    note text,
    answered_on date not null,
    made_by text not null,
    made_at timestamptz not null,
    operation_id text not null
  );
  create index credit_financing_answers_referral on credit_financing_answers (referral_id);

  ${scoped('credit_financing_referrals')}
  ${scoped('credit_financing_answers')}
  -- Seen by the office that sent it, and by whom it was sent to.
  alter table credit_financing_lists enable row level security;
  alter table credit_financing_lists force row level security;
  create policy scope on credit_financing_lists to yuanxin_app using (
    ((select platform_all_zones()) or zone_id = any ((select platform_zones())::text[]))
    and ((select platform_all_owners()) or owner_id = any ((select platform_owners())::text[])
      or exists (select from credit_financing_referrals r
        where r.list_id = credit_financing_lists.id)));
  grant select, insert on credit_financing_lists, credit_financing_answers to yuanxin_app;
  grant select, insert, update on credit_financing_referrals to yuanxin_app;
`;

const rights = `
  select identity_grant(role, permission)
    from unnest(array['zone-maker', 'job', 'console']) role,
      unnest(array['whitelist:screen', 'whitelist:tag', 'whitelist:remove', 'whitelist:review',
        'whitelist:send']) permission;
  select identity_grant(role, permission)
    from unnest(array['bank-maker', 'job', 'console']) role,
      unnest(array['whitelist:remove', 'whitelist:review', 'whitelist:answer']) permission;
  select identity_grant('fund-maker', 'whitelist:answer');
  insert into platform_jobs (name, zh, en, cron, operation, input) values
    ('whitelist-reviews', '白名单事件复核', 'Reviews of the whitelist', '25 0 * * *',
      'credit.raise-reviews', '{"asOf":"$day"}');
  select identity_grant(role, 'whitelist:read')
    from unnest(array['fund-maker', 'fund-checker']) role;
`;

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
