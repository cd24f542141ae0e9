// The way to a PostgreSQL server: the pool, and the check that a server can be used at all.
// The surprising decision: date, numeric and int8 arrive as text, also inside arrays, because a JS
// Date has a time zone and a JS number loses fen.
import knexPkg, { type Knex } from 'knex';
import { Client, types } from 'pg';
import { StartError } from './start-error.ts';

const { knex } = knexPkg;

const oldestServer = 15;

/** Types by their number in pg_type: int8, date, numeric; date[] and numeric[]; text[]. */
const keptAsText: ReadonlySet<number> = new Set([20, 1082, 1700]);
const keptAsTexts: ReadonlySet<number> = new Set([1182, 1231]);
const textArray = 1009;

type Parse = (text: string) => unknown;
const parserOf = types.getTypeParser as (oid: number, format?: string) => Parse;

/** What pg would turn into a Date or a float stays as it was sent. For pools of our own making. */
export const typeParsers = {
  getTypeParser(oid: number, format?: string): Parse {
    if (keptAsText.has(oid)) return (text) => text;
    if (keptAsTexts.has(oid)) return parserOf(textArray);
    return parserOf(oid, format);
  },
};

export interface PoolOptions {
  readonly url: string;
  /** Connections at most; none is kept open while idle. */
  readonly max: number;
  readonly applicationName: string;
  /** Milliseconds a statement may run; 0 is for ever. */
  readonly statementTimeoutMs?: number;
  /** Milliseconds a transaction may sit idle before the server ends it; 0 is for ever. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Milliseconds to wait for a free connection. */
  readonly acquireTimeoutMs?: number;
  /** False behind a transaction pooler, which accepts no settings of a session. */
  readonly sessionSettings?: boolean;
}

/** What knex would print it also throws, and stdout belongs to the commands' results. */
const silent: Knex.Logger = {
  warn: () => undefined,
  error: () => undefined,
  deprecate: () => undefined,
  debug: () => undefined,
};

/** A knex over its own pool. The caller owns it and ends it with `destroy()`. */
export function makePool(options: PoolOptions): Knex {
  return knex({
    client: 'pg',
    connection: connectionOptions(options),
    pool: { min: 0, max: options.max, idleTimeoutMillis: 30_000 },
    acquireConnectionTimeout: options.acquireTimeoutMs ?? 30_000,
    log: silent,
  });
}

function connectionOptions(options: PoolOptions) {
  const settings = [
    `statement_timeout=${options.statementTimeoutMs ?? 30_000}`,
    `idle_in_transaction_session_timeout=${options.idleInTransactionTimeoutMs ?? 60_000}`,
    'timezone=UTC',
    'datestyle=ISO',
    // A batch or a portion ends sooner than its statements would be compiled.
    'jit=off',
  ];
  return {
    connectionString: options.url,
    application_name: options.applicationName,
    keepAlive: true,
    // Statements of one batch that do not need each other's answers go out together.
    pipeline: true,
    types: typeParsers,
    ...(options.sessionSettings === false
      ? {}
      : { options: settings.map((setting) => `-c ${setting}`).join(' ') }),
  };
}

/**
 * Connects once and answers the server's major version.
 * Throws StartError when the server cannot be reached, refuses us, is older than 15 or does not
 * store UTF-8. `variable` is the name that the sentence blames; the password is never printed.
 */
export async function checkServer(url: string, variable = 'DATABASE_URL'): Promise<number> {
  const place = describe(url, variable);
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A connection that breaks later reports through this event; without a listener node would end.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; encoding: string }>(
      `select current_setting('server_version_num') as version,
              current_setting('server_encoding') as encoding`,
    );
    const major = Math.floor(Number.parseInt(rows[0]?.version ?? '0', 10) / 10_000);
    if (major < oldestServer) throw tooOld(variable, place, major);
    if (rows[0]?.encoding !== 'UTF8') throw notUtf8(variable, place, rows[0]?.encoding ?? '?');
    return major;
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    throw unusable(variable, place, cause);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** "host:port/database" of a connection URL: all that may be printed of it. */
function describe(url: string, variable: string): string {
  try {
    const { protocol, hostname, port, pathname, searchParams } = new URL(url);
    if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw new Error('not PostgreSQL');
    const host = hostname || searchParams.get('host') || 'localhost';
    return `${host}:${port || '5432'}${decodeURIComponent(pathname)}`;
  } catch {
    throw new StartError(
      `${variable} 不是有效的 PostgreSQL 地址，应形如 postgres://用户:口令@主机:5432/数据库。`,
      `${variable} is not a PostgreSQL URL such as postgres://user:password@host:5432/database.`,
    );
  }
}

function tooOld(variable: string, place: string, major: number): StartError {
  return new StartError(
    `${variable} 指向的服务器 ${place} 是 PostgreSQL ${major}，需要 ${oldestServer} 或更新版本。`,
    `The server ${place} of ${variable} is PostgreSQL ${major}; it needs ${oldestServer} or newer.`,
  );
}

function notUtf8(variable: string, place: string, encoding: string): StartError {
  return new StartError(
    `${variable} 指向的数据库 ${place} 的编码是 ${encoding}，需要 UTF8。`,
    `The database ${place} of ${variable} is encoded in ${encoding}; UTF8 is needed.`,
  );
}

const reasons: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  ECONNREFUSED: ['那里没有服务器在监听', 'nothing listens there'],
  ENOTFOUND: ['找不到这台主机', 'the host is not known'],
  EAI_AGAIN: ['主机名现在无法解析', 'the host name cannot be resolved now'],
  ETIMEDOUT: ['服务器没有应答', 'the server does not answer'],
  EHOSTUNREACH: ['到不了这台主机', 'the host cannot be reached'],
  ENETUNREACH: ['到不了这个网络', 'the network cannot be reached'],
  '28P01': ['用户名或口令不对', 'the user name or the password is wrong'],
  '28000': ['服务器不允许此用户连接', 'the server does not let this user in'],
  '3D000': ['数据库不存在', 'the database does not exist'],
  '42501': ['此用户没有连接权限', 'the user may not connect'],
  '53300': ['服务器的连接已用完', 'the server has no connection left'],
  '57P03': ['服务器正在启动或停止', 'the server is starting up or shutting down'],
};

function unusable(variable: string, place: string, cause: unknown): StartError {
  const { code, message } = errorFacts(cause);
  const [zh, en] = reasons[code] ?? unknownReason(message);
  return new StartError(
    `${variable} 指向的数据库 ${place} 用不了：${zh}。`,
    `The database ${place} of ${variable} cannot be used: ${en}.`,
    { cause },
  );
}

function unknownReason(message: string): readonly [zh: string, en: string] {
  if (/timeout/i.test(message)) return ['服务器没有应答', 'the server does not answer'];
  const reason = message === '' ? 'unknown error' : message;
  return [reason, reason];
}

/** pg and node put the reason in `code` (an SQLSTATE or an errno name) when they know it. */
function errorFacts(cause: unknown): { code: string; message: string } {
  if (!(cause instanceof Error)) return { code: '', message: String(cause) };
  const code: unknown = 'code' in cause ? cause.code : '';
  return { code: typeof code === 'string' ? code : '', message: cause.message };
}
