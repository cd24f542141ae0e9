// A module whose effects can be counted: each portion of a job leaves one row, in the transaction
// of its portion. What is done once leaves a row once, whoever was killed on the way.
import type { Knex } from 'knex';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { Failure, refusals } from '../../src/kernel/index.ts';
import { defineModule } from '../../src/platform/module.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { operation } from '../../src/platform/operation.ts';
import { Performer } from '../../src/platform/perform.ts';
import { DayInput } from '../../src/platform/schemas.ts';
import { everything, statement } from '../../src/platform/transaction.ts';

const no = refusals('toys', {
  'not-today': { kind: 'refused', zh: '今天不行', en: 'Not today' },
});

const insertEffect = statement(
  'toys.insert-effect',
  'insert into toys_effects (operation, part, as_of) values ($1, $2, $3)',
);
const countEffects = statement(
  'toys.count-effects',
  'select count(*)::int as n from toys_effects where operation = $1',
);

const input = z.strictObject({
  asOf: DayInput,
  after: z.string().optional(),
  parts: z.int().default(3),
  pauseMs: z.int().default(0),
});
const output = z.object({ next: z.string().nullable(), done: z.int(), left: z.int() });

const inParts = operation({
  name: 'toys.in-parts',
  title: { zh: '分批', en: 'In parts' },
  permission: 'jobs:run',
  input,
  output,
  async run({ tx }, item) {
    const { asOf, after, parts, pauseMs } = item.input;
    const part = after === undefined ? 1 : Number.parseInt(after, 10) + 1;
    await tx.rows(insertEffect, ['in-parts', part, asOf]);
    await setTimeout(pauseMs);
    return { next: part < parts ? String(part) : null, done: 1, left: parts - part };
  },
});

const breaksTwice = operation({
  name: 'toys.break-twice',
  title: { zh: '坏两次', en: 'Break twice' },
  permission: 'jobs:run',
  input,
  output: z.object({ tries: z.int() }),
  async run({ tx }, item) {
    broken.count += 1;
    if (broken.count <= 2) throw new Error('broken on purpose');
    await tx.rows(insertEffect, ['break-twice', 1, item.input.asOf]);
    return { tries: broken.count };
  },
});
export const broken = { count: 0 };

const refuse = operation({
  name: 'toys.refuse',
  title: { zh: '拒绝', en: 'Refuse' },
  permission: 'jobs:run',
  input,
  output: z.object({ n: z.int() }),
  async run({ tx }) {
    if (refusing.on) throw new Failure(no['not-today']);
    const [row] = await tx.rows<{ n: number }>(countEffects, ['refuse']);
    return { n: row?.n ?? 0 };
  },
});
export const refusing = { on: true };

const say = operation({
  name: 'toys.say',
  title: { zh: '说', en: 'Say' },
  permission: 'jobs:run',
  input: z.strictObject({ word: z.string() }),
  output: z.object({ word: z.string() }),
  async run({ emit }, item) {
    const { word } = item.input;
    const event = { zoneId: 'zone_toys', ownerId: 'org_toys', subjectId: word, payload: { word } };
    emit(item, { name: 'toys.said', ...event });
    return { word };
  },
});

const hear = operation({
  name: 'toys.hear',
  title: { zh: '听', en: 'Hear' },
  permission: 'jobs:run',
  input: z.strictObject({ word: z.string() }),
  output: z.object({ word: z.string() }),
  async run({ tx, today }, item) {
    await tx.rows(insertEffect, [`hear ${item.input.word}`, 1, today]);
    return { word: item.input.word };
  },
});

export const toysModule = defineModule({
  name: 'toys',
  operations: [inParts, breaksTwice, refuse, say, hear],
});

export const clock: Actor = {
  userId: 'job_jobs',
  personId: 'system',
  organisationId: 'system',
  permissions: new Set(['jobs:run', 'jobs:read']),
  scope: everything,
};

export const performerOn = (db: Knex): Performer =>
  new Performer(db, {
    authorise: () => undefined,
    needsApproval: () => false,
    submit: () => Promise.reject(new Error('nothing is submitted here')),
    observe: () => undefined,
  });

/** A table for the effects, and toy jobs instead of the product's. */
export async function makeToyJobs(owner: Knex): Promise<void> {
  await owner.raw(`
    create table toys_effects (id bigint generated always as identity, operation text not null,
      part int not null, as_of date not null);
    grant select, insert on toys_effects to yuanxin_app;
    delete from platform_jobs;
    insert into platform_jobs (name, zh, en, cron, operation, input) values
      ('parts', '分批', 'In parts', '0 0 1 1 *', 'toys.in-parts', '{"asOf":"$day"}'),
      ('breaks', '坏', 'Breaks', '0 0 1 1 *', 'toys.break-twice', '{"asOf":"$day"}'),
      ('refuses', '拒', 'Refuses', '0 0 1 1 *', 'toys.refuse', '{"asOf":"$day"}'),
      ('lost', '无', 'Lost', '0 0 1 1 *', 'toys.nowhere', '{}')`);
}
