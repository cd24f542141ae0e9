/**
 * How the demo writes: through operations, under one system actor and fixed keys. A key that was
 * answered before answers again, so a second load writes nothing and a load cut short goes on.
 */
import type { Knex } from 'knex';
import { setTimeout as wait } from 'node:timers/promises';
import { isFailure } from '../kernel/index.ts';
import { systemActor } from '../identity/index.ts';
import type { Actor, Operation, Query } from '../platform/operation.ts';
import type { CallOptions, Outcome, Performer } from '../platform/perform.ts';
import { platformRefusals } from '../platform/refusals.ts';
import { everything, statement, withTransaction } from '../platform/transaction.ts';

const keyPrefix = 'demo:';
/** Two processes that start on one database load it together: whoever comes second waits. */
const patience = { milliseconds: 100, times: 300 };

const findKey = statement(
  'demo.find-key',
  'select 1 from platform_operations where actor_id = $1 and idempotency_key = $2 limit 1',
);

const findPerson = statement(
  'demo.find-person',
  `select id as "userId", person_id as "personId", organisation_id as "organisationId"
   from identity_users where username = $1`,
);

type Holder = Pick<Actor, 'userId' | 'personId' | 'organisationId'>;

export class DemoBook {
  readonly #db: Knex;
  readonly #performer: Performer;
  readonly #actor: Actor;

  private constructor(db: Knex, performer: Performer, actor: Actor) {
    this.#db = db;
    this.#performer = performer;
    this.#actor = actor;
  }

  static async open({ db, performer }: { readonly db: Knex; readonly performer: Performer }) {
    return new DemoBook(db, performer, await systemActor(db, 'demo', 'console'));
  }

  /**
   * The same book in the hand of one of the demo's people, so that what is begun in it is theirs to
   * go on with. As long as `second` is true, no second person is waited for.
   */
  async as(username: string, { second = false } = {}): Promise<DemoBook> {
    const [user] = await withTransaction(this.#db, everything, (tx) =>
      tx.rows<Holder>(findPerson, [username]),
    );
    if (!user) throw new Error(`The demo has no ${username}.`);
    const { organisationId, userId, personId } = user;
    const who = second ? { organisationId } : { organisationId, userId, personId };
    return new DemoBook(this.#db, this.#performer, { ...this.#actor, ...who });
  }

  ask<I, O>(question: Query<I, O>, input: unknown): Promise<O> {
    return this.#performer.ask(question, this.#actor, input);
  }

  /** Whether the call with this key was carried out. */
  async knows(key: string): Promise<boolean> {
    const values = [this.#actor.userId, keyPrefix + key];
    const rows = await withTransaction(this.#db, everything, (tx) => tx.rows(findKey, values));
    return rows.length > 0;
  }

  /** Performs one call; throws when it is refused, because the demo breaks no rule. */
  async do<I, O>(
    operation: Operation<I, O>,
    key: string,
    raw: unknown,
    expectedVersion?: number,
  ): Promise<O> {
    const options = expectedVersion === undefined ? {} : { expectedVersion };
    let outcome = await this.#once(operation, key, raw, options);
    for (let i = 0; isRunning(outcome) && i < patience.times; i += 1) {
      await wait(patience.milliseconds);
      outcome = await this.#once(operation, key, raw, options);
    }
    return outputOf(operation, key, outcome) as O;
  }

  /** Performs a list in one transaction; the keys are `key:1` and so on. */
  async doMany<I, O>(
    operation: Operation<I, O>,
    key: string,
    raws: readonly unknown[],
  ): Promise<O[]> {
    const entries = raws.map((raw, i) => ({ raw, key: `${keyPrefix}${key}:${i + 1}` }));
    let outcomes = await this.#performer.performMany(operation, this.#actor, entries);
    for (let i = 0; outcomes.some(isRunning) && i < patience.times; i += 1) {
      await wait(patience.milliseconds);
      outcomes = await this.#performer.performMany(operation, this.#actor, entries);
    }
    return outcomes.map((outcome, i) => outputOf(operation, `${key}:${i + 1}`, outcome) as O);
  }

  /** A refusal that was thrown, because it is not stored, is an outcome here like any other. */
  async #once(
    operation: Operation,
    key: string,
    raw: unknown,
    options: CallOptions,
  ): Promise<Outcome> {
    try {
      return await this.#performer.perform(operation, this.#actor, raw, keyPrefix + key, options);
    } catch (problem) {
      if (isFailure(problem)) return { kind: 'refused', failure: problem, replayed: false };
      throw problem;
    }
  }
}

const isRunning = (outcome: Outcome): boolean =>
  outcome.kind === 'refused' && outcome.failure.code === platformRefusals['key-in-progress'].code;

function outputOf(operation: { readonly name: string }, key: string, outcome: Outcome): unknown {
  if (outcome.kind === 'done') return outcome.output;
  const why = outcome.kind === 'refused' ? JSON.stringify(outcome.failure) : 'it wants approval';
  throw new Error(`The demo could not ${operation.name} (${key}): ${why}.`);
}
