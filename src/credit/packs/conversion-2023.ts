/** Credit conversion factors 信用转换系数 as data, from memory and of medium confidence. */
import { Day } from '../../kernel/index.ts';
import type { CreditPack } from './pack.ts';
import type { ConversionRule } from './rule-shapes.ts';
import { ConversionRuleInput } from './rule-shapes.ts';

export const conversion2023: CreditPack<ConversionRule> = {
  scheme: 'conversion-2023',
  kind: 'conversion',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '国家金融监督管理总局令2023年第4号（文号待核）',
  title: '商业银行资本管理办法',
  validFrom: Day.of('2024-01-01'),
  validTo: undefined,
  evidence: '[M-med]',
  parameters: ConversionRuleInput.parse({
    factors: {
      'unconditionally-cancellable': '0.1',
      'other-commitment': '0.4',
      'direct-credit-substitute': '1',
      'performance-contingent': '0.5',
      'short-trade': '0.2',
      'framework-intent': '0',
    },
  }),
  clauses: {
    factors: {
      text:
        '可随时无条件撤销的承诺 10%，其他承诺 40%，等同于贷款的授信 100%，' +
        '与交易相关的或有项目 50%，与贸易相关的短期或有项目 20%',
      evidence: '[M-med]',
    },
    'factors.framework-intent': {
      text: '意向额度不构成对任何借款人的承诺，系数为 0',
      evidence: '[D]',
    },
  },
};
