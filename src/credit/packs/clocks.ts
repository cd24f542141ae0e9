/**
 * How long a bank may take to decide, and how long a tag of an enterprise lasts, as data. The pack
 * begins early on purpose: tags granted years ago are asked about as well.
 */
import { Day } from '../../kernel/index.ts';
import type { CreditPack } from './pack.ts';
import type { ClockRule } from './rule-shapes.ts';
import { ClockRuleInput } from './rule-shapes.ts';

export const clocks: CreditPack<ClockRule> = {
  scheme: 'clocks',
  kind: 'clock',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '金发〔2024〕32号等',
  title: '银行授信决定时限与企业资质有效期',
  validFrom: Day.of('2000-01-01'),
  validTo: undefined,
  evidence: '[M-med]',
  parameters: ClockRuleInput.parse({
    decision: { days: 30, unit: 'calendar-days' },
    tags: {
      'high-tech-enterprise': { by: 'months', months: 36 },
      'specialised-little-giant': { by: 'months', months: 36 },
      'tech-sme': { by: 'day-of-next-year', month: 3, day: 31 },
    },
  }),
  clauses: {
    decision: {
      text: '支持小微企业融资协调工作机制：银行自收齐材料起一个月内作出是否授信的决定；读作 30 个自然日，可设为工作日',
      evidence: '[pub]',
    },
    'tags.high-tech-enterprise': {
      text: '高新技术企业证书有效期三年；到期月的对应日为最后一日',
      evidence: '[M-med]',
    },
    'tags.specialised-little-giant': {
      text: '专精特新“小巨人”企业有效期三年；到期月的对应日为最后一日',
      evidence: '[M-med]',
    },
    'tags.tech-sme': {
      text: '科技型中小企业入库登记编号有效期至评价年度的次年 3 月 31 日',
      evidence: '[M-med]',
    },
  },
};
