/** Every "no" of the supply chain that is not a limit's, in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const supplyChainRefusals = refusals('supply-chain', {
  'programme-missing': {
    kind: 'missing',
    zh: '没有这个供应链项目',
    en: 'There is no such programme',
  },
  'certificate-missing': {
    kind: 'missing',
    zh: '没有这张凭证',
    en: 'There is no such certificate',
  },
  'financing-missing': { kind: 'missing', zh: '没有这笔融资', en: 'There is no such financing' },
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
  'programme-exists': {
    kind: 'conflict',
    zh: '该银行已为此核心企业设立供应链项目',
    en: 'The bank already has a programme for this core enterprise',
  },
  'relation-exists': {
    kind: 'conflict',
    zh: '该企业已在此供应链项目中',
    en: 'The enterprise already belongs to this programme',
  },
  'programme-closed': { kind: 'refused', zh: '供应链项目已关闭', en: 'The programme is closed' },
  'relation-to-core': {
    kind: 'refused',
    zh: '核心企业不能是自己的供应商',
    en: 'A core enterprise is not its own supplier',
  },
  'tier-outside-programme': {
    kind: 'refused',
    zh: '层级超出项目允许范围',
    en: 'The tier is beyond what the programme admits',
  },
  'certificate-not-accepted': {
    kind: 'refused',
    zh: '凭证尚未签收',
    en: 'The certificate was not accepted yet',
  },
  'certificate-already-accepted': {
    kind: 'refused',
    zh: '凭证已签收',
    en: 'The certificate was already accepted',
  },
  'certificate-superseded': {
    kind: 'refused',
    zh: '凭证已转让或拆分',
    en: 'The piece was transferred or split; its successor stands in its place',
  },
  'certificate-in-approval': {
    kind: 'refused',
    zh: '凭证融资正在审批',
    en: 'A financing of the certificate waits for approval',
  },
  'certificate-financed': {
    kind: 'refused',
    zh: '凭证已融资',
    en: 'The certificate is already financed',
  },
  'certificate-paid': { kind: 'refused', zh: '凭证已兑付', en: 'The certificate was paid' },
  'financing-settled': { kind: 'refused', zh: '融资已结清', en: 'The financing is settled' },
  'not-a-supplier': {
    kind: 'refused',
    zh: '企业当日不是该项目的上游供应商',
    en: 'The enterprise is not an upstream supplier of the programme on that day',
  },
  'value-day-in-future': {
    kind: 'refused',
    zh: '日期不得晚于营业日',
    en: 'The day is in the future',
  },
  'value-day-too-early': {
    kind: 'refused',
    zh: '日期早于允许的最早日',
    en: 'The day is before the earliest that is possible',
  },
  'programme-not-open': {
    kind: 'refused',
    zh: '供应链项目尚未生效',
    en: 'The programme is not in force yet',
  },
  'programme-expired': {
    kind: 'refused',
    zh: '供应链项目已到期',
    en: 'The programme has expired',
  },
  'due-before-issue': {
    kind: 'refused',
    zh: '到期日须晚于签发日',
    en: 'The certificate must fall due after it is issued',
  },
  'tenor-too-long': {
    kind: 'refused',
    zh: '付款期限超过一年',
    en: 'The term of payment is longer than one year',
  },
  'certificate-due': { kind: 'refused', zh: '凭证已到期', en: 'The certificate has fallen due' },
  'transfer-to-self': {
    kind: 'refused',
    zh: '不能转让给自己',
    en: 'A certificate cannot be transferred to its holder',
  },
  'amount-differs-from-face': {
    kind: 'refused',
    zh: '融资金额须等于凭证面额',
    en: 'A certificate is financed for exactly its face',
  },
  'review-missing': {
    kind: 'refused',
    zh: '期限超过六个月，须附审查意见',
    en: 'A term above six months needs the opinion of a review',
  },
  'receivable-financed': {
    kind: 'refused',
    zh: '同一应收账款已融资或正在审批',
    en: 'The same receivable is already financed or under approval',
  },
  'discount-consumes-face': {
    kind: 'refused',
    zh: '贴现利息不小于面额',
    en: 'The discount interest leaves nothing of the face',
  },
  'financing-not-due': { kind: 'refused', zh: '融资尚未到期', en: 'The financing is not due yet' },
});
