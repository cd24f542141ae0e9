/** Rows of firms' qualification tags: certificates with their own last day, never deleted. */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { TagTerm } from './model-whitelist.ts';

export interface Tag extends TagTerm {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly enterpriseId: string;
  readonly version: number;
}

export type NewTag = Omit<Tag, 'revokedOn' | 'version'> & {
  readonly level: string | undefined;
  readonly evidence: string;
  readonly packId: string;
  readonly operationId: string;
};

const insertTag = statement(
  'credit.insert-tags',
  `insert into credit_enterprise_tags (id, zone_id, owner_id, enterprise_id, tag, level,
     certificate_no, evidence, granted_on, expires_on, pack_id, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing returning id`,
);

/** False when this certificate is recorded already. */
export async function addTag(tx: Tx, t: NewTag): Promise<boolean> {
  const rows = await tx.rows(insertTag, [
    t.id,
    t.zoneId,
    t.ownerId,
    t.enterpriseId,
    t.tag,
    t.level ?? null,
    t.certificateNo,
    t.evidence,
    t.grantedOn,
    t.expiresOn,
    t.packId,
    t.operationId,
  ]);
  return rows.length > 0;
}

const columns = `id, zone_id as "zoneId", owner_id as "ownerId", enterprise_id as "enterpriseId",
  tag, certificate_no as "certificateNo", granted_on as "grantedOn", expires_on as "expiresOn",
  revoked_on as "revokedOn", version::int`;

const selectTags = statement(
  'credit.select-tags',
  `select ${columns} from credit_enterprise_tags where enterprise_id = any ($1::text[])
   order by expires_on, id`,
);

export const tagsOf = (tx: Tx, enterpriseIds: readonly string[]): Promise<Tag[]> =>
  tx.rows<Tag>(selectTags, [[...new Set(enterpriseIds)]]);

const lockTag = statement(
  'credit.lock-tag',
  `select ${columns} from credit_enterprise_tags where id = $1 for no key update`,
);

export async function lockTagById(tx: Tx, id: string): Promise<Tag | undefined> {
  return (await tx.rows<Tag>(lockTag, [id]))[0];
}

const revokeTag = statement(
  'credit.revoke-tag',
  `update credit_enterprise_tags set revoked_on = $2, revoked_reason = $3, version = version + 1
   where id = $1`,
);

export function saveRevocation(tx: Tx, id: string, on: Day, reason: string): void {
  tx.send(revokeTag, [id, on, reason]);
}
