/**
 * The only way to PostgreSQL: a transaction that runs as the role `yuanxin_app` inside one data
 * scope. Row-level security reads the scope from two settings, so a store cannot forget it.
 */
import type { Knex } from 'knex';
import type { ClientBase } from 'pg';
import { escapeLiteral } from 'pg';

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

/** SQL with a name, prepared once per connection. Names are `module.verb-noun`. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (name: string, text: string): Statement => ({ name, text });

const inTransaction = Symbol('in transaction');

/** An open transaction. Only `withTransaction` makes one, so holding it proves that it is open. */
export interface Tx {
  readonly [inTransaction]: true;
  /** All rows of a named statement; values are `$1 …`. Amounts travel as text. */
  rows<R>(statement: Statement, values?: readonly unknown[]): Promise<R[]>;
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
 */
const plans = (byKey: boolean): string =>
  byKey
    ? 'set local plan_cache_mode=force_generic_plan;set local enable_seqscan=off;'
    : 'set local plan_cache_mode=force_custom_plan;';

const begin = (scope: Scope, options: TransactionOptions): string =>
  `begin${options.readOnly === true ? ' isolation level repeatable read read only' : ''};` +
  `set local role yuanxin_app;${plans(options.byKey === true)}` +
  `select set_config('yuanxin.zones',${escapeLiteral(listOf(scope.zones))},true),` +
  `set_config('yuanxin.owners',${escapeLiteral(listOf(scope.owners))},true)`;

const plain = /^[\w.:+-]+$/;

type Element = string | number | bigint | boolean | { toString(): string } | null | undefined;

const elementText = (element: Element): string => {
  if (element === null || element === undefined) return 'NULL';
  const text = element.toString();
  // A bare word would be read as NULL, whatever its case.
  if (plain.test(text) && !(text.length === 4 && text.toUpperCase() === 'NULL')) return text;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
};

/** A flat array as PostgreSQL writes it; the driver's own way costs a tenth of a batch. */
const parameter = (value: unknown): unknown =>
  Array.isArray(value) ? `{${(value as Element[]).map(elementText).join(',')}}` : value;

/**
 * @returns the transaction and what closes it. Of several things awaited together one may fail while
 * another is still at work; what that one sends afterwards must not reach the next transaction of
 * the connection.
 */
function openTx(connection: ClientBase): { readonly tx: Tx; readonly close: () => void } {
  let depth = 0;
  let open = true;
  const demandOpen = (): void => {
    if (!open) throw new Error('The transaction is over.');
  };
  const tx: Tx = {
    [inTransaction]: true,
    async rows<R>(query: Statement, values: readonly unknown[] = []) {
      demandOpen();
      const result = await connection.query({ ...query, values: values.map(parameter) });
      return result.rows as R[];
    },
    async built<R>(builder: Knex.QueryBuilder | Knex.Raw) {
      demandOpen();
      const { sql, bindings } = builder.toSQL().toNative();
      return (await connection.query(sql, [...bindings])).rows as R[];
    },
    async attempt(work, keep) {
      demandOpen();
      depth += 1;
      const point = `attempt_${depth}`;
      await connection.query(`savepoint ${point}`);
      try {
        const result = await work();
        await connection.query(
          keep(result) ? `release savepoint ${point}` : `rollback to savepoint ${point}`,
        );
        return result;
      } catch (problem) {
        demandOpen();
        await connection.query(`rollback to savepoint ${point}`);
        throw problem;
      } finally {
        depth -= 1;
      }
    },
  };
  return {
    tx,
    close: () => {
      open = false;
    },
  };
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
  const { tx, close } = openTx(connection);
  try {
    await connection.query(begin(scope, options));
    const result = await work(tx);
    close();
    await connection.query('commit');
    return result;
  } catch (problem) {
    close();
    await connection.query('rollback').catch((lost: unknown) => {
      connection.__knex__disposed = lost;
    });
    throw problem;
  } finally {
    await db.client.releaseConnection(connection);
  }
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
