/** Every "no" of the credit side that is not a limit's, in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const creditRefusals = refusals('credit', {
  'agreement-missing': { kind: 'missing', zh: '没有这份协议', en: 'There is no such agreement' },
  'segment-missing': { kind: 'missing', zh: '没有这个分类额度', en: 'There is no such segment' },
  'line-missing': { kind: 'missing', zh: '没有这条授信', en: 'There is no such line' },
  'drawdown-missing': { kind: 'missing', zh: '没有这笔借据', en: 'There is no such drawdown' },
  'entry-missing': {
    kind: 'missing',
    zh: '没有这条白名单记录',
    en: 'There is no such whitelist entry',
  },
  'bank-missing': {
    kind: 'missing',
    zh: '园区内没有这家银行',
    en: 'There is no such bank in the zone',
  },
  'version-stale': {
    kind: 'stale',
    zh: '记录已被他人修改',
    en: 'The record was changed by somebody else',
  },
  'term-reversed': {
    kind: 'refused',
    zh: '到期日早于起始日',
    en: 'The term ends before it starts',
  },
  'term-outside-agreement': {
    kind: 'refused',
    zh: '期限超出协议有效期',
    en: 'The term lies outside the agreement',
  },
  'entry-exists': {
    kind: 'conflict',
    zh: '该企业已在此银行白名单中',
    en: 'The enterprise is already on this bank’s whitelist',
  },
  'entry-decided': { kind: 'refused', zh: '该推荐已有结论', en: 'The nomination was decided' },
  'not-whitelisted': {
    kind: 'refused',
    zh: '企业不在该银行有效白名单内',
    en: 'The enterprise is not on this bank’s active whitelist',
  },
  'value-day-in-future': {
    kind: 'refused',
    zh: '起息日不得晚于营业日',
    en: 'The value day is in the future',
  },
  'value-day-before-drawdown': {
    kind: 'refused',
    zh: '日期早于放款日',
    en: 'The day is before the drawdown',
  },
  'due-before-value-day': {
    kind: 'refused',
    zh: '到期日早于起息日',
    en: 'The due day is before the value day',
  },
  'drawdown-settled': { kind: 'refused', zh: '借据已结清', en: 'The drawdown is settled' },
  'drawdown-defaulted': {
    kind: 'refused',
    zh: '借据已违约',
    en: 'The drawdown has already defaulted',
  },
  'drawdown-enrolled': {
    kind: 'refused',
    zh: '借据已在资金池备案',
    en: 'The drawdown is already enrolled in a pool',
  },
  'repayment-exceeds-debt': {
    kind: 'refused',
    zh: '还款本金超过借据余额',
    en: 'The principal repaid is above the debt',
  },
});
