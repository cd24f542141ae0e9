/**
 * The ranges of days past due that the book shows. They are the zone's own choice and not a
 * regulation, save that 90, 270 and 360 days are borders of the five classes as well.
 */
import { Day } from '../../kernel/index.ts';
import type { CreditPack } from './pack.ts';
import type { DelinquencyRule } from './rule-shapes.ts';
import { DelinquencyRuleInput } from './rule-shapes.ts';

export const delinquencyRanges: CreditPack<DelinquencyRule> = {
  scheme: 'delinquency-ranges',
  kind: 'delinquency',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '本系统设定',
  title: '逾期天数区间',
  validFrom: Day.of('2000-01-01'),
  validTo: undefined,
  evidence: '[D]',
  parameters: DelinquencyRuleInput.parse({
    ranges: [
      { code: 'days-1-3', from: 1, to: 3 },
      { code: 'days-4-30', from: 4, to: 30 },
      { code: 'days-31-60', from: 31, to: 60 },
      { code: 'days-61-90', from: 61, to: 90 },
      { code: 'days-91-180', from: 91, to: 180 },
      { code: 'days-181-270', from: 181, to: 270 },
      { code: 'days-271-360', from: 271, to: 360 },
      { code: 'days-over-360', from: 361, to: null },
    ],
  }),
  clauses: {
    ranges: { text: '区间由园区设定，两端含；90、270、360 天与五级分类界限一致', evidence: '[D]' },
  },
};
