/** Every "no" about exceptions, in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const exceptionRefusals = refusals('credit', {
  'exception-missing': {
    kind: 'missing',
    zh: '没有这项例外审批',
    en: 'There is no such exception',
  },
  'exception-node-missing': {
    kind: 'missing',
    zh: '授信的额度路径上没有这个节点',
    en: 'The line has no such limit on its path',
  },
  'raiser-proposes': {
    kind: 'forbidden',
    zh: '例外由发起人说明理由并提请审批，故其本人不得审批',
    en: 'Who raised an exception justifies and proposes it, and so never decides',
  },
  'exception-step': {
    kind: 'refused',
    zh: '该状态下不允许此操作',
    en: 'The exception is not at this step',
  },
  'exception-node-not-own': {
    kind: 'refused',
    zh: '只能对本行的硬额度申请例外',
    en: 'Only a HARD limit of the bank itself may be passed by exception',
  },
  'exception-bucket-missing': {
    kind: 'refused',
    zh: '该额度没有这一期限分档',
    en: 'The limit has no such tenor bucket',
  },
  'exception-quota-exceeded': {
    kind: 'refused',
    zh: '例外配额不足',
    en: 'The quota of exceptions does not allow it',
  },
  'exception-above-request': {
    kind: 'refused',
    zh: '批准金额超过申请金额',
    en: 'More is approved than was asked for',
  },
  'exception-expiry-past': {
    kind: 'refused',
    zh: '例外有效期早于营业日',
    en: 'The exception would end before today',
  },
  'exception-not-approved': {
    kind: 'refused',
    zh: '例外未获批准或已使用',
    en: 'The exception is not approved, or is consumed',
  },
  'exception-expired': {
    kind: 'refused',
    zh: '例外已过有效期',
    en: 'The exception has expired',
  },
  'exception-other-line': {
    kind: 'refused',
    zh: '例外属于另一条授信',
    en: 'The exception is of another line',
  },
});
