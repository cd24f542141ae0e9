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
  /** Places of the parameters that are `text[]`: such arrays travel in PostgreSQL's binary form. */
  readonly textArrays?: ReadonlySet<number>;
}

const textArrayPlace = /\$(\d+)::text\[\]/g;

export const statement = (name: string, text: string): Statement => ({
  name,
  text,
  textArrays: new Set([...text.matchAll(textArrayPlace)].map(([, place]) => Number(place) - 1)),
});

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
const arrayText = (elements: readonly Element[]): string =>
  `{${elements.map(elementText).join(',')}}`;

const textType = 25;
const headBytes = 20;

/**
 * A flat array of texts in PostgreSQL's binary form: dimensions, whether there are nulls, the type,
 * length and lower bound, then each element behind its length. The server takes it in without
 * looking at each letter.
 */
function arrayBytes(elements: readonly Element[]): Buffer {
  const texts = elements.map((one) => (one === null || one === undefined ? null : String(one)));
  const size = texts.reduce((sum, one) => sum + 4 + Buffer.byteLength(one ?? ''), headBytes);
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(1, 4);
  bytes.writeInt32BE(textType, 8);
  bytes.writeInt32BE(texts.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = headBytes;
  for (const one of texts) {
    const length = one === null ? -1 : bytes.write(one, at + 4);
    bytes.writeInt32BE(length, at);
    at += 4 + Math.max(length, 0);
  }
  return bytes;
}

const parameter = (value: unknown, isTexts: boolean): unknown => {
  if (!Array.isArray(value)) return value;
  return isTexts && value.length > 0 ? arrayBytes(value) : arrayText(value);
};

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

/** A statement with its values, as the driver takes it. */
const queryOf = ({ name, text, textArrays }: Statement, values: readonly unknown[]) => ({
  name,
  text,
  values: values.map((value, i) => parameter(value, textArrays?.has(i) === true)),
});

/** What the driver passes on as it is, so that it cannot fail between us and the server. */
function demandPlain(values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
      throw new TypeError('A value sent without waiting must be text, a number or a list.');
    }
  }
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
  const demandOpen = (): void => {
    if (!open) throw new Error('The transaction is over.');
  };
  const tx: Tx = {
    [inTransaction]: true,
    async rows<R>(query: Statement, values: readonly unknown[] = []) {
      demandOpen();
      return (await connection.query(queryOf(query, values))).rows as R[];
    },
    send(query, values) {
      demandOpen();
      const ready = queryOf(query, values);
      demandPlain(ready.values);
      unanswered.add(connection.query(ready));
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
        demandOpen();
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
    await Promise.all([unanswered.settle(), committed]);
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
