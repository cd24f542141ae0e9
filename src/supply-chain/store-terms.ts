/** Rows of programmes and their members: what is agreed, not what moves. */
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Programme, Relation } from './model.ts';

const insertProgramme = statement(
  'supply-chain.insert-programme',
  `insert into supply_chain_programmes (id, zone_id, owner_id, core_enterprise_id, node_id, name,
     max_tiers, starts_on, expires_on, state, generated)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning id`,
);

/** False when the bank already has a live programme for the core enterprise. */
export async function addProgramme(tx: Tx, p: Programme): Promise<boolean> {
  const rows = await tx.rows(insertProgramme, [
    p.id,
    p.zoneId,
    p.ownerId,
    p.coreEnterpriseId,
    p.nodeId,
    p.name,
    p.maxTiers,
    p.startsOn,
    p.expiresOn,
    p.state,
    p.generated,
  ]);
  return rows.length > 0;
}

const selectProgrammes = statement(
  'supply-chain.select-programmes',
  `select id, zone_id as "zoneId", owner_id as "ownerId",
     core_enterprise_id as "coreEnterpriseId", node_id as "nodeId", name,
     max_tiers as "maxTiers", starts_on as "startsOn", expires_on as "expiresOn", state, generated
   from supply_chain_programmes where id = any ($1::text[])`,
);

export async function programmesById(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, Programme>> {
  const rows = await tx.rows<Programme>(selectProgrammes, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, row]));
}

const insertRelation = statement(
  'supply-chain.insert-relation',
  `insert into supply_chain_relations (id, zone_id, owner_id, programme_id, enterprise_id, tier,
     since)
   values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
);

/** False when the enterprise is already a member. */
export async function addRelation(tx: Tx, of: Programme, relation: Relation): Promise<boolean> {
  const { id, programmeId, enterpriseId, tier, since } = relation;
  const values = [id, of.zoneId, of.ownerId, programmeId, enterpriseId, tier, since];
  return (await tx.rows(insertRelation, values)).length > 0;
}

const selectRelations = statement(
  'supply-chain.select-relations',
  `select r.id, r.programme_id as "programmeId", r.enterprise_id as "enterpriseId", r.tier, r.since
   from unnest($1::text[], $2::text[]) as k (programme_id, enterprise_id)
   join supply_chain_relations r using (programme_id, enterprise_id)`,
);

export interface Membership {
  readonly programmeId: string;
  readonly enterpriseId: string;
}

/** Names one member of one programme. */
export const memberKey = ({ programmeId, enterpriseId }: Membership): string =>
  `${programmeId} ${enterpriseId}`;

/** By `memberKey`; who is no member is not in it. */
export async function relationsOf(
  tx: Tx,
  members: readonly Membership[],
): Promise<Map<string, Relation>> {
  const rows = await tx.rows<Relation>(selectRelations, [
    members.map((m) => m.programmeId),
    members.map((m) => m.enterpriseId),
  ]);
  return new Map(rows.map((row) => [memberKey(row), row]));
}
