/**
 * When the commitment fee (承诺费) is settled and falls due, as data. Settlement follows that of
 * interest; the rate is each contract's own, and so would be other days.
 */
import { z } from 'zod';
import { Day } from '../../kernel/index.ts';
import type { CreditPack } from './pack.ts';

export const CommitmentFeeRuleInput = z.strictObject({
  settlement: z.strictObject({
    /** 3: March, June, September and December. */
    everyMonths: z.literal([1, 2, 3, 4, 6, 12]),
    /** It belongs to the closing period, and so does its night. */
    day: z.number().int().min(1).max(31),
  }),
  /** From the making of a bill to the last day on which it is paid in time. */
  dueDays: z.number().int().min(0).max(366),
});
export type CommitmentFeeRule = z.output<typeof CommitmentFeeRuleInput>;

export const commitmentFeeRule: CreditPack<CommitmentFeeRule> = {
  scheme: 'commitment-fee',
  kind: 'commitment-fee',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '银发〔2005〕129号',
  title: '承诺费结算',
  validFrom: Day.of('2005-05-16'),
  validTo: undefined,
  evidence: '[M-high]',
  parameters: CommitmentFeeRuleInput.parse({
    settlement: { everyMonths: 3, day: 20 },
    dueDays: 10,
  }),
  clauses: {
    settlement: {
      text: '按季结算，每季末月 20 日为结算日，与贷款结息一致；结算日计入当期',
      evidence: '[M-high]',
    },
    'settlement.day': { text: '结算日当日计入本期（系统约定）', evidence: '[D]' },
    dueDays: { text: '账单出具后 10 日内付清，逾期列示逾期天数；天数待银行确认', evidence: '[D]' },
  },
};
