/** Every "no" about loans with terms, in order of precedence; limits keep their own codes. */
import { refusals } from '../kernel/index.ts';

export const loanRefusals = refusals('credit', {
  'loan-missing': {
    kind: 'missing',
    zh: '该借据没有贷款条款',
    en: 'The drawdown has no loan terms',
  },
  'loan-scheduled': {
    kind: 'refused',
    zh: '该借据有还款计划，须按贷款还款',
    en: 'The drawdown has a schedule: repay it as a loan',
  },
  'loan-terms-exist': {
    kind: 'conflict',
    zh: '该借据已有贷款条款',
    en: 'The drawdown already has loan terms',
  },
  'drawdown-repaid-before': {
    kind: 'refused',
    zh: '该借据已有还款或已违约，不能再约定条款',
    en: 'Something was repaid, or it defaulted: too late for terms',
  },
  'terms-contradict': {
    kind: 'refused',
    zh: '贷款条款自相矛盾',
    en: 'The terms contradict themselves',
  },
  'lpr-missing': {
    kind: 'refused',
    zh: '起息日前没有已公布的LPR，或加点后为负',
    en: 'No LPR was published by the first day, or the spread makes the rate negative',
  },
  'schedule-after-due-day': {
    kind: 'refused',
    zh: '最后一期晚于借据到期日',
    en: 'The last instalment falls due after the drawdown does',
  },
  'markup-outside-band': {
    kind: 'refused',
    zh: '逾期加收比例超出规定幅度',
    en: 'The overdue markup is outside the published band',
  },
  'loan-closed': {
    kind: 'refused',
    zh: '贷款已结清或已冲销',
    en: 'The loan is settled or reversed',
  },
  'rate-same-day': {
    kind: 'conflict',
    zh: '该日已有利率',
    en: 'A rate of this day is recorded already',
  },
  'replay-raises-debt': {
    kind: 'refused',
    zh: '追溯后已还本金会减少，须另行补收',
    en: 'The replay would take back principal that was repaid: collect the difference instead',
  },
  'loan-repaid-before': {
    kind: 'refused',
    zh: '已有还款，不能冲销放款',
    en: 'Something was repaid: the drawdown cannot be reversed',
  },
  'day-end-in-future': {
    kind: 'refused',
    zh: '日终日不得晚于营业日',
    en: 'The day to close lies in the future',
  },
});
