/**
 * Every "no" of the funds, in order of precedence: what is missing, what cannot be read, then
 * rules.
 */
import { refusals } from '../kernel/index.ts';

export const fundRefusals = refusals('funds', {
  'zone-missing': { kind: 'missing', zh: '没有这个园区', en: 'There is no such zone' },
  'fund-manager-missing': {
    kind: 'missing',
    zh: '园区内没有这家基金管理人',
    en: 'There is no such fund manager in the zone',
  },
  'fund-missing': { kind: 'missing', zh: '没有这只基金', en: 'There is no such fund' },
  'call-missing': { kind: 'missing', zh: '没有这份缴款通知', en: 'There is no such capital call' },
  'partner-missing': {
    kind: 'missing',
    zh: '基金没有这位合伙人',
    en: 'The fund has no such partner',
  },
  'partner-fund-missing': {
    kind: 'missing',
    zh: '没有这只出资基金',
    en: 'There is no such contributing fund',
  },
  'call-item-missing': {
    kind: 'missing',
    zh: '缴款通知未要求该合伙人出资',
    en: 'The call asks nothing of this partner',
  },
  'enterprise-missing': { kind: 'missing', zh: '没有这家企业', en: 'There is no such enterprise' },
  'partner-exists': {
    kind: 'conflict',
    zh: '该合伙人已认缴',
    en: 'The partner has already committed',
  },
  'round-participant-unknown': {
    kind: 'invalid',
    zh: '融资轮次的参与方不是子基金',
    en: 'A participant of a round is no sub-fund',
  },
  'name-ambiguous': {
    kind: 'invalid',
    zh: '同一名称既是基金又是出资来源',
    en: 'A name stands for a fund and for a source',
  },
  'source-without-class': {
    kind: 'invalid',
    zh: '出资来源没有分类',
    en: 'A source of money has no class',
  },
  'fund-cycle': {
    kind: 'refused',
    zh: '基金之间循环出资',
    en: 'The funds would own each other in a circle',
  },
  'fund-without-capital': {
    kind: 'refused',
    zh: '基金没有资本却对外出资',
    en: 'A fund without capital cannot pay',
  },
  'fund-not-open': {
    kind: 'refused',
    zh: '基金现处状态不能办理',
    en: 'The state of the fund does not allow this',
  },
  'value-day-in-future': {
    kind: 'refused',
    zh: '业务日期不得晚于营业日',
    en: 'The value day is in the future',
  },
  'fund-exists': {
    kind: 'conflict',
    zh: '该管理人已有同名基金',
    en: 'The manager already has a fund of this name',
  },
  'value-day-before-fund': {
    kind: 'refused',
    zh: '业务日期早于基金设立日',
    en: 'The value day is before the fund was established',
  },
  'value-day-before-call': {
    kind: 'refused',
    zh: '缴款日早于通知日',
    en: 'The payment is before the call',
  },
  'due-before-issue': {
    kind: 'refused',
    zh: '缴款截止日早于通知日',
    en: 'The call is due before it is issued',
  },
  'commitment-below-called': {
    kind: 'refused',
    zh: '认缴不得减至已通知缴款额以下',
    en: 'A commitment cannot fall below what was called',
  },
  'nothing-committed': {
    kind: 'refused',
    zh: '基金在该日没有认缴',
    en: 'Nothing is committed on that day',
  },
  'first-call-too-small': {
    kind: 'refused',
    zh: '首期出资低于规定比例',
    en: 'The first call is below the required share',
  },
  'call-above-unfunded': {
    kind: 'refused',
    zh: '缴款额超过未缴余额',
    en: 'The call is above what is unfunded',
  },
  'call-paid': { kind: 'refused', zh: '该合伙人已缴清', en: 'The partner has paid this call' },
  'payment-above-call': {
    kind: 'refused',
    zh: '缴款超过应缴余额',
    en: 'The payment is above what the call still asks',
  },
  'round-total-differs': {
    kind: 'refused',
    zh: '该轮融资已按另一总额登记',
    en: 'The round is recorded with another total',
  },
  'round-total-too-small': {
    kind: 'refused',
    zh: '融资轮次总额小于各基金出资之和',
    en: 'The round is smaller than what the funds put in',
  },
  'concentration-exceeded': {
    kind: 'refused',
    zh: '超过单一项目投资上限',
    en: 'The investment is above the cap for one project',
  },
  'fund-cash-exceeded': {
    kind: 'refused',
    zh: '超过基金可用现金',
    en: 'The amount is above the cash of the fund',
  },
});
