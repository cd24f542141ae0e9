/**
 * Every "no" of the limit tree, in order of precedence: malformed, missing, not yours, stale; then
 * state before date, what was reserved before what is available.
 */
import { refusals } from '../kernel/index.ts';

export const limitRefusals = refusals('limits', {
  'scenario-malformed': {
    kind: 'invalid',
    zh: '试算情景不完整或自相矛盾',
    en: 'The scenario is incomplete or contradicts itself',
  },
  'terms-malformed': {
    kind: 'invalid',
    zh: '额度计划自相矛盾',
    en: 'The terms contradict themselves',
  },
  'reservation-expiry-past': {
    kind: 'refused',
    zh: '预占到期时间须在将来',
    en: 'A reservation must expire in the future',
  },
  'node-missing': { kind: 'missing', zh: '没有这个额度', en: 'There is no such limit' },
  'parent-missing': { kind: 'missing', zh: '没有上级额度', en: 'There is no such parent limit' },
  'borrower-missing': {
    kind: 'missing',
    zh: '园区没有这个企业',
    en: 'There is no such enterprise in the zone',
  },
  'incident-missing': {
    kind: 'missing',
    zh: '没有这个超限或预警事件',
    en: 'There is no such incident',
  },
  'grant-shared': {
    kind: 'refused',
    zh: '续授信额度由原授信与新授信共用，随清偿重算：请以额度计划调整，或再次续授信',
    en: 'Its amount follows from a shared grant: set a schedule, or renew the line again',
  },
  'limit-of-pool': {
    kind: 'refused',
    zh: '资金池及其合作银行的额度随资金池业务调整',
    en: 'The limit of a pool, or of a bank in it, is changed with the pool',
  },
  'limit-not-owned': {
    kind: 'forbidden',
    zh: '只有额度所属机构可以调整',
    en: 'Only the institution that owns the limit may change it',
  },
  'version-stale': {
    kind: 'stale',
    zh: '额度已被他人修改',
    en: 'The limit was changed by somebody else',
  },
  'watch-ahead': {
    kind: 'refused',
    zh: '检查日期不能晚于今天',
    en: 'Limits cannot be looked at as of a day that has not come',
  },
  'incident-step': {
    kind: 'refused',
    zh: '事件当前状态不允许该操作',
    en: 'The incident cannot go from its state to that one',
  },
  'waiver-ended': {
    kind: 'refused',
    zh: '豁免的到期日不得早于今日',
    en: 'A waiver does not end before today',
  },
  'incident-stands': {
    kind: 'refused',
    zh: '超限或预警仍然存在，不能解除',
    en: 'What the incident is about still stands',
  },
  'limit-closed': { kind: 'refused', zh: '额度已结清关闭', en: 'The limit is closed' },
  'limit-frozen': { kind: 'refused', zh: '额度已冻结', en: 'The limit is frozen' },
  'limit-not-frozen': { kind: 'refused', zh: '额度未冻结', en: 'The limit is not frozen' },
  'limit-not-open': { kind: 'refused', zh: '额度尚未生效', en: 'The limit is not in force yet' },
  'limit-expired': { kind: 'refused', zh: '额度已到期', en: 'The limit has expired' },
  'frozen-otherwise': {
    kind: 'refused',
    zh: '额度因名单或续授信冻结，由该业务恢复，不能手工解冻',
    en: 'The whitelist or a renewal froze the limit: only that opens it, no person by hand',
  },
  'extension-beyond-parent': {
    kind: 'refused',
    zh: '展期超过上级额度的到期日',
    en: 'The limit would outlive the one that it hangs under',
  },
  'extension-too-short': {
    kind: 'refused',
    zh: '展期后的到期日须晚于原到期日，且不早于今日',
    en: 'An extension ends after the present last day and not before today',
  },
  'move-impossible': {
    kind: 'refused',
    zh: '额度不能移到该上级之下',
    en: 'The limit cannot be put below that one',
  },
  'move-with-line': {
    kind: 'refused',
    zh: '授信的额度须随授信调整分类（credit.move-line）',
    en: 'The limit of a line is moved with the line (credit.move-line)',
  },
  'close-with-line': {
    kind: 'refused',
    zh: '授信的额度须随授信结清（credit.close-line）',
    en: 'The limit of a line is closed with the line (credit.close-line)',
  },
  'close-impossible': {
    kind: 'refused',
    zh: '该额度不能单独关闭',
    en: 'The limit is not closed by itself',
  },
  'limit-in-use': {
    kind: 'refused',
    zh: '额度仍有余额或预占，不能关闭',
    en: 'Something is owed or held under the limit',
  },
  'limit-open-below': {
    kind: 'refused',
    zh: '须先关闭下级额度',
    en: 'The limits below must be closed first',
  },
  'cap-expected': {
    kind: 'refused',
    zh: '该额度不是独立的横向限额',
    en: 'The limit is not a cap that stands by itself',
  },
  'cap-nested': {
    kind: 'refused',
    zh: '受限额度不得互为上下级，也不得是横向限额',
    en: 'What a cap counts must not lie below one another, nor be a cap',
  },
  'tenor-missing': {
    kind: 'refused',
    zh: '该额度按期限分档，须说明期限',
    en: 'The limit has tenor buckets, so the tenor must be told',
  },
  'tenor-too-long': {
    kind: 'refused',
    zh: '期限超过最长档',
    en: 'The tenor is longer than the longest bucket',
  },
  'bucket-full': { kind: 'refused', zh: '超过期限分档额度', en: 'The tenor bucket is full' },
  'over-allocated': {
    kind: 'refused',
    zh: '下级额度合计超过上级的超配比例',
    en: 'More would be granted below the limit than its policy allows',
  },
  'hard-expected': {
    kind: 'refused',
    zh: '软约束额度不限下级合计，没有超配比例可设',
    en: 'A SOFT limit refuses no grants below it and has no policy of over-subscription',
  },
  'no-siblings': {
    kind: 'refused',
    zh: '横向限额与最上级额度没有同级，无从借出或借用',
    en: 'A cap, and a limit with none above it, has no siblings to lend to or borrow from',
  },
  'parent-soft': {
    kind: 'refused',
    zh: '软约束额度及其下级无从借出或借用',
    en: 'A SOFT limit, and what is right below one, has nothing to lend or borrow',
  },
  'bucket-above-limit': {
    kind: 'refused',
    zh: '期限档超过额度',
    en: 'A bucket is above the limit itself',
  },
  'bucket-too-long': {
    kind: 'refused',
    zh: '期限档长于上级最长档',
    en: 'A bucket is longer than any of the parent',
  },
  'bucket-above-parent': {
    kind: 'refused',
    zh: '期限档超过上级同期限档',
    en: 'A bucket is above that of the parent',
  },
  'bucket-under-used': {
    kind: 'refused',
    zh: '已用期限档之下不得插入更短的档',
    en: 'No shorter bucket may be put under one that is used',
  },
  'bucket-below-use': {
    kind: 'refused',
    zh: '期限档不得低于已用',
    en: 'A bucket may not be cut below its use',
  },
  'draw-missing': { kind: 'missing', zh: '没有这笔用款', en: 'There is no such draw' },
  'draw-already-reversed': {
    kind: 'refused',
    zh: '用款已冲销',
    en: 'The draw was already reversed',
  },
  'draw-partly-repaid': {
    kind: 'refused',
    zh: '用款已有还款，不能冲销',
    en: 'The draw was partly repaid and cannot be reversed',
  },
  'repayment-exceeds-outstanding': {
    kind: 'refused',
    zh: '还款超过余额',
    en: 'The repayment is above what is outstanding',
  },
  'reservation-missing': {
    kind: 'missing',
    zh: '没有这笔预占',
    en: 'There is no such reservation',
  },
  'reservation-other-node': {
    kind: 'refused',
    zh: '预占不属于该额度',
    en: 'The reservation belongs to another limit',
  },
  'reservation-posted': {
    kind: 'refused',
    zh: '预占已使用',
    en: 'The reservation was already posted',
  },
  'reservation-released': {
    kind: 'refused',
    zh: '预占已释放',
    en: 'The reservation was already released',
  },
  'reservation-expired': { kind: 'refused', zh: '预占已过期', en: 'The reservation has expired' },
  'reservation-exceeded': {
    kind: 'refused',
    zh: '用款超过预占金额',
    en: 'The draw is above what was reserved',
  },
  'limit-exceeded': { kind: 'refused', zh: '超过可用额度', en: 'The amount is above the headroom' },
});
