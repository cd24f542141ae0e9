/**
 * The end of a limit (结清关闭): for good, and only when nothing is owed or held under it. Whoever
 * closes waits for lines that are being opened and caps that are being set (`lockCapRules`), so
 * nothing can come below a limit that is being closed.
 */
import { Failure } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { termCause } from './administration.ts';
import type { LimitNode } from './model.ts';
import { refuseClosing } from './rules/terms.ts';
import type { Holding } from './rules/terms.ts';
import { asOfDay, seeNodes } from './store-figures.ts';
import { changeTerms } from './store-terms.ts';

/** So many of what keeps a limit open are named. */
const named = 20;

const selectOwing = statement(
  'limits.select-owing-below',
  `select n.id as "nodeId", n.name, n.outstanding from limits_nodes n
   where $1 = any (n.path) and n.enforcement = 'HARD' and n.outstanding > 0
     and not exists (select from limits_nodes c where c.parent_id = n.id and c.outstanding > 0)
   order by n.id limit ${named}`,
);
const selectHeld = statement(
  'limits.select-held-below',
  `select r.id as "reservationId", r.node_id as "nodeId", r.amount, r.expires_at as "expiresAt"
   from limits_reservations r join limits_nodes n on n.id = r.node_id
   where $1 = any (n.path) and r.state = 'PENDING' and r.expires_at > $2::timestamptz
   order by r.expires_at, r.id limit ${named}`,
);
const selectOpenBelow = statement(
  'limits.select-open-below',
  `select id as "nodeId", name, kind, state from limits_nodes
   where $1 = any (path) and id <> $1 and state <> 'CLOSED'
   order by depth desc, id limit ${named}`,
);

async function holdingOf(tx: Tx, nodeId: string, now: Date): Promise<Holding> {
  const [owing, held, openBelow] = await Promise.all([
    tx.rows(selectOwing, [nodeId]),
    tx.rows<{ expiresAt: Date }>(selectHeld, [nodeId, now.toISOString()]),
    tx.rows(selectOpenBelow, [nodeId]),
  ]);
  const reservations = held.map((row) => ({ ...row, expiresAt: row.expiresAt.toISOString() }));
  return { owing, reservations, openBelow };
}

/** Why the node cannot be closed now, with the amounts and what holds it; undefined: it can. */
export async function whyOpen(
  { tx, now, today }: Pick<Context, 'tx' | 'now' | 'today'>,
  { actor }: Pick<Item<unknown>, 'actor'>,
  node: LimitNode,
): Promise<Failure | undefined> {
  const at = asOfDay({ now, today });
  // What has expired holds nothing, and SOFT limits count only when they are asked.
  const [seen] = await seeNodes(tx, actor.scope, [node], at, { sumGranted: false });
  return refuseClosing(seen?.node ?? node, await holdingOf(tx, node.id, now));
}

/** Closes a locked node. Throws `limit-closed`, `limit-in-use` or `limit-open-below`. */
export async function closeNode(
  context: Context,
  item: Item<unknown>,
  node: LimitNode,
  reason: string,
): Promise<LimitNode> {
  const refusal = await whyOpen(context, item, node);
  if (refusal) throw refusal;
  const { zoneId, ownerId, id: subjectId } = node;
  const event = { name: 'limits.limit-closed', zoneId, ownerId, subjectId };
  context.emit(item, { ...event, payload: { reason } });
  return changeTerms(context.tx, node, { state: 'CLOSED' }, termCause(context, item, reason));
}
