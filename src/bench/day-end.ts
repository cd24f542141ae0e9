/**
 * `bench day-end [--loans N]`: the loans' day-end on an ordinary day and on the heaviest there is,
 * through `perform` and portion by portion as the job does it. The measure is one bare UPDATE of
 * the same rows, made in the same run on the same tables.
 */
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { runDayEnd } from '../credit/index.ts';
import { systemActor } from '../identity/index.ts';
import { newId } from '../kernel/index.ts';
import { openEmbeddedDatabase } from '../platform/embedded-database.ts';
import { migrate } from '../platform/migrate.ts';
import type { Actor } from '../platform/operation.ts';
import type { Performer } from '../platform/perform.ts';
import { makePool } from '../platform/postgres.ts';
import { openRuntime } from '../runtime.ts';
import { days, makeLoans } from './day-end-loans.ts';
import { watchServer } from './memory.ts';
import { must } from './tree.ts';

const defaultLoans = 1_000_000;

interface Answer {
  readonly loans: number;
  readonly instalmentsDue: number;
  readonly classified: number;
  readonly next: string | null;
}

interface DayRun {
  readonly seconds: number;
  readonly longestPortionSeconds: number;
  readonly portions: number;
  readonly loans: number;
  readonly instalmentsDue: number;
  readonly classified: number;
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000;
const rounded = (value: number): number => parseFloat(value.toFixed(2));

/** One day-end as the job runs it: call after call until there is no next. */
async function runDay(performer: Performer, actor: Actor, asOf: string): Promise<DayRun> {
  const started = performance.now();
  const sum = { portions: 0, loans: 0, instalmentsDue: 0, classified: 0 };
  let longest = 0;
  let after: string | undefined;
  do {
    const began = performance.now();
    const input = after === undefined ? { asOf } : { asOf, after };
    const answer: Answer = await must<Answer>(performer, runDayEnd, actor, input);
    longest = Math.max(longest, secondsSince(began));
    sum.portions += 1;
    sum.loans += answer.loans;
    sum.instalmentsDue += answer.instalmentsDue;
    sum.classified += answer.classified;
    after = answer.next ?? undefined;
  } while (after !== undefined);
  const seconds = rounded(secondsSince(started));
  return { seconds, longestPortionSeconds: rounded(longest), ...sum };
}

/** Seconds of one UPDATE of all loans, and of one of the instalments of a day. */
async function bareUpdate(client: Client, day: string): Promise<number> {
  const started = performance.now();
  await client.query('update credit_loans set version = version');
  await client.query('update credit_instalments set billed = billed where due_on = $1', [day]);
  return secondsSince(started);
}

async function checksOf(client: Client, day: string, again: DayRun) {
  const { rows } = await client.query<{ closed: boolean; watched: boolean; billed: boolean }>(
    `select (select bool_and(closed_on = $1::date) from credit_loans) as closed,
       not exists (select 1 from credit_loans where days_past_due > 0 and risk_class = 'NORMAL')
         as watched,
       not exists (select 1 from credit_instalments where billed <> (due_on <= $1::date))
         as billed`,
    [day],
  );
  const [row] = rows;
  return {
    'every loan is closed': row?.closed === true,
    'what is overdue is not classified as normal': row?.watched === true,
    'what fell due is billed, and nothing else': row?.billed === true,
    'a second run closes nothing': again.loans === 0 && again.instalmentsDue === 0,
  };
}

const megabytesOfNode = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

async function measure(url: string, postmaster: number, loans: number) {
  await migrate(url);
  const client = new Client({ connectionString: url });
  await client.connect();
  const db = makePool({ url, max: 4, applicationName: 'bench' });
  try {
    const { performer } = openRuntime(db, { secret: 'bench-secret-bench-secret-bench-secret' });
    const actor = await systemActor(db, 'jobs');
    const bankIds = Array.from({ length: 4 }, () => newId('org'));
    const started = performance.now();
    await makeLoans(client, loans, { zoneId: newId('zone'), bankIds });
    const made = secondsSince(started);
    await runDay(performer, actor, days.warm);
    const watch = watchServer(postmaster);
    const ordinary = await runDay(performer, actor, days.ordinary);
    const heavy = await runDay(performer, actor, days.heavy);
    const serverMb = watch.stop();
    const nodeMb = megabytesOfNode();
    const again = await runDay(performer, actor, days.heavy);
    const checks = await checksOf(client, days.heavy, again);
    const bare = { ordinary: 0, heavy: 0 };
    for (const day of ['ordinary', 'heavy'] as const) {
      bare[day] = rounded(await bareUpdate(client, days[day]));
    }
    return {
      bench: 'day-end',
      ratios: {
        ordinaryOverBareUpdate: rounded(ordinary.seconds / bare.ordinary),
        heavyOverBareUpdate: rounded(heavy.seconds / bare.heavy),
      },
      loans,
      ordinary,
      heavy,
      bareUpdateSeconds: bare,
      peakMb: { node: nodeMb, postgres: serverMb },
      madeInSeconds: rounded(made),
      checks,
    };
  } finally {
    await db.destroy();
    await client.end();
  }
}

/** Starts a durable database of its own in a temporary folder and removes it again. */
export async function dayEnd(loans = defaultLoans): Promise<Record<string, unknown>> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'yuanxin-bench-'));
  const database = await openEmbeddedDatabase({ dataFolder, mode: 'own', log: () => undefined });
  try {
    const pidFile = await readFile(path.join(dataFolder, 'postgres', 'postmaster.pid'), 'utf8');
    return await measure(database.url, parseInt(pidFile, 10), loans);
  } finally {
    await database.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}
