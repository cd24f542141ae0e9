/** Reads of the whitelist: entries with their clocks, one entry in full, tags, what is due. */
import { z } from 'zod';
import { Failure, addDays } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayInput,
  DayText,
  FlagFilter,
  IdInput,
  IdText,
  InstantText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { having, sql } from '../platform/sql.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { entryStates } from './model-whitelist.ts';
import { JudgedText } from './operations/screen-entry.ts';
import { creditRefusals as no } from './refusals.ts';

const EntryRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  bankName: z.string(),
  enterpriseId: IdText,
  enterpriseName: z.string(),
  uscc: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  batch: z.string().nullable(),
  nominatedOn: DayText,
  fileCompleteOn: DayText.nullable(),
  clockCount: z.number().int().nullable(),
  clockUnit: z.string().nullable(),
  decisionDueOn: DayText.nullable(),
  /** The bank has not decided and its last day is over. */
  overdue: z.boolean(),
  decidedOn: DayText.nullable(),
  expiresOn: DayText.nullable(),
  /** Listed, and its term is over. */
  expired: z.boolean(),
  reviewDueOn: DayText.nullable(),
  reviewOverdue: z.boolean(),
  screeningPassed: z.boolean().nullable(),
  exitReason: z.string().nullable(),
  renominableOn: DayText.nullable(),
  version: z.number().int(),
});
type EntryRow = z.output<typeof EntryRow>;

const openReview = `(select min(r.due_on) from credit_whitelist_reviews r
  where r.entry_id = w.id and r.done_on is null)`;

const entryRows = (today: string) =>
  sql('credit_whitelist_entries as w')
    .join('parties_enterprises as e', 'e.id', 'w.enterprise_id')
    .join('parties_organisations as b', 'b.id', 'w.owner_id')
    .select('w.id', 'w.state', 'w.reason', 'w.batch', 'e.uscc', {
      zoneId: 'w.zone_id',
      bankId: 'w.owner_id',
      bankName: 'b.name',
      enterpriseId: 'w.enterprise_id',
      enterpriseName: 'e.name',
      nominatedOn: 'w.nominated_on',
      fileCompleteOn: 'w.file_complete_on',
      clockCount: 'w.clock_count',
      clockUnit: 'w.clock_unit',
      decisionDueOn: 'w.decision_due_on',
      decidedOn: 'w.decided_on',
      expiresOn: 'w.expires_on',
      screeningPassed: 'w.screening_passed',
      exitReason: 'w.exit_reason',
      renominableOn: 'w.renominable_on',
    })
    .select(
      sql.raw(`(w.state = 'RECOMMENDED' and w.decision_due_on < ?::date) as overdue`, [today]),
      sql.raw(
        `(w.state in ('ACTIVE', 'SUSPENDED')
           and coalesce(w.expires_on < ?::date, false)) as expired`,
        [today],
      ),
      sql.raw(`case when w.state in ('ACTIVE', 'SUSPENDED') then ${openReview} end
        as "reviewDueOn"`),
      sql.raw(
        `(w.state in ('ACTIVE', 'SUSPENDED') and coalesce(${openReview} < ?::date, false))
           as "reviewOverdue"`,
        [today],
      ),
      sql.raw('w.version::int as version'),
    );

export const listEntries = query({
  name: 'credit.list-entries',
  title: { zh: '白名单', en: 'Whitelist' },
  permission: 'whitelist:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    bankId: IdInput('org').optional(),
    enterpriseId: IdInput('ent').optional(),
    state: z.enum(entryStates).optional(),
    batch: z.string().max(40).optional(),
    overdue: FlagFilter,
    ...pageShape,
  }),
  output: listOf(EntryRow),
  run: ({ tx, today }, { zoneId, bankId, enterpriseId, state, batch, overdue, ...place }) => {
    const listed = sql.select('*').from(entryRows(today).as('listed'));
    const rows = having(listed, { zoneId, bankId, enterpriseId, state, batch });
    if (overdue !== undefined) rows.where('overdue', overdue === 'true');
    return pageOf<EntryRow>(tx, rows, place);
  },
});

const Step = z.object({
  id: IdText,
  from: z.string(),
  to: z.string(),
  reason: z.string(),
  on: DayText,
  madeBy: IdText,
  madeAt: InstantText,
});
const Screening = z.object({
  id: IdText,
  packId: IdText,
  screenedOn: DayText,
  passed: z.boolean(),
  findings: z.array(JudgedText),
  madeBy: IdText,
});
const ReviewRow = z.object({
  id: IdText,
  trigger: z.string(),
  note: z.string(),
  raisedOn: DayText,
  dueOn: DayText,
  overdue: z.boolean(),
  doneOn: DayText.nullable(),
  result: z.string().nullable(),
  finding: z.string().nullable(),
});

const selectSteps = statement(
  'credit.select-entry-steps',
  `select id, from_state as "from", to_state as "to", reason, value_on as "on",
     made_by as "madeBy", made_at as "madeAt"
   from credit_whitelist_steps where entry_id = $1 order by id`,
);
const selectScreenings = statement(
  'credit.select-screenings',
  `select id, pack_id as "packId", screened_on as "screenedOn", passed, findings,
     made_by as "madeBy"
   from credit_whitelist_screenings where entry_id = $1 order by id`,
);
const selectReviews = statement(
  'credit.select-reviews',
  `select id, trigger, note, raised_on as "raisedOn", due_on as "dueOn",
     (done_on is null and due_on < $2::date) as overdue, done_on as "doneOn", result, finding
   from credit_whitelist_reviews where entry_id = $1 order by id`,
);

async function stepsOf(tx: Tx, entryId: string): Promise<z.output<typeof Step>[]> {
  type Row = Omit<z.output<typeof Step>, 'madeAt'> & { readonly madeAt: Date };
  const rows = await tx.rows<Row>(selectSteps, [entryId]);
  return rows.map((row) => ({ ...row, madeAt: row.madeAt.toISOString() }));
}

const TagRow = z.object({
  id: IdText,
  zoneId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  tag: z.string(),
  level: z.string().nullable(),
  certificateNo: z.string(),
  evidence: z.string(),
  grantedOn: DayText,
  expiresOn: DayText,
  revokedOn: DayText.nullable(),
  revokedReason: z.string().nullable(),
  /** Counts on the day asked for. */
  holds: z.boolean(),
  version: z.number().int(),
});

const tagRows = (on: string) =>
  sql('credit_enterprise_tags as t')
    .join('parties_enterprises as e', 'e.id', 't.enterprise_id')
    .select('t.id', 't.tag', 't.level', 't.evidence', {
      zoneId: 't.zone_id',
      enterpriseId: 't.enterprise_id',
      enterpriseName: 'e.name',
      certificateNo: 't.certificate_no',
      grantedOn: 't.granted_on',
      expiresOn: 't.expires_on',
      revokedOn: 't.revoked_on',
      revokedReason: 't.revoked_reason',
    })
    .select(
      sql.raw(
        `(t.granted_on <= ?::date and t.expires_on >= ?::date
           and (t.revoked_on is null or t.revoked_on > ?::date)) as holds`,
        [on, on, on],
      ),
      sql.raw('t.version::int as version'),
    );

export const showEntry = query({
  name: 'credit.show-entry',
  title: { zh: '白名单详情', en: 'Whitelist entry' },
  permission: 'whitelist:read',
  input: z.strictObject({ entryId: IdInput('wl') }),
  output: EntryRow.extend({
    steps: z.array(Step),
    screenings: z.array(Screening),
    reviews: z.array(ReviewRow),
    tags: z.array(TagRow),
  }),
  async run({ tx, today }, { entryId }) {
    const [row] = await tx.built<EntryRow>(entryRows(today).where('w.id', entryId));
    if (!row) throw new Failure(no['entry-missing'], { entryId });
    const tags = tagRows(today).where('t.enterprise_id', row.enterpriseId).orderBy('t.id');
    return {
      ...row,
      steps: await stepsOf(tx, entryId),
      screenings: await tx.rows<z.output<typeof Screening>>(selectScreenings, [entryId]),
      reviews: await tx.rows<z.output<typeof ReviewRow>>(selectReviews, [entryId, today]),
      tags: await tx.built<z.output<typeof TagRow>>(tags),
    };
  },
});

export const listTags = query({
  name: 'credit.list-tags',
  title: { zh: '企业资质标签', en: 'Qualification tags' },
  permission: 'whitelist:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    enterpriseId: IdInput('ent').optional(),
    /** Which day `holds` is about; today when left out. */
    on: DayInput.optional(),
    ...pageShape,
  }),
  output: listOf(TagRow),
  run: ({ tx, today }, { zoneId, enterpriseId, on = today, ...place }) => {
    const rows = tagRows(on);
    if (zoneId !== undefined) void rows.where('t.zone_id', zoneId);
    if (enterpriseId !== undefined) void rows.where('t.enterprise_id', enterpriseId);
    return pageOf<z.output<typeof TagRow>>(tx, rows, place);
  },
});

const DueRow = z.object({
  /** Sorts by day; names the kind and the thing. */
  key: z.string(),
  kind: z.enum(['decision', 'review', 'term', 'tag']),
  subjectId: IdText,
  entryId: IdText,
  zoneId: IdText,
  bankId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  dueOn: DayText,
  overdue: z.boolean(),
});

/**
 * Decisions that banks owe; reviews, terms and tags of listed firms that run out. Of certificates
 * for one tag the one that lasts longest stands for all.
 */
const dueRows = `
  select 'decision' as kind, w.id as subject_id, w.id as entry_id, w.decision_due_on as due_on
    from credit_whitelist_entries w where w.state = 'RECOMMENDED'
  union all
  select 'review', r.id, w.id, r.due_on
    from credit_whitelist_reviews r join credit_whitelist_entries w on w.id = r.entry_id
    where r.done_on is null and w.state in ('ACTIVE', 'SUSPENDED')
  union all
  select 'term', w.id, w.id, w.expires_on
    from credit_whitelist_entries w
    where w.state in ('ACTIVE', 'SUSPENDED') and w.expires_on is not null
  union all
  select 'tag', t.id, w.id, t.expires_on
    from credit_enterprise_tags t join credit_whitelist_entries w
      on w.enterprise_id = t.enterprise_id and w.state in ('ACTIVE', 'SUSPENDED')
    where t.revoked_on is null and not exists (select from credit_enterprise_tags s
      where s.enterprise_id = t.enterprise_id and s.tag = t.tag and s.revoked_on is null
        and s.expires_on > t.expires_on)`;

export const listWhitelistDue = query({
  name: 'credit.list-whitelist-due',
  title: { zh: '白名单到期事项', en: 'What is due on the whitelist' },
  permission: 'whitelist:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    /** The last day looked at; 30 days from today when left out. */
    until: DayInput.optional(),
    overdue: FlagFilter,
    ...pageShape,
  }),
  output: listOf(DueRow),
  run: ({ tx, today }, { zoneId, until = addDays(today, 30), overdue, ...place }) => {
    const rows = sql
      .from(sql.raw(`(${dueRows}) as d`))
      .join('credit_whitelist_entries as w', 'w.id', 'd.entry_id')
      .join('parties_enterprises as e', 'e.id', 'w.enterprise_id')
      .where('d.due_on', '<=', until)
      .select('d.kind', {
        subjectId: 'd.subject_id',
        entryId: 'd.entry_id',
        zoneId: 'w.zone_id',
        bankId: 'w.owner_id',
        enterpriseId: 'w.enterprise_id',
        enterpriseName: 'e.name',
        dueOn: 'd.due_on',
      })
      .select(
        sql.raw(
          `d.due_on::text || ':' || d.kind || ':' || d.subject_id || ':' || d.entry_id as key`,
        ),
        sql.raw('(d.due_on < ?::date) as overdue', [today]),
      );
    if (zoneId !== undefined) void rows.where('w.zone_id', zoneId);
    if (overdue !== undefined) {
      void rows.where('d.due_on', overdue === 'true' ? '<' : '>=', today);
    }
    return pageOf<z.output<typeof DueRow>>(tx, rows, place, { by: 'key' });
  },
});
