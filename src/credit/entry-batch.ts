/**
 * A list of entries in one call (批量准入): each is admitted or refused on its own and answered by
 * name, all in one transaction; a second try of the same call answers the same. A list that names
 * what is not there is no list: it is refused as a whole.
 */
import { z } from 'zod';
import { Failure, isFailure } from '../kernel/index.ts';
import type { Context } from '../platform/operation.ts';
import { IdText } from '../platform/schemas.ts';
import { creditRefusals as no } from './refusals.ts';
import { lockEntriesById } from './store-whitelist.ts';
import type { Move } from './whitelist-moves.ts';
import { moveEntries } from './whitelist-moves.ts';

/** How many entries one call may name. */
export const batchLimit = 1000;

/** Which version of its entry the caller saw; what changed since is then refused, it alone. */
export const seenVersion = { version: z.number().int().min(1).optional() };

export const BatchAnswer = z.object({
  done: z.number().int(),
  refused: z.number().int(),
  results: z.array(
    z.object({
      entryId: IdText,
      outcome: z.enum(['done', 'refused']),
      state: z.string().nullable(),
      version: z.number().int().nullable(),
      code: z.string().nullable(),
      title: z.object({ zh: z.string(), en: z.string() }).nullable(),
      facts: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
});

type Result = z.output<typeof BatchAnswer>['results'][number];

export async function moveBatch(
  context: Context,
  moves: readonly Move[],
): Promise<z.output<typeof BatchAnswer> | Failure> {
  const ids = moves.map((move) => move.entryId);
  const known = await lockEntriesById(context.tx, ids);
  const missing = ids.find((id) => !known.has(id));
  if (missing !== undefined) return new Failure(no['entry-missing'], { entryId: missing });
  const answers = await moveEntries(context, moves);
  const results = answers.map((answer, i): Result => {
    const { entryId } = moves[i] as Move;
    if (isFailure(answer)) {
      const { code, title, facts } = answer;
      return { entryId, outcome: 'refused', state: null, version: null, code, title, facts };
    }
    const { state, version } = answer;
    return { entryId, outcome: 'done', state, version, code: null, title: null, facts: null };
  });
  const done = results.filter(({ outcome }) => outcome === 'done').length;
  return { done, refused: results.length - done, results };
}
