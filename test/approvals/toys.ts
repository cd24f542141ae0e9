// What is approved in these tests: gifts out of a purse. The purse refuses what it does not hold, a
// gift that waits has its amount set aside, and each gift remembers whose sight it was given under.
import type { Knex } from 'knex';
import { z } from 'zod';
import { scoped } from '../../migrations/scope.ts';
import { Failure, Money, newId, refusals } from '../../src/kernel/index.ts';
import { defineModule } from '../../src/platform/module.ts';
import type { Context } from '../../src/platform/operation.ts';
import { operation } from '../../src/platform/operation.ts';
import { IdInput, IdText, PositiveAmountInput } from '../../src/platform/schemas.ts';
import { statement } from '../../src/platform/transaction.ts';
import type { EffectReader } from '../../src/platform/trial.ts';

const no = refusals('toys', {
  'purse-missing': { kind: 'missing', zh: '没有这个钱包', en: 'There is no such purse' },
  'purse-stale': { kind: 'stale', zh: '钱包已变', en: 'The purse was changed' },
  'purse-short': { kind: 'refused', zh: '钱包不够', en: 'The purse holds less' },
});

/** One purse for each bank; `held` is what waits for approval. */
export async function makePurses(db: Knex): Promise<void> {
  await db.raw(`
    create table toys_purses (
      id text primary key, zone_id text not null, owner_id text not null,
      "left" numeric(20,2) not null check ("left" >= 0), held numeric(20,2) not null default 0
        check (held >= 0), version int not null default 1);
    create table toys_gifts (
      id text primary key, purse_id text not null, zone_id text not null, owner_id text not null,
      amount numeric(20,2) not null, given_by text not null, operation_id text not null,
      owners text not null);
    ${scoped('toys_purses')} ${scoped('toys_gifts')}
    grant select, insert, update on toys_purses, toys_gifts to yuanxin_app;
    insert into toys_purses (id, zone_id, owner_id, "left") values
      ('purse_1', 'zone_east', 'org_bank1', 10000), ('purse_2', 'zone_east', 'org_bank2', 10000);
    insert into approvals_tiers (operation, version, from_amount, valid_from, source)
      values ('toys.give', 1, 1000.00, '2020-01-01', 'test');
  `);
}

interface Purse {
  readonly zoneId: string;
  readonly ownerId: string;
  readonly left: string;
  readonly held: string;
  readonly version: number;
}

const lockPurse = statement(
  'toys.lock-purse',
  `select zone_id as "zoneId", owner_id as "ownerId", "left", held, version from toys_purses
   where id = $1 for no key update`,
);
const setHeld = statement(
  'toys.set-held',
  'update toys_purses set held = held + $2::numeric where id = $1',
);
const takeOut = statement(
  'toys.take-out',
  `update toys_purses set "left" = "left" - $2::numeric, held = held - $3::numeric,
     version = version + 1 where id = $1`,
);
const insertGift = statement(
  'toys.insert-gift',
  `insert into toys_gifts select $1, $2, $3, $4, $5, $6, $7,
     current_setting('yuanxin.owners')`,
);

const selectPurses = statement('toys.select-purses', 'select id, "left" from toys_purses');

/** What each purse holds, before and after. */
export const purseEffects: EffectReader = {
  name: 'toys',
  async read(tx) {
    type Row = Pick<Purse, 'left'> & { readonly id: string };
    const after = await tx.rows<Row>(selectPurses);
    return async (undone) => {
      const before = new Map((await undone.rows<Row>(selectPurses)).map((row) => [row.id, row]));
      return after.flatMap(({ id, left }) => {
        const from = before.get(id)?.left;
        return from === left ? [] : [{ id, from, to: left }];
      });
    };
  },
};

async function purseOf({ tx }: Context, purseId: string): Promise<Purse> {
  const [purse] = await tx.rows<Purse>(lockPurse, [purseId]);
  if (!purse) throw new Failure(no['purse-missing'], { purseId });
  return purse;
}

const free = ({ left, held }: Purse): Money => Money.of(left).minus(Money.of(held));

const Gift = z.strictObject({ purseId: IdInput('purse'), amount: PositiveAmountInput });

export const give = operation({
  name: 'toys.give',
  title: { zh: '赠予', en: 'Give' },
  permission: 'credit:draw',
  approval: {
    amount: (input: z.output<typeof Gift>) => input.amount,
    permission: 'credit:approve',
    async hold(context, { input }) {
      await context.tx.rows(setHeld, [input.purseId, input.amount.toString()]);
      return `held:${input.amount.toString()}`;
    },
    async letGo(context, { input }) {
      await context.tx.rows(setHeld, [input.purseId, input.amount.negated().toString()]);
    },
  },
  input: Gift,
  output: z.object({ giftId: IdText, left: z.string() }),
  async run(context, item) {
    const { purseId, amount } = item.input;
    const purse = await purseOf(context, purseId);
    if (item.expectedVersion !== undefined && item.expectedVersion !== purse.version) {
      throw new Failure(no['purse-stale'], { version: purse.version });
    }
    const held = item.hold === undefined ? Money.zero : amount;
    if (free(purse).plus(held).lessThan(amount)) {
      throw new Failure(no['purse-short'], { free: free(purse).plus(held) });
    }
    await context.tx.rows(takeOut, [purseId, amount.toString(), held.toString()]);
    const giftId = newId('gift');
    const { zoneId, ownerId, left } = purse;
    const { userId } = item.actor;
    const row = [giftId, purseId, zoneId, ownerId, amount.toString(), userId, item.operationId];
    await context.tx.rows(insertGift, row);
    context.quote(item, { pack: 'toys', version: '1', clause: '第一条' });
    context.emit(item, {
      name: 'toys.given',
      zoneId,
      ownerId,
      subjectId: giftId,
      payload: { amount: amount.toString() },
    });
    return { giftId, left: Money.of(left).minus(amount).toString() };
  },
});

/** Asked for by a bank, agreed to by the zone: maker and checker of two organisations. */
export const claim = operation({
  name: 'toys.claim',
  title: { zh: '申领', en: 'Claim' },
  permission: 'pool:claim',
  approval: { always: true, permission: 'pool:approve' },
  input: z.strictObject({ zoneId: IdInput('zone'), purseId: IdInput('purse') }),
  output: z.object({ giftId: IdText }),
  async run(context, item) {
    const purse = await purseOf(context, item.input.purseId);
    const giftId = newId('gift');
    const { userId } = item.actor;
    const { zoneId, ownerId } = purse;
    const row = [giftId, item.input.purseId, zoneId, ownerId, '1.00', userId, item.operationId];
    await context.tx.rows(insertGift, row);
    context.concern(item, zoneId);
    return { giftId };
  },
});

export const toysModule = defineModule({
  name: 'toys',
  operations: [give, claim],
  routes: [
    { method: 'post', path: '/gifts', operation: give },
    { method: 'post', path: '/claims', operation: claim },
  ],
  refusals: Object.values(no),
});
