/**
 * What time does to the tree, tidied up by a job: reservations whose instant has come are given
 * back, and owners hear of nodes that end soon or have ended. Nothing waits for it: a draw gives
 * back what is due by itself. One call does one portion and says whether there is more.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { addDays, daysBetween, isFailure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput } from '../../platform/schemas.ts';
import { statement } from '../../platform/transaction.ts';
import type { NodeKind } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import { takeLimits } from '../take.ts';

/** Reservations or nodes in one transaction at most. */
const portion = 500;
/** How long before its end the owner of a node begins to hear of it. */
const noticeDays = 30;
/** A cursor behind every id: the reservations are done, nodes are left. */
const nodesLeft = '~';

// Rows that somebody is just using are left to him, or to the next run.
const lockDue = statement(
  'limits.lock-due-reservations',
  `select id, node_id as "nodeId", zone_id as "zoneId", owner_id as "ownerId", amount
   from limits_reservations
   where state = 'PENDING' and expires_at <= $1::timestamptz and id > $2
   order by id limit ${portion} for no key update skip locked`,
);
const countDue = statement(
  'limits.count-due-reservations',
  `select count(*)::int as due from limits_reservations
   where state = 'PENDING' and expires_at <= $1::timestamptz and id > $2`,
);
const notice = statement(
  'limits.insert-notices',
  `with ending as (
     select n.id, n.zone_id, n.owner_id, n.expires_on, w.kind,
       case w.kind when 'expiring' then $1::date else n.expires_on end as noticed_on
     from limits_nodes n
     cross join lateral (
       select case when n.expires_on < $1::date then 'expired' else 'expiring' end as kind) w
     where n.expires_on <= $2::date and n.state <> 'CLOSED'
       and not exists (select from limits_notices said where said.node_id = n.id
         and said.kind = w.kind and said.noticed_on =
           case w.kind when 'expiring' then $1::date else n.expires_on end)
     order by n.id limit ${portion}
   ), said as (
     insert into limits_notices (node_id, kind, noticed_on, zone_id, owner_id, expires_on,
       operation_id)
     select id, kind, noticed_on, zone_id, owner_id, expires_on, $3 from ending
     on conflict do nothing returning *
   )
   select s.node_id as "nodeId", s.kind, s.zone_id as "zoneId", s.owner_id as "ownerId",
     s.expires_on as "expiresOn", n.name, n.kind as "nodeKind"
   from said s join limits_nodes n on n.id = s.node_id order by s.node_id`,
);

interface Due {
  readonly id: string;
  readonly nodeId: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly amount: string;
}

interface Notice {
  readonly nodeId: string;
  readonly kind: 'expiring' | 'expired';
  readonly zoneId: string;
  readonly ownerId: string;
  readonly expiresOn: Day;
  readonly name: string;
  readonly nodeKind: NodeKind;
}

export const expireReservations = operation({
  name: 'limits.expire-reservations',
  title: { zh: '释放到期预占并提示额度到期', en: 'Give back what is due, tell of limits that end' },
  permission: 'jobs:run',
  input: z.strictObject({
    asOf: DayInput,
    after: z.string().max(80).default('').meta({ description: '上一批返回的 next' }),
  }),
  output: z.object({
    expired: z.int(),
    expiring: z.int(),
    ended: z.int(),
    done: z.int(),
    left: z.int(),
    next: z.string().nullable(),
  }),
  async run(context, item) {
    const { asOf, after } = item.input;
    const due = after === nodesLeft ? [] : await giveBack(context, item, after);
    const last = due.length === portion ? (due.at(-1)?.id ?? null) : null;
    const left = last === null ? 0 : await dueAfter(context, last);
    const notices = last === null ? await tell(context, item, asOf) : [];
    const more = notices.length === portion ? nodesLeft : null;
    // One entry for rows of many zones.
    context.concern(item, platformChain);
    return {
      expired: due.length,
      expiring: notices.filter((n) => n.kind === 'expiring').length,
      ended: notices.filter((n) => n.kind === 'expired').length,
      done: due.length + notices.length,
      left,
      next: last ?? more,
    };
  },
});

async function dueAfter({ tx, now }: Context, last: string): Promise<number> {
  const [row] = await tx.rows<{ due: number }>(countDue, [now.toISOString(), last]);
  return row?.due ?? 0;
}

/** Gives back a portion of what is due, in the order of the ids. */
async function giveBack(context: Context, item: Item<unknown>, after: string): Promise<Due[]> {
  const { tx, now, today } = context;
  const due = await tx.rows<Due>(lockDue, [now.toISOString(), after]);
  const results = await takeLimits(
    tx,
    due.map(({ id }) => ({
      step: { kind: 'expire', of: id, valueOn: today },
      sourceId: id,
      operationId: item.operationId,
    })),
    { now, today },
  );
  for (const result of results) {
    // `takeLimits` expires what is due before it looks at the list, so "already expired" is ours.
    if (isFailure(result) && result.code !== no['reservation-expired'].code) {
      throw new Error(`A locked reservation could not expire: ${result.message}`);
    }
  }
  for (const { id, nodeId, zoneId, ownerId, amount } of due) {
    context.emit(item, {
      name: 'limits.reservation-expired',
      zoneId,
      ownerId,
      subjectId: id,
      payload: { nodeId, amount },
    });
  }
  return due;
}

/** Tells of nodes that end within the notice, once per day, and of those that have ended, once. */
async function tell(context: Context, item: Item<unknown>, asOf: Day): Promise<Notice[]> {
  const until = addDays(asOf, noticeDays);
  const notices = await context.tx.rows<Notice>(notice, [asOf, until, item.operationId]);
  for (const { nodeId, kind, zoneId, ownerId, expiresOn, name, nodeKind } of notices) {
    context.emit(item, {
      name: `limits.node-${kind}`,
      zoneId,
      ownerId,
      subjectId: nodeId,
      payload: { name, nodeKind, expiresOn, daysLeft: daysBetween(asOf, expiresOn) },
    });
  }
  return notices;
}
