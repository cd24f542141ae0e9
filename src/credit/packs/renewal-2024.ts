/**
 * Which renewal without repayment leaves the class of a loan alone, as data: sizes of firms with
 * the last day on which each counts, and what must have been found of the firm.
 */
import { z } from 'zod';
import { Day } from '../../kernel/index.ts';
import { DayInput } from '../../platform/schemas.ts';
import type { CreditPack } from './pack.ts';

export const renewalSizes = ['micro', 'small', 'medium', 'large'] as const;
export const renewalFindings = [
  'lawful-operation',
  'going-concern',
  'good-credit',
  'no-misuse',
  'no-arrears',
] as const;

export const RenewalRuleInput = z.strictObject({
  sizes: z.array(z.strictObject({ size: z.enum(renewalSizes), until: DayInput.nullable() })),
  findings: z.array(z.enum(renewalFindings)),
});
export type RenewalRule = z.output<typeof RenewalRuleInput>;

export const renewal2024: CreditPack<RenewalRule> = {
  scheme: 'loan-renewal',
  kind: 'renewal',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '金规〔2024〕13号',
  title: '小微企业续贷',
  validFrom: Day.of('2024-09-24'),
  validTo: undefined,
  evidence: '[rep]',
  parameters: RenewalRuleInput.parse({
    sizes: [
      { size: 'micro', until: null },
      { size: 'small', until: null },
      { size: 'medium', until: '2027-09-23' },
    ],
    findings: [...renewalFindings],
  }),
  clauses: {
    sizes: { text: '续贷对象为小微企业，阶段性扩大至中型企业，期限三年', evidence: '[rep]' },
    findings: {
      text: '依法合规、持续经营、信用良好，没有挪用贷款、欠贷欠息等行为的，不因续贷单独下调分类',
      evidence: '[rep]',
    },
  },
};
