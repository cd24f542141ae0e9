// A database of its own with all operations on it, and the shortest way to perform and to ask.
import { expect } from 'chai';
import type { Knex } from 'knex';
import type { Day, Failure } from '../../src/kernel/index.ts';
import { addDays, dayInShanghai, isFailure } from '../../src/kernel/index.ts';
import { brokenInvariants } from '../../src/ledger/index.ts';
import type { Actor, Operation, Query } from '../../src/platform/operation.ts';
import type { CallOptions, Outcome, Ports } from '../../src/platform/perform.ts';
import { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import type { Scope } from '../../src/platform/transaction.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { invariants } from '../../src/runtime.ts';
import { cloneDatabase } from './database.ts';

export const today: Day = dayInShanghai();
/** So many days before today: every fact of a test lies in the past. */
export const ago = (days: number): Day => addDays(today, -days);

/** What an operation answers; the members that a test reads. */
export type Answer = Readonly<Record<string, string>>;

type Perform<R> = (
  operation: Operation,
  input: unknown,
  actor: Actor,
  options?: CallOptions,
) => Promise<R>;

export interface Base {
  readonly url: string;
  readonly db: Knex;
  readonly performer: Performer;
  /** The console: all rows. */
  readonly root: Actor;
  /** The output of an operation that must succeed. */
  readonly done: Perform<Answer>;
  /** The refusal of an operation that must not. */
  readonly refused: Perform<Failure>;
  readonly outcome: Perform<Outcome>;
  ask<I, O>(question: Query<I, O>, input: unknown, actor: Actor): Promise<O>;
  rows<R>(sql: string): Promise<R[]>;
  /** Throws when an invariant of any module does not hold. */
  check(): Promise<void>;
  close(): Promise<void>;
}

const trivial: Ports = {
  authorise: () => undefined,
  needsApproval: () => false,
  submit: () => Promise.reject(new Error('nothing needs approval here')),
  observe: () => undefined,
};

export const actorOf = (organisationId: string, scope: Scope): Actor => ({
  userId: `user_${organisationId}`,
  personId: `person_${organisationId}`,
  organisationId,
  permissions: new Set(),
  scope,
});

let keys = 0;
export const freshKey = (): string => `key-${(keys += 1)}`;

export async function openBase(ports: Partial<Ports> = {}): Promise<Base> {
  const database = await cloneDatabase();
  const db = makePool({ url: database.url, max: 8, applicationName: 'test-base' });
  const performer = new Performer(db, { ...trivial, ...ports });

  const outcome: Base['outcome'] = async (operation, input, actor, options = {}) => {
    try {
      return await performer.perform(operation, actor, input, freshKey(), options);
    } catch (problem) {
      // Malformed and foreign calls are thrown, because they are not stored.
      if (isFailure(problem)) return { kind: 'refused', failure: problem, replayed: false };
      throw problem;
    }
  };
  const check = async (): Promise<void> => {
    expect(invariants.length).to.be.greaterThan(12);
    const broken = await withTransaction(db, everything, (tx) => brokenInvariants(tx, invariants));
    expect(broken).to.deep.equal([]);
  };
  return {
    url: database.url,
    db,
    performer,
    root: actorOf('org_root', everything),
    outcome,
    async done(...call) {
      const answer = await outcome(...call);
      if (answer.kind !== 'done') throw new Error(`not done: ${JSON.stringify(answer)}`);
      return answer.output as Answer;
    },
    async refused(...call) {
      const answer = await outcome(...call);
      if (answer.kind !== 'refused') throw new Error(`not refused: ${JSON.stringify(answer)}`);
      return answer.failure;
    },
    ask: (question, input, actor) => performer.ask(question, actor, input),
    rows: async <R>(text: string) => (await db.raw<{ rows: R[] }>(text)).rows,
    check,
    async close() {
      try {
        await check();
      } finally {
        await db.destroy();
        await database.drop();
      }
    },
  };
}
