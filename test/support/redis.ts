// A Redis for the tests: the one that REDIS_URL names, or a redis-server (or valkey-server) of
// this machine started for the occasion, without a file on disk. When there is neither, it says so
// by name.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { Redis } from 'ioredis';
import { announceMissing } from './missing.ts';

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

const programs = ['redis-server', 'valkey-server'];

/**
 * Asked when tests are declared: false is announced, so that the summary names what was left out.
 */
export function hasRedis(): boolean {
  const found = Boolean(process.env['REDIS_URL']) || programs.some((name) => onPath(name));
  if (!found) announceMissing('Redis');
  return found;
}

export async function openRedis(): Promise<TestRedis> {
  const url = process.env['REDIS_URL'];
  if (url) return { url, stop: () => Promise.resolve() };
  const program = programs.map(onPath).find((found) => found !== undefined);
  if (program === undefined) throw new Error('There is no Redis; ask hasRedis first.');
  return startRedis(program);
}

function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function startRedis(program: string): Promise<TestRedis> {
  const port = await freePort();
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const server = spawn(program, options, { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  const exited = new Promise((resolve) => {
    server.once('exit', resolve);
  });
  const client = new Redis(url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const started = await Promise.race([client.ping(), exited.then(() => undefined)]);
  client.disconnect();
  if (started === undefined) throw new Error(`${program} ended before it answered.`);
  return {
    url,
    async stop() {
      server.kill('SIGTERM');
      await exited;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
