/**
 * Programmes with what they may still take. The headroom is the least over the whole path of the
 * chain limit and every cap on it; undue and overdue follow from today.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure } from '../../kernel/index.ts';
import type { LimitNode } from '../../limits/index.ts';
import { headroomOf, touchedNodes } from '../../limits/index.ts';
import { query } from '../../platform/operation.ts';
import { pageOf } from '../../platform/page.ts';
import { DayText, IdInput, IdText, MoneyText, listOf, pageShape } from '../../platform/schemas.ts';
import { sql } from '../../platform/sql.ts';
import type { Tx } from '../../platform/transaction.ts';
import { supplyChainRefusals as no } from '../refusals.ts';

const ProgrammeRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  coreEnterpriseId: IdText,
  coreEnterpriseName: z.string(),
  name: z.string(),
  nodeId: IdText,
  maxTiers: z.number().int(),
  startsOn: DayText,
  expiresOn: DayText,
  state: z.string(),
  generated: z.boolean(),
  limit: MoneyText,
  used: MoneyText,
  reserved: MoneyText,
  headroom: MoneyText,
  /** Financed and not yet due; due today counts as undue. */
  undue: MoneyText,
  /** Financed and due before today. */
  overdue: MoneyText,
  /** Certificates that the core enterprise owes and nobody financed: no exposure of the bank. */
  issuedNotFinanced: MoneyText,
  version: z.number().int(),
});
type ProgrammeRow = z.output<typeof ProgrammeRow>;

const total = (column: string) => sql.raw(`coalesce(sum(${column}), 0)::numeric(20,2)`);

const financed = (due: string, today: Day) =>
  sql('supply_chain_financings as f')
    .select(total('f.face'))
    .whereRaw(`f.programme_id = p.id and f.state = 'OPEN' and f.due_on ${due} ?::date`, [today]);

const notFinanced = () =>
  sql('supply_chain_certificates as c')
    .select(total('c.face'))
    .whereRaw("c.programme_id = p.id and c.state in ('ISSUED', 'ACCEPTED', 'HELD', 'FINANCING')");

const programmeRows = (today: Day) =>
  sql('supply_chain_programmes as p')
    .join('limits_nodes as n', 'n.id', 'p.node_id')
    .join('parties_enterprises as e', 'e.id', 'p.core_enterprise_id')
    .select('p.id', 'p.name', 'p.state', 'p.generated', 'n.reserved', {
      zoneId: 'p.zone_id',
      bankId: 'p.owner_id',
      coreEnterpriseId: 'p.core_enterprise_id',
      coreEnterpriseName: 'e.name',
      nodeId: 'p.node_id',
      maxTiers: 'p.max_tiers',
      startsOn: 'p.starts_on',
      expiresOn: 'p.expires_on',
      limit: 'n.amount',
      used: 'n.consumed',
      undue: financed('>=', today),
      overdue: financed('<', today),
      issuedNotFinanced: notFinanced(),
    })
    .select(sql.raw('p.version::int as version'));

/** The nodes that decide about a leaf: its path, and the paths of the caps on it. */
function around(nodes: ReadonlyMap<string, LimitNode>, leafId: string): LimitNode[] {
  const path = nodes.get(leafId)?.path ?? [];
  const caps = path.flatMap((id) => nodes.get(id)?.caps ?? []);
  const above = caps.flatMap((id) => nodes.get(id)?.path ?? []);
  return [...new Set([...path, ...above])].flatMap((id) => nodes.get(id) ?? []);
}

type Bare = Omit<ProgrammeRow, 'headroom'>;

async function withHeadroom<R extends Bare>(tx: Tx, rows: readonly R[]) {
  const nodeIds = rows.map((row) => row.nodeId);
  const nodes = await touchedNodes(tx, nodeIds);
  return rows.map((row) => {
    const { headroom } = headroomOf(around(nodes, row.nodeId));
    // A programme's own node is HARD, so there always is one.
    return { ...row, headroom: headroom?.toString() ?? row.limit };
  });
}

export const listProgrammes = query({
  name: 'supply-chain.list-programmes',
  title: { zh: '供应链项目台账', en: 'Supply-chain programmes' },
  permission: 'chain:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    bankId: IdInput('org').optional(),
    coreEnterpriseId: IdInput('ent').optional(),
    ...pageShape,
  }),
  output: listOf(ProgrammeRow),
  async run({ tx, today }, { zoneId, bankId, coreEnterpriseId, ...place }) {
    const rows = programmeRows(today);
    if (zoneId !== undefined) void rows.where('p.zone_id', zoneId);
    if (bankId !== undefined) void rows.where('p.owner_id', bankId);
    if (coreEnterpriseId !== undefined) void rows.where('p.core_enterprise_id', coreEnterpriseId);
    const page = await pageOf<Bare>(tx, rows, place);
    return { ...page, items: await withHeadroom(tx, page.items) };
  },
});

const Supplier = z.object({
  enterpriseId: IdText,
  name: z.string(),
  tier: z.number().int(),
  since: DayText,
});

const Tier = z.object({
  tier: z.number().int(),
  financings: z.number().int(),
  undue: MoneyText,
  overdue: MoneyText,
});

const suppliersOf = (programmeId: string) =>
  sql('supply_chain_relations as r')
    .join('parties_enterprises as e', 'e.id', 'r.enterprise_id')
    .where('r.programme_id', programmeId)
    .select('e.name', 'r.tier', 'r.since', { enterpriseId: 'r.enterprise_id' })
    .orderBy([{ column: 'r.tier' }, { column: 'r.id' }]);

const tiersOf = (programmeId: string, today: Day) => {
  const part = (due: string, name: string) =>
    sql.raw(
      `coalesce(sum(face) filter (where due_on ${due} ?::date), 0)::numeric(20,2) as ${name}`,
      [today],
    );
  return sql('supply_chain_financings')
    .where({ programme_id: programmeId, state: 'OPEN' })
    .groupBy('tier')
    .orderBy('tier')
    .select('tier', sql.raw('count(*)::int as financings'))
    .select(part('>=', 'undue'), part('<', 'overdue'));
};

export const showProgramme = query({
  name: 'supply-chain.show-programme',
  title: { zh: '供应链项目详情', en: 'Supply-chain programme' },
  permission: 'chain:read',
  input: z.strictObject({ programmeId: IdInput('prog') }),
  output: ProgrammeRow.extend({ tiers: z.array(Tier), suppliers: z.array(Supplier) }),
  async run({ tx, today }, { programmeId }) {
    const rows = await tx.built<Bare>(programmeRows(today).where('p.id', programmeId));
    const [programme] = await withHeadroom(tx, rows);
    if (!programme) throw new Failure(no['programme-missing'], { programmeId });
    return {
      ...programme,
      tiers: await tx.built<z.output<typeof Tier>>(tiersOf(programmeId, today)),
      suppliers: await tx.built<z.output<typeof Supplier>>(suppliersOf(programmeId)),
    };
  },
});
