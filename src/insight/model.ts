/**
 * Nouns of insight. A figure is an answer to a question about a day; it carries both halves, what
 * they mean and the dated rows that they are the sums of. What cannot be computed has a reason,
 * not a guess.
 */
import type { Day, Money } from '../kernel/index.ts';

export const figureKinds = ['leverage', 'exposure'] as const;
export type FigureKind = (typeof figureKinds)[number];

/** What is asked. The same question has the same answer for ever. */
export interface Question {
  readonly kind: FigureKind;
  /** Facts with a value day up to this one count. */
  readonly asOf: Day;
  /** Only what was recorded by then; absent: all that is known now. */
  readonly knownAt?: Date | undefined;
  readonly zoneId?: string | undefined;
}

/** One fact behind a figure: a row of a published view. */
export interface Input {
  readonly side: 'numerator' | 'denominator';
  readonly source: string;
  readonly id: string;
  /** What it is about, for a reader: the fund, the day's contributions, `undue`. */
  readonly label: string;
  readonly amount: Money;
  readonly valueOn: Day | null;
}

export type Qualifier = '不少于' | '约' | '超' | '近' | '最高' | '预计';

export interface Figure {
  readonly kind: FigureKind;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly subjectId: string;
  readonly subjectName: string;
  /** `L1-committed`, `L1-paid-in`, `pool`, `reported`, `financed`. */
  readonly measure: string;
  /** The tier of an exposure; `all` for the whole. */
  readonly part: string;
  /** What the figure means: level, basis, perspective, numerator, consolidated, asOf. */
  readonly definition: Readonly<Record<string, string | boolean>>;
  /** Names of what it is about, for filters and screens. */
  readonly labels: Readonly<Record<string, string>>;
  readonly unit: '倍' | '占比';
  readonly qualifier: Qualifier | null;
  /** Undefined: not known. Otherwise the sum of the inputs of its side. */
  readonly numerator: Money | undefined;
  readonly denominator: Money | undefined;
  /** Numerator ÷ denominator as decimal text; undefined exactly when there is a reason. */
  readonly value: string | undefined;
  readonly reason: string | undefined;
  /** Sums that the figure is made of, by name: undue, overdue. */
  readonly amounts: Readonly<Record<string, Money>>;
  /** The subject is generated, not real. */
  readonly generated: boolean;
  readonly inputs: readonly Input[];
}

/** The whole question that a figure answers, as text: its name in the API. */
export function figureId(
  figure: Pick<Figure, 'kind' | 'measure' | 'part' | 'subjectId'>,
  { asOf, knownAt }: Pick<Question, 'asOf' | 'knownAt'>,
): string {
  const { kind, measure, part, subjectId } = figure;
  const parts = [kind, measure, part, subjectId, asOf];
  if (knownAt) parts.push(knownAt.toISOString().replaceAll(/[-:.]/g, ''));
  return parts.join('~');
}

const idPattern =
  /^(leverage|exposure)~[\w-]{1,20}~[\w-]{1,10}~[\w-]{1,60}~(\d{4}-\d\d-\d\d)(?:~(\d{8}T\d{9}Z))?$/;

/** The question of a figure's id; undefined when the text is none. */
export function questionOf(id: string): Question | undefined {
  const found = idPattern.exec(id);
  if (!found) return undefined;
  const [, kind, asOf, instant] = found;
  const knownAt = instant?.replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/,
    '$1-$2-$3T$4:$5:$6.$7Z',
  );
  return {
    kind: kind as FigureKind,
    asOf: asOf as Day,
    ...(knownAt === undefined ? {} : { knownAt: new Date(knownAt) }),
  };
}
