/** Rows that say from which day on a line counts for a priority programme; appended only. */
import type { Day } from '../kernel/index.ts';
import { newId } from '../kernel/index.ts';
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
const insertTag = statement(
  'credit.insert-line-tag',
  `insert into credit_line_tags (id, zone_id, owner_id, line_id, programme_id, counts, value_on,
     recorded_at, reason, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

export const taggableLine = async (tx: Tx, id: string): Promise<TaggableLine | undefined> =>
  (await tx.rows<TaggableLine>(selectLine, [id]))[0];

/** The agreement must be locked, so that no other tag of the pair can come in between. */
export const lastTag = async (
  tx: Tx,
  lineId: string,
  programmeId: string,
): Promise<LastTag | undefined> =>
  (await tx.rows<{ counts: boolean; valueOn: Day }>(selectLast, [lineId, programmeId]))[0];

export interface NewTag {
  readonly zoneId: string;
  readonly ownerId: string;
  readonly lineId: string;
  readonly programmeId: string;
  readonly counts: boolean;
}

export async function addTag(tx: Tx, tag: NewTag, why: Why): Promise<void> {
  await tx.rows(insertTag, [
    newId('tag'),
    tag.zoneId,
    tag.ownerId,
    tag.lineId,
    tag.programmeId,
    tag.counts,
    why.valueOn,
    why.now.toISOString(),
    why.reason,
    why.operationId,
  ]);
}
