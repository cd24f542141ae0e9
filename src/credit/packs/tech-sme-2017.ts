/**
 * What makes a technology SME (科技型中小企业) as data: the size it may have, the points of its three
 * indicators, and what qualifies it directly. Points are given by the evaluation, not by this rule.
 */
import { z } from 'zod';
import { Day } from '../../kernel/index.ts';
import { PositiveAmountInput } from '../../platform/schemas.ts';
import type { CreditPack } from './pack.ts';

export const shortcuts = [
  'high-tech-certificate',
  'national-science-award',
  'research-institution',
  'leading-standard',
] as const;

const Points = z.number().int().min(1).max(100);

export const TechSmeRuleInput = z.strictObject({
  staffMost: z.number().int().min(1).max(1_000_000),
  revenueMost: PositiveAmountInput,
  assetsMost: PositiveAmountInput,
  /** The most that an indicator counts. */
  points: z.strictObject({ staff: Points, research: Points, results: Points }),
  pointsLeast: Points,
});
export type TechSmeRule = z.output<typeof TechSmeRuleInput>;

export const techSme2017: CreditPack<TechSmeRule> = {
  scheme: 'tech-sme',
  kind: 'tech-sme',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '国科发政〔2017〕115号',
  title: '科技型中小企业评价办法',
  validFrom: Day.of('2017-05-03'),
  validTo: undefined,
  evidence: '[M-high]',
  parameters: TechSmeRuleInput.parse({
    staffMost: 500,
    revenueMost: '200000000',
    assetsMost: '200000000',
    points: { staff: 20, research: 50, results: 30 },
    pointsLeast: 60,
  }),
  clauses: {
    staffMost: {
      text: '职工总数不超过 500 人、年销售收入不超过 2 亿元、资产总额不超过 2 亿元',
      evidence: '[M-high]',
    },
    points: {
      text: '科技人员、研发投入、科技成果三类指标满分 100 分；各类分值凭记忆，待核对原文',
      evidence: '[M-med]',
    },
    pointsLeast: {
      text: '综合评价所得分值不低于 60 分，且科技人员指标得分不得为 0 分',
      evidence: '[M-high]',
    },
    shortcuts: {
      text: '持有有效高新技术企业证书、近五年内获国家级科技奖励、有省部级以上研发机构或主导制定标准的，可直接确认',
      evidence: '[M-high]',
    },
  },
};
