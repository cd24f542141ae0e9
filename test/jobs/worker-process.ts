// A worker in a process of its own, so that a test can kill it. Told what to use by its arguments.
import { startWorkers } from '../../jobs/main.ts';
import { makeLog } from '../../src/platform/log.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { clock, performerOn, toysModule } from './toys.ts';

const [databaseUrl = '', queuePrefix = '', redisUrl] = process.argv.slice(2);
const db = makePool({ url: databaseUrl, max: 4, applicationName: 'test-worker' });
await startWorkers({
  databaseUrl,
  redisUrl,
  queuePrefix,
  db,
  performer: performerOn(db),
  modules: [toysModule],
  dataFolder: '/nonexistent',
  actor: clock,
  log: makeLog('silent'),
  leaseMs: 1000,
  everyMs: 50,
});
process.stdout.write('ready\n');
