// The configuration: the only place that reads the environment. Every wrong variable is named at
// once, and so is an unknown YUANXIN_ one, which is a typing error that would otherwise be obeyed
// in silence. YUANXIN_TEST_… belongs to the tests.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { StartError } from '../src/platform/start-error.ts';
import { variables, type Name, type Values } from './variables.ts';

export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded database in `dataFolder`. */
  readonly databaseUrl: string | undefined;
  /** Past a pooler, for migrations and what holds a session; absent: `databaseUrl`. */
  readonly databaseDirectUrl: string | undefined;
  /** A replica for reports; absent: `databaseUrl`. */
  readonly databaseReadUrl: string | undefined;
  /** Absent: the queues live in the database. */
  readonly redisUrl: string | undefined;
  /** Absolute. */
  readonly dataFolder: string;
  readonly demo: boolean;
  /** Absent: a random one is made and printed once. */
  readonly demoPassword: string | undefined;
  /** Signs tokens; absent: one is made and kept in `dataFolder`. */
  readonly secret: string | undefined;
  readonly requireAll: boolean;
  readonly logLevel: Values['YUANXIN_LOG'];
  readonly role: Values['YUANXIN_ROLE'];
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Problem {
  readonly zh: string;
  readonly en: string;
}

/** Throws StartError naming every problem. An empty variable counts as absent. */
export function readConfig(environment: Environment = process.env): Config {
  const problems: Problem[] = unknownNames(environment).map((name) => ({
    zh: `${name} 不是已知的变量`,
    en: `${name} is not a known variable`,
  }));
  const values = readValues(environment, problems);
  for (const name of ['DATABASE_DIRECT_URL', 'DATABASE_READ_URL'] as const) {
    if (!environment[name] || environment['DATABASE_URL']) continue;
    problems.push({ zh: `${name} 需要同时设置 DATABASE_URL`, en: `${name} needs DATABASE_URL` });
  }
  if (problems.length > 0) throw refuse(problems);
  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL,
    databaseDirectUrl: values.DATABASE_DIRECT_URL,
    databaseReadUrl: values.DATABASE_READ_URL,
    redisUrl: values.REDIS_URL,
    dataFolder: path.resolve(values.YUANXIN_DATA ?? path.join(packageRoot(), '.yuanxin')),
    demo: values.YUANXIN_DEMO,
    demoPassword: values.YUANXIN_DEMO_PASSWORD,
    secret: values.YUANXIN_SECRET,
    requireAll: values.YUANXIN_REQUIRE_ALL,
    logLevel: values.YUANXIN_LOG,
    role: values.YUANXIN_ROLE,
  });
}

function unknownNames(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('YUANXIN_') && !name.startsWith('YUANXIN_TEST_'))
    .filter((name) => !Object.hasOwn(variables, name));
}

function readValues(environment: Environment, problems: Problem[]): Values {
  const read = (Object.keys(variables) as Name[]).map((name): [Name, unknown] => {
    const { schema, zh, en } = variables[name];
    const result = schema.safeParse(environment[name] || undefined);
    if (!result.success) problems.push({ zh: `${name} 应为${zh}`, en: `${name} must be ${en}` });
    return [name, result.data];
  });
  // Complete and typed by `variables`, unless a problem was added, and then nobody sees it.
  return Object.fromEntries(read) as Values;
}

function refuse(problems: readonly Problem[]): StartError {
  return new StartError(
    `配置有误：${problems.map(({ zh }) => zh).join('；')}。`,
    `Wrong configuration: ${problems.map(({ en }) => en).join('; ')}.`,
  );
}

/** The folder of package.json: this file runs as config/index.ts and as dist/config/index.js. */
function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const above = path.dirname(folder);
    if (above === folder) throw new Error(`No package.json above ${import.meta.dirname}.`);
    folder = above;
  }
  return folder;
}

/** What `config print` shows: absent is null, secrets and the passwords in URLs are ***. */
export function printable(config: Config): Readonly<Record<keyof Config, unknown>> {
  return {
    ...config,
    databaseUrl: withoutPassword(config.databaseUrl),
    databaseDirectUrl: withoutPassword(config.databaseDirectUrl),
    databaseReadUrl: withoutPassword(config.databaseReadUrl),
    redisUrl: withoutPassword(config.redisUrl),
    demoPassword: hidden(config.demoPassword),
    secret: hidden(config.secret),
  };
}

function hidden(secret: string | undefined): string | null {
  return secret === undefined ? null : '***';
}

/** A password may also stand in the query (?password=, ?sslpassword=). */
function withoutPassword(text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = new URL(text);
  if (url.password !== '') url.password = '***';
  for (const name of url.searchParams.keys()) {
    if (/password/i.test(name)) url.searchParams.set(name, '***');
  }
  return url.href;
}
