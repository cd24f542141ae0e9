// The real server as a process of its own, that a test may kill: `node dist/src/main.js` on a
// free port, ready when it has printed its facts. Only what was started here is ever killed.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Server {
  readonly url: string;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

/** The environment of a start; nothing of the test's own settings goes in. */
export type Settings = Readonly<Record<string, string>>;

const running = new Set<ChildProcess>();

function launch(words: readonly string[], settings: Settings) {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  const child = spawn(process.execPath, words, {
    env: { PATH, HOME, TMPDIR, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const said: string[] = [];
  child.stderr.on('data', (part: Buffer) => said.push(part.toString('utf8')));
  return { child, ended, stderr: () => said.join('') };
}

const main = path.resolve('dist/src/main.js');
const cli = path.resolve('dist/src/cli.js');

/** Starts the server; throws what it said when it ends instead of getting ready. */
export async function startServer(settings: Settings): Promise<Server> {
  const { child, ended, stderr } = launch([main], settings);
  const facts = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  const line = await Promise.race([facts, ended]);
  if (typeof line !== 'string') throw new Error(`The server ended: ${stderr()}`);
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** A program that is expected to end by itself, with all that it printed. */
async function run(words: readonly string[], settings: Settings) {
  const { child, ended, stderr } = launch(words, settings);
  const said: string[] = [];
  child.stdout.on('data', (part: Buffer) => said.push(part.toString('utf8')));
  const { code } = await ended;
  return { code, stdout: said.join(''), stderr: stderr() };
}

/** A start that must not succeed. */
export const failToStart = (settings: Settings) => run([main], settings);

export const command = (words: readonly string[], settings: Settings) =>
  run([cli, ...words], settings);

/** One that is going to be killed. */
export function startCommand(words: readonly string[], settings: Settings): Pick<Server, 'end'> {
  const { child, ended } = launch([cli, ...words], settings);
  return {
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/**
 * Ends at once whatever a failed test left running; their PostgreSQL is the next owner's matter.
 */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * The PostgreSQL that the server on this folder started; for a kill that is as hard as a power
 * cut.
 */
export async function databasePid(dataFolder: string): Promise<number> {
  const text = await readFile(path.join(dataFolder, 'postgres.address.json'), 'utf8');
  return (JSON.parse(text) as { pid: number }).pid;
}
