/**
 * The jobs that a first start runs at once, so that leverage, exposure and a sealed log are there
 * to be read. A job that fails does not keep the product from starting: its run says so and is
 * tried again.
 */
import { runJob } from '../../jobs/run.ts';
import { dayInShanghai } from '../kernel/index.ts';
import type { Log } from '../platform/log.ts';
import type { Runtime } from '../runtime.ts';
import { modules } from '../runtime.ts';

const firstJobs = ['leverage', 'supply-chain-exposure', 'seal-audit'] as const;

/** Once per business day: a later start of the day finds the results. */
export async function runFirstJobs(
  { db, performer }: Pick<Runtime, 'db' | 'performer'>,
  { log, dataFolder }: { readonly log: Log; readonly dataFolder: string },
): Promise<void> {
  const asOf = dayInShanghai();
  for (const name of firstJobs) {
    try {
      const { replayed } = await runJob({ name, asOf, db, performer, modules, dataFolder });
      log.info({ job: name, asOf, replayed }, 'first job');
    } catch (problem) {
      log.error({ job: name, asOf, err: problem }, 'a first job failed');
    }
  }
}
