/**
 * Every "no" of approvals, in order of precedence; what the operation itself refuses comes after.
 */
import { refusals } from '../kernel/index.ts';

export const approvalRefusals = refusals('approvals', {
  'approval-missing': {
    kind: 'missing',
    zh: '没有这笔审批',
    en: 'There is no such request for approval',
  },
  'approval-stale': {
    kind: 'stale',
    zh: '审批已被他人处理',
    en: 'The request was changed since it was seen',
  },
  'approval-decided': {
    kind: 'refused',
    zh: '审批已有结论',
    en: 'The request is already decided',
  },
  'approval-expired': { kind: 'refused', zh: '审批已过期', en: 'The request has expired' },
  'same-person': {
    kind: 'forbidden',
    zh: '经办人与审批人须为不同的人',
    en: 'Maker and checker must be two persons',
  },
  'decider-not-permitted': {
    kind: 'forbidden',
    zh: '没有审批此类事项的权限',
    en: 'Your roles do not permit deciding this',
  },
  'not-the-maker': {
    kind: 'forbidden',
    zh: '只有经办人可以撤回',
    en: 'Only the maker may withdraw a request',
  },
  'maker-inactive': {
    kind: 'refused',
    zh: '经办人账号已停用',
    en: 'The account of the maker is disabled',
  },
  'maker-not-permitted': {
    kind: 'refused',
    zh: '经办人已无此项权限',
    en: 'The maker no longer holds the permission',
  },
  'tier-operation-unknown': {
    kind: 'missing',
    zh: '没有这项可审批的业务',
    en: 'There is no operation of this name that can need approval',
  },
  'tier-elsewhere': {
    kind: 'forbidden',
    zh: '只能设置本机构的审批额度',
    en: 'Only the tiers of the own organisation can be set',
  },
  'tier-day-past': {
    kind: 'refused',
    zh: '生效日不能早于今天',
    en: 'Tiers cannot begin in the past',
  },
});
