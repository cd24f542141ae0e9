// A job that consists of others: in order, what was missed day by day, nothing twice, and killed
// anywhere it goes on. Then the names that a day is driven by, over the real operations.
import { expect } from 'chai';
import type { Knex } from 'knex';
import { jobsModule } from '../../jobs/module.ts';
import type { JobTools } from '../../jobs/run.ts';
import { runJob } from '../../jobs/run.ts';
import { addDays, Day, dayInShanghai } from '../../src/kernel/index.ts';
import { reserve } from '../../src/credit/index.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { modules } from '../../src/runtime.ts';
import type { TestDatabase } from '../support/database.ts';
import { cloneDatabase } from '../support/database.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage } from '../support/stage.ts';
import { day, loanIn, monthly } from '../credit/loan-stage.ts';
import { lineIn, parkIn } from '../credit/stage.ts';
import { broken, clock, makeToyJobs, performerOn, toysModule } from './toys.ts';

const today = dayInShanghai();

describe('a job that consists of others', () => {
  let database: TestDatabase;
  let db: Knex;
  let tools: JobTools;

  beforeEach(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 6, applicationName: 'test-steps' });
    await makeToyJobs(db);
    await db.raw(`insert into platform_jobs (name, zh, en, operation, input, steps) values
      ('both', '两步', 'Both', 'jobs.run-steps', '{"job":"both","asOf":"$day"}', '{parts,breaks}')`);
    const all = [toysModule, jobsModule(() => toysModule.operations)];
    const performer = performerOn(db);
    tools = { db, performer, modules: all, dataFolder: '/nonexistent', actor: clock };
    broken.count = 2;
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const effects = async (): Promise<string[]> => {
    const rows = await db('toys_effects').orderBy('id').select('operation', 'part', 'as_of');
    return rows.map((row) => `${row.as_of} ${row.operation} ${row.part}`);
  };
  const ofDay = (on: string): string[] => [
    `${on} in-parts 1`,
    `${on} in-parts 2`,
    `${on} in-parts 3`,
    `${on} break-twice 1`,
  ];

  it('takes the portions of all steps in order, and not again the second time', async () => {
    const { result, replayed } = await runJob({ ...tools, name: 'both' });
    expect([result.portions, replayed]).to.deep.equal([4, false]);
    expect(await effects()).to.deep.equal(ofDay(today));
    expect(await runJob({ ...tools, name: 'both' })).to.include({ replayed: true });
    expect(await effects()).to.have.length(4);
    const [run] = await db('platform_job_runs').where({ job: 'both' });
    expect([run.done, run.total]).to.deep.equal([4, 4]);
  });

  it('goes on where it broke, without a portion twice', async () => {
    broken.count = 0;
    for (const time of [1, 2]) {
      const problem: unknown = await runJob({ ...tools, name: 'both' }).catch((one) => one);
      expect(String(problem), `time ${time}`).to.include('broken on purpose');
      expect(await effects()).to.deep.equal(ofDay(today).slice(0, 3));
      await db('platform_job_runs').update({ due_at: new Date() });
    }
    await runJob({ ...tools, name: 'both' });
    expect(await effects()).to.deep.equal(ofDay(today));
  });

  it('makes up for missed days one by one, but for what a step did by itself', async () => {
    const days = [-4, -3, -2, -1, 0].map((ahead) => addDays(today, ahead));
    const [first, second, third, fourth, last] = days as [Day, Day, Day, Day, Day];
    await db('platform_jobs').update({ since: addDays(today, -30) });
    await runJob({ ...tools, name: 'both', asOf: first });
    await db('toys_effects').delete();
    await runJob({ ...tools, name: 'parts', asOf: second });
    await runJob({ ...tools, name: 'breaks', asOf: fourth });
    await db('toys_effects').delete();
    await runJob({ ...tools, name: 'both' });
    expect(await effects()).to.deep.equal([
      ...ofDay(second).slice(3),
      ...ofDay(third),
      ...ofDay(fourth).slice(0, 3),
      ...ofDay(last),
    ]);
  });

  it('makes up for no day before it was there, and leaves out what is switched off', async () => {
    await db('platform_jobs').update({ since: addDays(today, -1) });
    await db('platform_jobs').where({ name: 'breaks' }).update({ enabled: false });
    await runJob({ ...tools, name: 'both' });
    const parts = (on: string): string[] => ofDay(on).slice(0, 3);
    expect(await effects()).to.deep.equal([...parts(addDays(today, -1)), ...parts(today)]);
    await runJob({ ...tools, name: 'both', asOf: Day.of('2026-01-05') });
    expect((await effects()).slice(6)).to.deep.equal(parts('2026-01-05'));
  });
});

describe('the jobs of a day by their names', () => {
  let stage: Stage;
  let lineId: string;
  let drawdownId: string;

  beforeEach(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '10000000.00');
    ({ lineId } = await lineIn(stage, park, '2000000.00'));
    const terms = monthly();
    const loan = { amount: '1200000.00', valueOn: day(ago(100)), dueOn: day(ago(-265)), terms };
    ({ drawdownId } = await loanIn(stage, lineId, loan));
  });
  afterEach(() => stage.close());

  const run = async (name: string) => {
    const { db, performer } = stage;
    const answer = await runJob({ name, db, performer, modules, dataFolder: '/nonexistent' });
    return answer.result.answers as Readonly<Record<string, unknown>>[];
  };
  /** The steps that were taken, each with as many portions as it needs. */
  const stepsOf = async (name: string): Promise<unknown[]> => [
    ...new Set((await run(name)).map(({ step }) => step)),
  ];
  const loan = async () => {
    const [row] = await stage.rows<{ closed: string; class: string | null }>(
      `select l.closed_on::text as closed, (select risk_class
         from credit_loan_classes where drawdown_id = l.id
         order by classified_on desc limit 1) as class
       from credit_loans l where l.id = '${drawdownId}'`,
    );
    return row;
  };
  const events = (name: string) => stage.rows(`select from platform_events where name = '${name}'`);
  const hold = (amount: string) =>
    stage.done(reserve, { lineId, amount, purpose: '备料', tenorDays: 90 }, stage.bank);
  const pending = () => stage.rows(`select from limits_reservations where state = 'PENDING'`);

  it('accrual closes the nights and classifies no day that it ends with', async () => {
    await run('accrual');
    const { closed } = (await loan()) ?? {};
    expect(closed).to.equal(today);
    const last = `select step from credit_day_end_portions where business_day = '${today}'`;
    // A portion, and the end of the step.
    expect(await stage.rows(last)).to.deep.equal([{ step: 'accrue' }, { step: 'accrue' }]);
    await run('classification');
    expect(
      new Set((await stage.rows<{ step: string }>(last)).map(({ step }) => step)),
    ).to.deep.equal(new Set(['accrue', 'classify']));
    expect((await loan())?.class).to.be.a('string');
    const done = `select from credit_day_ends where business_day = '${today}'`;
    expect(await stage.rows(done)).to.have.length(0);
    await run('day-end');
    expect(await stage.rows(done)).to.have.length(1);
  });

  it('early-warning tells of overdue loans and looks at limits', async () => {
    await hold('700000.00');
    expect(await stepsOf('early-warning')).to.deep.equal(['accrual', 'limit-watch']);
    expect(await events('credit.loan-overdue')).to.not.have.length(0);
    expect(await events('limits.incident-opened')).to.not.have.length(0);
  });

  it('day-end takes every step of the day once, and a reservation whose time is over', async () => {
    await hold('300000.00');
    await stage.db('limits_reservations').update({ expires_at: new Date(Date.now() - 1000) });
    expect(await stepsOf('day-end')).to.deep.equal([
      'loan-repricing',
      'loan-day-end',
      'commitment-fee-bills',
      'limit-expiry',
      'exception-expiry',
      'approval-lapse',
      'approval-expiry',
      'line-closing',
      'whitelist-reviews',
      'limit-watch',
      'leverage',
      'supply-chain-exposure',
    ]);
    expect(await pending()).to.have.length(0);
    expect((await loan())?.closed).to.equal(today);
    const told = await events('credit.loan-overdue');
    const { db, performer } = stage;
    const asked = { name: 'day-end', db, performer, modules, dataFolder: '/nonexistent' };
    expect(await runJob(asked)).to.include({ replayed: true });
    const again = await runJob({ ...asked, since: new Date() });
    expect(again).to.include({ replayed: false, round: 2 });
    expect(await events('credit.loan-overdue')).to.have.length(told.length);
  });
});
