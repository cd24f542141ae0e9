/**
 * Why: a rule of a policy document is a dated row with its clauses, so that a decision of any day
 * can be computed again. Rows are never changed; what is known from other than the issuing text is
 * shipped as a template, with its evidence mark beside each value.
 */
import type { Knex } from 'knex';

/**
 * 广州市信贷风险补偿机制. The document, its dates and the kinds of loan are published; the parameters
 * are known from the official interpretation and reports, not yet from the text.
 */
export const guangzhou2025 = {
  basis: 'PRINCIPAL_ONLY',
  ratio: {
    by: 'tiers',
    mode: 'whole-loan',
    tiers: [
      { upTo: '5000000.00', ratio: '0.4' },
      { upTo: '15000000.00', ratio: '0.3' },
      { upTo: '30000000.00', ratio: '0.2' },
    ],
  },
  addons: [
    { flag: 'list', points: '0.15', group: 'support' },
    { flag: 'ip', points: '0.15', group: 'support' },
    { flag: 'policy-tool', points: '0.05' },
  ],
  ratioCap: '0.5',
  caps: { poolYear: '1500000000.00' },
  fuses: [{ metric: 'loss-to-entered', operator: '>', value: '0.03', action: 'SUSPEND_CLAIMS' }],
};

export const guangzhou2025Clauses = {
  basis: { text: '补偿不良贷款本金实际损失', evidence: '[pub]' },
  'ratio.tiers': {
    text: '贷款 500 万元及以下 40%；500 万至 1,500 万元 30%；1,500 万至 3,000 万元 20%',
    evidence: '[rep]',
  },
  'ratio.mode': { text: '按贷款金额分层，读作整笔贷款适用一档；待园区确认', evidence: '[D]' },
  'addons.0': { text: '重点支持名单内企业或知识产权质押贷款提高 15 个百分点', evidence: '[rep]' },
  'addons.1': { text: '名单与知识产权质押为“或”，只加一次', evidence: '[rep]' },
  'addons.2': { text: '获货币政策工具支持的贷款提高 5 个百分点', evidence: '[rep]' },
  ratioCap: { text: '补偿比例合计不超过 50%', evidence: '[rep]' },
  'caps.poolYear': { text: '每年补偿不超过 15 亿元', evidence: '[rep]' },
  fuses: { text: '银行当年不良贷款损失超过当年入库贷款本金 3% 的，暂缓补偿', evidence: '[rep]' },
};

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table rulebook_packs (
      id text primary key,
      scheme text not null check (scheme ~ '^[a-z][a-z0-9-]{0,59}$'),
      kind text not null check (kind in ('pool')),
      zone_id text references parties_zones (id),
      version bigint not null check (version > 0),
      status text not null check (status in ('TEMPLATE', 'VERIFIED')),
      city text,
      document_no text not null,
      title text not null,
      valid_from date not null,
      valid_to date check (valid_to >= valid_from),
      evidence text not null check (evidence in
        ('[S]', '[pub]', '[rep]', '[M-high]', '[M-med]', '[M-low]', '[D]')),
      parameters json not null,
      clauses json not null,
      text_source text,
      text_sha256 text check (text_sha256 ~ '^[0-9a-f]{64}$'),
      operation_id text,
      constraint rulebook_packs_version unique nulls not distinct (scheme, zone_id, version),
      check ((text_source is null) = (text_sha256 is null)),
      check ((status = 'VERIFIED') = (text_sha256 is not null))
    );
    comment on column rulebook_packs.zone_id is 'Null: for every zone without a pack of its own.';
    comment on column rulebook_packs.operation_id is 'Null: shipped with the program.';
  `);
  // Before row-level security, which binds the owner of the table as well.
  await knex('rulebook_packs').insert({
    id: 'pack_guangzhou-2025-1',
    scheme: 'guangzhou-2025',
    kind: 'pool',
    version: 1,
    status: 'TEMPLATE',
    city: '广州',
    document_no: '穗金管规字〔2025〕1号',
    title: '广州市信贷风险补偿机制',
    valid_from: '2025-10-01',
    valid_to: '2028-09-30',
    evidence: '[rep]',
    parameters: JSON.stringify(guangzhou2025),
    clauses: JSON.stringify(guangzhou2025Clauses),
  });
  await knex.raw(`
    alter table rulebook_packs enable row level security;
    alter table rulebook_packs force row level security;
    create policy readable on rulebook_packs for select to yuanxin_app using (
      zone_id is null or (select platform_all_zones())
      or zone_id = any ((select platform_zones())::text[]));
    create policy append on rulebook_packs for insert to yuanxin_app with check (
      (select platform_all_zones()) or zone_id = any ((select platform_zones())::text[]));
    grant select, insert on rulebook_packs to yuanxin_app;

    select identity_grant(role, 'rules:read') from unnest(array['bank-maker', 'bank-checker',
      'fund-maker', 'fund-checker', 'zone-maker', 'zone-checker', 'auditor', 'job', 'console'])
      role;
    select identity_grant('zone-maker', 'rules:manage');
    select identity_grant('zone-checker', 'rules:approve');
  `);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
