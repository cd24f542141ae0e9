/**
 * The report step of the day-end: every book's classes, ranges of days past due, provisions and
 * coverage (拨备覆盖率, 贷款拨备率), kept once per day, and a word when a ratio falls below its band.
 */
import type { Day } from '../kernel/index.ts';
import { Money, newId } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { delinquencyRanges } from './packs/delinquency-ranges.ts';
import { provisionGuidance } from './packs/provision-guidance.ts';
import type { RiskFigures } from './rules/risk-report.ts';
import { ratioNames, riskFigures } from './rules/risk-report.ts';
import type { Book, OverdueSum, RangeSum, RiskSum } from './store-risk-reports.ts';
import {
  addRiskReport,
  belowTheDayBefore,
  heldProvisions,
  riskSums,
} from './store-risk-reports.ts';

const packs = {
  provision: `${provisionGuidance.scheme}/${provisionGuidance.version}`,
  range: `${delinquencyRanges.scheme}/${delinquencyRanges.version}`,
} as const;

const keyOf = ({ zoneId, ownerId }: Book): string => `${zoneId} ${ownerId}`;

function byClass(sums: readonly RiskSum[]) {
  const classes = [...new Set(sums.map(({ riskClass }) => riskClass))];
  return classes.map((riskClass) => {
    const own = sums.filter((one) => one.riskClass === riskClass);
    return { riskClass, loans: countOf(own), balance: Money.sum(own.map((one) => one.balance)) };
  });
}

const countOf = (sums: readonly RiskSum[]): number =>
  sums.reduce((sum, { loans }) => sum + loans, 0);

const byRange = (sums: readonly RiskSum[], overdue: readonly OverdueSum[]): RangeSum[] =>
  delinquencyRanges.parameters.ranges.map(({ code }) => {
    const own = sums.filter(({ delinquency }) => delinquency === code);
    const unpaid = overdue.filter(({ delinquency }) => delinquency === code);
    return {
      code,
      loans: countOf(own),
      balance: Money.sum(own.map(({ balance }) => balance)),
      overdue: Money.sum(unpaid.map(({ amount }) => amount)),
    };
  });

/** Answers how many loans are in the reports. */
export async function reportRisk(context: Context, item: Item<unknown>, day: Day): Promise<number> {
  const { tx, now } = context;
  const { sums, overdue } = await riskSums(tx, day);
  const held = new Map((await heldProvisions(tx, day)).map((one) => [keyOf(one), one]));
  const below = new Set(
    (await belowTheDayBefore(tx, day)).map((one) => `${keyOf(one)} ${one.name}`),
  );
  for (const key of new Set(sums.map(keyOf))) {
    const own = sums.filter((one) => keyOf(one) === key);
    const { zoneId, ownerId } = own[0] as RiskSum;
    const holds = held.get(key);
    const figures = riskFigures(byClass(own), holds?.amount, provisionGuidance.parameters);
    const id = newId('risk');
    const isNew = await addRiskReport(tx, {
      id,
      zoneId,
      ownerId,
      day,
      figures,
      ranges: byRange(
        own,
        overdue.filter((one) => keyOf(one) === key),
      ),
      heldId: holds?.id,
      packs,
      operationId: item.operationId,
      at: now,
    });
    if (isNew) tell(context, item, { zoneId, ownerId, id, day, figures, below });
  }
  return countOf(sums);
}

interface Told extends Book {
  readonly id: string;
  readonly day: Day;
  readonly figures: RiskFigures;
  readonly below: ReadonlySet<string>;
}

function tell(context: Context, item: Item<unknown>, told: Told): void {
  const { zoneId, ownerId, id, day, figures, below } = told;
  const of = { zoneId, ownerId, subjectId: id };
  const ratios = Object.fromEntries(ratioNames.map((name) => [name, figures.ratios[name].value]));
  context.emit(item, { name: 'credit.risk-reported', ...of, payload: { day, ratios } });
  for (const name of ratioNames) {
    const { value, standing } = figures.ratios[name];
    if (standing !== 'BELOW' || below.has(`${keyOf(told)} ${name}`)) continue;
    context.emit(item, {
      name: 'credit.risk-ratio-fell-short',
      ...of,
      payload: { day, ratio: name, value },
    });
  }
}
