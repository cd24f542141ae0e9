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
    zh: '已还本金会减少，请先冲销相应还款',
    en: 'Principal that was repaid would be owed again: take back its repayments first',
  },
  'loan-repaid-before': {
    kind: 'refused',
    zh: '已有还款，不能冲销放款',
    en: 'Something was repaid: the drawdown cannot be reversed',
  },
  'loan-drawn-once': {
    kind: 'refused',
    zh: '贷款条款未约定分次提款',
    en: 'The terms commit to no further tranche',
  },
  'commitment-over': {
    kind: 'refused',
    zh: '已过提款期',
    en: 'The commitment ends before this day',
  },
  'commitment-exceeded': {
    kind: 'refused',
    zh: '累计提款超过承诺金额',
    en: 'All tranches together exceed what the terms commit to',
  },
  'tranche-missing': {
    kind: 'missing',
    zh: '没有该次提款，或已冲销',
    en: 'There is no such tranche, or it was reversed',
  },
  'needs-every-zone': {
    kind: 'forbidden',
    zh: '该数据对所有园区相同，须由可见全部园区者登记',
    en: 'It is the same for every zone: only who sees every zone records it',
  },
  'lpr-not-as-published': {
    kind: 'refused',
    zh: 'LPR自每月20日起公布，以0.05个百分点为步长',
    en: 'An LPR is published from the 20th of a month on, in steps of 0.05 percentage points',
  },
  'lpr-recorded': {
    kind: 'conflict',
    zh: '该日该期限的LPR已登记',
    en: 'The LPR of this term and day is recorded already',
  },
  'lpr-not-recorded': {
    kind: 'missing',
    zh: '没有该日该期限的LPR',
    en: 'No LPR of this term and day is recorded',
  },
  'reschedule-out-of-order': {
    kind: 'refused',
    zh: '须晚于上一次展期或重组',
    en: 'It must lie after the last extension or restructuring',
  },
  'reschedule-before-drawdown': {
    kind: 'refused',
    zh: '展期或重组须晚于放款日',
    en: 'An extension or restructuring must lie after the day of the drawdown',
  },
  'extension-after-due-day': {
    kind: 'refused',
    zh: '应在到期日之前展期',
    en: 'A loan is extended before it is due',
  },
  'extension-not-later': {
    kind: 'refused',
    zh: '展期后的到期日不晚于现到期日',
    en: 'The new due day is not later than the present one',
  },
  'extension-overdue': {
    kind: 'refused',
    zh: '有逾期未还，不能展期',
    en: 'Something is overdue: restructure it instead',
  },
  'extension-too-long': {
    kind: 'refused',
    zh: '累计展期超过规定期限',
    en: 'All extensions together are longer than the rule for its first term allows',
  },
  'restructuring-quota-exceeded': {
    kind: 'refused',
    zh: '超过重组限额',
    en: 'The restructuring quota has no room for it',
  },
  'nothing-to-reschedule': {
    kind: 'refused',
    zh: '没有可重新安排的本金',
    en: 'Nothing is left to be repaid by new terms',
  },
  'nothing-rescheduled': {
    kind: 'refused',
    zh: '没有展期或重组',
    en: 'It was neither extended nor restructured',
  },
  'reschedule-fixed-rate': {
    kind: 'refused',
    zh: '同时约定了利率，不能撤销',
    en: 'A rate was agreed with it: agree new terms instead',
  },
  'write-off-not-loss': {
    kind: 'refused',
    zh: '只有损失类贷款可以核销',
    en: 'Only a loan of the class loss is written off',
  },
  'not-written-off': {
    kind: 'refused',
    zh: '该贷款未核销',
    en: 'The loan is not written off',
  },
  'recovery-before-write-off': {
    kind: 'refused',
    zh: '早于核销日，须先撤销核销再登记还款',
    en: 'It lies before the write-off: reverse that first, then book the repayment',
  },
  'recovery-above-claim': {
    kind: 'refused',
    zh: '收回金额超过核销债权',
    en: 'It is more than what was written off and not recovered',
  },
  'write-off-recovered': {
    kind: 'refused',
    zh: '已有收回，不能撤销核销',
    en: 'Something was recovered: the write-off cannot be reversed',
  },
  'refund-above-over-payment': {
    kind: 'refused',
    zh: '退还金额超过溢缴款',
    en: 'It is more than what was over-paid and not given back',
  },
  'replay-needs-refund': {
    kind: 'refused',
    zh: '追溯后溢缴款不足以覆盖已退还金额',
    en: 'The replay would use an over-payment that was given back',
  },
  'misuse-open': {
    kind: 'refused',
    zh: '该期间已登记挪用，须先纠正',
    en: 'A misuse of that time is recorded: clear it first',
  },
  'misuse-above-debt': {
    kind: 'refused',
    zh: '挪用金额超过贷款余额',
    en: 'It is more than the loan owes',
  },
  'misuse-missing': {
    kind: 'missing',
    zh: '没有这笔挪用记录',
    en: 'There is no such misuse',
  },
  'misuse-cleared': {
    kind: 'refused',
    zh: '该挪用已纠正',
    en: 'The misuse is cleared already',
  },
  'cleared-before-misuse': {
    kind: 'refused',
    zh: '纠正日早于挪用日',
    en: 'It is cleared before it began',
  },
  'pause-missing': {
    kind: 'missing',
    zh: '没有这次暂停',
    en: 'There is no such pause',
  },
  'pause-reversed': {
    kind: 'refused',
    zh: '暂停的止日早于起日',
    en: 'The pause ends before it begins',
  },
  'pause-overlaps': {
    kind: 'refused',
    zh: '与已有的暂停重叠',
    en: 'Another pause covers days of it',
  },
  'resumed-outside-pause': {
    kind: 'refused',
    zh: '恢复日不在暂停期内',
    en: 'The day lies outside the pause',
  },
  'not-non-performing': {
    kind: 'refused',
    zh: '该贷款不是不良，无须认定',
    en: 'The loan is not non-performing',
  },
  'upgrade-not-earned': {
    kind: 'refused',
    zh: '尚未满足上调条件',
    en: 'The conditions of an upgrade are not met',
  },
  'class-of-default': {
    kind: 'refused',
    zh: '贷款已认定违约，应按上调规则处理，不能更正',
    en: 'The loan is in default: that is cured by the rule of upgrades, not corrected',
  },
  'class-corrected': {
    kind: 'refused',
    zh: '该分类更正已认定，待日终重新分类',
    en: 'The correction is found already: the next night classifies by it',
  },
  'class-not-corrected': {
    kind: 'refused',
    zh: '按现有事实，该不良分类仍有依据，不能更正',
    en: 'By the facts as they are known now the class still stands',
  },
  'entrusted-payment-required': {
    kind: 'refused',
    zh: '超过规定金额的对外支付须采用受托支付',
    en: 'A payment above the threshold is paid to the payee by the bank',
  },
  'payments-not-named': {
    kind: 'refused',
    zh: '放款超过受托支付起点，须列明支付对象',
    en: 'Above the threshold of entrusted payment the payees are named',
  },
  'payments-exceed-drawdown': {
    kind: 'refused',
    zh: '列明的支付超过放款金额',
    en: 'The named payments are more than what is drawn',
  },
  'repayment-missing': {
    kind: 'missing',
    zh: '该借据没有这笔还款',
    en: 'The drawdown has no such repayment',
  },
  'repayment-reversed': {
    kind: 'refused',
    zh: '该还款已冲销',
    en: 'The repayment was taken back already',
  },
  'repayment-depended-on': {
    kind: 'refused',
    zh: '其后的事项以该还款为前提，须先撤销',
    en: 'Something decided since depends on the repayment: take that back first',
  },
  'refund-missing': {
    kind: 'missing',
    zh: '该借据没有这笔退还',
    en: 'The drawdown has no such refund',
  },
  'refund-reversed': {
    kind: 'refused',
    zh: '该退还已冲销',
    en: 'The refund was taken back already',
  },
  'finding-missing': {
    kind: 'missing',
    zh: '没有这项上调认定',
    en: 'There is no such finding',
  },
  'finding-reversed': {
    kind: 'refused',
    zh: '该认定已撤销',
    en: 'The finding was taken back already',
  },
  'finding-served': {
    kind: 'refused',
    zh: '分类已据该认定上调，不能再撤销',
    en: 'The class was lifted by it: it cannot be taken back any more',
  },
  'product-missing': {
    kind: 'missing',
    zh: '该日没有这一贷款产品',
    en: 'There is no such loan product on that day',
  },
  'product-excludes-terms': {
    kind: 'refused',
    zh: '贷款条款超出产品规定',
    en: 'The terms are outside what the product allows',
  },
  'product-recorded-later': {
    kind: 'conflict',
    zh: '已有自更晚日期起生效的版本',
    en: 'A version of the product holds from a later day',
  },
  'day-end-elsewhere': {
    kind: 'refused',
    zh: '日终并未进行到所给的位置',
    en: 'The day-end does not stand at the place given',
  },
  'day-end-in-future': {
    kind: 'refused',
    zh: '日终日不得晚于营业日',
    en: 'The day to close lies in the future',
  },
});
