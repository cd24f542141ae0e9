/**
 * The trial calculation `certificate-discount`: what a bank would pay for a certificate, by the
 * number of days or from the day of payment to the due day. It decides with the code that
 * finances.
 */
import { z } from 'zod';
import { daysBetween, sentence } from '../kernel/index.ts';
import { DayInput, MoneyText, PositiveAmountInput, RateInput } from '../platform/schemas.ts';
import { discountDayCount, discountOf } from './rules.ts';

export const certificateDiscountInput = z
  .strictObject({
    face: PositiveAmountInput,
    /** Per year: "0.032" is 3.2 %. */
    rate: RateInput,
    days: z.number().int().min(1).max(3660).optional(),
    from: DayInput.optional(),
    to: DayInput.optional(),
  })
  .refine(
    ({ days, from, to }) => (days !== undefined) !== (from !== undefined && to !== undefined),
    {
      message: sentence('填写天数，或起止日，二者取一', 'either days, or from and to'),
    },
  )
  .refine(({ days, from, to }) => days === undefined || (from ?? to) === undefined, {
    message: sentence('填写天数，或起止日，二者取一', 'either days, or from and to'),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    message: sentence('凭证到期日须晚于付款日', 'the certificate falls due after it is paid'),
  });
export type CertificateDiscountInput = z.output<typeof certificateDiscountInput>;

const Step = z.object({
  rule: z.string(),
  clause: z.string(),
  inputs: z.record(z.string(), z.string()),
  formula: z.string(),
  result: z.string(),
  rounding: z.string(),
});
type Step = z.output<typeof Step>;

export const certificateDiscountOutput = z.object({
  days: z.number().int(),
  interest: MoneyText,
  /** What the holder is paid; negative when the interest is above the face. */
  net: MoneyText,
  steps: z.array(Step),
});
export type CertificateDiscountAnswer = z.output<typeof certificateDiscountOutput>;

const notRounded = 'none: exact';

/** The days of the input, and how they were counted when they were. */
function countedDays({ days, from, to }: CertificateDiscountInput): {
  readonly days: number;
  readonly steps: Step[];
} {
  if (from === undefined || to === undefined) return { days: days as number, steps: [] };
  const counted = daysBetween(from, to);
  const step = {
    rule: 'certificate-discount.days',
    clause: '算头不算尾 银发〔2005〕129号',
    inputs: { from, to },
    formula: 'to - from',
    result: String(counted),
    rounding: notRounded,
  };
  return { days: counted, steps: [step] };
}

export function certificateDiscountCalc(
  input: CertificateDiscountInput,
): CertificateDiscountAnswer {
  const { face, rate } = input;
  const { days, steps } = countedDays(input);
  const { exact, interest, net } = discountOf(face, rate, days);
  return {
    days,
    interest: interest.toString(),
    net: net.toString(),
    steps: [
      ...steps,
      {
        rule: 'certificate-discount.interest',
        clause: '贴现利息＝面额×年利率×天数÷360',
        inputs: { face: face.toString(), rate: rate.toString(), days: String(days) },
        formula: `face × rate × days ÷ ${discountDayCount} = ${exact.toString()}`,
        result: interest.toString(),
        rounding: 'half-up, 2 decimals',
      },
      {
        rule: 'certificate-discount.net',
        clause: '实付＝面额－贴现利息',
        inputs: { face: face.toString(), interest: interest.toString() },
        formula: 'face - interest',
        result: net.toString(),
        rounding: notRounded,
      },
    ],
  };
}
