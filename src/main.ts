/**
 * `npm start`: database, schema, demo, API and workers in one process, in the order in which a
 * failure is cheapest. The port is taken first, `/readyz` says 503 until demo data and first jobs
 * are done.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { printable, readConfig } from '../config/index.ts';
import { startProduct } from './product.ts';
import { makeLog } from './platform/log.ts';
import { StartError } from './platform/start-error.ts';

const root = path.resolve(import.meta.dirname, '../..');

async function main(): Promise<void> {
  const config = readConfig();
  const log = makeLog(config.logLevel);
  log.info({ config: printable(config) }, 'starting');
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const product = await startProduct(config, { log, version, web: path.join(root, 'src/web') });
  process.stdout.write(`${JSON.stringify(product.facts)}\n`);

  let stopping = false;
  const stop = (code: number, why: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    product.stop().then(
      () => process.exit(code),
      (problem: unknown) => {
        log.error({ err: problem }, 'the stop was not clean');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop(0, signal));
  }
  void product.databaseExited.then(() => stop(1, 'the database ended'));
  log.info({ url: product.facts.url }, 'ready');
  process.stderr.write(product.welcome);
}

main().catch((problem: unknown) => {
  if (problem instanceof StartError) process.stderr.write(`${problem.message}\n`);
  else console.error(problem);
  process.exit(1);
});
