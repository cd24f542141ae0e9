// The job `limit-expiry` on the real limit tree: what is due comes back in portions, each a
// transaction of its own, and each owner hears once of what ends.
import { expect } from 'chai';
import type { Knex } from 'knex';
import type { JobTools } from '../../jobs/run.ts';
import { runJob } from '../../jobs/run.ts';
import { Money, addDays, dayInShanghai, newId } from '../../src/kernel/index.ts';
import type { NewNode, Take } from '../../src/limits/index.ts';
import { createNodes, limitsModule, takeLimits } from '../../src/limits/index.ts';
import { brokenInvariants } from '../../src/ledger/index.ts';
import { makePool } from '../../src/platform/postgres.ts';
import type { Tx } from '../../src/platform/transaction.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { TestDatabase } from '../support/database.ts';
import { cloneDatabase } from '../support/database.ts';
import { clock, performerOn } from './toys.ts';

const today = dayInShanghai();
const minute = 60_000;

describe('the job limit-expiry', () => {
  let database: TestDatabase;
  let db: Knex;
  let tools: JobTools;

  const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    withTransaction(db, everything, work);
  const node = (id: string, more: Partial<NewNode> = {}): NewNode => ({
    id,
    zoneId: 'zone_1',
    ownerId: 'org_bank',
    name: id,
    kind: 'ENTERPRISE_LINE',
    revolving: 'R',
    enforcement: 'HARD',
    limit: Money.of('1000000'),
    startsOn: addDays(today, -400),
    ...more,
  });
  /** Reservations of 1 yuan made an hour ago, due so many minutes from now. */
  const reserve = (nodeId: string, count: number, minutes: number): Promise<unknown> => {
    const now = new Date(Date.now() - 60 * minute);
    const takes = Array.from({ length: count }, (): Take => ({
      step: {
        kind: 'reserve',
        nodeId,
        amount: Money.of('1'),
        valueOn: today,
        reservationId: newId('rsv'),
        expiresAt: new Date(Date.now() + minutes * minute),
      },
      sourceId: 'test',
      operationId: 'op_test',
      purpose: '测试',
    }));
    return inTx((tx) => takeLimits(tx, takes, { now, today }));
  };
  const byState = async (): Promise<Record<string, number>> => {
    const states: string[] = await db('limits_reservations').pluck('state');
    const counts: Record<string, number> = {};
    for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  };
  const events = async (name: string): Promise<string[]> =>
    (await db('platform_events').where({ name }).orderBy('seq')).map(
      (row: { subject_id: string }) => row.subject_id,
    );
  const run = (more: object = {}) => runJob({ ...tools, name: 'limit-expiry', ...more });
  /** Sums of what the portions answered. */
  const told = ({ result }: Awaited<ReturnType<typeof run>>) => {
    const answers = result.answers as { expired: number; expiring: number; ended: number }[];
    const sum = (name: 'expired' | 'expiring' | 'ended'): number =>
      answers.reduce((total, answer) => total + answer[name], 0);
    const { portions } = result;
    return { portions, expired: sum('expired'), expiring: sum('expiring'), ended: sum('ended') };
  };

  beforeEach(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 6, applicationName: 'test-expiry' });
    tools = {
      db,
      performer: performerOn(db),
      modules: [limitsModule],
      dataFolder: '/nonexistent',
      actor: clock,
    };
  });
  afterEach(async () => {
    const broken = await inTx((tx) => brokenInvariants(tx, limitsModule.invariants));
    await db.destroy();
    await database.drop();
    expect(broken).to.deep.equal([]);
  });

  it('gives back in portions what is due and leaves the rest', async () => {
    await inTx((tx) => createNodes(tx, [node('lim_a'), node('lim_b')]));
    await reserve('lim_a', 1150, -5);
    await reserve('lim_b', 20, 30);
    const done = told(await run());
    expect(done).to.deep.equal({ portions: 3, expired: 1150, expiring: 0, ended: 0 });
    expect(await byState()).to.deep.equal({ EXPIRED: 1150, PENDING: 20 });
    const reserved = await db('limits_nodes').orderBy('id').pluck('reserved');
    expect(reserved).to.deep.equal(['0.00', '20.00']);
    const said = await events('limits.reservation-expired');
    expect(new Set(said).size).to.equal(1150);
    expect(said).to.have.length(1150);
    const calls: string[] = await db('platform_operations').pluck('idempotency_key');
    expect(calls.toSorted()).to.deep.equal(
      ['', '/2', '/3'].map((portion) => `job:limit-expiry:${today}${portion}`),
    );
    const progress = await db('platform_job_runs').first('done', 'total');
    expect(progress).to.deep.equal({ done: 1150, total: 1150 });
    const again = await run();
    expect(again.replayed).to.equal(true);
    expect(told(await run({ since: new Date() })).expired).to.equal(0);
  });

  it('leaves reservations alone that somebody is just using', async () => {
    await inTx((tx) => createNodes(tx, [node('lim_a')]));
    await reserve('lim_a', 2, -5);
    const [held] = await db('limits_reservations').orderBy('id').pluck('id');
    await db.transaction(async (other) => {
      await other('limits_reservations').where({ id: held }).forUpdate();
      expect(told(await run()).expired).to.equal(1);
    });
    expect(await byState()).to.deep.equal({ EXPIRED: 1, PENDING: 1 });
    expect(told(await run({ since: new Date() })).expired).to.equal(1);
  });

  it('tells of nodes that end within thirty days, once per node and day', async () => {
    const ends = (id: string, days: number) => node(id, { expiresOn: addDays(today, days) });
    await inTx((tx) =>
      createNodes(tx, [
        ends('lim_31', 31),
        ends('lim_30', 30),
        ends('lim_0', 0),
        node('lim_never'),
      ]),
    );
    const expiring = () => events('limits.node-expiring');
    expect(told(await run())).to.deep.include({ expiring: 2, ended: 0 });
    expect(await expiring()).to.deep.equal(['lim_0', 'lim_30']);
    await run();
    await run({ since: new Date() });
    expect(await expiring()).to.deep.equal(['lim_0', 'lim_30']);
    await run({ asOf: addDays(today, -1) });
    expect(await expiring()).to.deep.equal(['lim_0', 'lim_30', 'lim_0']);
  });

  it('tells of nodes that have ended once and for all, but not of closed ones', async () => {
    const ended = (id: string) => node(id, { expiresOn: addDays(today, -3) });
    await inTx((tx) => createNodes(tx, [ended('lim_gone'), ended('lim_closed')]));
    await db('limits_nodes').where({ id: 'lim_closed' }).update({ state: 'CLOSED' });
    expect(told(await run())).to.deep.include({ expiring: 0, ended: 1 });
    expect(told(await run({ asOf: addDays(today, -1) })).ended).to.equal(0);
    expect(await events('limits.node-expired')).to.deep.equal(['lim_gone']);
  });

  it('does each portion once when two processes run it at the same time', async () => {
    await inTx((tx) => createNodes(tx, [node('lim_a')]));
    await reserve('lim_a', 700, -5);
    const results = await Promise.all([run(), run()]);
    expect(results.map((result) => result.replayed)).to.have.members([false, true]);
    expect(await events('limits.reservation-expired')).to.have.length(700);
    expect(await db('limits_movements').where({ kind: 'expire' })).to.have.length(700);
  });
});
