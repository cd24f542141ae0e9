// What tests of the commitment fee share: a line with a rate, the job run portion by portion, bills
// as they stand, and the fee of nights counted one by one.
import type { Day } from '../../src/kernel/index.ts';
import { addDays } from '../../src/kernel/index.ts';
import { billCommitmentFees } from '../../src/credit/index.ts';
import { commitmentFeeRule } from '../../src/credit/packs/commitment-fee.ts';
import { listFeeBills, showFeeBill } from '../../src/credit/queries-fee-bills.ts';
import { feePeriodEnd } from '../../src/credit/rules/fee-bill.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import type { Park } from './stage.ts';
import { lineIn } from './stage.ts';

/** The first day of a line here, more than four settlement periods ago. */
export const begin = ago(400);

/** The ends of the settlement periods since then that are over. */
export const ends: readonly Day[] = (() => {
  const found: Day[] = [];
  for (let end = begin; ;) {
    end = feePeriodEnd(end, commitmentFeeRule.parameters);
    if (end > today) return found;
    found.push(end);
  }
})();

export const endAt = (place: number): Day => {
  const end = ends.at(place);
  if (end === undefined) throw new Error('No such period.');
  return end;
};

/** One million at 0.36 % a year: ten yuan a night. */
export const feeLine = (stage: Stage, park: Park, more: object = {}) =>
  lineIn(stage, park, '1000000.00', { startsOn: begin, commitmentRateAnnual: '0.0036', ...more });

/** Runs the job portion by portion; `calls` ends it early, as a crash would. */
export async function billFees(stage: Stage, asOf: Day = today, calls = 1000): Promise<number> {
  let bills = 0;
  let after: string | null = '';
  for (let call = 0; call < calls && after !== null; call += 1) {
    const answer: Readonly<Record<string, unknown>> = await stage.done(
      billCommitmentFees,
      { asOf, after },
      stage.root,
    );
    bills += answer['bills'] as number;
    after = answer['next'] as string | null;
  }
  return bills;
}

export const billsOf = async (stage: Stage, filters: object, actor = stage.bank) =>
  (await stage.ask(listFeeBills, { pageSize: 200, ...filters }, actor)).items;

export const billOf = (stage: Stage, billId: string, actor = stage.bank) =>
  stage.ask(showFeeBill, { billId }, actor);

/** Yuan, by what was undrawn of the million on each night of `[from, to)`. */
export function nightsOf(from: Day, to: Day, drawnOn: (day: Day) => number): string {
  let hundredThousandths = 0n;
  for (let day = from; day < to; day = addDays(day, 1)) {
    hundredThousandths += BigInt(1_000_000 - drawnOn(day));
  }
  const cents = (hundredThousandths + 500n) / 1000n;
  return `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}
