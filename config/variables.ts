// Every environment variable the program knows: what it may hold, in words, and its default.
// Messages never repeat a value, because some of them are secrets.
import { z } from 'zod';

export interface Variable<T> {
  readonly schema: z.ZodType<T, string | undefined>;
  /** What the value must be, to finish the sentence "NAME 应为…" / "NAME must be …". */
  readonly zh: string;
  readonly en: string;
}

function variable<T>(schema: Variable<T>['schema'], zh: string, en: string): Variable<T> {
  return { schema, zh, en };
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const roles = ['all', 'api', 'worker'] as const;

const wholeNumber = z.string().regex(/^\d{1,5}$/);
const switchText = z.enum(['0', '1']).transform((text) => text === '1');
const postgresUrl = z.string().refine((text) => {
  const url = parseUrl(text, 'postgres:', 'postgresql:');
  const named = url !== undefined && (url.hostname !== '' || url.searchParams.has('host'));
  return named && url.pathname.length > 1;
});
const redisUrl = z.string().refine((text) => {
  const url = parseUrl(text, 'redis:', 'rediss:');
  return url !== undefined && url.hostname !== '';
});

function parseUrl(text: string, ...protocols: string[]): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && protocols.includes(url.protocol) ? url : undefined;
}

function postgres() {
  const form = 'postgres://user:password@host:5432/database';
  return variable(
    postgresUrl.optional(),
    `形如 ${form} 的 PostgreSQL 地址`,
    `a PostgreSQL URL such as ${form}`,
  );
}

function onOff(byDefault: '0' | '1') {
  return variable(z.string().default(byDefault).pipe(switchText), '0 或 1', '0 or 1');
}

export const variables = {
  PORT: variable(
    z.string().default('8080').pipe(wholeNumber).transform(Number).pipe(z.int().max(65_535)),
    '整数，0 到 65535',
    'a whole number from 0 to 65535',
  ),
  HOST: variable(
    z
      .string()
      .default('127.0.0.1')
      .pipe(z.string().regex(/^[\w.:%-]+$/)),
    '主机名或 IP 地址',
    'a host name or an IP address',
  ),
  DATABASE_URL: postgres(),
  DATABASE_DIRECT_URL: postgres(),
  DATABASE_READ_URL: postgres(),
  REDIS_URL: variable(
    redisUrl.optional(),
    '形如 redis://host:6379 的 Redis 地址',
    'a Redis URL such as redis://host:6379',
  ),
  YUANXIN_DATA: variable(z.string().optional(), '文件夹', 'a folder'),
  YUANXIN_DEMO: onOff('1'),
  YUANXIN_DEMO_PASSWORD: variable(z.string().optional(), '口令', 'a password'),
  YUANXIN_SECRET: variable(
    z.string().min(32).optional(),
    '至少 32 个字符',
    'at least 32 characters',
  ),
  YUANXIN_REQUIRE_ALL: onOff('0'),
  YUANXIN_LOG: variable(
    z.string().default('info').pipe(z.enum(logLevels)),
    `${logLevels.join('、')} 之一`,
    `one of ${logLevels.join(', ')}`,
  ),
  YUANXIN_ROLE: variable(
    z.string().default('all').pipe(z.enum(roles)),
    `${roles.join('、')} 之一`,
    `one of ${roles.join(', ')}`,
  ),
} as const;

export type Name = keyof typeof variables;
export type Values = { readonly [N in Name]: z.output<(typeof variables)[N]['schema']> };
