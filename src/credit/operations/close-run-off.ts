/**
 * What time does to lines, tidied up by a job: one that ended long ago and owes nothing is settled
 * (结清). For how long an extension may still revive it is a rule of its zone (`line-closing`). One
 * call does one portion, sub-lines before their lines, and says whether there is more.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { closeNode, lockCapRules, lockNode, whyOpen } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput } from '../../platform/schemas.ts';
import { packInForce, packsOf } from '../../rulebook/index.ts';
import type { Grace, RunOffLine } from '../store-closures.ts';
import { lockRunOffLines } from '../store-closures.ts';

const portion = 200;
const scheme = 'line-closing';
const reason = '到期且已无余额，日终结清';

/** The days of grace by the rules of the day; each rule is quoted. */
async function graceOn(context: Context, item: Item<unknown>, on: Day): Promise<Grace> {
  const packs = await packsOf(context.tx, scheme, [scheme]);
  const quoted = new Set<string>();
  const daysIn = (zoneId: string): number | undefined => {
    const pack = packInForce(packs, { scheme, zoneId, on });
    if (pack && !quoted.has(pack.id)) {
      const version = String(pack.version);
      context.quote(item, { pack: pack.id, version, clause: 'graceDays' });
      quoted.add(pack.id);
    }
    return pack?.parameters.graceDays;
  };
  const zones = [...new Set(packs.flatMap((pack) => pack.zoneId ?? []))];
  const own = zones.flatMap((zoneId): [string, number][] => {
    const days = daysIn(zoneId);
    return days === undefined ? [] : [[zoneId, days]];
  });
  // No zone has an empty name: what holds where a zone has no rule of its own.
  return { days: daysIn(''), inZones: new Map(own) };
}

/** Whoever is just drawing or reserving there is left alone: the next night asks again. */
async function settle(
  context: Context,
  item: Item<unknown>,
  { id: subjectId, nodeId, zoneId, ownerId, enterpriseId }: RunOffLine,
): Promise<boolean> {
  const node = await lockNode(context.tx, nodeId);
  if (!node || (await whyOpen(context, item, node))) return false;
  await closeNode(context, item, node, reason);
  const payload = { enterpriseId, reason };
  context.emit(item, { name: 'credit.line-settled', zoneId, ownerId, subjectId, payload });
  return true;
}

export const closeRunOff = operation({
  name: 'credit.close-run-off',
  title: { zh: '结清到期授信', en: 'Settle lines that have run off' },
  permission: 'jobs:run',
  input: z.strictObject({
    asOf: DayInput,
    after: z.string().max(80).default('').meta({ description: '上一批返回的 next' }),
  }),
  output: z.object({ done: z.int(), next: z.string().nullable() }),
  async run(context, item) {
    const { tx, now } = context;
    const { asOf } = item.input;
    const grace = await graceOn(context, item, asOf);
    const due = await lockRunOffLines(tx, { asOf, now, grace, portion });
    const places = new Map(due.map((line) => [`${line.zoneId} ${line.ownerId}`, line]));
    for (const key of [...places.keys()].sort()) {
      await lockCapRules(tx, places.get(key) as RunOffLine);
    }
    let done = 0;
    for (const line of due.toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1))) {
      if (await settle(context, item, line)) done += 1;
    }
    // One entry for rows of many zones.
    context.concern(item, platformChain);
    return { done, next: done > 0 ? (due.at(-1)?.id ?? null) : null };
  },
});
