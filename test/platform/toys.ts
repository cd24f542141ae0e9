// A module small enough to see through, on real tables: pots of money that people take from. It has
// one operation of each sort: cold, hot, versioned, under approval, and one that breaks.
import { Client } from 'pg';
import { z } from 'zod';
import { Failure, Money, newId, refusals } from '../../src/kernel/index.ts';
import { defineModule } from '../../src/platform/module.ts';
import { hotOperation, operation, query } from '../../src/platform/operation.ts';
import { pageOf } from '../../src/platform/page.ts';
import {
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
  TextInput,
  listOf,
  pageShape,
} from '../../src/platform/schemas.ts';
import { statement } from '../../src/platform/transaction.ts';
import knexPkg from 'knex';

const build = knexPkg({ client: 'pg' });

export const zoneId = 'zone_toys';
export const ownerId = 'org_toys';

const no = refusals('toys', {
  'pot-missing': { kind: 'missing', zh: '没有这个罐子', en: 'There is no such pot' },
  'pot-stale': { kind: 'stale', zh: '罐子已被修改', en: 'The pot was changed' },
  'pot-empty': { kind: 'refused', zh: '罐子里不够', en: 'The pot holds less' },
});

const insertPot = statement(
  'toys.insert-pot',
  `insert into toys_pots (id, zone_id, owner_id, name, "left") values ($1, $2, $3, $4, $5)`,
);
const lockPots = statement(
  'toys.lock-pots',
  `select id, name, "left"::text, version::int from toys_pots where id = any ($1::text[])
   order by id for no key update`,
);
const savePots = statement(
  'toys.save-pots',
  `update toys_pots p set "left" = s."left" from unnest($1::text[], $2::numeric[]) as s (id, "left")
   where p.id = s.id`,
);
const insertTakes = statement(
  'toys.insert-takes',
  `insert into toys_takes (id, pot_id, zone_id, owner_id, amount)
   select t.id, t.pot_id, $4, $5, t.amount
   from unnest($1::text[], $2::text[], $3::numeric[]) as t (id, pot_id, amount)`,
);
const renamePot = statement(
  'toys.rename-pot',
  `update toys_pots set name = $2, version = version + 1 where id = $1
   returning version::int`,
);

interface PotRow {
  id: string;
  name: string;
  left: string;
  version: number;
}

const Pot = z.object({ id: IdText, name: z.string(), left: MoneyText, version: z.int() });

const openPot = operation({
  name: 'toys.open-pot',
  title: { zh: '开罐', en: 'Open a pot' },
  permission: 'toys:write',
  input: z.strictObject({ name: TextInput(40), amount: PositiveAmountInput }),
  output: Pot,
  async run({ tx, emit }, item) {
    const { name, amount } = item.input;
    const id = newId('pot');
    await tx.rows(insertPot, [id, zoneId, ownerId, name, amount.toString()]);
    emit(item, { name: 'toys.pot-opened', zoneId, ownerId, subjectId: id, payload: { name } });
    return { id, name, left: amount.toString(), version: 1 };
  },
});

const take = hotOperation({
  name: 'toys.take',
  title: { zh: '取', en: 'Take from a pot' },
  permission: 'toys:write',
  approval: { permission: 'toys:approve', amount: (input) => input.amount },
  input: z.strictObject({
    potId: IdInput('pot'),
    amount: PositiveAmountInput,
    note: TextInput(40).optional(),
    on: DayInput.optional(),
    parts: z
      .array(z.strictObject({ name: TextInput(10), share: z.int() }))
      .max(5)
      .optional(),
  }),
  output: z.object({ takeId: IdText, left: MoneyText }),
  gatherKey: ({ potId }) => potId,
  async runMany({ tx, emit }, items) {
    const rows = await tx.rows<PotRow>(lockPots, [items.map(({ input }) => input.potId)]);
    const pots = new Map(rows.map(({ id, left }): [string, Money] => [id, Money.of(left)]));
    const taken: [id: string, potId: string, amount: string][] = [];
    const results = items.map((item) => {
      const { potId, amount } = item.input;
      const left = pots.get(potId);
      if (!left) return new Failure(no['pot-missing'], { potId });
      if (!amount.atMost(left)) {
        return new Failure(no['pot-empty'], {
          status: 'a fact that is named like a member',
          headroom: left,
          smallestAdmissible: left,
          binding: [{ nodeId: potId, limit: left, shortBy: amount.minus(left) }],
        });
      }
      const takeId = newId('take');
      pots.set(potId, left.minus(amount));
      taken.push([takeId, potId, amount.toString()]);
      emit(item, { name: 'toys.pot-taken', zoneId, ownerId, subjectId: potId, payload: {} });
      return { takeId, left: left.minus(amount).toString() };
    });
    await tx.rows(insertTakes, [
      taken.map(([id]) => id),
      taken.map(([, potId]) => potId),
      taken.map(([, , amount]) => amount),
      zoneId,
      ownerId,
    ]);
    await tx.rows(savePots, [[...pots.keys()], [...pots.values()].map(String)]);
    return results;
  },
});

const rename = operation({
  name: 'toys.rename-pot',
  title: { zh: '改名', en: 'Rename a pot' },
  permission: 'toys:write',
  versioned: true,
  input: z.strictObject({ potId: IdInput('pot'), name: TextInput(40) }),
  output: z.object({ id: IdText, name: z.string(), version: z.int() }),
  async run({ tx, concern }, item) {
    const { potId, name } = item.input;
    concern(item, zoneId);
    const [pot] = await tx.rows<PotRow>(lockPots, [[potId]]);
    if (!pot) throw new Failure(no['pot-missing'], { potId });
    const { version } = pot;
    if (version !== item.expectedVersion) throw new Failure(no['pot-stale'], { version });
    const [row] = await tx.rows<{ version: number }>(renamePot, [potId, name]);
    return { id: potId, name, version: row?.version ?? 0 };
  },
});

/**
 * Its schema does not look into `note`, so only the reading of the body protects what is behind.
 */
const keepNote = operation({
  name: 'toys.keep-note',
  title: { zh: '留言', en: 'Keep a note' },
  permission: 'toys:write',
  input: z.strictObject({ potId: IdInput('pot'), note: z.unknown() }),
  output: z.object({}),
  run: () => Promise.resolve({}),
});

const breakPot = operation({
  name: 'toys.break-pot',
  title: { zh: '打碎', en: 'Break a pot' },
  permission: 'toys:write',
  input: z.strictObject({ potId: IdInput('pot') }),
  output: z.object({}),
  async run({ tx }) {
    await tx.rows(statement('toys.broken', 'select secret_column from toys_nowhere'));
    return {};
  },
});

const findPot = query({
  name: 'toys.find-pot',
  title: { zh: '查罐', en: 'Find a pot' },
  permission: 'toys:read',
  input: z.strictObject({ potId: IdInput('pot') }),
  output: Pot,
  async run({ tx }, { potId }) {
    const rows = build
      .select('id', 'name', build.raw('"left"::text'), build.raw('version::int'))
      .from('toys_pots')
      .where({ id: potId });
    const [pot] = await tx.built<PotRow>(rows);
    if (!pot) throw new Failure(no['pot-missing'], { potId });
    return pot;
  },
});

const listPots = query({
  name: 'toys.list-pots',
  title: { zh: '列罐', en: 'List pots' },
  permission: 'toys:read',
  input: z.strictObject({
    ...pageShape,
    starts: z.string().max(40).optional(),
    newest: z.stringbool().optional(),
  }),
  output: listOf(Pot),
  async run({ tx }, { starts, newest = false, ...place }) {
    const rows = build
      .select('id', 'name', build.raw('"left"::text'), build.raw('version::int'))
      .from('toys_pots');
    if (starts !== undefined) rows.where(build.raw('starts_with(name, ?)', [starts]));
    return pageOf<PotRow>(tx, rows, place, { descending: newest });
  },
});

const countPots = query({
  name: 'toys.count-pots',
  title: { zh: '数罐', en: 'Count pots' },
  permission: 'toys:read',
  input: z.strictObject({}),
  output: z.object({ count: z.int() }),
  async run({ tx }) {
    const rows = build.select(build.raw('count(*)::int as count')).from('toys_pots');
    const [found] = await tx.built<{ count: number }>(rows);
    return { count: found?.count ?? 0 };
  },
});

export const toysModule = defineModule({
  name: 'toys',
  operations: [openPot, take, rename, keepNote, breakPot],
  queries: [findPot, listPots, countPots],
  refusals: Object.values(no),
  routes: [
    { method: 'post', path: '/pots', operation: openPot },
    { method: 'get', path: '/pots', query: listPots },
    // Before the literal address on purpose: the router must put that first.
    { method: 'get', path: '/pots/:potId', query: findPot },
    { method: 'get', path: '/pots/count', query: countPots },
    { method: 'patch', path: '/pots/:potId', operation: rename },
    { method: 'post', path: '/pots/:potId/takes', operation: take },
    { method: 'put', path: '/pots/:potId/note', operation: keepNote },
    { method: 'post', path: '/pots/:potId/breakages', operation: breakPot, status: 200 },
  ],
});

export async function makeToyTables(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create table toys_pots (id text primary key, zone_id text not null, owner_id text not null,
      name text not null, "left" numeric(20,2) not null check ("left" >= 0),
      version bigint not null default 1);
    create table toys_takes (id text primary key, pot_id text not null references toys_pots,
      zone_id text not null, owner_id text not null, amount numeric(20,2) not null);
    grant select, insert, update on toys_pots, toys_takes to yuanxin_app;`);
  await client.end();
}
