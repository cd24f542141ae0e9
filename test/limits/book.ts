// A database of its own with the limit tree in it, and the few things that its tests do to it.
import { expect } from 'chai';
import type { Knex } from 'knex';
import type { Failure, Money } from '../../src/kernel/index.ts';
import { Day, dayInShanghai } from '../../src/kernel/index.ts';
import { brokenInvariants } from '../../src/ledger/index.ts';
import type { LimitNode, NewNode, Take, Taken, TermChange } from '../../src/limits/index.ts';
import {
  changeTerms,
  createNodes,
  limitsModule,
  lockNode,
  readNodes,
  takeLimits,
  zoneRoot,
} from '../../src/limits/index.ts';
import { makePool } from '../../src/platform/postgres.ts';
import type { Scope, Tx } from '../../src/platform/transaction.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { sayFencedAbove } from '../../src/limits/store-terms.ts';
import { cloneDatabase } from '../support/database.ts';

export const zoneId = 'zone_limits';
export const bankId = 'org_bank1';
export const startsOn = Day.of('2020-01-01');

export interface LimitTestBook {
  readonly db: Knex;
  readonly url: string;
  /** One transaction that sees everything, or what the scope says. */
  tx<T>(work: (tx: Tx) => Promise<T>, scope?: Scope): Promise<T>;
  /** A bank's HARD, revolving line unless the terms say otherwise. */
  add(node: Pick<NewNode, 'id' | 'limit'> & Partial<NewNode>): Promise<string>;
  take(takes: readonly Take[], now?: Date): Promise<(Taken | Failure)[]>;
  change(id: string, change: TermChange, now?: Date): Promise<void>;
  node(id: string): Promise<LimitNode>;
  /** Fails with the name of the first invariant of limits that does not hold. */
  expectSound(scope?: Scope): Promise<void>;
  close(): Promise<void>;
}

export async function openLimitBook(max = 6): Promise<LimitTestBook> {
  const database = await cloneDatabase();
  const db = makePool({ url: database.url, max, applicationName: 'test-limits' });
  const tx = <T>(work: (tx: Tx) => Promise<T>, scope: Scope = everything): Promise<T> =>
    withTransaction(db, scope, work);
  const expectSound = async (scope?: Scope): Promise<void> => {
    const broken = await tx((open) => brokenInvariants(open, limitsModule.invariants), scope);
    expect(broken).to.deep.equal([]);
  };
  return {
    db,
    url: database.url,
    tx,
    expectSound,
    async add(node) {
      const terms = { zoneId, ownerId: bankId, name: node.id, startsOn } as const;
      const usual = { kind: 'ENTERPRISE_LINE', revolving: 'R', enforcement: 'HARD' } as const;
      await tx((open) => createNodes(open, [{ ...terms, ...usual, ...node }]));
      return node.id;
    },
    take: (takes, now = new Date()) =>
      tx((open) => takeLimits(open, takes, { now, today: dayInShanghai(now) })),
    async change(id, change, now = new Date()) {
      const why = { ...quietly, valueOn: dayInShanghai(now), now };
      await tx(async (open) => {
        const node = (await lockNode(open, id)) as LimitNode;
        await changeTerms(open, node, change, why);
        const { parentId } = node;
        if (!change.terms || parentId === undefined) return;
        await sayFencedAbove(open, await lockNode(open, parentId), why);
      });
    },
    node: (id) => tx(async (open) => (await readNodes(open, [id])).get(id) as LimitNode),
    async close() {
      try {
        await expectSound();
      } finally {
        await db.destroy();
        await database.drop();
      }
    },
  };
}

/** A cause whose news nobody hears. */
export const quietly = {
  reason: 'test',
  operationId: 'op_test',
  scope: everything,
  tell: () => undefined,
};

export const makeZoneRoot = (book: LimitTestBook, limit?: Money): Promise<string> =>
  book.tx((open) =>
    zoneRoot(open, { zoneId, ownerId: 'org_office', name: 'Zone', startsOn, limit }),
  );

/** Until so many wait for a lock of somebody else. */
export async function lockWaits({ db }: LimitTestBook, count: number): Promise<void> {
  for (;;) {
    const [row] = (
      await db.raw<{ rows: { n: number }[] }>(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).rows;
    if ((row?.n ?? 0) >= count) return;
  }
}

export const far = new Date('2099-01-01T00:00:00Z');

/** A take whose cause does not matter. */
export const because = (step: Take['step']): Take => ({
  step,
  sourceId: 'test',
  operationId: 'op_test',
});

/** What the work throws; undefined when it does not. */
export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (problem) {
    return problem;
  }
}
