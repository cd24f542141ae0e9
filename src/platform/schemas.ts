/**
 * The input shapes that every operation shares. Each validates strictly, parses into the kernel's
 * type and documents itself for OpenAPI; text may hold neither control characters nor broken
 * Unicode, because neither survives the database and the hash chain unchanged.
 */
import { z } from 'zod';
import { sentence } from '../kernel/sentence.ts';
import { Day, isDay } from '../kernel/day.ts';
import type { Id } from '../kernel/id.ts';
import { MONEY_INPUT_LIMIT, Money } from '../kernel/money.ts';
import { Rate, isRateText } from '../kernel/rate.ts';

// A part that is wrong must abort: else the checks of the whole object would still run, and meet
// text where they expect Money.
const moneyPattern = /^\d{1,18}(\.\d{1,2})?$/;

/** An amount in yuan, zero or more, at most two decimals, below 10^16. */
export const AmountInput = z
  .string()
  .regex(moneyPattern, {
    message: sentence(
      '金额（元）须为文本，至多两位小数',
      'an amount in yuan with at most two decimals, as text',
    ),
    abort: true,
  })
  .refine((text) => Money.of(text).lessThan(MONEY_INPUT_LIMIT), {
    message: sentence('金额须小于 10^16 元', 'amounts of 10^16 or more are refused'),
    abort: true,
  })
  .transform((text) => Money.of(text))
  .meta({ description: '金额（元），文本，最多两位小数', examples: ['1250000.00'] });

/** An amount above zero. */
export const PositiveAmountInput = AmountInput.refine((money) => money.isPositive(), {
  message: sentence('金额须大于零', 'the amount must be above zero'),
});

/** Money in an answer. */
export const MoneyText = z
  .string()
  .regex(/^-?\d{1,18}\.\d{2}$/)
  .meta({ description: '金额（元），文本', examples: ['1250000.00'] });

const ratePattern = /^\d{1,6}(\.\d{1,12})?$/;

/** A rate per year or a ratio, zero or more: "0.0345" is 3.45 %. */
export const RateInput = z
  .string()
  .regex(ratePattern, {
    message: sentence('利率或比例须为文本，例如 "0.0345"', 'a rate as text, for instance "0.0345"'),
    abort: true,
  })
  .refine(isRateText, { abort: true })
  .transform((text) => Rate.of(text))
  .meta({ description: '利率或比例，文本，0.0345 即 3.45%', examples: ['0.0345'] });

/** A share of at most 1. */
export const ShareInput = RateInput.refine((rate) => rate.compare(Rate.of('1')) <= 0, {
  message: sentence('比例不得大于 1', 'a share is at most 1'),
});

export const DayInput = z
  .string()
  .refine(isDay, {
    message: sentence('须为存在的日期 YYYY-MM-DD', 'a day that exists, YYYY-MM-DD'),
    abort: true,
  })
  .transform((text) => Day.of(text))
  .meta({ description: '日期 YYYY-MM-DD', examples: ['2026-11-22'] });

export const DayText = z.string().meta({ description: '日期 YYYY-MM-DD' });
export const InstantText = z.string().meta({ description: 'RFC 3339 时刻' });

/** What is longer or further away is well-formed, and PostgreSQL cannot read it. */
const instantRange = { from: Date.parse('1970-01-01'), to: Date.parse('9999-01-01'), length: 40 };

/** An instant with its offset, as text; `knownAt` and terms that end at an hour. */
export const InstantInput = z.iso
  .datetime({ offset: true, abort: true })
  .max(instantRange.length)
  .refine((text) => Date.parse(text) >= instantRange.from && Date.parse(text) < instantRange.to, {
    message: sentence('须为 1970 年至 9999 年之间的时刻', 'an instant between 1970 and 9999'),
    abort: true,
  })
  .meta({ description: 'RFC 3339 时刻' });

/**
 * An id of one kind. Any well-shaped text is taken: an id that does not exist is a 404, not a 400.
 */
export const IdInput = <P extends string>(prefix: P) =>
  z
    .string()
    .regex(/^[\w-]{1,60}$/, sentence(`须为标识 ${prefix}_…`, `an id ${prefix}_…`))
    .transform((text) => text as Id<P>)
    .meta({ description: `标识 ${prefix}_…` });

export const IdText = z.string();

// oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
const unsafeText = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;

/** Text of 1 to `length` characters without control characters; outer blanks are not allowed. */
export const TextInput = (length = 200) =>
  z
    .string()
    .min(1)
    .max(length)
    .refine((text) => !unsafeText.test(text), {
      message: sentence('不得含控制字符', 'no control characters'),
    })
    .refine((text) => text.trim() === text, {
      message: sentence('首尾不得有空白', 'no blanks at the ends'),
    });

// oxlint-disable-next-line no-control-regex -- as above, but for the ends of lines and tabs
const unsafeInFile = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/u;

/** What a text file holds: lines and tabs, no other control characters. */
export const FileTextInput = (length: number) =>
  z
    .string()
    .min(1)
    .max(length)
    .refine((text) => !unsafeInFile.test(text), {
      message: sentence('不得含控制字符', 'no control characters'),
    });

/** A reason that a person gives: at least two characters. */
export const ReasonInput = TextInput(500)
  .min(2, sentence('理由至少两个字', 'a reason has at least two characters'))
  .meta({ description: '理由，至少两个字' });

/** Amounts are kept in one currency; who names it names that one. */
export const CurrencyInput = z
  .literal('CNY', sentence('只记人民币（CNY）金额', 'only amounts in CNY are booked'))
  .optional()
  .meta({ description: '币种，只记人民币' });

/** 'true' or 'false' as a filter of an address. */
export const FlagFilter = z.enum(['true', 'false']).optional();

const place = (most: number) => z.coerce.number().int().min(1).max(most);

/** A list's place: `cursor`/`limit`, or `page`/`pageSize`; 50 by default, 200 at most. */
export const pageShape = {
  page: place(100_000).optional().meta({ description: '页码，从 1 起' }),
  pageSize: place(200).optional().meta({ description: '每页条数，缺省 50' }),
  cursor: z.string().max(200).optional().meta({ description: '上一页的 nextCursor' }),
  limit: place(200).optional().meta({ description: '随 cursor 的条数，缺省 50' }),
};

export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    page: z.number().int(),
    pageSize: z.number().int(),
    total: z.number().int(),
  });
