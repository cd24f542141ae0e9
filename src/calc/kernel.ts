/**
 * Trial calculations of the kernel: codes, amounts in words, working days, interest of one period.
 */
import { z } from 'zod';
import { amountInWords } from '../kernel/amount-in-words.ts';
import { addWorkingDays, makeCalendar } from '../kernel/calendar.ts';
import { checkCnaps } from '../kernel/identifiers/cnaps.ts';
import { checkUscc } from '../kernel/identifiers/uscc.ts';
import { interest, sentence } from '../kernel/index.ts';
import { calculation } from '../platform/calculation.ts';
import { AmountInput, DayInput, RateInput } from '../platform/schemas.ts';

const CodeInput = z.strictObject({ code: z.string().max(200) });

export const usccCalc = calculation({
  name: 'uscc',
  title: { zh: '统一社会信用代码校验', en: 'Unified social credit code' },
  input: CodeInput,
  run({ code }) {
    const { valid, class: problem, normalised, warnings } = checkUscc(code);
    return {
      valid,
      class: problem,
      warnings,
      normalised,
      steps: [
        {
          rule: 'uscc',
          clause: 'GB 32100-2015; 组织机构代码 GB 11714',
          inputs: { code },
          formula:
            'length → characters → inner check (mod 11) → outer check (31 − Σ mod 31) mod 31',
          result: problem ?? 'valid',
        },
      ],
    };
  },
});

export const cnapsCalc = calculation({
  name: 'cnaps',
  title: { zh: '支付系统行号校验', en: 'CNAPS bank number' },
  input: CodeInput,
  run({ code }) {
    const { valid, class: problem, warnings } = checkCnaps(code);
    return {
      valid,
      class: problem,
      warnings,
      steps: [
        {
          rule: 'cnaps',
          clause: 'twelve digits; the check digit (ISO 7064 MOD 11,10) is inferred and only warns',
          inputs: { code },
          formula: '^\\d{12}$',
          result: problem ?? 'valid',
        },
      ],
    };
  },
});

export const amountWordsCalc = calculation({
  name: 'amount-words',
  title: { zh: '人民币大写', en: 'Amount in words' },
  input: z.strictObject({ amount: AmountInput }),
  run({ amount }) {
    const words = amountInWords(amount);
    return {
      words,
      steps: [
        {
          rule: 'amount-words',
          clause: '支付结算办法 银发〔1997〕393号 附一',
          inputs: { amount },
          formula: 'digits in fours, one 零 for zeros in a row, 整 after 元',
          result: words,
        },
      ],
    };
  },
});

const Days = z.array(DayInput).max(5000).default([]);

export const workingDaysCalc = calculation({
  name: 'working-days',
  title: { zh: '工作日推算', en: 'Working days' },
  input: z
    .strictObject({
      from: DayInput,
      days: z.number().int().min(0).max(5000),
      holidays: Days,
      workingDays: Days,
    })
    .refine(({ holidays, workingDays }) => !holidays.some((day) => workingDays.includes(day)), {
      message: sentence(
        '同一日既列为休息日又列为工作日',
        'a day is listed both as a holiday and as a working day',
      ),
    }),
  run({ from, days, holidays, workingDays }) {
    const { day, warnings } = addWorkingDays(makeCalendar({ holidays, workingDays }), from, days);
    return {
      day,
      warnings,
      steps: [
        {
          rule: 'working-days',
          clause:
            'weekends and holidays do not count, make-up days do; the day after `from` is day 1',
          inputs: { from, days, holidays: holidays.length, workingDays: workingDays.length },
          formula: 'count forward',
          result: day,
        },
      ],
    };
  },
});

export const interestCalc = calculation({
  name: 'interest',
  title: { zh: '利息试算', en: 'Interest of one period' },
  input: z
    .strictObject({
      principal: AmountInput,
      rate: RateInput,
      from: DayInput,
      to: DayInput,
      dayCount: z.enum(['ACT/360', 'ACT/365', '30/360']).default('ACT/360'),
      rounding: z.enum(['half-up', 'half-even']).default('half-up'),
    })
    .refine(({ from, to }) => to >= from, {
      message: sentence('期间止日早于起日', 'the period ends before it begins'),
    }),
  run({ principal, rate, from, to, dayCount, rounding }) {
    const result = interest({ principal, rate, from, to, dayCount }, rounding);
    return {
      days: result.days,
      interest: result.interest,
      steps: [
        {
          rule: 'interest',
          clause: '银发〔2005〕129号：算头不算尾',
          inputs: { principal, rate, from, to, dayCount },
          formula: `principal × rate × days ÷ ${dayCount.slice(-3)}`,
          result: result.exact,
          rounding: `${rounding} to the fen, once: ${result.interest.toString()}`,
        },
      ],
    };
  },
});
