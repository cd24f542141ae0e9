/**
 * The trial calculations of limits: the scenario, when an amount can be drawn after one, and what a
 * loan is short of against its collateral. All by the rules that the book decides with.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import {
  Failure,
  Money,
  addDays,
  dayInShanghai,
  problemOfFault,
  sentence,
} from '../kernel/index.ts';
import type { Calculation } from '../platform/calculation.ts';
import { calculation } from '../platform/calculation.ts';
import { AmountInput, DayInput, PositiveAmountInput, TextInput } from '../platform/schemas.ts';
import { MarginInput } from '../rulebook/index.ts';
import { limitRefusals as no } from './refusals.ts';
import { overSubscriptionCalc } from './over-subscription-calc.ts';
import { collateralValue, plainTerms, turningDays } from './rules/dated-terms.ts';
import { findingsOf } from './rules/incident.ts';
import { openBook } from './rules/scenario-book.ts';
import type { Scenario, ScenarioStep } from './rules/scenario-book.ts';
import { runScenario } from './rules/scenario.ts';
import { limitScenario, momentOf, scenarioOf, scenarioShape } from './scenario-calc.ts';
import { termsShape } from './terms-input.ts';

const Tenor = z.int().min(0).max(36_500);
/** A trial answers at once: on each day that is tried each step shows every node, twice. */
const largest = 100_000;

const drawableInput = z.strictObject({
  ...scenarioShape,
  /** What is to be drawn, after the steps. */
  node: TextInput(60),
  amount: PositiveAmountInput,
  tenorDays: Tenor.optional(),
  until: DayInput,
  /** Principal that falls due: on a node, or of a draw among the steps. */
  returns: z
    .array(
      z
        .strictObject({
          on: DayInput,
          node: TextInput(60).optional(),
          of: TextInput(60).optional(),
          amount: PositiveAmountInput,
        })
        .refine(({ node, of }) => (node === undefined) !== (of === undefined), {
          message: sentence('node 与 of 二者取一', 'either node or of'),
        }),
    )
    .max(100)
    .default([]),
});
type DrawableInput = z.output<typeof drawableInput>;

const tooMuch = [
  `节点数×步骤数×天数至多 ${largest}`,
  `at most ${largest} nodes × steps × days`,
] as const;

const malformed = (path: string, zh: string, en: string): Failure =>
  new Failure(no['scenario-malformed'], {
    problems: [problemOfFault({ path, message: sentence(zh, en) })],
  });

const startOf = (day: Day): Date => momentOf(day);

const stepOn = (day: Day, step: Pick<ScenarioStep, 'op' | 'ref' | 'node' | 'of' | 'amount'>) => ({
  ...step,
  spill: false,
  restore: false,
  now: startOf(day),
  day,
  expiresAt: startOf(day),
});

const returned = ({ returns }: DrawableInput, upTo: Day): ScenarioStep[] =>
  returns
    .map((one, i) => ({ ...one, ref: `return ${i + 1}` }))
    .filter(({ on }) => on <= upTo)
    .toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))
    .map(({ on, ref, node, of, amount }) => stepOn(on, { op: 'repay', ref, node, of, amount }));

/** Days on which something that is known changes: terms, first days, reservations, what is due. */
function daysToTry(asked: DrawableInput, { nodes, steps }: Scenario, from: Day): Day[] {
  const days = new Set<Day>([
    ...nodes.flatMap(({ terms = plainTerms, startsOn }) => [
      ...turningDays(terms, from, asked.until, (day) => addDays(day, 1)),
      startsOn,
    ]),
    ...steps.filter(({ op }) => op === 'reserve').map((one) => dayInShanghai(one.expiresAt)),
    // What runs out within a day is free from the next.
    ...steps
      .filter(({ op }) => op === 'reserve')
      .flatMap(({ expiresAt }) =>
        expiresAt < startOf(asked.until) ? addDays(dayInShanghai(expiresAt), 1) : [],
      ),
    ...asked.returns.map(({ on }) => on),
  ]);
  return [from, ...[...days].filter((day) => day > from && day <= asked.until).sort()];
}

interface Tried {
  readonly day: Day;
  readonly code: string | null;
  readonly smallestAdmissible: Money | null;
}

/** The days in their order until the amount fits. */
function tryDays(
  asked: DrawableInput,
  scenario: Scenario,
  days: readonly Day[],
  paid: boolean,
): { readonly firstOn: Day | null; readonly days: readonly Tried[] } {
  const { node, amount, tenorDays } = asked;
  const tried: Tried[] = [];
  for (const day of days) {
    const draw = {
      ...stepOn(day, { op: 'draw', ref: 'asked', node, of: undefined, amount }),
      tenorDays,
    };
    const back = paid ? returned(asked, day) : [];
    const answers = runScenario({ ...scenario, steps: [...scenario.steps, ...back, draw] });
    const failed = answers.slice(scenario.steps.length, -1).find(({ code }) => code !== null);
    if (failed)
      throw malformed('returns', `${failed.ref}：${failed.code}`, `${failed.ref}: ${failed.code}`);
    const { code = null, smallestAdmissible = null } = answers.at(-1) ?? {};
    tried.push({ day, code, smallestAdmissible });
    if (code === null) break;
  }
  const last = tried.at(-1);
  return { firstOn: last?.code === null ? last.day : null, days: tried };
}

export const whenDrawableCalc = calculation({
  name: 'when-drawable',
  title: { zh: '何时可提款', en: 'When an amount can be drawn' },
  input: drawableInput,
  run(asked) {
    const scenario = scenarioOf(asked);
    const last = scenario.steps.at(-1);
    const from =
      last?.day ?? dayInShanghai(asked.at === undefined ? new Date() : momentOf(asked.at));
    const days = daysToTry(asked, scenario, from);
    const { length } = [...scenario.steps, ...asked.returns, asked];
    if (scenario.nodes.length * length * days.length > largest) {
      throw malformed('until', ...tooMuch);
    }
    const certain = tryDays(asked, scenario, days, false);
    const supposingPaid = tryDays(asked, scenario, days, true);
    const { node, amount, until } = asked;
    const inputs = { node, amount, until, days: days.length };
    const steps = [
      {
        rule: 'when-drawable.certain',
        clause: 'by what is known: dated terms, first and last days, reservations that run out',
        inputs,
        formula: 'the first day on which the draw is accepted',
        result: certain.firstOn,
      },
      {
        rule: 'when-drawable.supposing-paid',
        clause:
          'the same, supposing that principal is paid on its due day; never mixed with the first',
        inputs: { ...inputs, returns: asked.returns.length },
        formula: 'the first day on which the draw is accepted after what fell due by then',
        result: supposingPaid.firstOn,
      },
    ];
    return { certain, supposingPaid, steps };
  },
});

export const marginCallCalc = calculation({
  name: 'margin-call',
  title: { zh: '押品缺口与补仓', en: 'Loan against its collateral, and its margin call' },
  input: z.strictObject({
    outstanding: AmountInput,
    collateral: termsShape.collateral.unwrap().min(1),
    /** Shares of the full value: at most at the start, add more, sell. */
    margin: MarginInput,
  }),
  run({ outstanding, collateral, margin }) {
    const { full, counted } = collateralValue(collateral);
    const terms = { ...plainTerms, collateral, margin };
    const node = {
      id: 'loan',
      name: 'loan',
      parent: undefined,
      kind: 'ENTERPRISE_LINE',
      limit: full,
      revolving: 'R',
      enforcement: 'HARD',
      contribution: 'consumed',
      caps: [],
      startsOn: '0001-01-01' as Day,
      expiresOn: undefined,
      state: 'ACTIVE',
      terms,
    } as const;
    const [opened] = openBook({ nodes: [node], steps: [] }).nodes.values();
    if (!opened) throw new Error('A book of one node has none.');
    const levels = { warnRate: undefined, buffer: margin.buffer, margin, rule: 'margin-call' };
    const found = findingsOf({ ...opened, outstanding }, levels, Money.zero, () => undefined);
    const finding = found.find(({ cause }) => cause === 'collateral');
    if (!finding) throw new Error('Collateral was not looked at.');
    const { bound: lendable, size: shortfall, severity } = finding;
    const call = severity === 'BREACH' ? 'LIQUIDATION' : severity ? 'MARGIN_CALL' : null;
    const disbursable = Money.max(lendable.minus(outstanding), Money.zero);
    const loanToValue = outstanding.ratioTo(full, 6) ?? null;
    const step = {
      rule: 'margin-call',
      clause: '初始线内可放款；达到补仓线通知补仓，达到处置线处置；缺口按初始线计算',
      inputs: { outstanding, value: full, margin },
      formula: 'shortfall = max(outstanding − value × initial, 0)',
      result: shortfall,
      rounding: 'what may be lent is rounded down to the fen',
      ...(call === null ? {} : { bound: call }),
    };
    return {
      value: full,
      counted,
      lendable,
      disbursable,
      shortfall,
      loanToValue,
      call,
      steps: [step],
    };
  },
});

export const limitCalcs: readonly Calculation[] = [
  limitScenario,
  whenDrawableCalc,
  marginCallCalc,
  overSubscriptionCalc,
];
