// A look at limits, as by night or by day, through the job itself.
import type { JobTools } from '../../jobs/run.ts';
import { runJob } from '../../jobs/run.ts';
import type { Day } from '../../src/kernel/index.ts';
import { limitsModule } from '../../src/limits/index.ts';
import { clock } from '../jobs/toys.ts';
import type { LimitTestBook } from './book.ts';
import { makePerformer } from './desk.ts';

type Count = 'told' | 'opened' | 'resolved' | 'moved';

/** How much was told, opened, and moved or closed, over all portions. */
export async function nightIn(
  book: LimitTestBook,
  { name = 'limit-watch', ...more }: { readonly asOf?: Day; readonly name?: string } = {},
) {
  const tools: JobTools = {
    db: book.db,
    performer: makePerformer(book),
    modules: [limitsModule],
    dataFolder: '/nonexistent',
    actor: clock,
  };
  // Later than any result, also one of this very millisecond: each night looks anew.
  const since = new Date(Date.now() + 1000);
  const { result } = await runJob({ ...tools, name, since, ...more });
  const answers = result.answers as Record<Count, number>[];
  const sum = (of: Count): number => answers.reduce((total, one) => total + one[of], 0);
  return { told: sum('told'), opened: sum('opened'), moved: sum('moved') + sum('resolved') };
}
