/**
 * The outbox hands every event over once, in order, and never runs past a transaction still open.
 */
import { expect } from 'chai';
import type { Knex } from 'knex';
import { appendToLog, genesisHash, platformChain } from '../../src/platform/operation-log.ts';
import { verifyTrail } from '../../src/platform/audit.ts';
import { readEvents, writeEvents } from '../../src/platform/outbox.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const event = (n: number) => ({
  name: 'test.happened',
  zoneId: 'zone_test',
  ownerId: 'org_test',
  subjectId: `subject_${n}`,
  operationId: 'op_test',
  payload: { n },
});
const at = '2026-11-22T00:00:00.000Z';

describe('the outbox', () => {
  let database: TestDatabase;
  let db: Knex;
  before(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 4, applicationName: 'test' });
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  const write = (...numbers: number[]) =>
    withTransaction(db, everything, async (tx) => writeEvents(tx, numbers.map(event), at));
  const read = async (limit: number): Promise<string[]> => {
    const seen: string[] = [];
    await withTransaction(db, everything, (tx) =>
      readEvents(tx, 'test', limit, async (events) => {
        seen.push(...events.map((one) => one.subjectId));
      }),
    );
    return seen;
  };

  it('keeps the order of writing past nine, in portions', async () => {
    for (let n = 0; n < 25; n += 5) await write(n, n + 1, n + 2, n + 3, n + 4);
    const expected = Array.from({ length: 25 }, (_, n) => `subject_${n}`);
    const seen: string[] = [];
    for (let portion = await read(4); portion.length > 0; portion = await read(4)) {
      seen.push(...portion);
    }
    expect(seen).to.deep.equal(expected);
  });

  it('waits for a transaction that began before and commits after', async () => {
    let commit: () => void = () => undefined;
    let written: () => void = () => undefined;
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    const slow = withTransaction(db, everything, async (tx) => {
      writeEvents(tx, [event(100)], at);
      written();
      await new Promise<void>((resolve) => {
        commit = resolve;
      });
    });
    await isWritten;
    await write(101);
    expect(await read(10)).to.deep.equal([]);
    commit();
    await slow;
    expect(await read(10)).to.deep.equal(['subject_100', 'subject_101']);
  });

  it('hands over again what a failed reader did not take', async () => {
    await write(200);
    const failing = withTransaction(db, everything, (tx) =>
      readEvents(tx, 'test', 10, () => Promise.reject(new Error('not taken'))),
    );
    expect(await failing.catch((problem: Error) => problem.message)).to.equal('not taken');
    expect(await read(10)).to.deep.equal(['subject_200']);
  });
});

describe('the log of operations', () => {
  it('is proved link by link in the order of heights, past nine', async () => {
    const database = await cloneDatabase();
    const db = makePool({ url: database.url, max: 2, applicationName: 'test' });
    const entry = (n: number) => ({
      id: `op_${n}`,
      chain: platformChain,
      actorId: 'user_test',
      organisationId: 'org_test',
      operation: 'test.write',
      idempotencyKey: `key-${n}`,
      payloadHash: genesisHash,
      input: '{"甲":1}',
      outcome: 'done' as const,
      result: '{}',
      rules: '[]',
      approvalId: null,
      recordedAt: at,
    });
    const numbers = Array.from({ length: 23 }, (_, n) => n);
    for (let from = 0; from < 23; from += 6) {
      await withTransaction(db, everything, (tx) =>
        appendToLog(tx, numbers.slice(from, from + 6).map(entry)),
      );
    }
    const proof = await withTransaction(db, everything, verifyTrail, { readOnly: true });
    expect(proof.valid).to.equal(true);
    expect(proof.links).to.equal(23);
    await db.destroy();
    await database.drop();
  });
});
