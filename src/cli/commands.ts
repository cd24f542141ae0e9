/** Every command, in the order in which the usage lists them. */
import { randomBytes } from 'node:crypto';
import { text as readAll } from 'node:stream/consumers';
import { runJob } from '../../jobs/run.ts';
import { loadDemo } from '../demo/index.ts';
import { replayGuaranteedLoans } from '../exchange/index.ts';
import { createUser, identityRefusals } from '../identity/index.ts';
import { Day, Failure, dayInShanghai, isDay } from '../kernel/index.ts';
import { registerOrganisation } from '../parties/index.ts';
import { exportAudit, keptSigner, verifyChains, verifyExport } from '../platform/audit.ts';
import { calculate } from '../platform/calculation.ts';
import { platformRefusals as no } from '../platform/refusals.ts';
import { everything, statement, withTransaction } from '../platform/transaction.ts';
import { calculations, modules } from '../runtime.ts';
import { benches } from '../bench/index.ts';
import type { Command, Lent } from './command.ts';
import { Usage, options, withRuntime } from './command.ts';

const only = (args: readonly string[], count: number, what: string): string[] => {
  const { words } = options(args, []);
  if (words.length !== count) throw new Usage(`It takes ${what}.`);
  return words;
};

const nothing = (args: readonly string[]): void => {
  if (args.length > 0) throw new Usage(`It takes nothing more than its name.`);
};

const migrateCommand: Command = {
  words: ['migrate'],
  usage: 'migrate',
  about: 'bring the schema up to date',
  run(args, around) {
    nothing(args);
    return withRuntime(around, ({ config }) =>
      Promise.resolve({ migrated: true, dataDir: config.dataFolder }),
    );
  },
};

const demoLoad: Command = {
  words: ['demo', 'load'],
  usage: 'demo load',
  about: 'load the demo zones; twice is harmless',
  run(args, around) {
    nothing(args);
    return withRuntime(around, async (lent) => {
      const password = around.config.demoPassword ?? randomBytes(9).toString('base64url');
      const people = await loadDemo(lent, { password, log: lent.log, onlyMissing: true });
      if (people.length === 0) return { loaded: true };
      // Told once, and only of people who did not exist before.
      return { loaded: true, people, demoPassword: password };
    });
  },
};

const configPrint: Command = {
  words: ['config', 'print'],
  usage: 'config print',
  about: 'the effective configuration, secrets redacted',
  run(args, { config, printable }) {
    nothing(args);
    return Promise.resolve(printable(config));
  },
};

const findOrganisation = statement(
  'cli.find-organisation',
  `select id from parties_organisations
   where case when $1::text is null then kind = 'operator' else $1 in (id, name) end
   order by id limit 2`,
);
const someOrganisations = statement(
  'cli.some-organisations',
  'select id, name from parties_organisations order by name limit 20',
);

/**
 * The organisation that the words mean: an id, a name, or for an officer of the platform the one
 * that runs it, which is made when there is none. So an empty system gets its first people.
 */
async function organisationFor(
  { db, performer, actor }: Lent,
  asked: string | undefined,
): Promise<string> {
  const found = await withTransaction(db, everything, (tx) =>
    tx.rows<{ id: string }>(findOrganisation, [asked ?? null]),
  );
  if (found.length === 1 && found[0]) return found[0].id;
  if (asked !== undefined) {
    const known = await withTransaction(db, everything, (tx) =>
      tx.rows<{ id: string; name: string }>(someOrganisations),
    );
    throw new Failure(identityRefusals['organisation-missing'], { organisation: asked, known });
  }
  const input = { kind: 'operator', name: '平台运营', since: dayInShanghai() };
  const outcome = await performer.perform(registerOrganisation, actor, input, 'first-operator');
  if (outcome.kind === 'refused') throw outcome.failure;
  if (outcome.kind !== 'done') throw new Error('Registering an organisation needs nobody else.');
  return (outcome.output as { organisationId: string }).organisationId;
}

const userCreate: Command = {
  words: ['user', 'create'],
  usage: 'user create --role R [--organisation ID|NAME] [--name PERSON] USERNAME',
  about: 'make a user; prints a one-time password once; without an organisation: of the platform',
  run(args, around) {
    const { words, values } = options(args, ['role', 'organisation', 'name']);
    const [username, ...more] = words;
    const role = values.get('role');
    if (!username || more.length > 0 || !role) {
      throw new Usage('It takes a role and a user name: 2–40 of a-z 0-9 . _ -, a letter first.');
    }
    return withRuntime(around, async (lent) => {
      const { performer, actor } = lent;
      const organisationId = await organisationFor(lent, values.get('organisation'));
      const input = {
        username,
        organisationId,
        name: values.get('name') ?? username,
        roles: [role],
      };
      const key = `user-create:${Date.now()}:${process.pid}`;
      const { outcome, oneTimePassword } = await createUser(performer, actor, input, key);
      if (outcome.kind === 'refused') throw outcome.failure;
      return { username, role, organisationId, oneTimePassword };
    });
  },
};

const jobRun: Command = {
  words: ['job', 'run'],
  usage: 'job run NAME [--as-of DAY]',
  about:
    'run a job for a day; a wrong NAME lists them all; one with an hour of its own runs once a day',
  run(args, around) {
    const { words, values } = options(args, ['as-of']);
    const [name, ...more] = words;
    if (name === undefined || more.length > 0) throw new Usage('It takes the name of a job.');
    const given = values.get('as-of') ?? dayInShanghai();
    if (!isDay(given)) throw new Usage(`${given} is not a day.`);
    return withRuntime(around, ({ performer, db, config }) =>
      runJob({
        name,
        asOf: Day.of(given),
        byHand: true,
        performer,
        db,
        modules,
        dataFolder: config.dataFolder,
      }),
    );
  },
};

const calc: Command = {
  words: ['calc'],
  usage: 'calc NAME < INPUT.json',
  about: calculations.map((one) => one.name).join(' '),
  async run(args) {
    const [name] = only(args, 1, 'the name of a calculation');
    const one = calculations.find((candidate) => candidate.name === name);
    if (!one) {
      const known = calculations.map((candidate) => candidate.name);
      throw new Failure(no['calculation-missing'], { name, known });
    }
    let raw: unknown;
    try {
      raw = JSON.parse(await readAll(process.stdin));
    } catch {
      throw new Failure(no['body-not-json']);
    }
    return calculate(one, raw);
  },
};

const auditVerify: Command = {
  words: ['audit', 'verify'],
  usage: 'audit verify [FILE]',
  about: 'walk the hash chain, online or from an export; name the first broken link',
  async run(args, around) {
    const { words } = options(args, []);
    if (words.length > 1) throw new Usage('It takes one file at most.');
    const [file] = words;
    if (file !== undefined) return verifyExport(file);
    return withRuntime(around, ({ db }) => verifyChains(db));
  },
  failed: (result) => (result as { valid?: boolean }).valid === false,
};

const auditExport: Command = {
  words: ['audit', 'export'],
  usage: 'audit export FILE',
  about: 'write the log so that anybody can verify it without a database',
  run(args, around) {
    const [file] = only(args, 1, 'a file');
    return withRuntime(around, async ({ db, config }) =>
      exportAudit(db, file as string, await keptSigner(config.dataFolder)),
    );
  },
};

const replay: Command = {
  words: ['replay', 'guaranteed-loans'],
  usage: 'replay guaranteed-loans FILE',
  about: 'run a real loan book through the real operations',
  run(args, around) {
    const [file] = only(args, 1, 'a file');
    return withRuntime(around, (lent) => replayGuaranteedLoans(lent, file as string));
  },
};

const bench: Command = {
  words: ['bench'],
  usage: 'bench NAME [--loans N]',
  about: Object.keys(benches).join(' '),
  async run(args, { config }) {
    const { words, values } = options(args, ['loans']);
    const [name] = only(words, 1, 'the name of a benchmark');
    const run = benches[name as string];
    if (!run) throw new Usage(`Benchmarks: ${Object.keys(benches).join(', ')}.`);
    const loans = values.get('loans');
    if (loans === undefined) return run(config, {});
    if (name !== 'day-end' || !/^[1-9]\d{2,7}$/.test(loans)) {
      throw new Usage('--loans is for day-end: a number from 100 to 99999999.');
    }
    return run(config, { loans: parseInt(loans, 10) });
  },
  failed: (result) =>
    Object.values((result as { checks?: Record<string, boolean> }).checks ?? {}).includes(false),
};

export const commands: readonly Command[] = [
  migrateCommand,
  demoLoad,
  configPrint,
  userCreate,
  jobRun,
  calc,
  auditVerify,
  auditExport,
  replay,
  bench,
];
