/**
 * Every "no" of the pool, in order of precedence: what is missing, who or what is stale, the day,
 * the agreement, the state of the loan and the claim, the rule, the money. A capacity or quota that
 * is used up answers with the refusal of the limit tree, which names every binding node.
 */
import { refusals } from '../kernel/index.ts';

export const poolRefusals = refusals('risk-pool', {
  'zone-missing': { kind: 'missing', zh: '没有这个园区', en: 'There is no such zone' },
  'office-missing': {
    kind: 'missing',
    zh: '园区内没有这个管理机构',
    en: 'There is no such zone office in the zone',
  },
  'pool-missing': { kind: 'missing', zh: '没有这个资金池', en: 'There is no such pool' },
  'bank-missing': {
    kind: 'missing',
    zh: '园区内没有这家银行',
    en: 'There is no such bank in the zone',
  },
  'contributor-missing': {
    kind: 'missing',
    zh: '没有这个出资机构',
    en: 'There is no such contributor',
  },
  'enrolment-missing': {
    kind: 'missing',
    zh: '没有这笔入库贷款',
    en: 'There is no such enrolled loan',
  },
  'claim-missing': { kind: 'missing', zh: '没有这笔补偿申请', en: 'There is no such claim' },
  'as-of-outside-scope': {
    kind: 'forbidden',
    zh: '往日的资金池合计只有园区可以查询',
    en: 'Only the zone may see a pool’s totals of a past day',
  },
  'claim-stale': {
    kind: 'stale',
    zh: '补偿申请已被他人修改',
    en: 'The claim was changed by somebody else',
  },
  'scheme-unknown': {
    kind: 'refused',
    zh: '规则库没有这个方案',
    en: 'The rulebook has no such scheme',
  },
  'day-in-future': { kind: 'refused', zh: '日期晚于营业日', en: 'The day is in the future' },
  'pool-not-open': {
    kind: 'refused',
    zh: '资金池在该日未开放',
    en: 'The pool is not open on that day',
  },
  'agreement-reversed': {
    kind: 'refused',
    zh: '合作协议的终止日早于起始日',
    en: 'The agreement ends before it starts',
  },
  'agreement-overlaps': {
    kind: 'conflict',
    zh: '该银行在此期间已有合作协议',
    en: 'The bank already has an agreement in this term',
  },
  'bank-not-cooperating': {
    kind: 'refused',
    zh: '该银行不是合作银行',
    en: 'The bank does not cooperate with the pool',
  },
  'cooperation-over': {
    kind: 'refused',
    zh: '合作协议在该日无效',
    en: 'The cooperation agreement does not cover that day',
  },
  'already-enrolled': {
    kind: 'conflict',
    zh: '该借据已入库',
    en: 'The drawdown is already enrolled',
  },
  'enrolment-not-abnormal': {
    kind: 'refused',
    zh: '贷款未登记异常，不能申请补偿',
    en: 'The loan has no recorded default, so nothing can be claimed',
  },
  'enrolment-closed': { kind: 'refused', zh: '贷款已结清', en: 'The loan is settled' },
  'already-claimed': {
    kind: 'conflict',
    zh: '该贷款已申请补偿',
    en: 'The loan was already claimed',
  },
  'claim-decided': {
    kind: 'conflict',
    zh: '补偿申请已有结论',
    en: 'The claim was already decided',
  },
  'claim-under-review': {
    kind: 'refused',
    zh: '补偿申请正在复核',
    en: 'The claim is under review',
  },
  'claim-before-default': {
    kind: 'refused',
    zh: '申请日早于违约日',
    en: 'The claim is before the default',
  },
  'payment-before-claim': {
    kind: 'refused',
    zh: '拨付日早于申请日',
    en: 'The payment is before the claim',
  },
  'loss-exceeds-outstanding': {
    kind: 'refused',
    zh: '本金损失超过贷款余额',
    en: 'The principal loss is above what is outstanding',
  },
  'rule-missing': {
    kind: 'refused',
    zh: '入库日没有生效的规则包',
    en: 'No rule pack was in force when the loan was enrolled',
  },
  'rule-unverified': {
    kind: 'refused',
    zh: '规则包未经核实，只能试算',
    en: 'The rule pack is not verified; it serves for trial only',
  },
  'not-eligible': {
    kind: 'refused',
    zh: '不符合补偿条件',
    en: 'The loan is not eligible for compensation',
  },
  'nothing-to-compensate': {
    kind: 'refused',
    zh: '按规则可补偿金额为零',
    en: 'The rule leaves nothing to compensate',
  },
  'fuse-tripped': {
    kind: 'refused',
    zh: '银行熔断未解除，暂缓补偿',
    en: 'The bank’s fuse is still tripped; compensation stays suspended',
  },
  'repayment-counted': {
    kind: 'refused',
    zh: '该还款之后已入库、违约、申请或补偿，资金池已据以计算',
    en: 'The pool has enrolled, defaulted, claimed or compensated on it since',
  },
  'pool-balance-short': {
    kind: 'refused',
    zh: '资金池余额不足',
    en: 'The pool’s balance is too short',
  },
});
