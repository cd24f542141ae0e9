/**
 * The trial calculation `limit-scenario`: text in, text out around the pure trial. Where an
 * instant is expected a day will do: a step then happens as it begins, a reservation lasts until
 * it is over.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Money, addDays, dayInShanghai, isDay, sentence } from '../kernel/index.ts';
import { calculation } from '../platform/calculation.ts';
import { AmountInput, DayInput, PositiveAmountInput, TextInput } from '../platform/schemas.ts';
import type { Binding, NodeKind } from './model.ts';
import { plainTerms } from './rules/dated-terms.ts';
import type { NodeFigures, ScenarioAnswer } from './rules/scenario.ts';
import { runScenario } from './rules/scenario.ts';
import type { Scenario, ScenarioOp } from './rules/scenario-book.ts';
import { scenarioOps } from './rules/scenario-book.ts';
import { termsChanged, termsChangeShape, termsOf, termsShape, termsText } from './terms-input.ts';

const Name = TextInput(60);
const instant = z.iso.datetime({ offset: true });
const [first, last] = [Date.parse('0001-01-02T00:00:00Z'), Date.parse('9999-12-30T00:00:00Z')];

function isMoment(text: string): boolean {
  if (!isDay(text) && !instant.safeParse(text).success) return false;
  const time = momentOf(text).getTime();
  return time >= first && time <= last;
}

const Moment = z
  .string()
  .refine(isMoment, {
    message: sentence(
      '日期 YYYY-MM-DD 或 RFC 3339 时刻',
      'a day YYYY-MM-DD or an instant of RFC 3339',
    ),
  })
  .meta({ description: '日期或 RFC 3339 时刻', examples: ['2026-11-22T09:00:00+08:00'] });

const Node = z.strictObject({
  id: Name,
  name: TextInput(200).optional(),
  parent: Name.nullish(),
  /** Only shown again: every word is taken. */
  kind: Name.default('ENTERPRISE_LINE'),
  limit: AmountInput,
  revolving: z.enum(['R', 'NR', 'NRS']).default('R'),
  enforcement: z.enum(['HARD', 'SOFT']).default('HARD'),
  contribution: z.enum(['consumed', 'outstanding']).default('consumed'),
  caps: z.array(Name).max(20).default([]),
  startsOn: DayInput.optional(),
  expiresOn: DayInput.optional(),
  state: z.enum(['ACTIVE', 'FROZEN', 'CLOSED']).default('ACTIVE'),
  ...termsShape,
});

const Step = z.strictObject({
  op: z.enum(scenarioOps),
  ref: Name.optional(),
  node: Name.optional(),
  amount: AmountInput.optional(),
  of: Name.optional(),
  spill: z.boolean().default(false),
  restore: z.boolean().default(false),
  /** Days until it is due; asked for where a node has tenor buckets. */
  tenorDays: z.int().min(0).max(36_500).optional(),
  /** Of a draw: what approved exceptions let it take beyond a limit, or beyond a tenor bucket. */
  allowances: z
    .array(
      z.strictObject({
        node: Name,
        amount: PositiveAmountInput,
        bucketDays: z.int().min(1).max(36_500).optional(),
      }),
    )
    .min(1)
    .max(5)
    .optional(),
  at: Moment.optional(),
  expiresAt: Moment.optional(),
  /** Of `set-terms`: what is left out stays as it is, null takes it away. */
  terms: z.strictObject(termsChangeShape).optional(),
});

/** A trial answers at once: each step shows every node. */
const largest = 50_000;

/** A tree and what happened on it. */
export const scenarioShape = {
  at: Moment.optional(),
  nodes: z.array(Node).min(1).max(500),
  steps: z.array(Step).max(2000),
};

export const scenarioInput = z
  .strictObject(scenarioShape)
  .refine(({ nodes, steps }) => nodes.length * steps.length <= largest, {
    message: sentence(`节点数×步骤数至多 ${largest}`, `at most ${largest} nodes × steps`),
  });
type Input = z.output<typeof scenarioInput>;

const never = new Date('9999-12-31T23:59:59Z');
const always = '0001-01-01' as Day;

export function momentOf(text: string): Date {
  return new Date(isDay(text) ? `${text}T00:00:00+08:00` : text);
}

const endOf = (text: string): Date => momentOf(isDay(text) ? addDays(text, 1) : text);

/** Time stands still between steps that do not say when they happen. */
export function scenarioOf(input: Input): Scenario {
  let now = input.at === undefined ? new Date() : momentOf(input.at);
  return {
    nodes: input.nodes.map(({ parent, kind, ...node }) => ({
      ...node,
      terms: termsOf(node),
      name: node.name ?? node.id,
      kind: kind as NodeKind,
      parent: parent ?? undefined,
      startsOn: node.startsOn ?? always,
      expiresOn: node.expiresOn,
    })),
    steps: input.steps.map(({ at, expiresAt, ref, allowances, terms, ...step }, i) => {
      if (at !== undefined) now = momentOf(at);
      return {
        ...step,
        ref: ref ?? `#${i + 1}`,
        node: step.node,
        amount: step.amount,
        of: step.of,
        terms: terms && ((before) => termsChanged(before, terms)),
        allowances: allowances?.map(({ node: nodeId, ...one }) => ({ nodeId, ...one })),
        now,
        day: dayInShanghai(now),
        expiresAt: expiresAt === undefined ? never : endOf(expiresAt),
      };
    }),
  };
}

const available = '可用额度＝限额－已用－预占，逐级与横向限额同时检查；等于可用额度时准予';
const admission = 'amount ≤ min(limit − used − reserved) over every HARD node';

/** By operation: what the rule says, and its formula. */
const rules: Readonly<Record<ScenarioOp, readonly [clause: string, formula: string]>> = {
  reserve: [available, `${admission}; reserved + amount`],
  draw: [
    `${available}；用款不超过预占，余额当即退回，超出部分仅在 spill 时占用可用额度；例外只补足可用以外的部分`,
    `${admission}; used + amount; reserved − reservation`,
  ],
  repay: ['仅本金恢复额度：循环恢复，不循环不恢复，日内循环只恢复当日用款', 'outstanding − amount'],
  release: ['预占只了结一次，随时可释放', 'reserved − min(amount, reservation)'],
  expire: ['预占到期即释放，不待批处理', 'reserved − reservation'],
  freeze: ['冻结后不受理新预占和用款；还款和释放照常', 'headroom = 0'],
  unfreeze: ['解冻', 'headroom = min(limit − used − reserved)'],
  reverse: [
    '冲销整笔用款；预占仅在 restore 时恢复',
    'used − amount; drawn − amount; reserved + used of the reservation, when restored',
  ],
  'set-limit': [
    '限额可调至已用以下：可用为负，不再准予新用款',
    'available = limit − used − reserved',
  ],
  'set-terms': [
    '额度计划、临时额度、押品、期限分档只改所列各项；分档不得高于上级、不得低于已用',
    'limit = min or sum of what is granted and what the collateral counts for, on the day',
  ],
};

type Texts<T> = { readonly [K in keyof T]: T[K] extends Money ? string : T[K] };

const textsOf = <T extends object>(figures: T): Texts<T> =>
  Object.fromEntries(
    Object.entries(figures).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Money ? value.toString() : value,
    ]),
  ) as Texts<T>;

const nodeTexts = ({ topUps, headroom, ...figures }: NodeFigures) => ({
  ...textsOf(figures),
  headroom: headroom?.toString() ?? null,
  ...(topUps && { topUps: topUps.map(textsOf) }),
});

function explained(input: Input['steps'][number], answer: ScenarioAnswer) {
  const [clause, formula] = rules[input.op];
  const { op, node, amount, of, spill, restore, allowances, terms } = input;
  const smallestAdmissible = answer.smallestAdmissible?.toString() ?? null;
  const nodes = Object.fromEntries(
    Object.entries(answer.nodes).map(([id, figures]) => [id, nodeTexts(figures)]),
  );
  const given = {
    node,
    amount: amount?.toString(),
    of,
    spill,
    restore,
    allowances: allowances?.map(textsOf),
    terms: terms && termsText(termsChanged(plainTerms, terms)),
  };
  return {
    ...answer,
    binding: answer.binding.map((one: Binding) => textsOf(one)),
    smallestAdmissible,
    nodes,
    ...(answer.exceeded ? { exceeded: answer.exceeded.map(String) } : {}),
    rule: `limits.${op}`,
    clause,
    inputs: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    formula,
    result: answer.code ?? 'accepted',
    rounding: 'none: exact',
  };
}

export const limitScenario = calculation({
  name: 'limit-scenario',
  title: { zh: '额度试算', en: 'Limit scenario' },
  input: scenarioInput,
  run(input: Input) {
    const answers = runScenario(scenarioOf(input));
    return {
      steps: answers.map((one, i) => explained(input.steps[i] as Input['steps'][number], one)),
    };
  },
});
