/**
 * The look at limits (额度检查), soon after midnight and through the working day: tells once of
 * dated terms that begin or ended, and opens, moves and closes incidents. The figures are those of
 * now: a day that was missed has its terms told late and no incident of its own. One call does one
 * portion.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, addDays } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput } from '../../platform/schemas.ts';
import { statement } from '../../platform/transaction.ts';
import { termCause } from '../administration.ts';
import type { LimitNode } from '../model.ts';
import type { Turn } from '../rules/dated-terms.ts';
import { limitOn, turnsOn } from '../rules/dated-terms.ts';
import { limitRefusals as no } from '../refusals.ts';
import { readNodes } from '../store.ts';
import { lowestWarning, watchRead } from '../watch.ts';

/** Limits in one transaction at most. */
const portion = 500;

// Nearly every limit is one amount and far from used: it is passed over without being read.
const selectWorth = statement(
  'limits.select-worth-a-look',
  `select n.id from limits_nodes n
   where n.id > $1 and (
     n.enforcement = 'SOFT' and n.state <> 'CLOSED' and (n.kind <> 'ZONE' or n.amount > 0)
     or n.enforcement = 'HARD' and n.consumed + n.reserved > 0
       and (n.terms is not null or n.consumed + n.reserved >= n.amount * $2::numeric)
     or n.oversub is not null
     or n.terms::text like any ($3::text[])
     or exists (select from limits_incidents i where i.node_id = n.id and i.state <> 'RESOLVED'))
   order by n.id limit ${portion}`,
);
const insertTurns = statement(
  'limits.insert-turns',
  `insert into limits_notices (node_id, kind, noticed_on, zone_id, owner_id, operation_id)
   select *, $6 from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[])
   on conflict do nothing returning node_id as "nodeId", kind`,
);

/** Ids from the cursor on of what may have something to tell on the day. */
async function worthALook({ tx }: Context, asOf: Day, after: string): Promise<string[]> {
  const before = addDays(asOf, -1);
  const dates = [asOf, before, asOf.slice(5), before.slice(5)].map((text) => `%"${text}"%`);
  const values = [after, (await lowestWarning(tx)).toString(), dates];
  return (await tx.rows<{ id: string }>(selectWorth, values)).map((row) => row.id);
}

/** Tells, once, of the dated terms that begin or ended; by limit and kind, several at once. */
async function tellTurns(
  context: Context,
  item: Item<unknown>,
  nodes: readonly LimitNode[],
  asOf: Day,
): Promise<number> {
  const turning = nodes.flatMap((node) => {
    const all = turnsOn(node.terms, asOf);
    const kinds = [...new Set(all.map((turn) => turn.kind))];
    return kinds.map((kind) => {
      return { node, kind, turns: all.filter((turn) => turn.kind === kind) };
    });
  });
  if (turning.length === 0) return 0;
  const said = await context.tx.rows<{ nodeId: string; kind: Turn['kind'] }>(insertTurns, [
    turning.map(({ node }) => node.id),
    turning.map(({ kind }) => kind),
    turning.map(() => asOf),
    turning.map(({ node }) => node.zoneId),
    turning.map(({ node }) => node.ownerId),
    item.operationId,
  ]);
  const fresh = new Set(said.map(({ nodeId, kind }) => `${nodeId} ${kind}`));
  for (const { node, kind, turns } of turning) {
    const { id: subjectId, zoneId, ownerId, name, granted, terms } = node;
    if (!fresh.has(`${subjectId} ${kind}`)) continue;
    const limit = limitOn(granted, terms, asOf);
    const before = limitOn(granted, terms, addDays(asOf, -1));
    const payload = { name, on: asOf, before, limit, turns };
    context.emit(item, { name: `limits.${kind}`, zoneId, ownerId, subjectId, payload });
  }
  return said.length;
}

export const watchLimits = operation({
  name: 'limits.watch-limits',
  title: { zh: '检查额度预警与超限', en: 'Watch over limits' },
  permission: 'jobs:run',
  input: z.strictObject({
    asOf: DayInput,
    after: z.string().max(80).default('').meta({ description: '上一批返回的 next' }),
  }),
  output: z.object({
    told: z.int(),
    opened: z.int(),
    resolved: z.int(),
    moved: z.int(),
    done: z.int(),
    next: z.string().nullable(),
  }),
  async run(context, item) {
    const { asOf, after } = item.input;
    const { today } = context;
    if (asOf > today) throw new Failure(no['watch-ahead'], { asOf, today });
    const ids = await worthALook(context, asOf, after);
    const nodes = [...(await readNodes(context.tx, ids)).values()];
    const told = await tellTurns(context, item, nodes, asOf);
    const cause = termCause(context, item, '例行检查');
    const steps = (await watchRead(context.tx, nodes, cause)).map((one) => one.step);
    const count = (step: string): number => steps.filter((one) => one === step).length;
    // One entry for rows of many zones.
    context.concern(item, platformChain);
    const [opened, resolved] = [count('opened'), count('resolved')];
    const moved = steps.length - opened - resolved;
    const next = ids.length === portion ? (ids.at(-1) ?? null) : null;
    return { told, opened, resolved, moved, done: ids.length, next };
  },
});
