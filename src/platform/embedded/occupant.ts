// Which PostgreSQL, if any, runs on a database folder, and whose child it is. PostgreSQL's own lock
// file names the process; its command line names the node process that started it, and the kernel
// tells whether that one is still its parent. No lock file of ours can therefore ever be stale.
import { execFile } from 'node:child_process';
import { readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isErrno } from '../errno.ts';
import { StartError } from '../start-error.ts';

const run = promisify(execFile);

/** The setting by which a PostgreSQL that we start remembers who started it. */
export const ownerSetting = 'yuanxin.owner';

export interface Occupant {
  readonly pid: number;
  /** Its parent, when that is the one who started it or when we did not start it at all. */
  readonly ownerPid: number;
  /** Ours, but whoever started it is gone. */
  readonly orphaned: boolean;
}

/** Clears away a lock file left by a process that is gone. */
export async function findOccupant(databaseFolder: string): Promise<Occupant | undefined> {
  const lockFile = path.join(databaseFolder, 'postmaster.pid');
  const pid = await readLock(lockFile);
  if (pid === undefined) return undefined;
  const found = await lookAt(pid);
  const folder = await realpath(databaseFolder);
  if (!found?.command.includes(`postgres -D ${folder} `)) {
    // PostgreSQL would do the same, but not when the number was given to another process of ours.
    await rm(lockFile, { force: true });
    return undefined;
  }
  const startedBy = new RegExp(`${ownerSetting}=(\\d+)`).exec(found.command)?.[1];
  const orphaned = startedBy !== undefined && Number(startedBy) !== found.parent;
  return { pid, ownerPid: found.parent, orphaned };
}

async function readLock(lockFile: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(lockFile, 'utf8'), 10);
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw cause;
  }
}

interface Process {
  readonly parent: number;
  readonly command: string;
}

async function lookAt(pid: number): Promise<Process | undefined> {
  try {
    return process.platform === 'linux' ? await lookInProc(pid) : await askPs(pid);
  } catch {
    return undefined;
  }
}

/** Without `ps`, which small Linux images lack. */
async function lookInProc(pid: number): Promise<Process> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in parentheses and may hold anything; the fourth is the parent.
  const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  return { parent: Number(parent), command };
}

async function askPs(pid: number): Promise<Process> {
  const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]);
  const [, parent, command = ''] = /^\s*(\d+)\s+(.*)/s.exec(stdout) ?? [];
  return { parent: Number(parent), command };
}

/** Stops a PostgreSQL whose starter is gone: politely, after a minute at once. */
export async function stopOrphan({ pid }: Occupant, databaseFolder: string): Promise<void> {
  for (const [signal, seconds] of [
    ['SIGINT', 60],
    ['SIGQUIT', 10],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch (cause) {
      if (isErrno(cause, 'ESRCH')) return;
      if (isErrno(cause, 'EPERM')) break;
      throw cause;
    }
    for (let waited = 0; waited < seconds * 20; waited += 1) {
      if ((await findOccupant(databaseFolder))?.pid !== pid) return;
      await sleep(50);
    }
  }
  throw new StartError(
    `数据文件夹 ${databaseFolder} 上遗留的 PostgreSQL（进程号 ${pid}）停不下来，请先结束它。`,
    `The PostgreSQL left on ${databaseFolder} (process ${pid}) does not stop; end it first.`,
  );
}
