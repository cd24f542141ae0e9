/**
 * The only way to PostgreSQL: a transaction that runs as the role `yuanxin_app` inside one data
 * scope. Row-level security reads the scope from two settings, so a store cannot forget it.
 */
import type { Writable } from 'node:stream';
import type { Knex } from 'knex';
import type { ClientBase } from 'pg';
import { escapeLiteral } from 'pg';
import type { Statement } from './statement.ts';
import { demandPlain, queryOf, statement } from './statement.ts';

export { type Statement, statement } from './statement.ts';

/** Which rows a transaction sees: zones, and inside them the owning organisations. */
export interface Scope {
  readonly zones: readonly string[] | '*';
  readonly owners: readonly string[] | '*';
}

export const everything: Scope = { zones: '*', owners: '*' };

export const scopeKey = (scope: Scope): string =>
  `${typeof scope.zones === 'string' ? '*' : scope.zones.join(',')}|${
    typeof scope.owners === 'string' ? '*' : scope.owners.join(',')
  }`;

const inTransaction = Symbol('in transaction');

/** An open transaction. Only `withTransaction` makes one, so holding it proves that it is open. */
export interface Tx {
  readonly [inTransaction]: true;
  /** All rows of a named statement; values are `$1 …`. Amounts travel as text. */
  rows<R>(statement: Statement, values?: readonly unknown[]): Promise<R[]>;
  /**
   * Sends a statement whose answer nobody needs. What is sent later runs after it, and the commit
   * waits for it: when it fails, the transaction fails with its reason.
   */
  send(statement: Statement, values: readonly unknown[]): void;
  /** All rows of a query that knex built (lists with filters); nothing is prepared. */
  built<R>(builder: Knex.QueryBuilder | Knex.Raw): Promise<R[]>;
  /** Runs `work` behind a savepoint and undoes its writes when `keep` says no to the result. */
  attempt<T>(work: () => Promise<T>, keep: (result: T) => boolean): Promise<T>;
}

const listOf = (names: readonly string[] | '*'): string =>
  typeof names === 'string' ? '*' : names.join(',');

/**
 * Plans are made for the values at hand: one cached while a table was empty costs a fifth of the
 * speed later. A gathered batch finds all it touches by key, whatever the values, so it keeps its
 * plans (planning was a quarter of its work) and may never fall for a scan of a still small table.
 * A server that compiles dear plans takes a plan under that ban for one: it may not.
 */
const plans = (byKey: boolean): string =>
  byKey
    ? 'set local plan_cache_mode=force_generic_plan;set local enable_seqscan=off;set local jit=off;'
    : 'set local plan_cache_mode=force_custom_plan;';

const begin = (scope: Scope, options: TransactionOptions): string =>
  `begin${options.readOnly === true ? ' isolation level repeatable read read only' : ''};` +
  `set local role yuanxin_app;${plans(options.byKey === true)}` +
  `select set_config('yuanxin.zones',${escapeLiteral(listOf(scope.zones))},true),` +
  `set_config('yuanxin.owners',${escapeLiteral(listOf(scope.owners))},true)`;

/** What was sent without waiting, in the order of sending. */
class Unanswered {
  #sent: Promise<unknown>[] = [];

  get count(): number {
    return this.#sent.length;
  }

  add(answer: Promise<unknown>): void {
    // It is awaited later; until then a failure must not count as unheard.
    answer.catch(() => undefined);
    this.#sent.push(answer);
  }

  /** Waits for what was sent after the first `kept` and forgets it; throws what went wrong. */
  async settle(kept = 0): Promise<void> {
    const answers = await Promise.allSettled(this.#sent.splice(kept));
    const problems = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (problems.length > 0) throw causeOf(problems);
  }

  /** What made `problem`: itself, or something sent before it that has failed. */
  async blame(problem: unknown, kept = 0): Promise<unknown> {
    const earlier = await this.settle(kept).catch((failed: unknown) => failed);
    return earlier === undefined ? problem : causeOf([earlier, problem]);
  }
}

/** The first that is not merely "an earlier statement has failed". */
const causeOf = (problems: readonly unknown[]): unknown =>
  problems.find((problem) => (problem as { code?: unknown }).code !== '25P02') ?? problems[0];

/**
 * Holds back what is sent in one turn and hands it to the kernel at once: each write wakes the
 * server, and a batch sends a dozen statements. The driver keeps its socket to itself in its types.
 */
function gatherWrites(connection: ClientBase): () => void {
  const { stream } = (connection as unknown as { connection: { stream: Writable } }).connection;
  let held = false;
  return () => {
    if (held) return;
    held = true;
    stream.cork();
    process.nextTick(() => {
      held = false;
      stream.uncork();
    });
  };
}

interface OpenTx {
  readonly tx: Tx;
  /** Refuses whatever is sent from now on. */
  readonly close: () => void;
  readonly unanswered: Unanswered;
}

/**
 * Of several things awaited together one may fail while another is still at work: what that one
 * sends after `close` must not reach the next transaction of the connection.
 */
function openTx(connection: ClientBase): OpenTx {
  const unanswered = new Unanswered();
  let depth = 0;
  let open = true;
  const gather = gatherWrites(connection);
  const enter = (): void => {
    if (!open) throw new Error('The transaction is over.');
    gather();
  };
  const tx: Tx = {
    [inTransaction]: true,
    async rows<R>(query: Statement, values: readonly unknown[] = []) {
      enter();
      return (await connection.query(queryOf(query, values))).rows as R[];
    },
    send(query, values) {
      enter();
      const ready = queryOf(query, values);
      demandPlain(ready.values);
      unanswered.add(connection.query(ready));
    },
    async built<R>(builder: Knex.QueryBuilder | Knex.Raw) {
      enter();
      const { sql, bindings } = builder.toSQL().toNative();
      return (await connection.query(sql, [...bindings])).rows as R[];
    },
    async attempt(work, keep) {
      enter();
      depth += 1;
      const point = `attempt_${depth}`;
      const before = unanswered.count;
      await connection.query(`savepoint ${point}`);
      try {
        const result = await work();
        await unanswered.settle(before);
        await connection.query(
          keep(result) ? `release savepoint ${point}` : `rollback to savepoint ${point}`,
        );
        return result;
      } catch (problem) {
        enter();
        const cause = await unanswered.blame(problem, before);
        await connection.query(`rollback to savepoint ${point}`);
        throw cause;
      } finally {
        depth -= 1;
      }
    },
  };
  const close = (): void => {
    open = false;
  };
  return { tx, close, unanswered };
}

interface TransactionOptions {
  readonly readOnly?: boolean;
  /** Every statement finds its rows by key, so plans may be kept. */
  readonly byKey?: boolean;
}

/**
 * Runs `work` in one transaction and commits it; any throw rolls everything back.
 * A connection that failed to roll back is thrown away instead of being lent again.
 */
export async function withTransaction<T>(
  db: Knex,
  scope: Scope,
  work: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const connection = (await db.client.acquireConnection()) as ClientBase & {
    __knex__disposed?: unknown;
  };
  const { tx, close, unanswered } = openTx(connection);
  try {
    await connection.query(begin(scope, options));
    const result = await work(tx);
    close();
    // The commit leaves at once: behind a statement that failed it rolls back.
    const committed = connection.query('commit');
    const [, { command }] = await Promise.all([unanswered.settle(), committed]);
    // Somebody caught the failure of a statement and went on: the server kept nothing.
    if (command !== 'COMMIT') throw new Error('A statement had failed, so nothing was kept.');
    return result;
  } catch (problem) {
    close();
    const cause = await unanswered.blame(problem);
    await connection.query('rollback').catch((lost: unknown) => {
      connection.__knex__disposed = lost;
    });
    throw cause;
  } finally {
    await db.client.releaseConnection(connection);
  }
}

const enterScope = statement(
  'platform.enter-scope',
  `select set_config('yuanxin.zones', $1, true), set_config('yuanxin.owners', $2, true)`,
);

/**
 * Runs `work` seeing the rows of `scope` and then those of `back` again. When `work` throws, the
 * savepoint around the operation restores the settings together with everything else.
 */
export async function within<T>(
  tx: Tx,
  scope: Scope,
  back: Scope,
  work: () => Promise<T>,
): Promise<T> {
  await tx.rows(enterScope, [listOf(scope.zones), listOf(scope.owners)]);
  const result = await work();
  await tx.rows(enterScope, [listOf(back.zones), listOf(back.owners)]);
  return result;
}

const retryable = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock not available in time
  '57P01', // the server is shutting down
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
]);

/** True when the same work may simply be tried again; the stored key makes a lost commit safe. */
export function isRetryable(problem: unknown): boolean {
  if (typeof problem !== 'object' || problem === null) return false;
  const { code, constraint, message } = problem as {
    code?: unknown;
    constraint?: unknown;
    message?: unknown;
  };
  if (typeof code === 'string' && retryable.has(code)) return true;
  if (code === '23505' && constraint === 'platform_operations_key') return true;
  if (typeof message !== 'string') return false;
  // pg's words for a lost connection, knex's for a pool with none left.
  return message.startsWith('Connection terminated') || message.includes('acquiring a connection');
}

/** True when a figure would leave the range of its column: amounts of 10^18 yuan and more. */
export function isOutOfRange(problem: unknown): boolean {
  return (problem as { code?: unknown } | null)?.code === '22003';
}
