/** What a command of the command line is, and how it lends itself a database and a runtime. */
import type { Config } from '../../config/index.ts';
import { systemActor } from '../identity/index.ts';
import type { Log } from '../platform/log.ts';
import { makeLog } from '../platform/log.ts';
import { migrate } from '../platform/migrate.ts';
import type { Actor } from '../platform/operation.ts';
import { makePool } from '../platform/postgres.ts';
import { openDatabase, tokenSecret } from '../product.ts';
import type { Runtime } from '../runtime.ts';
import { openRuntime } from '../runtime.ts';

export interface Surroundings {
  readonly config: Config;
  readonly json: boolean;
  readonly printable: (config: Config) => unknown;
}

export interface Command {
  /** The words that name it, for instance `audit verify`. */
  readonly words: readonly string[];
  readonly usage: string;
  readonly about: string;
  run(args: readonly string[], around: Surroundings): Promise<unknown>;
  /** True when the result itself says that it failed: the exit code is then 1. */
  failed?(result: unknown): boolean;
}

/** Wrong usage: exit code 2 with the command's usage. */
export class Usage extends Error {}

export interface Lent extends Runtime {
  readonly config: Config;
  readonly log: Log;
  readonly url: string;
  readonly directUrl: string;
  readonly actor: Actor;
}

/** Lends a migrated database with the catalogue on it, and puts everything back afterwards. */
export async function withRuntime<T>(
  { config }: Surroundings,
  work: (lent: Lent) => Promise<T>,
): Promise<T> {
  const log = makeLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  const database = await openDatabase(config, 'join-or-start', log);
  try {
    await migrate(database.directUrl);
    const db = makePool({
      url: database.url,
      max: 6,
      applicationName: 'yuanxin-cli',
      statementTimeoutMs: 120_000,
    });
    try {
      const runtime = openRuntime(db, { secret: await tokenSecret(config) });
      const actor = await systemActor(db, 'cli', 'console');
      const { url, directUrl } = database;
      return await work({ ...runtime, config, log, url, directUrl, actor });
    } finally {
      await db.destroy();
    }
  } finally {
    await database.stop();
  }
}

/** `--name value` pairs; what is left are the positional words. Throws Usage on anything else. */
export function options(
  args: readonly string[],
  names: readonly string[],
): { words: string[]; values: Map<string, string> } {
  const words: string[] = [];
  const values = new Map<string, string>();
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] as string;
    if (!word.startsWith('--')) {
      words.push(word);
      continue;
    }
    const name = word.slice(2);
    const value = args[i + 1];
    if (!names.includes(name)) throw new Usage(`There is no option ${word}.`);
    if (value === undefined) throw new Usage(`The option ${word} needs a value.`);
    values.set(name, value);
    i += 1;
  }
  return { words, values };
}
