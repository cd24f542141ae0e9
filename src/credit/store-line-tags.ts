/** Rows that say from which day on a line counts for a priority programme; appended only. */
import type { Day } from '../kernel/index.ts';
import { newId } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LastTag, TaggableLine } from './rules/terms.ts';
import type { Why } from './store-agreements.ts';

const selectLine = statement(
  'credit.select-taggable-line',
  `select id, agreement_id as "agreementId", parent_line_id as "parentLineId",
     approved_on as "approvedOn"
   from credit_lines where id = $1`,
);
const selectLast = statement(
  'credit.select-last-tag',
  `select counts, value_on as "valueOn" from credit_line_tags
   where line_id = $1 and programme_id = $2 order by id desc limit 1`,
);
const insertTags = bulkInsert('credit.insert-line-tags', 'credit_line_tags', {
  id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  line_id: 'text',
  programme_id: 'text',
  counts: 'boolean',
  value_on: 'date',
  recorded_at: 'timestamptz',
  reason: 'text',
  operation_id: 'text',
});

export const taggableLine = async (tx: Tx, id: string): Promise<TaggableLine | undefined> =>
  (await tx.rows<TaggableLine>(selectLine, [id]))[0];

/** The agreement must be locked, so that no other tag of the pair can come in between. */
export const lastTag = async (
  tx: Tx,
  lineId: string,
  programmeId: string,
): Promise<LastTag | undefined> =>
  (await tx.rows<{ counts: boolean; valueOn: Day }>(selectLast, [lineId, programmeId]))[0];

const selectCounting = statement(
  'credit.select-counting-tags',
  `select t.programme_id as "programmeId" from (
     select distinct on (programme_id) programme_id, counts from credit_line_tags
     where line_id = $1 order by programme_id, id desc
   ) t where t.counts order by 1`,
);

/** The programmes for which a line counts by the last that was said. */
export const programmesOf = async (tx: Tx, lineId: string): Promise<string[]> =>
  (await tx.rows<{ programmeId: string }>(selectCounting, [lineId])).map((row) => row.programmeId);

export interface NewTag extends Why {
  readonly zoneId: string;
  readonly ownerId: string;
  readonly lineId: string;
  readonly programmeId: string;
  readonly counts: boolean;
}

export function addTags(tx: Tx, tags: readonly NewTag[]): void {
  insertTags(tx, {
    id: tags.map(() => newId('tag')),
    zone_id: tags.map((tag) => tag.zoneId),
    owner_id: tags.map((tag) => tag.ownerId),
    line_id: tags.map((tag) => tag.lineId),
    programme_id: tags.map((tag) => tag.programmeId),
    counts: tags.map((tag) => tag.counts),
    value_on: tags.map((tag) => tag.valueOn),
    recorded_at: tags.map((tag) => tag.now.toISOString()),
    reason: tags.map((tag) => tag.reason),
    operation_id: tags.map((tag) => tag.operationId),
  });
}
