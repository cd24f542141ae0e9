/**
 * What the tree shows: nodes with their figures, and the journal below a node. A shared node shows
 * the other banks (其他银行) as one amount and nothing else.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Day, Money } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import type { QueryContext } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayText,
  FlagFilter,
  IdInput,
  IdText,
  InstantText,
  MoneyText,
  TextInput,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { sql as build } from '../platform/sql.ts';
import { policyOf } from './allocation.ts';
import { selectorOf } from './cap-selectors.ts';
import { Carriers, carriersSeen } from './carriers-seen.ts';
import { causesOf } from './frozen.ts';
import { freezeCauses, movementKinds, nodeKinds } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import { topUpUse } from './rules/dated-terms.ts';
import { availableOf, reinstatableOf, strandedOf, toleratedOf } from './rules/headroom.ts';
import { leftInBucket, usedIn } from './rules/tenor.ts';
import { readNodes } from './store.ts';
import type { SeenNode } from './store-figures.ts';
import { asOfDay, seeNodes } from './store-figures.ts';
import { TermsView, termsView } from './terms-input.ts';

export const Node = z.object({
  nodeId: IdText,
  zoneId: IdText,
  ownerId: IdText,
  parentId: IdText.nullable(),
  /** The enterprise, agreement, line or programme that the node is about. */
  subjectId: IdText.nullable(),
  name: z.string(),
  kind: z.enum(nodeKinds),
  enforcement: z.enum(['HARD', 'SOFT']),
  revolving: z.enum(['R', 'NR', 'NRS']),
  contribution: z.enum(['consumed', 'outstanding']),
  state: z.enum(['ACTIVE', 'FROZEN', 'CLOSED']),
  startsOn: DayText,
  expiresOn: DayText.nullable(),
  limit: MoneyText,
  used: MoneyText,
  reserved: MoneyText,
  available: MoneyText,
  /** With what is tolerated above the limit. */
  availableWithTolerance: MoneyText,
  /** Null on a shared node for one of its banks: only totals are shared. */
  outstanding: MoneyText.nullable(),
  drawnCumulative: MoneyText.nullable(),
  /** 可恢复口径: what would be available if all that was repaid were given back. */
  reinstatable: MoneyText.nullable(),
  /** Headroom that repayments did not give back (沉淀额度): reinstatable − available. */
  stranded: MoneyText.nullable(),
  /** 临时额度: each with counters of its own; the standing limit is used first. */
  topUps: z.array(
    z.object({
      ref: z.string(),
      from: DayText,
      to: DayText,
      sanctioned: MoneyText,
      used: MoneyText,
      blocked: MoneyText,
      available: MoneyText,
    }),
  ),
  /** Σ limits of the children. */
  granted: MoneyText,
  /**
   * 其他银行: what they use and hold of a shared node. Null when the reader sees all of it, or when it
   * was drawn on the node itself and nobody can tell whose it is.
   */
  otherBanks: MoneyText.nullable(),
  version: z.number().int(),
});

/** What a reader is told of a node that was read for that day. */
export function viewOf(
  { node, granted, totalOnly, otherBanks }: SeenNode,
  day: Day,
): z.output<typeof Node> {
  const own = (amount: Money): string | null => (totalOnly ? null : amount.toString());
  return {
    nodeId: node.id,
    zoneId: node.zoneId,
    ownerId: node.ownerId,
    parentId: node.parentId ?? null,
    subjectId: node.subjectId ?? null,
    name: node.name,
    kind: node.kind,
    enforcement: node.enforcement,
    revolving: node.revolving,
    contribution: node.contribution,
    state: node.state,
    startsOn: node.startsOn,
    expiresOn: node.expiresOn ?? null,
    limit: node.limit.toString(),
    used: node.consumed.toString(),
    reserved: node.reserved.toString(),
    available: availableOf(node).toString(),
    availableWithTolerance: toleratedOf(node).toString(),
    outstanding: own(node.outstanding),
    drawnCumulative: own(node.drawn),
    reinstatable: own(reinstatableOf(node)),
    stranded: own(strandedOf(node)),
    topUps: topUpUse(node, day).map(({ sanctioned, used, blocked, available, ...one }) => ({
      ...one,
      sanctioned: sanctioned.toString(),
      used: used.toString(),
      blocked: blocked.toString(),
      available: available.toString(),
    })),
    granted: granted.toString(),
    otherBanks: otherBanks?.toString() ?? null,
    version: node.version,
  };
}

/** The nodes with these ids that the reader may see, in that order, with today's figures. */
async function nodesOf(context: QueryContext, ids: readonly string[]): Promise<SeenNode[]> {
  const found = await readNodes(context.tx, ids);
  const nodes = ids.flatMap((id) => found.get(id) ?? []);
  return seeNodes(context.tx, context.actor.scope, nodes, asOfDay(context));
}

/** By id: what the reader is told of these nodes today. */
export async function nodesToday(
  context: QueryContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, z.output<typeof Node>>> {
  const nodes = await nodesOf(context, ids);
  return new Map(nodes.map((node) => [node.node.id, viewOf(node, context.today)]));
}

export const listNodes = query({
  name: 'limits.list-nodes',
  title: { zh: '额度台账', en: 'Limits' },
  permission: 'limits:read',
  input: z.strictObject({
    kind: z.enum(nodeKinds).optional(),
    zoneId: IdInput('zone').optional(),
    parentId: IdInput('lim').optional(),
    /** Those that carry this cap. */
    capId: IdInput('lim').optional(),
    search: TextInput(60).optional().meta({ description: '名称包含，或标识' }),
    /** true: without those that are closed. */
    open: FlagFilter,
    ...pageShape,
  }),
  output: listOf(Node),
  async run(context, { kind, zoneId, parentId, capId, search, open, ...place }) {
    const rows = build('limits_nodes').select('id');
    if (kind !== undefined) void rows.where({ kind });
    if (zoneId !== undefined) void rows.where({ zone_id: zoneId });
    if (parentId !== undefined) void rows.where({ parent_id: parentId });
    if (capId !== undefined) void rows.whereRaw('? = any (caps)', [capId]);
    if (open !== undefined) void rows.where('state', open === 'true' ? '<>' : '=', 'CLOSED');
    if (search !== undefined) {
      void rows.whereRaw('(position(lower(?) in lower(name)) > 0 or id = ?)', [search, search]);
    }
    const page = await pageOf<{ id: string }>(context.tx, rows, place);
    const nodes = await nodesOf(
      context,
      page.items.map((row) => row.id),
    );
    return { ...page, items: nodes.map((node) => viewOf(node, context.today)) };
  },
});

export const showNode = query({
  name: 'limits.show-node',
  title: { zh: '额度', en: 'A limit' },
  permission: 'limits:read',
  input: z.strictObject({ nodeId: IdInput('lim') }),
  output: Node.extend({
    /** What was granted; `limit` is what the terms make of it today. */
    baseLimit: MoneyText,
    /** As `set-terms` takes them: what is sent back whole changes nothing. */
    terms: TermsView,
    /** 超配比例: how much may be granted below, as a multiple; null: no policy. */
    oversub: z.string().nullable(),
    /** 期限分档: what is used or held in each tenor bucket; `available` may be negative. */
    bucketUse: z.array(
      z.object({ days: z.int(), amount: MoneyText, used: MoneyText, available: MoneyText }),
    ),
    /** Which limits a cap counts by rule; null: those named one by one, or it is no cap. */
    selector: z
      .object({
        zoneId: IdText,
        enterpriseIds: z.array(IdText).nullable(),
        products: z.array(z.string()).nullable(),
      })
      .nullable(),
    /** Who carries a cap; null: it is no cap. */
    carriers: Carriers.nullable(),
    /** 冻结原因: of a frozen one; only a freeze by a person is taken back by hand. */
    frozenFor: z.array(z.enum(freezeCauses)),
  }),
  async run(context, { nodeId }) {
    const [node] = await nodesOf(context, [nodeId]);
    if (!node) throw new Failure(no['node-missing'], { nodeId });
    const isCap = node.node.kind === 'CAP';
    const kept = isCap ? await selectorOf(context.tx, nodeId) : null;
    const { enterpriseIds, products } = kept ?? {};
    const selector = kept && {
      zoneId: kept.zoneId,
      enterpriseIds: enterpriseIds ? [...enterpriseIds] : null,
      products: products ? [...products] : null,
    };
    const { granted, terms } = node.node;
    return {
      ...viewOf(node, context.today),
      baseLimit: granted.toString(),
      terms: termsView(terms),
      oversub: await policyOf(context.tx, nodeId),
      bucketUse: terms.buckets.map(({ days, amount }) => ({
        days,
        amount: amount.toString(),
        used: usedIn(node.node, days).toString(),
        available: leftInBucket(node.node, days).toString(),
      })),
      selector,
      carriers: isCap ? await carriersSeen(context.tx, context.actor.scope, node.node) : null,
      frozenFor: [...(await causesOf(context.tx, nodeId))],
    };
  },
});

const MovementView = z.object({
  seq: z.string(),
  nodeId: IdText,
  kind: z.enum(movementKinds),
  amount: MoneyText,
  reserved: MoneyText,
  outstanding: MoneyText,
  drawn: MoneyText,
  /** By how much it changed the use of the node asked about; null when that is SOFT. */
  consumed: MoneyText.nullable(),
  valueOn: DayText,
  recordedAt: InstantText,
  reservationId: IdText.nullable(),
  sourceId: IdText,
  operationId: IdText,
});
type MovementRow = Omit<z.output<typeof MovementView>, 'recordedAt'> & { recordedAt: Date };

/**
 * Every node whose movements touch this one: what is below it, and below the nodes that it caps;
 * and what was below it, whose movements name it until they left.
 */
const touching = (nodeId: string) =>
  build.raw(
    `m.node_id in (with below as (select id from limits_nodes where ? = any (path)),
       capped as (select id from limits_nodes
         where caps <> '{}' and caps && array(select id from below))
     select id from limits_nodes where path && (array[?] || array(select id from capped)
       || array(select node_id from limits_changes where field = 'parent'
         and old_value in (select id from below))))
     and (cardinality(m.path) = 0 or ? = any (m.path)
       or exists (select from limits_nodes s where s.id = ? and s.enforcement = 'SOFT'))`,
    [nodeId, nodeId, nodeId, nodeId],
  );

export const listMovements = query({
  name: 'limits.list-movements',
  title: { zh: '额度流水', en: 'Movements of a limit' },
  permission: 'limits:read',
  input: z.strictObject({ nodeId: IdInput('lim'), ...pageShape }),
  output: listOf(MovementView),
  async run({ tx }, { nodeId, ...place }) {
    const found = await readNodes(tx, [nodeId]);
    if (!found.has(nodeId)) throw new Failure(no['node-missing'], { nodeId });
    const rows = build('limits_movements as m')
      .select('m.seq', 'm.kind', 'm.amount', 'm.reserved', 'm.outstanding', 'm.drawn', {
        nodeId: 'm.node_id',
        valueOn: 'm.value_on',
        recordedAt: 'm.recorded_at',
        reservationId: 'm.reservation_id',
        sourceId: 'm.source_id',
        operationId: 'm.operation_id',
      })
      .select(build.raw('m.consumed[array_position(m.path, ?)] as consumed', [nodeId]))
      .whereRaw(touching(nodeId));
    const order = { by: 'seq', descending: true, key: /^\d{1,18}$/ };
    const page = await pageOf<MovementRow>(tx, rows, place, order);
    return {
      ...page,
      items: page.items.map((row) => ({ ...row, recordedAt: row.recordedAt.toISOString() })),
    };
  },
});
