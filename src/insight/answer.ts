/**
 * Answers a question for somebody who may not see everything. Exposure is computed in the asker's
 * own scope, where a bank's own rows are all there is to it. Leverage takes rows of several
 * owners: who sees all owners of the zone computes it for any day, everybody else reads the
 * record of the job.
 */
import type { Day } from '../kernel/index.ts';
import { Failure, dayInShanghai } from '../kernel/index.ts';
import type { QueryContext } from '../platform/operation.ts';
import { compute } from './compute.ts';
import type { Figure, FigureKind, Question } from './model.ts';
import { figureId, questionOf } from './model.ts';
import { insightRefusals as no } from './refusals.ts';
import { recorded } from './store.ts';

/** A figure with its name and the day that it is of, which for a record may be an earlier one. */
export interface Answer extends Figure {
  readonly id: string;
  readonly asOf: Day;
}

export interface Asked {
  readonly asOf?: Day | undefined;
  readonly knownAt?: Date | undefined;
  readonly zoneId?: string | undefined;
}

/** The figures of a kind; `open` is the id of one, which then comes with its inputs. */
async function figures(
  { tx, actor }: QueryContext,
  question: Question,
  open?: string,
): Promise<Answer[]> {
  const { asOf, knownAt } = question;
  const named = <F extends Figure>(figure: F, day: Day): F & Answer => ({
    ...figure,
    asOf: day,
    id: figureId(figure, { asOf: day, knownAt }),
  });
  if (question.kind === 'exposure' || actor.scope.owners === '*') {
    const all = (await compute(tx, question)).map((figure) => named(figure, asOf));
    return open === undefined ? all : all.filter(({ id }) => id === open);
  }
  const stored = open?.split('~').slice(0, 5).join('~');
  return (await recorded(tx, question, stored)).map((figure) => named(figure, figure.asOf));
}

export async function figuresOf(
  context: QueryContext,
  kind: FigureKind,
  { asOf = context.today, knownAt, zoneId }: Asked,
): Promise<Answer[]> {
  if (asOf > context.today) throw new Failure(no['as-of-ahead'], { asOf });
  return figures(context, { kind, asOf, knownAt, zoneId });
}

/** One figure with its inputs, by its id; throws when the asker has no such figure. */
export async function figureById(
  context: QueryContext,
  kind: FigureKind,
  id: string,
): Promise<Answer> {
  const question = questionOf(id);
  const known = question?.kind === kind && question.asOf <= dayInShanghai(context.now);
  const [figure] = question && known ? await figures(context, question, id) : [];
  if (!figure) throw new Failure(no['figure-missing'], { figureId: id });
  return figure;
}
