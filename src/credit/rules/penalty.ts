/**
 * Penalty interest 罚息 and compound interest 复利. The penalty rate is the whole rate of the money it
 * touches: it replaces the contract rate and is not put on top of it. Where money is both overdue
 * and misused the heavier rate applies alone; the two are taken to overlap as far as they can, so
 * that no yuan bears both.
 */
import type { Day, Money, Rounding } from '../../kernel/index.ts';
import { addDays, daysBetween, daysCounted, Money as Yuan, Rate } from '../../kernel/index.ts';
import type { DayCount, YearFraction } from './schedule/day-count.ts';
import { yearFraction } from './schedule/day-count.ts';
import { interestOf } from './schedule/interest.ts';

export const breaches = ['overdue', 'misuse'] as const;
export type Breach = (typeof breaches)[number];

/** What the bank may add to the contract rate, as a share of it, and who says so. */
export interface Band {
  readonly least: Rate;
  readonly most: Rate;
  readonly clause: string;
}

const clause = '银发〔2003〕251号';

/** The published bands; a rule pack of a later day may bring others. */
export const publishedBands: Readonly<Record<Breach, Band>> = {
  overdue: { least: Rate.of('0.3'), most: Rate.of('0.5'), clause: `${clause}：逾期加收30%至50%` },
  misuse: { least: Rate.of('0.5'), most: Rate.of('1'), clause: `${clause}：挪用加收50%至100%` },
};

export const isInBand = (markup: Rate, { least, most }: Band): boolean =>
  markup.compare(least) >= 0 && markup.compare(most) <= 0;

/** A balance that holds from the day on, until the next one of its list. */
export interface DatedBalance {
  readonly from: Day;
  readonly amount: Money;
}

export interface PenaltyTerms {
  /** The contract rate, and its changes by day. */
  readonly rate: Rate;
  readonly rateChanges: readonly { readonly from: Day; readonly rate: Rate }[];
  /** "0.5" adds 50 % of the contract rate. */
  readonly markups: Readonly<Record<Breach, Rate>>;
  /** Principal overdue, principal misused and interest unpaid; a list may be empty. */
  readonly overdue: readonly DatedBalance[];
  readonly misused: readonly DatedBalance[];
  readonly unpaidInterest: readonly DatedBalance[];
  /** Settlement days: what accrued up to and with the day, unpaid, compounds from the next on. */
  readonly settleOn: readonly Day[];
  /** The first day that no longer counts. */
  readonly to: Day;
  readonly dayCount: DayCount;
  readonly rounding: Exclude<Rounding, 'down'>;
}

/** One balance at one rate over the days of its row, rounded once. */
export interface Charge {
  readonly kind: Breach | 'compound';
  readonly balance: Money;
  readonly rate: Rate;
  readonly interest: Money;
}

export interface PenaltyRow {
  readonly from: Day;
  readonly to: Day;
  readonly days: number;
  readonly contractRate: Rate;
  /** Principal that is overdue and misused at once: it bears the heavier rate alone. */
  readonly both: Money;
  readonly charges: readonly Charge[];
}

export interface Penalty {
  readonly rows: readonly PenaltyRow[];
  readonly penalty: Money;
  readonly compound: Money;
}

/** Contract rate × (1 + markup). */
export const penaltyRate = (contract: Rate, markup: Rate): Rate =>
  Rate.of(contract.exact.times(markup.exact.plus(1)).toFixed(12));

/** The amount or rate of a dated list in force on a day. */
const inForce = <T extends { readonly from: Day }>(list: readonly T[], day: Day): T | undefined =>
  list.findLast((one) => one.from <= day);

const byDay = <T extends { readonly from: Day }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => (a.from === b.from ? 0 : a.from < b.from ? -1 : 1));

/**
 * From the first breach up to `to`, in stretches over which nothing changes. Each charge of a
 * stretch is rounded once.
 */
export function penaltyOf(given: PenaltyTerms): Penalty {
  const terms: PenaltyTerms = {
    ...given,
    rateChanges: byDay(given.rateChanges),
    overdue: byDay(given.overdue),
    misused: byDay(given.misused),
    unpaidInterest: byDay(given.unpaidInterest),
  };
  const settled = new Set(
    terms.settleOn.filter((day) => day < terms.to).map((day) => addDays(day, 1)),
  );
  const starts = startsOf(terms, settled);
  const rows: PenaltyRow[] = [];
  let compounding = Yuan.zero;
  let accrued = Yuan.zero;
  for (const [i, from] of starts.entries()) {
    if (settled.has(from)) {
      compounding = compounding.plus(accrued);
      accrued = Yuan.zero;
    }
    const row = rowOf(terms, from, starts[i + 1] ?? terms.to, compounding);
    accrued = accrued.plus(Yuan.sum(row.charges.map(({ interest }) => interest)));
    if (row.charges.length > 0) rows.push(row);
  }
  const total = (isCompound: boolean) =>
    Yuan.sum(
      rows
        .flatMap(({ charges }) => charges)
        .filter(({ kind }) => (kind === 'compound') === isCompound)
        .map(({ interest }) => interest),
    );
  return { rows, penalty: total(false), compound: total(true) };
}

/** The days from which something is different, up to the end. */
function startsOf(terms: PenaltyTerms, settled: ReadonlySet<Day>): Day[] {
  const { overdue, misused, unpaidInterest, rateChanges, to } = terms;
  const breaks = [...overdue, ...misused, ...unpaidInterest].map(({ from }) => from);
  const [first] = breaks.toSorted();
  if (first === undefined) return [];
  const all = [...breaks, ...rateChanges.map(({ from }) => from), ...settled];
  return [...new Set(all)].filter((day) => day >= first && day < to).sort();
}

function rowOf(terms: PenaltyTerms, from: Day, to: Day, compounding: Money): PenaltyRow {
  const contractRate = inForce(terms.rateChanges, from)?.rate ?? terms.rate;
  const amountOf = (list: readonly DatedBalance[]) => inForce(list, from)?.amount ?? Yuan.zero;
  const amounts = { overdue: amountOf(terms.overdue), misuse: amountOf(terms.misused) };
  const rates = {
    overdue: penaltyRate(contractRate, terms.markups.overdue),
    misuse: penaltyRate(contractRate, terms.markups.misuse),
  };
  const misuseIsHeavier = rates.misuse.compare(rates.overdue) >= 0;
  const heavier: Breach = misuseIsHeavier ? 'misuse' : 'overdue';
  const lighter: Breach = misuseIsHeavier ? 'overdue' : 'misuse';
  const both = Yuan.min(amounts.overdue, amounts.misuse);
  const ofInterest = amounts.misuse.isPositive() && misuseIsHeavier ? 'misuse' : 'overdue';
  const days30 = daysCounted(from, to, '30/360');
  const fraction: YearFraction = yearFraction(terms.dayCount, { from, to, days30 });
  const charge = (kind: Charge['kind'], balance: Money, rate: Rate): Charge => {
    return { kind, balance, rate, interest: interestOf(balance, rate, fraction, terms.rounding) };
  };
  const charges = [
    charge(heavier, amounts[heavier], rates[heavier]),
    charge(lighter, amounts[lighter].minus(both), rates[lighter]),
    charge('compound', amountOf(terms.unpaidInterest).plus(compounding), rates[ofInterest]),
  ];
  return {
    from,
    to,
    days: daysBetween(from, to),
    contractRate,
    both,
    charges: charges.filter(({ balance }) => balance.isPositive()),
  };
}
