/**
 * The dated terms of a limit as text: what operations and trial calculations take, and what the
 * table keeps. One schema reads all three.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Exact, Money, Rate, canonicalJson, sentence } from '../kernel/index.ts';
import {
  AmountInput,
  DayInput,
  DayText,
  MoneyText,
  RateInput,
  ShareInput,
  TextInput,
} from '../platform/schemas.ts';
import { MarginInput } from '../rulebook/index.ts';
import type { DatedTerms } from './rules/dated-terms.ts';
import { orPlain, plainTerms } from './rules/dated-terms.ts';

const YearDay = z
  .string()
  .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)
  .refine((text) => text !== '02-29' && !/^(02-30|(02|04|06|09|11)-31)$/.test(text), {
    message: sentence('每年都有的月日 MM-DD', 'a day of every year, MM-DD'),
  })
  .meta({ description: '每年的月日 MM-DD', examples: ['11-01'] });

const Quantity = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,6})?$/)
  .transform((text) => Exact.of(text))
  .meta({ description: '数量', examples: ['4000'] });

const Haircut = RateInput.refine((rate) => rate.compare(Rate.of('1')) <= 0, {
  message: sentence('不得大于 1', 'at most 1'),
});

const someMember = (value: object): boolean =>
  Object.values(value).some((one) => one !== undefined);

const flag = (description: string) => z.boolean().optional().meta({ description });

const flags = {
  funded: flag('表内为 true，表外为 false'),
  committed: flag('承诺为 true，可撤销为 false'),
  secured: flag('有担保为 true，信用为 false'),
};

const AttributesInput = z
  .strictObject({
    ...flags,
    category: TextInput(40).optional().meta({ description: '类别' }),
  })
  .refine(someMember, { message: sentence('须至少一项属性', 'at least one attribute') });

const LendToInput = z
  .strictObject({
    revolving: z
      .array(z.enum(['R', 'NR', 'NRS']))
      .min(1)
      .max(3)
      .optional()
      .meta({ description: '循环方式为其中之一' }),
    ...flags,
    categories: z
      .array(TextInput(40))
      .min(1)
      .max(40)
      .optional()
      .meta({ description: '类别为其中之一' }),
  })
  .refine(someMember, { message: sentence('须至少一项条件', 'at least one condition') });

/** What the members of terms are, for who gives or changes them. */
const meanings = {
  schedule: '额度计划：自某日起的额度',
  seasons: '季节额度：每年的一段时间',
  topUps: '临时额度，起止日均含',
  basis: '额度依据：LINE 授信额度，MIN 授信与押品孰低，SUM 授信与押品合计',
  collateral: '押品：单价、数量、折扣率',
  priorClaim: '押品先担保的债权：被续的授信尚欠，随还款重算',
  buckets: '期限分档：不超过若干天的额度',
  lend: '可借出给同级的空闲额度；缺省为全部，0 为专用',
  borrow: '可向同级借用的额度；缺省为不可',
  attributes: '表内外、承诺、担保、类别；未说明的不作推定',
  lendTo: '只借给符合全部所列条件的同级；缺省不限对象',
  toleranceRate: '超限容忍，占额度的比例；按累计占用检查，不计入可用额度',
  toleranceAmount: '超限容忍，金额；按累计占用检查，不计入可用额度',
  warnRate: '预警线：占额度的比例；缺省按规则包',
  margin: '押品的初始线、补仓线、处置线；缺省按规则包',
} as const;

const means = (name: keyof typeof meanings) => ({ description: meanings[name] });

/** Members of an input that gives terms; all may be left out. */
export const termsShape = {
  schedule: z
    .array(z.strictObject({ from: DayInput, amount: AmountInput }))
    .max(120)
    .default([])
    .meta(means('schedule')),
  seasons: z
    .array(z.strictObject({ from: YearDay, to: YearDay, amount: AmountInput }))
    .max(12)
    .default([])
    .meta(means('seasons')),
  topUps: z
    .array(
      z.strictObject({ ref: TextInput(60), amount: AmountInput, from: DayInput, to: DayInput }),
    )
    .max(50)
    .default([])
    .meta(means('topUps')),
  basis: z.enum(['LINE', 'MIN', 'SUM']).default('LINE').meta(means('basis')),
  collateral: z
    .array(
      z.strictObject({
        ref: TextInput(60),
        price: AmountInput,
        quantity: Quantity,
        haircut: Haircut,
      }),
    )
    .max(200)
    .default([])
    .meta(means('collateral')),
  priorClaim: AmountInput.optional().meta(means('priorClaim')),
  buckets: z
    .array(z.strictObject({ days: z.int().min(1).max(36_500), amount: AmountInput }))
    .max(40)
    .default([])
    .meta(means('buckets')),
  lend: AmountInput.optional().meta(means('lend')),
  borrow: AmountInput.optional().meta(means('borrow')),
  attributes: AttributesInput.optional().meta(means('attributes')),
  lendTo: LendToInput.optional().meta(means('lendTo')),
  toleranceRate: RateInput.optional().meta(means('toleranceRate')),
  toleranceAmount: AmountInput.optional().meta(means('toleranceAmount')),
  warnRate: ShareInput.optional().meta(means('warnRate')),
  margin: MarginInput.optional().meta(means('margin')),
};

/**
 * Members of an input that changes terms. What is left out stays as it is, null takes it away; so
 * what `termsView` tells can be sent back whole and changes nothing.
 */
export const termsChangeShape = {
  schedule: termsShape.schedule.unwrap().nullish().meta(means('schedule')),
  seasons: termsShape.seasons.unwrap().nullish().meta(means('seasons')),
  topUps: termsShape.topUps.unwrap().nullish().meta(means('topUps')),
  basis: termsShape.basis.unwrap().nullish().meta(means('basis')),
  collateral: termsShape.collateral.unwrap().nullish().meta(means('collateral')),
  priorClaim: termsShape.priorClaim.nullable().meta(means('priorClaim')),
  buckets: termsShape.buckets.unwrap().nullish().meta(means('buckets')),
  lend: termsShape.lend.nullable().meta(means('lend')),
  borrow: termsShape.borrow.nullable().meta(means('borrow')),
  attributes: termsShape.attributes.nullable().meta(means('attributes')),
  lendTo: termsShape.lendTo.nullable().meta(means('lendTo')),
  toleranceRate: termsShape.toleranceRate.nullable().meta(means('toleranceRate')),
  toleranceAmount: termsShape.toleranceAmount.nullable().meta(means('toleranceAmount')),
  warnRate: termsShape.warnRate.nullable().meta(means('warnRate')),
  margin: termsShape.margin.nullable().meta(means('margin')),
};

const TermsChange = z.strictObject(termsChangeShape);
type TermsChange = z.output<typeof TermsChange>;

/** Whether a change names any member at all. */
export const namesTerms = (change: object): boolean =>
  Object.keys(termsChangeShape).some((name) => name in change);

const Terms = z.strictObject(termsShape);
type TermsInput = z.output<typeof Terms>;

/** The terms that an input gives; `plainTerms` itself when it gives none. */
export function termsOf(input: TermsInput): DatedTerms {
  const terms: DatedTerms = {
    steps: input.schedule,
    seasons: input.seasons,
    topUps: input.topUps,
    basis: input.basis,
    collateral: input.collateral,
    priorClaim: input.priorClaim,
    buckets: input.buckets.toSorted((a, b) => a.days - b.days),
    lend: input.lend,
    borrow: input.borrow,
    attributes: input.attributes,
    lendTo: input.lendTo,
    toleranceRate: input.toleranceRate,
    toleranceAmount: input.toleranceAmount,
    warnRate: input.warnRate,
    margin: input.margin,
  };
  return orPlain(terms);
}

/** The terms as a change leaves them. */
export function termsChanged(before: DatedTerms, change: TermsChange): DatedTerms {
  const after = <T>(named: T | null | undefined, kept: T, none: T): T =>
    named === undefined ? kept : (named ?? none);
  return termsOf({
    schedule: after(change.schedule, [...before.steps], []),
    seasons: after(change.seasons, [...before.seasons], []),
    topUps: after(change.topUps, [...before.topUps], []),
    basis: after(change.basis, before.basis, 'LINE'),
    collateral: after(change.collateral, [...before.collateral], []),
    priorClaim: after(change.priorClaim, before.priorClaim, undefined),
    buckets: after(change.buckets, [...before.buckets], []),
    lend: after(change.lend, before.lend, undefined),
    borrow: after(change.borrow, before.borrow, undefined),
    attributes: after(change.attributes, before.attributes, undefined),
    lendTo: after(change.lendTo, before.lendTo, undefined),
    toleranceRate: after(change.toleranceRate, before.toleranceRate, undefined),
    toleranceAmount: after(change.toleranceAmount, before.toleranceAmount, undefined),
    warnRate: after(change.warnRate, before.warnRate, undefined),
    margin: after(change.margin, before.margin, undefined),
  });
}

const stepText = ({ from, amount }: { from: Day; amount: Money }) => ({
  from,
  amount: amount.toString(),
});

/** The same as plain JSON; null for plain terms. */
export function termsText(terms: DatedTerms) {
  if (orPlain(terms) === plainTerms) return null;
  return {
    schedule: terms.steps.map(stepText),
    seasons: terms.seasons.map((one) => ({ ...one, amount: one.amount.toString() })),
    topUps: terms.topUps.map((one) => ({ ...one, amount: one.amount.toString() })),
    basis: terms.basis,
    collateral: terms.collateral.map((one) => ({
      ref: one.ref,
      price: one.price.toString(),
      quantity: one.quantity.toString(),
      haircut: one.haircut.toString(),
    })),
    ...(terms.priorClaim && { priorClaim: terms.priorClaim.toString() }),
    buckets: terms.buckets.map(({ days, amount }) => ({ days, amount: amount.toString() })),
    ...(terms.lend === undefined ? {} : { lend: terms.lend.toString() }),
    ...(terms.borrow === undefined ? {} : { borrow: terms.borrow.toString() }),
    ...(terms.attributes && { attributes: terms.attributes }),
    ...(terms.lendTo && { lendTo: terms.lendTo }),
    ...(terms.toleranceRate && { toleranceRate: terms.toleranceRate.toString() }),
    ...(terms.toleranceAmount && { toleranceAmount: terms.toleranceAmount.toString() }),
    ...(terms.warnRate && { warnRate: terms.warnRate.toString() }),
    ...(terms.margin && {
      margin: {
        initial: terms.margin.initial.toString(),
        marginCall: terms.margin.marginCall.toString(),
        liquidation: terms.margin.liquidation.toString(),
        buffer: terms.margin.buffer.toString(),
      },
    }),
  };
}

/** What a reader is told: every member, null where there is none. */
export const TermsView = z.object({
  schedule: z.array(z.object({ from: DayText, amount: MoneyText })),
  seasons: z.array(z.object({ from: z.string(), to: z.string(), amount: MoneyText })),
  topUps: z.array(z.object({ ref: z.string(), amount: MoneyText, from: DayText, to: DayText })),
  basis: z.enum(['LINE', 'MIN', 'SUM']),
  collateral: z.array(
    z.object({ ref: z.string(), price: MoneyText, quantity: z.string(), haircut: z.string() }),
  ),
  priorClaim: MoneyText.nullable(),
  buckets: z.array(z.object({ days: z.int(), amount: MoneyText })),
  lend: MoneyText.nullable(),
  borrow: MoneyText.nullable(),
  attributes: AttributesInput.nullable(),
  lendTo: LendToInput.nullable(),
  toleranceRate: z.string().nullable(),
  toleranceAmount: MoneyText.nullable(),
  warnRate: z.string().nullable(),
  margin: z
    .object({
      initial: z.string(),
      marginCall: z.string(),
      liquidation: z.string(),
      buffer: z.string(),
    })
    .nullable(),
});

const nothingTold: z.output<typeof TermsView> = {
  schedule: [],
  seasons: [],
  topUps: [],
  basis: 'LINE',
  collateral: [],
  priorClaim: null,
  buckets: [],
  lend: null,
  borrow: null,
  attributes: null,
  lendTo: null,
  toleranceRate: null,
  toleranceAmount: null,
  warnRate: null,
  margin: null,
};

/** `termsText` with every member. */
export const termsView = (terms: DatedTerms): z.output<typeof TermsView> => ({
  ...nothingTold,
  ...termsText(terms),
});

/** From what to what each member went, of two texts that the table keeps; null: plain terms. */
export function termsDifference(before: string | null, after: string | null) {
  const told = (text: string | null): z.output<typeof TermsView> => ({
    ...nothingTold,
    ...(text === null ? {} : (JSON.parse(text) as object)),
  });
  const [from, to] = [told(before), told(after)];
  return termNames
    .filter((name) => canonicalJson(from[name]) !== canonicalJson(to[name]))
    .map((name) => ({ field: name, from: from[name], to: to[name] }));
}

const termNames = Object.keys(nothingTold) as (keyof typeof nothingTold)[];

/** Reads what the table keeps. A row that does not fit is a broken invariant. */
export const termsFromText = (kept: unknown): DatedTerms =>
  kept === null || kept === undefined ? plainTerms : termsOf(Terms.parse(kept));
