/**
 * A job that consists of others (组合任务): the steps that its row names, in their order, day after
 * day from the first that was missed up to `asOf`. One call does one portion of one step, so a
 * killed run goes on where it stopped. Of days before `asOf` a step is left out that its own job
 * has done; on `asOf` all are taken, for each finds by itself what is left to do.
 */
import { z } from 'zod';
import type { Day } from '../src/kernel/index.ts';
import { Failure, isFailure, sentence } from '../src/kernel/index.ts';
import type { Context, Item, Operation } from '../src/platform/operation.ts';
import { onBehalfOf, operation } from '../src/platform/operation.ts';
import { platformChain } from '../src/platform/operation-log.ts';
import { parseInput } from '../src/platform/perform.ts';
import { platformRefusals } from '../src/platform/refusals.ts';
import { DayInput } from '../src/platform/schemas.ts';
import { statement } from '../src/platform/transaction.ts';
import { inputOn, jobToRun } from './runs.ts';

/** Behind which portion of which step of which day. */
const placePattern = /^(\d{4}-\d{2}-\d{2}) (\d{1,3}) (.*)$/;

const input = z.strictObject({
  job: z.string().regex(/^[a-z][a-z-]{0,59}$/, sentence('作业的名称', 'the name of a job')),
  asOf: DayInput,
  after: z
    .string()
    .max(160)
    .regex(placePattern)
    .refine((place) => DayInput.safeParse(place.slice(0, 10)).success, {
      message: sentence('不是日期', 'not a day'),
    })
    .optional()
    .meta({ description: '上一批返回的 next' }),
});

const output = z.object({
  day: z.string().nullable(),
  step: z.string().nullable(),
  answer: z.unknown(),
  done: z.int(),
  /** Steps that are left, over all days. */
  left: z.int(),
  next: z.string().nullable(),
});

const selectSteps = statement(
  'jobs.select-steps-to-take',
  `select d.day, s.n, s.name, j.operation, j.input, count(*) over ()::int as left
   from platform_jobs g
     cross join lateral (select (generate_series(coalesce($3::date, least($2::date, greatest(
         g.since, (select max(r.business_day) + 1 from platform_job_runs r
           where r.job = g.name and r.state = 'DONE' and r.business_day < $2::date)))),
       $2::date, interval '1 day'))::date as day) d
     cross join unnest(g.steps) with ordinality s (name, n)
     join platform_jobs j on j.name = s.name and j.enabled
   where g.name = $1 and (d.day > $3::date or s.n >= $4::int or $3::date is null)
     and (d.day = $2::date or not exists (select from platform_job_runs r
       where r.job = s.name and r.key = d.day::text and r.state = 'DONE'))
   order by d.day, s.n limit 2`,
);

interface Step {
  readonly day: Day;
  readonly n: string;
  readonly name: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly left: number;
}

interface Portion {
  readonly next?: string | null;
  readonly done?: number;
}

async function take(
  catalogue: () => readonly Operation[],
  context: Context,
  call: Item<unknown>,
  step: Step,
  after: string,
): Promise<Portion> {
  const found = catalogue().find((one) => one.name === step.operation);
  if (!found) throw new Error(`No module has the operation ${step.operation}.`);
  if (!call.actor.permissions.has(found.permission)) {
    throw new Failure(platformRefusals.forbidden, { permission: found.permission });
  }
  const asked = { ...inputOn(step.input, step.day), ...(after === '' ? {} : { after }) };
  const parsed = parseInput(found.input, asked);
  if (isFailure(parsed)) throw parsed;
  const [answer] = await found.runMany(onBehalfOf(context, call), [{ ...call, input: parsed }]);
  if (isFailure(answer)) throw answer;
  return found.output.parse(answer) as Portion;
}

export const runSteps = (catalogue: () => readonly Operation[]): Operation =>
  operation({
    name: 'jobs.run-steps',
    title: { zh: '依次运行任务', en: 'Run the steps of a job' },
    permission: 'jobs:run',
    input,
    output,
    async run(context, item) {
      const { tx } = context;
      const { job, asOf, after = '' } = item.input;
      await jobToRun(tx, job, asOf);
      const [, day, n, rest = ''] = placePattern.exec(after) ?? [];
      const [step, following] = await tx.rows<Step>(selectSteps, [
        job,
        asOf,
        day ?? null,
        n ?? null,
      ]);
      // One entry for rows of many zones.
      context.concern(item, platformChain);
      if (!step) return { day: null, step: null, answer: null, done: 0, left: 0, next: null };
      const isSame = step.day === day && step.n === n;
      const answer = await take(catalogue, context, item, step, isSame ? rest : '');
      const more = typeof answer.next === 'string';
      const told = { day: step.day, step: step.name, answer, done: answer.done ?? 1 };
      if (more) return { ...told, left: step.left, next: `${step.day} ${step.n} ${answer.next}` };
      const next = following ? `${following.day} ${following.n} ` : null;
      return { ...told, left: step.left - 1, next };
    },
  });
