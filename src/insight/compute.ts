/**
 * Computes the figures of a question from the views, in whatever scope the transaction has. The
 * job and the screens call this same function, so what is stored is what a screen would have
 * shown.
 */
import type { Tx } from '../platform/transaction.ts';
import type { Figure, Question } from './model.ts';
import { exposureFigures } from './rules/exposure.ts';
import { motherFigures, poolFigures, reportedFigures } from './rules/leverage.ts';
import {
  financingsOf,
  fundFactsOf,
  mothersOf,
  poolFactsOf,
  poolsOf,
  programmesOf,
  reportedHalvesOf,
} from './views.ts';

export async function compute(tx: Tx, question: Question): Promise<Figure[]> {
  if (question.kind === 'exposure') {
    const programmes = await programmesOf(tx, question);
    return exposureFigures(programmes, await financingsOf(tx, question), question);
  }
  return [
    ...motherFigures(await mothersOf(tx, question), await fundFactsOf(tx, question), question),
    ...poolFigures(await poolsOf(tx, question), await poolFactsOf(tx, question), question),
    ...reportedFigures(await reportedHalvesOf(tx, question), question),
  ];
}
