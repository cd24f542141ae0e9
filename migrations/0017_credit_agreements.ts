/**
 * Why: an agreement lives for years. Its terms, those of its segments and of its priority
 * programmes are kept version by version with their value day, so that progress of a past day is
 * measured against what was agreed then. And the files in which a bank's people are exempted from
 * blame for a bad loan (尽职免责): one person finds, another confirms, and the table insists on it.
 */
import type { Knex } from 'knex';
import { scoped } from './scope.ts';

const agreements = `
  alter table credit_agreements
    add column eligible_purposes text[] not null default '{}',
    add column counting_column text not null default 'approved-cumulative'
      check (counting_column in
        ('approved-cumulative', 'approved-in-force', 'drawn-cumulative', 'outstanding')),
    add column shares_totals boolean not null default false,
    add column pace_behind_below numeric not null default 0.9 check (pace_behind_below >= 0),
    add column pace_ahead_above numeric not null default 1.1,
    add column predecessor_id text unique references credit_agreements (id),
    add column ended_on date,
    add check (pace_ahead_above >= pace_behind_below);
  comment on column credit_agreements.eligible_purposes is 'Empty means every purpose.';
  comment on column credit_agreements.shares_totals is
    'Its bank may see what the other banks of the zone reach together (其他银行), amounts only.';
  comment on column credit_agreements.pace_behind_below is
    'Behind when the share of the intent is below this many times the elapsed share of the term.';
  alter table credit_segments add column eligible_purposes text[] not null default '{}';
  -- Lines of before: their instant was not kept, so they count as known ever since.
  alter table credit_lines add column recorded_at timestamptz not null default '2000-01-01';
  alter table credit_lines alter column recorded_at set default now();

  create table credit_terms (
    subject_id text not null,
    version bigint not null check (version > 0),
    agreement_id text not null references credit_agreements (id),
    zone_id text not null,
    owner_id text not null,
    kind text not null check (kind in ('AGREEMENT', 'SEGMENT', 'PROGRAMME')),
    change text not null check (change in ('OPENED', 'AMENDED', 'RENEWED', 'ENDED')),
    terms jsonb not null,
    value_on date not null,
    recorded_at timestamptz not null,
    reason text not null,
    operation_id text not null,
    primary key (subject_id, version)
  );
  comment on table credit_terms is
    'Append-only. Value days never fall as versions rise, so the last version known is in force.';
  create index credit_terms_agreement on credit_terms (agreement_id);
  insert into credit_terms
    select id, version, id, zone_id, owner_id, 'AGREEMENT', 'OPENED',
      jsonb_build_object('name', name, 'intentAmount', intent_amount::text, 'sense', sense,
        'qualifier', qualifier, 'startsOn', starts_on, 'endsOn', ends_on, 'endedOn', ended_on,
        'eligiblePurposes', eligible_purposes, 'countingColumn', counting_column,
        'sharesTotals', shares_totals, 'paceBehindBelow', pace_behind_below::text,
        'paceAheadAbove', pace_ahead_above::text),
      starts_on, starts_on::timestamp at time zone 'Asia/Shanghai', '升级前已签订', 'migration-0017'
    from credit_agreements;
  insert into credit_terms
    select s.id, s.version, s.agreement_id, s.zone_id, s.owner_id, 'SEGMENT', 'OPENED',
      jsonb_build_object('name', s.name, 'scope', s.scope, 'amount', n.amount::text,
        'eligiblePurposes', s.eligible_purposes),
      a.starts_on, a.starts_on::timestamp at time zone 'Asia/Shanghai', '升级前已设立',
      'migration-0017'
    from credit_segments s join credit_agreements a on a.id = s.agreement_id
      join limits_nodes n on n.id = s.node_id;

  create table credit_programmes (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    agreement_id text not null references credit_agreements (id),
    name text not null,
    queue_rank int not null check (queue_rank > 0),
    decision_clock_days int not null check (decision_clock_days > 0),
    reserved_quota numeric(20,2) check (reserved_quota > 0),
    state text not null default 'OPEN' check (state in ('OPEN', 'CLOSED')),
    version bigint not null default 1,
    constraint credit_programmes_name unique (agreement_id, name)
  );
  create unique index credit_programmes_rank on credit_programmes (agreement_id, queue_rank)
    where state = 'OPEN';

  create table credit_line_tags (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    line_id text not null references credit_lines (id),
    programme_id text not null references credit_programmes (id),
    counts boolean not null,
    value_on date not null,
    recorded_at timestamptz not null,
    reason text not null,
    operation_id text not null
  );
  comment on table credit_line_tags is
    'Append-only: whether a line counts for a programme from that day on.';
  create index credit_line_tags_line on credit_line_tags (line_id, programme_id);
  `;

const exemptions = `
  create table credit_exemption_standards (
    code text not null check (code ~ '^[a-z][a-z0-9-]{0,59}$'),
    kind text not null check (kind in ('CHECKLIST', 'NEGATIVE')),
    position int not null,
    zh text not null,
    en text not null,
    clause text not null,
    evidence text not null check (evidence in
      ('[S]', '[pub]', '[rep]', '[M-high]', '[M-med]', '[M-low]', '[D]')),
    valid_from date not null,
    valid_to date check (valid_to >= valid_from),
    primary key (code, valid_from)
  );
  comment on table credit_exemption_standards is
    'What a file must answer; a file keeps to the standards of the day on which it was opened.';
  grant select on credit_exemption_standards to yuanxin_app;

  create table credit_exemption_files (
    id text primary key,
    zone_id text not null,
    owner_id text not null,
    drawdown_id text not null unique references credit_drawdowns (id),
    standards_on date not null,
    state text not null default 'OPEN' check (state in ('OPEN', 'FOUND', 'CONFIRMED')),
    finding text check (finding in ('EXEMPT', 'REDUCED', 'LIABLE')),
    found_by_user text,
    found_by_person text,
    confirmed_by_user text,
    confirmed_by_person text,
    opened_on date not null,
    version bigint not null default 1,
    check ((state = 'OPEN') = (finding is null)),
    check ((finding is null) = (found_by_person is null)),
    check ((state = 'CONFIRMED') = (confirmed_by_person is not null)),
    constraint credit_exemption_files_two_persons
      check (confirmed_by_person <> found_by_person and confirmed_by_user <> found_by_user)
  );

  create table credit_exemption_steps (
    file_id text not null references credit_exemption_files (id),
    version bigint not null check (version > 0),
    zone_id text not null,
    owner_id text not null,
    step text not null check (step in ('OPENED', 'ANSWERED', 'FOUND', 'RETURNED', 'CONFIRMED')),
    code text,
    answer text check (answer in ('MET', 'NOT_MET', 'NOT_APPLICABLE', 'ABSENT', 'PRESENT')),
    proof text,
    finding text,
    reason text,
    user_id text not null,
    person_id text not null,
    value_on date not null,
    recorded_at timestamptz not null,
    operation_id text not null,
    primary key (file_id, version),
    check ((step = 'ANSWERED') = (code is not null and answer is not null))
  );
  comment on table credit_exemption_steps is
    'Append-only: the whole story of a file; the last answer to an item is the one that holds.';
  `;

interface Standard {
  readonly code: string;
  readonly kind: 'CHECKLIST' | 'NEGATIVE';
  readonly zh: string;
  readonly en: string;
}

/** The usual points, in words of our own; a bank's rule text replaces them by later rows. */
const standards: readonly Standard[] = [
  ['investigated', 'CHECKLIST', '贷前调查到位，主体与经营情况已核实', 'Borrower investigated'],
  ['use-verified', 'CHECKLIST', '贷款需求与用途已核实', 'Need and use of funds verified'],
  ['approved-in-order', 'CHECKLIST', '按权限和流程审批', 'Approved within authority'],
  ['conditions-met', 'CHECKLIST', '放款前提条件已落实', 'Conditions met before paying out'],
  ['payment-checked', 'CHECKLIST', '支付方式合规，用途凭证齐全', 'Payment and its proof checked'],
  ['inspected', 'CHECKLIST', '贷后检查按频次开展', 'Inspected after the loan as often as due'],
  ['risk-reported', 'CHECKLIST', '风险信号及时报告', 'Signs of risk reported in time'],
  ['collected', 'CHECKLIST', '逾期后及时催收和保全', 'Collection and protection in time'],
  ['falsified', 'NEGATIVE', '弄虚作假或明知虚假仍办理', 'Falsified, or knew of falsehood'],
  ['colluded', 'NEGATIVE', '与借款人或中介内外勾结', 'Colluded with borrower or agent'],
  ['took-benefit', 'NEGATIVE', '索取或收受利益', 'Asked for or took a benefit'],
  ['exceeded-authority', 'NEGATIVE', '越权或逆程序放款', 'Beyond authority or out of order'],
  ['concealed', 'NEGATIVE', '隐瞒风险不报', 'Concealed a risk'],
].map(([code, kind, zh, en]) => ({ code, kind, zh, en }) as Standard);

const guarded = ['credit_terms', 'credit_programmes', 'credit_line_tags'].concat(
  'credit_exemption_files',
  'credit_exemption_steps',
);

const grants = `
  grant select, insert on credit_terms, credit_line_tags, credit_exemption_steps to yuanxin_app;
  grant select, insert, update on credit_programmes, credit_exemption_files to yuanxin_app;

  select identity_grant(role, 'credit:exemption-keep')
    from unnest(array['bank-maker', 'job', 'console']) role;
  select identity_grant(role, 'credit:exemption-find')
    from unnest(array['bank-maker', 'bank-checker', 'job', 'console']) role;
  select identity_grant(role, 'credit:exemption-confirm')
    from unnest(array['bank-checker', 'job', 'console']) role;
  select identity_grant(role, 'credit:programme-manage')
    from unnest(array['zone-maker', 'job', 'console']) role;
  select identity_grant(role, 'credit:line-tag')
    from unnest(array['bank-maker', 'zone-maker', 'job', 'console']) role;
  `;

/** Row-level security binds the owner of a table as well; his rows of before must be read once. */
const alreadyGuarded = ['credit_agreements', 'credit_segments', 'limits_nodes'];

export async function up(knex: Knex): Promise<void> {
  for (const table of alreadyGuarded) {
    await knex.raw('alter table ?? no force row level security', [table]);
  }
  await knex.raw(agreements);
  for (const table of alreadyGuarded) {
    await knex.raw('alter table ?? force row level security', [table]);
  }
  await knex.raw(exemptions);
  await knex('credit_exemption_standards').insert(
    standards.map((standard, position) => ({
      ...standard,
      position,
      clause: '尽职免责认定要点（样板，参照银监发〔2016〕56号归纳，以本行正式文本为准）',
      evidence: '[D]',
      valid_from: '2000-01-01',
    })),
  );
  for (const table of guarded) await knex.raw(scoped(table));
  await knex.raw(grants);
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
