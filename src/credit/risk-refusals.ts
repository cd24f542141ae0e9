/** Every "no" of the risk rules and their calculations, in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const riskRefusals = refusals('credit', {
  'rule-not-in-force': {
    kind: 'refused',
    zh: '该日规则尚未生效或已失效',
    en: 'The rule did not hold on that day',
  },
  'industry-not-in-pack': {
    kind: 'refused',
    zh: '规则包没有该行业的划型标准，不予推断',
    en: 'The pack has no size standard for this industry, and none is guessed',
  },
  'conversion-kind-not-in-pack': {
    kind: 'refused',
    zh: '规则包没有该类承诺的信用转换系数',
    en: 'The pack has no conversion factor for this kind of commitment',
  },
  'tag-not-in-pack': {
    kind: 'refused',
    zh: '规则包没有该资质的有效期',
    en: 'The pack has no term for this tag',
  },
  'provision-ratio-outside-float': {
    kind: 'refused',
    zh: '专项准备计提比例超出浮动范围',
    en: 'The special-provision ratio is outside its float',
  },
  'debtor-missing': {
    kind: 'missing',
    zh: '没有这家企业',
    en: 'There is no such enterprise',
  },
  'debtor-event-open': {
    kind: 'refused',
    zh: '该企业的同类风险事件已登记且未解除',
    en: 'An event of this kind is recorded for the debtor and not lifted',
  },
  'debtor-event-missing': {
    kind: 'missing',
    zh: '没有这个风险事件',
    en: 'There is no such event',
  },
  'debtor-event-lifted': {
    kind: 'refused',
    zh: '该风险事件已解除',
    en: 'The event is lifted already',
  },
  'lifted-before-event': {
    kind: 'refused',
    zh: '解除日早于事件起日',
    en: 'It would be lifted before it began',
  },
  'sales-zero': { kind: 'refused', zh: '销售收入为零', en: 'There are no sales' },
  'cost-of-sales-zero': {
    kind: 'refused',
    zh: '销售成本为零，无法计算周转天数',
    en: 'Without a cost of sales there are no turnover days',
  },
  'balance-sheet-unbalanced': {
    kind: 'refused',
    zh: '资产负债表不成立：部分大于整体',
    en: 'The balance sheet does not hold: a part is larger than its whole',
  },
  'risk-report-missing': {
    kind: 'missing',
    zh: '没有这份风险日报',
    en: 'There is no such risk report',
  },
  'provision-day-in-future': {
    kind: 'refused',
    zh: '计提日期不得晚于今天',
    en: 'Provisions are of a day that has come',
  },
  'bank-not-in-zone': {
    kind: 'missing',
    zh: '本行在该园区没有贷款账',
    en: 'The bank has no book in that zone',
  },
});
