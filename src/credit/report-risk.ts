/**
 * The report step of the day-end: every book's classes, ranges of days past due, provisions and
 * coverage (拨备覆盖率, 贷款拨备率), added up portion by portion, kept once per day, and a word when a
 * ratio falls below its band. All portions see what was recorded when the first one began.
 */
import type { Day } from '../kernel/index.ts';
import { groupedBy, Money, newId } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { factsOf } from './loan-change.ts';
import { delinquencyRanges } from './packs/delinquency-ranges.ts';
import { provisionGuidance } from './packs/provision-guidance.ts';
import { delinquencyOf } from './rules/delinquency.ts';
import { standOf, unpaidOf } from './rules/loan-stand.ts';
import type { RiskFigures } from './rules/risk-report.ts';
import { ratioNames, riskFigures } from './rules/risk-report.ts';
import { lockLoanById } from './store-loan-facts.ts';
import { pausesOf } from './store-loan-findings.ts';
import { lockDrawdownsById } from './store-loans.ts';
import type { Book, RangeSum, RiskSum } from './store-risk-reports.ts';
import {
  addOverdue,
  addRiskReport,
  belowTheDayBefore,
  heldProvisions,
  reportBegunAt,
  riskSums,
  tallyRisk,
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

const byRange = (sums: readonly RiskSum[]): RangeSum[] =>
  delinquencyRanges.parameters.ranges.map(({ code }) => {
    const own = sums.filter(({ delinquency }) => delinquency === code);
    return {
      code,
      loans: countOf(own),
      balance: Money.sum(own.map(({ balance }) => balance)),
      overdue: Money.sum(own.map(({ overdue }) => overdue)),
    };
  });

interface Reported {
  /** Where the next portion begins; undefined when the reports are made. */
  readonly next: string | undefined;
  readonly drawdowns: number;
}

/** Adds the next portion up; behind the last one the reports of all books are made. */
export async function reportPortion(
  context: Context,
  item: Item<unknown>,
  { day, after }: { readonly day: Day; readonly after: string },
  most: number,
): Promise<Reported> {
  const { tx, now } = context;
  const begunAt = after === '' ? now : await reportBegunAt(tx, day);
  if (!begunAt) throw new Error(`The report of ${day} goes on and never began.`);
  const given = { day, after, most, at: begunAt };
  const { drawdowns, upto, paidSince } = await tallyRisk(tx, given);
  await tallyByRules(tx, paidSince, day);
  if (upto === undefined) await report(context, item, day, begunAt);
  return { next: upto, drawdowns };
}

/** A day that is caught up knows nothing yet of what was paid after it. */
async function tallyByRules(tx: Tx, ids: readonly string[], day: Day): Promise<void> {
  for (const [id, drawdown] of await lockDrawdownsById(tx, ids)) {
    const loan = await lockLoanById(tx, id);
    if (!loan) throw new Error('A loan without a row was reported.');
    const { instalments } = standOf(factsOf(loan, drawdown), day);
    const unpaid = instalments.map((one) => ({ dueOn: one.dueOn, amount: unpaidOf(one) }));
    const rule = delinquencyRanges.parameters;
    addOverdue(tx, drawdown, delinquencyOf(unpaid, day, rule, await pausesOf(tx, id)).byRange);
  }
}

async function report(
  { tx, emit }: Context,
  item: Item<unknown>,
  day: Day,
  at: Date,
): Promise<void> {
  const sums = await riskSums(tx);
  const held = new Map((await heldProvisions(tx, day)).map((one) => [keyOf(one), one]));
  const below = new Set(
    (await belowTheDayBefore(tx, day)).map((one) => `${keyOf(one)} ${one.name}`),
  );
  for (const own of groupedBy(sums, keyOf).values()) {
    const { zoneId, ownerId } = own[0] as RiskSum;
    const holds = held.get(keyOf({ zoneId, ownerId }));
    const figures = riskFigures(byClass(own), holds?.amount, provisionGuidance.parameters);
    const id = newId('risk');
    const isNew = await addRiskReport(tx, {
      id,
      zoneId,
      ownerId,
      day,
      figures,
      ranges: byRange(own),
      heldId: holds?.id,
      packs,
      operationId: item.operationId,
      at,
    });
    if (isNew) tell(emit, item, { zoneId, ownerId, id, day, figures, below });
  }
}

interface Told extends Book {
  readonly id: string;
  readonly day: Day;
  readonly figures: RiskFigures;
  readonly below: ReadonlySet<string>;
}

function tell(emit: Context['emit'], item: Item<unknown>, told: Told): void {
  const { zoneId, ownerId, id, day, figures, below } = told;
  const of = { zoneId, ownerId, subjectId: id };
  const ratios = Object.fromEntries(ratioNames.map((name) => [name, figures.ratios[name].value]));
  emit(item, { name: 'credit.risk-reported', ...of, payload: { day, ratios } });
  for (const name of ratioNames) {
    const { value, standing } = figures.ratios[name];
    if (standing !== 'BELOW' || below.has(`${keyOf(told)} ${name}`)) continue;
    emit(item, {
      name: 'credit.risk-ratio-fell-short',
      ...of,
      payload: { day, ratio: name, value },
    });
  }
}
