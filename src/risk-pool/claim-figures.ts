/**
 * What rules of pools ask about a year and a bank, loaded once for a batch: caps want the year's
 * compensation of firm, bank and pool; fuses want the bank's losses. What no rule asks is not read.
 */
import type { Day } from '../kernel/index.ts';
import { dayParts } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import type { PoolRule } from '../rulebook/index.ts';
import type { FuseFigure, FuseFigures } from './rules/fuse.ts';
import type { YearBook } from './store-years.ts';
import { nplFigures, readYears } from './store-years.ts';

export interface Question {
  readonly poolId: string;
  readonly bankId: string;
  readonly enterpriseId: string;
  /** The figures are those of this day's year. */
  readonly on: Day;
  readonly rule: PoolRule;
}

export interface Figures {
  readonly years: YearBook;
  readonly npl: ReadonlyMap<string, FuseFigure>;
}

const asksYear = ({ caps, fuses }: PoolRule): boolean =>
  caps.firmYear !== undefined ||
  caps.bankYear !== undefined ||
  caps.poolYear !== undefined ||
  fuses.some((fuse) => fuse.metric === 'loss-to-entered');

const asksNpl = ({ fuses }: PoolRule): boolean => fuses.some((fuse) => fuse.metric === 'npl-ratio');

/** Reads the figures that these rules ask; the pools are locked, so they hold until the commit. */
export async function readFigures(tx: Tx, questions: readonly Question[]): Promise<Figures> {
  const keys = questions
    .filter(({ rule }) => asksYear(rule))
    .flatMap(({ poolId, bankId, enterpriseId, on }) =>
      [poolId, bankId, enterpriseId].map((subjectId) => ({
        poolId,
        subjectId,
        year: dayParts(on).year,
      })),
    );
  const years = await readYears(tx, keys);
  const asking = questions.filter(({ rule }) => asksNpl(rule));
  return { years, npl: await nplFigures(tx, asking) };
}

/** The bank's figures for the fuses, with what the batch has added to the year so far. */
export function fuseFiguresOf(
  { years, npl }: Figures,
  { poolId, bankId, on }: Omit<Question, 'rule' | 'enterpriseId'>,
): FuseFigures {
  const year = years.of({ poolId, subjectId: bankId, year: dayParts(on).year });
  const bad = npl.get(`${poolId} ${bankId}`);
  return {
    'loss-to-entered': { part: year.lost, whole: year.entered },
    ...(bad === undefined ? {} : { 'npl-ratio': bad }),
  };
}
