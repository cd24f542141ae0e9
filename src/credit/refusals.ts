/** Every "no" of the credit side that is not a limit's, in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const creditRefusals = refusals('credit', {
  'agreement-missing': { kind: 'missing', zh: '没有这份协议', en: 'There is no such agreement' },
  'segment-missing': { kind: 'missing', zh: '没有这个分类额度', en: 'There is no such segment' },
  'line-missing': { kind: 'missing', zh: '没有这条授信', en: 'There is no such line' },
  'drawdown-missing': {
    kind: 'missing',
    zh: '没有这笔借据或贷款',
    en: 'There is no such drawdown or loan',
  },
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
  'enterprise-missing': {
    kind: 'missing',
    zh: '园区内没有这家企业',
    en: 'There is no such enterprise in the zone',
  },
  'tag-missing': {
    kind: 'missing',
    zh: '没有这项资质标签',
    en: 'There is no such tag',
  },
  'review-missing': {
    kind: 'missing',
    zh: '没有这项复核',
    en: 'There is no such review of the entry',
  },
  'recipient-missing': {
    kind: 'missing',
    zh: '园区内没有这家银行或基金管理人',
    en: 'There is no such bank or fund manager in the zone',
  },
  'list-missing': {
    kind: 'missing',
    zh: '没有这份融资白名单',
    en: 'There is no such financing list',
  },
  'referral-missing': {
    kind: 'missing',
    zh: '没有这条推送记录',
    en: 'There is no such referral',
  },
  'standards-missing': {
    kind: 'missing',
    zh: '该日没有生效的准入标准',
    en: 'No admission standards were in force on that day',
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
  'cooling-down': {
    kind: 'refused',
    zh: '上次被谢绝后的冷静期未满',
    en: 'The cool-down after the last refusal is not over',
  },
  'screening-required': {
    kind: 'refused',
    zh: '本园区须先筛查再推荐',
    en: 'This zone recommends only after a screening',
  },
  'entry-step': {
    kind: 'refused',
    zh: '该状态下不允许此操作',
    en: 'The entry is not at this step',
  },
  'entry-not-owned': {
    kind: 'forbidden',
    zh: '只有该银行可以恢复',
    en: 'Only the bank itself resumes what it may lend again',
  },
  'file-day-outside': {
    kind: 'refused',
    zh: '资料完整日须在提名日与营业日之间',
    en: 'The file became complete between the nomination and today',
  },
  'finding-unknown': {
    kind: 'refused',
    zh: '准入标准中没有此项，或由系统判定',
    en: 'No such standard, or the book finds it by itself',
  },
  'finding-missing': {
    kind: 'refused',
    zh: '有准入标准尚无结论',
    en: 'A standard has no finding',
  },
  'screening-failed': {
    kind: 'refused',
    zh: '未通过准入筛查',
    en: 'The screening was not passed',
  },
  'review-exists': {
    kind: 'conflict',
    zh: '同一原因的复核尚未完成',
    en: 'A review for this cause is still open',
  },
  'review-done': {
    kind: 'refused',
    zh: '该复核已完成',
    en: 'The review was done',
  },
  'tag-unknown': {
    kind: 'refused',
    zh: '规则包没有这项资质标签',
    en: 'The rule pack does not know this tag',
  },
  'tag-day-in-future': {
    kind: 'refused',
    zh: '日期不得晚于营业日',
    en: 'The day is in the future',
  },
  'tag-term-missing': {
    kind: 'refused',
    zh: '该标签须注明到期日',
    en: 'This tag needs its own last day',
  },
  'tag-term-outside': {
    kind: 'refused',
    zh: '到期日早于授予日或晚于规定期限',
    en: 'The last day is before the grant or after what the rule allows',
  },
  'tag-exists': {
    kind: 'conflict',
    zh: '该证书已登记',
    en: 'This certificate is recorded already',
  },
  'tag-revoked': {
    kind: 'refused',
    zh: '该标签已撤销',
    en: 'The tag was revoked',
  },
  'list-day-in-future': {
    kind: 'refused',
    zh: '文件日期不得晚于营业日',
    en: 'The document is dated in the future',
  },
  'list-exists': {
    kind: 'conflict',
    zh: '园区已有同名的融资白名单',
    en: 'The zone has a financing list of this name',
  },
  'answer-step': {
    kind: 'refused',
    zh: '该状态之后不能如此反馈',
    en: 'This answer does not follow from the last one',
  },
  'answer-reason-missing': {
    kind: 'refused',
    zh: '谢绝须说明理由',
    en: 'Declining needs a reason',
  },
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
  'due-day-too-far': {
    kind: 'refused',
    zh: '到期日超过最长期限',
    en: 'The due day is later than any loan may run',
  },
  'drawdown-reversed': {
    kind: 'refused',
    zh: '借据已冲销',
    en: 'The drawdown was reversed already',
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
  'reservation-awaits-approval': {
    kind: 'refused',
    zh: '预占由待审批的放款使用，撤回审批单即可退回',
    en: 'A draw that waits for approval needs it; withdrawing the request gives it back',
  },
});
