/**
 * 中小企业划型标准 as data, for the two industries whose bounds are established. The document knows
 * more; an industry that is not here is refused and never guessed.
 */
import { Day } from '../../kernel/index.ts';
import type { CreditPack } from './pack.ts';
import type { SizeClassRule } from './rule-shapes.ts';
import { SizeClassRuleInput } from './rule-shapes.ts';

export const sizeClasses2011: CreditPack<SizeClassRule> = {
  scheme: 'size-classes-2011',
  kind: 'size-class',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '工信部联企业〔2011〕300号',
  title: '中小企业划型标准规定',
  validFrom: Day.of('2011-06-18'),
  validTo: undefined,
  evidence: '[M-high]',
  parameters: SizeClassRuleInput.parse({
    industries: {
      industry: {
        title: { zh: '工业', en: 'Industry' },
        large: { staff: 1000, revenue: '400000000' },
        medium: { staff: 300, revenue: '20000000' },
        small: { staff: 20, revenue: '3000000' },
      },
      'software-and-it': {
        title: { zh: '软件和信息技术服务业', en: 'Software and IT' },
        large: { staff: 300, revenue: '100000000' },
        medium: { staff: 100, revenue: '10000000' },
        small: { staff: 10, revenue: '500000' },
      },
    },
  }),
  clauses: {
    industries: {
      text: '大、中、小型须同时满足所列指标的下限，否则下划一档；微型只须满足一项',
      evidence: '[M-high]',
    },
    'industries.industry': {
      text:
        '工业：中型从业人员 300 人及以上且营业收入 2,000 万元及以上（至 1,000 人或 4 亿元以下）；' +
        '小型 20 人及以上且 300 万元及以上；微型 20 人以下或 300 万元以下',
      evidence: '[M-high]',
    },
    'industries.software-and-it': {
      text:
        '软件和信息技术服务业：中型 100 人及以上且 1,000 万元及以上（至 300 人或 1 亿元以下）；' +
        '小型 10 人及以上且 50 万元及以上；微型 10 人以下或 50 万元以下',
      evidence: '[M-high]',
    },
  },
};
