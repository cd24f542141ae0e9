/** The read side of financing lists: lists, who answered what, and how many referrals converted. */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { DayText, IdInput, IdText, InstantText, listOf, pageShape } from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { referralStates } from './model-whitelist.ts';
import { creditRefusals as no } from './refusals.ts';
import { shareText } from './rules/whitelist.ts';

const ListRow = z.object({
  id: IdText,
  zoneId: IdText,
  officeId: IdText,
  name: z.string(),
  sourceDocument: z.string(),
  documentOn: DayText,
  sentOn: DayText,
  /** Of the referrals that the reader may see: a recipient sees its own. */
  sent: z.number().int(),
  unanswered: z.number().int(),
});

const listRows = () => {
  const count = (filter: string) =>
    sql.raw(
      `(select count(*)::int from credit_financing_referrals r where r.list_id = l.id ${filter})`,
    );
  return sql('credit_financing_lists as l').select('l.id', 'l.name', {
    zoneId: 'l.zone_id',
    officeId: 'l.owner_id',
    sourceDocument: 'l.source_document',
    documentOn: 'l.document_on',
    sentOn: 'l.sent_on',
    sent: count(''),
    unanswered: count(`and r.state = 'SENT'`),
  });
};

export const listFinancingLists = query({
  name: 'credit.list-financing-lists',
  title: { zh: '融资白名单', en: 'Financing lists' },
  permission: 'whitelist:read',
  input: z.strictObject({ zoneId: IdInput('zone').optional(), ...pageShape }),
  output: listOf(ListRow),
  run: ({ tx }, { zoneId, ...place }) => {
    const rows = listRows();
    if (zoneId !== undefined) void rows.where('l.zone_id', zoneId);
    return pageOf<z.output<typeof ListRow>>(tx, rows, place);
  },
});

const ReferralRow = z.object({
  id: IdText,
  listId: IdText,
  zoneId: IdText,
  recipientId: IdText,
  recipientName: z.string(),
  enterpriseId: IdText,
  enterpriseName: z.string(),
  uscc: z.string(),
  state: z.enum(referralStates),
  note: z.string().nullable(),
  answeredOn: DayText.nullable(),
  contactedOn: DayText.nullable(),
  creditedOn: DayText.nullable(),
  investedOn: DayText.nullable(),
  version: z.number().int(),
});

const referralRows = () =>
  sql('credit_financing_referrals as r')
    .join('parties_enterprises as e', 'e.id', 'r.enterprise_id')
    .join('parties_organisations as o', 'o.id', 'r.owner_id')
    .select('r.id', 'r.state', 'r.note', 'e.uscc', {
      listId: 'r.list_id',
      zoneId: 'r.zone_id',
      recipientId: 'r.owner_id',
      recipientName: 'o.name',
      enterpriseId: 'r.enterprise_id',
      enterpriseName: 'e.name',
      answeredOn: 'r.answered_on',
      contactedOn: 'r.contacted_on',
      creditedOn: 'r.credited_on',
      investedOn: 'r.invested_on',
    })
    .select(sql.raw('r.version::int as version'));

const listById = statement(
  'credit.list-by-id',
  'select id from credit_financing_lists where id = $1',
);

export const listReferrals = query({
  name: 'credit.list-referrals',
  title: { zh: '融资白名单反馈台账', en: 'Referrals of a financing list' },
  permission: 'whitelist:read',
  input: z.strictObject({
    listId: IdInput('fl'),
    recipientId: IdInput('org').optional(),
    state: z.enum(referralStates).optional(),
    ...pageShape,
  }),
  output: listOf(ReferralRow),
  async run({ tx }, { listId, recipientId, state, ...place }) {
    const [list] = await tx.rows(listById, [listId]);
    if (!list) throw new Failure(no['list-missing'], { listId });
    const rows = referralRows().where('r.list_id', listId);
    if (recipientId !== undefined) void rows.where('r.owner_id', recipientId);
    if (state !== undefined) void rows.where('r.state', state);
    return pageOf<z.output<typeof ReferralRow>>(tx, rows, place);
  },
});

const AnswerRow = z.object({
  id: IdText,
  from: z.string(),
  to: z.string(),
  note: z.string().nullable(),
  on: DayText,
  madeBy: IdText,
  madeAt: InstantText,
});

const selectAnswers = statement(
  'credit.select-referral-answers',
  `select id, from_state as "from", to_state as "to", note, answered_on as "on",
     made_by as "madeBy", made_at as "madeAt"
   from credit_financing_answers where referral_id = $1 order by id`,
);

async function answersOf(tx: Tx, referralId: string): Promise<z.output<typeof AnswerRow>[]> {
  type Row = Omit<z.output<typeof AnswerRow>, 'madeAt'> & { readonly madeAt: Date };
  const rows = await tx.rows<Row>(selectAnswers, [referralId]);
  return rows.map((row) => ({ ...row, madeAt: row.madeAt.toISOString() }));
}

export const showReferral = query({
  name: 'credit.show-referral',
  title: { zh: '融资白名单反馈详情', en: 'Referral with its history' },
  permission: 'whitelist:read',
  input: z.strictObject({ referralId: IdInput('ref') }),
  output: ReferralRow.extend({ answers: z.array(AnswerRow) }),
  async run({ tx }, { referralId }) {
    const [row] = await tx.built<z.output<typeof ReferralRow>>(
      referralRows().where('r.id', referralId),
    );
    if (!row) throw new Failure(no['referral-missing'], { referralId });
    return { ...row, answers: await answersOf(tx, referralId) };
  },
});

const counts = {
  sent: z.number().int(),
  contacted: z.number().int(),
  credited: z.number().int(),
  invested: z.number().int(),
  declined: z.number().int(),
  unanswered: z.number().int(),
};
const Rate = z.string().nullable();
const Conversion = z.object({
  ...counts,
  contactedRate: Rate,
  creditedRate: Rate,
  investedRate: Rate,
  declinedRate: Rate,
});
type Counts = { readonly [K in keyof typeof counts]: number };

const selectConversion = statement(
  'credit.select-conversion',
  `select r.owner_id as "recipientId", o.name as "recipientName", o.kind as "recipientKind",
     count(*)::int as sent, count(r.contacted_on)::int as contacted,
     count(r.credited_on)::int as credited, count(r.invested_on)::int as invested,
     count(*) filter (where r.state = 'DECLINED')::int as declined,
     count(*) filter (where r.state = 'SENT')::int as unanswered
   from credit_financing_referrals r join parties_organisations o on o.id = r.owner_id
   where r.list_id = $1 group by r.owner_id, o.name, o.kind order by r.owner_id`,
);

const withRates = <C extends Counts>(row: C) => ({
  ...row,
  contactedRate: shareText(row.contacted, row.sent),
  creditedRate: shareText(row.credited, row.sent),
  investedRate: shareText(row.invested, row.sent),
  declinedRate: shareText(row.declined, row.sent),
});

const zero: Counts = {
  sent: 0,
  contacted: 0,
  credited: 0,
  invested: 0,
  declined: 0,
  unanswered: 0,
};

const sum = (rows: readonly Counts[]): Counts =>
  rows.reduce(
    (all, row) => ({
      sent: all.sent + row.sent,
      contacted: all.contacted + row.contacted,
      credited: all.credited + row.credited,
      invested: all.invested + row.invested,
      declined: all.declined + row.declined,
      unanswered: all.unanswered + row.unanswered,
    }),
    zero,
  );

/**
 * Contacted, credited and invested count what ever happened, declined what stands now; the rates
 * are of all that was sent. A recipient reads its own row and a total of it alone.
 */
export const financingConversion = query({
  name: 'credit.show-financing-conversion',
  title: { zh: '融资白名单转化情况', en: 'Conversion of a financing list' },
  permission: 'whitelist:read',
  input: z.strictObject({ listId: IdInput('fl') }),
  output: z.object({
    listId: IdText,
    name: z.string(),
    sentOn: DayText,
    total: Conversion,
    recipients: z.array(
      Conversion.extend({
        recipientId: IdText,
        recipientName: z.string(),
        recipientKind: z.string(),
      }),
    ),
  }),
  async run({ tx }, { listId }) {
    const [list] = await tx.built<z.output<typeof ListRow>>(listRows().where('l.id', listId));
    if (!list) throw new Failure(no['list-missing'], { listId });
    type Row = Counts & { recipientId: string; recipientName: string; recipientKind: string };
    const rows = await tx.rows<Row>(selectConversion, [listId]);
    return {
      listId,
      name: list.name,
      sentOn: list.sentOn,
      total: withRates(sum(rows)),
      recipients: rows.map(withRates),
    };
  },
});
