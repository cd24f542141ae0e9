/**
 * The trial calculation `over-subscription`: whether so much more may be granted below a limit, by
 * the rule that decides it in the books (超配比例的名义检查).
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import { calculation } from '../platform/calculation.ts';
import { AmountInput, DayInput, PositiveAmountInput, TextInput } from '../platform/schemas.ts';
import { demandTerms, limitOn } from './rules/dated-terms.ts';
import { daysToAsk, decideGrants, grantOfNode, mostGranted } from './rules/over-subscription.ts';
import { termsOf, termsShape } from './terms-input.ts';

const { schedule, seasons, topUps, basis, collateral } = termsShape;
const Dated = z.strictObject({ schedule, seasons, topUps, basis, collateral });
type Dated = z.output<typeof Dated>;

const Limit = Dated.extend({ name: TextInput(100), amount: AmountInput });

const datedOf = (given: Dated) => {
  const { schedule: steps, ...rest } = given;
  const terms = termsOf({ ...rest, schedule: steps, buckets: [] });
  demandTerms(terms);
  return terms;
};

export const overSubscriptionCalc = calculation({
  name: 'over-subscription',
  title: { zh: '超配检查', en: 'Over-subscription of a limit' },
  input: z.strictObject({
    on: DayInput,
    limit: Limit,
    /** 超配比例，至少为 1 */
    oversub: z
      .string()
      .regex(/^[1-9]\d{0,2}(\.\d{1,4})?$/)
      .default('1'),
    /** 其下已核定的额度 */
    children: z.array(Limit).max(500).default([]),
    /** 拟新增核定 */
    requested: Dated.extend({ amount: PositiveAmountInput }),
  }),
  run({ on, limit, oversub, children, requested }) {
    const policy = { id: 'limit', name: limit.name, oversub, granted: limit.amount };
    const parent = { ...policy, terms: datedOf(limit) };
    const granted = children.map((one) => ({ granted: one.amount, terms: datedOf(one) }));
    const grant = grantOfNode('limit', {
      granted: requested.amount,
      terms: datedOf(requested),
    });
    const all = [parent, ...granted].map(({ terms }) => terms);
    const days = daysToAsk([...all, ...grant.terms], on);
    const allocatedOn = (_id: string, day: Day): Money =>
      Money.sum(granted.map((one) => limitOn(one.granted, one.terms, day)));
    const [refused] = decideGrants([parent], [grant], { days, today: on, allocatedOn });
    const most = mostGranted(parent, on);
    const allocated = allocatedOn('limit', on);
    const room = Money.max(most.minus(allocated), Money.zero);
    const inForce = limitOn(parent.granted, parent.terms, on);
    const step = {
      rule: 'over-subscription',
      clause: '有效额度之和不得超过上级有效额度乘以超配比例；自当日起逐个变动日检查',
      inputs: { on, limit: inForce, oversub, allocated, requested: grant.amountOn(on) },
      formula: 'Σ children in force + requested ≤ limit in force × oversub, on every day',
      result: refused === undefined,
      rounding: 'what may be granted is rounded down to the fen',
      ...(refused === undefined ? {} : { bound: refused.code }),
    };
    return {
      allowed: refused === undefined,
      limit: inForce,
      most,
      allocated,
      room,
      /** Σ children ÷ limit, today. */
      ratio: allocated.ratioTo(inForce, 6) ?? null,
      refused: refused ? { code: refused.code, ...refused.facts } : null,
      steps: [step],
    };
  },
});
