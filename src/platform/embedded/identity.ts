// As whom PostgreSQL runs: it refuses uid 0 and users without an account. Root therefore runs it as
// the owner of the data folder or, when that is root too, inside a user namespace of one process
// (no account is made, and it works below a 0700 home); where those are refused, as `nobody`.
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StartError } from '../start-error.ts';

const run = promisify(execFile);

/** Nothing of our caller's environment reaches PostgreSQL: PGPORT or a locale would change it. */
export const cleanEnvironment = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
  LC_ALL: 'C',
};

interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Identity {
  /** Words before every command. */
  readonly prefix: readonly string[];
  /** What node itself switches to for the child; absent: stays as it is. */
  readonly spawnAs?: Account;
  /** Who must own the database files, seen from here. */
  readonly owner: Account;
}

/** The first way that can start `program` and reach `folder`. Throws StartError when none can. */
export async function chooseIdentity(program: string, folder: string): Promise<Identity> {
  const causes: unknown[] = [];
  for (const identity of await candidates(folder)) {
    // One probe answers all: namespaces allowed, path open, libraries linked.
    const [command, ...rest] = [...identity.prefix, '/bin/sh', '-c'];
    const script = ['test -x "$1" && exec "$2" --version', 'sh', folder, program];
    try {
      await run(command, [...rest, ...script], { ...identity.spawnAs, env: cleanEnvironment });
      return identity;
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw new StartError(
    `内置 PostgreSQL 不能以当前用户在 ${folder} 上运行，请用普通用户启动，或用 DATABASE_URL 指定服务器。`,
    `The embedded PostgreSQL cannot run as this user on ${folder}; ` +
      `start as an ordinary user or set DATABASE_URL.`,
    { cause: new AggregateError(causes) },
  );
}

async function candidates(folder: string): Promise<Identity[]> {
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  const guard = await deathGuard();
  const nobody = await otherAccount();
  const disguised = [...namespaceAs(nobody), ...guard];
  if (uid !== 0) {
    const prefix = (await hasName(uid)) ? guard : disguised;
    return [{ prefix, owner: { uid, gid } }];
  }
  const owner = await stat(folder);
  if (owner.uid !== 0 && (await hasName(owner.uid))) return asAccount(owner, guard);
  const inNamespace = { prefix: disguised, owner: { uid, gid } };
  const asNobody = asAccount(nobody, guard);
  return process.platform === 'linux' ? [inNamespace, ...asNobody] : asNobody;
}

/** On Linux the kernel tells PostgreSQL to stop when we die, even by kill -9. */
async function deathGuard(): Promise<readonly string[]> {
  const guard = ['--pdeathsig', 'INT', '--'];
  return (await works('setpriv', ...guard, 'true')) ? ['setpriv', ...guard] : [];
}

async function works(command: string, ...words: readonly string[]): Promise<boolean> {
  return run(command, words, { env: cleanEnvironment }).then(
    () => true,
    () => false,
  );
}

function namespaceAs({ uid, gid }: Account): readonly string[] {
  return ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
}

/** Root becoming another: plainly, and where a folder on the way is closed, past its mode bits. */
function asAccount({ uid, gid }: Account, guard: readonly string[]): Identity[] {
  const owner = { uid, gid };
  const plain = { prefix: guard, spawnAs: owner, owner };
  if (guard.length === 0) return [plain];
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const ids = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return [plain, { prefix: ['setpriv', ...ids, ...capability, ...guard.slice(1)], owner }];
}

async function hasName(uid: number): Promise<boolean> {
  return works('id', '-un', String(uid));
}

/** initdb insists that its user has a name, so a number out of the air would not do. */
async function otherAccount(): Promise<Account> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  const accounts = lines
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
  const chosen = accounts.find(({ name }) => name === 'nobody') ?? accounts[0];
  return chosen ?? { uid: 65_534, gid: 65_534 };
}
