/** Every "no" of the limit tree, in order of precedence: state before amount, then the amounts. */
import { refusals } from '../kernel/index.ts';

export const limitRefusals = refusals('limits', {
  'node-missing': { kind: 'missing', zh: '没有这个额度', en: 'There is no such limit' },
  'reservation-missing': {
    kind: 'missing',
    zh: '没有这笔预占',
    en: 'There is no such reservation',
  },
  'version-stale': {
    kind: 'stale',
    zh: '额度已被他人修改',
    en: 'The limit was changed by somebody else',
  },
  'limit-closed': { kind: 'refused', zh: '额度已结清关闭', en: 'The limit is closed' },
  'limit-frozen': { kind: 'refused', zh: '额度已冻结', en: 'The limit is frozen' },
  'limit-not-open': { kind: 'refused', zh: '额度尚未生效', en: 'The limit is not in force yet' },
  'limit-expired': { kind: 'refused', zh: '额度已到期', en: 'The limit has expired' },
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
  'reservation-expiry-past': {
    kind: 'refused',
    zh: '预占到期时间须在将来',
    en: 'A reservation must expire in the future',
  },
  'reservation-exceeded': {
    kind: 'refused',
    zh: '用款超过预占金额',
    en: 'The draw is above what was reserved',
  },
  'limit-exceeded': { kind: 'refused', zh: '超过可用额度', en: 'The amount is above the headroom' },
  'repayment-exceeds-outstanding': {
    kind: 'refused',
    zh: '还款超过余额',
    en: 'The repayment is above what is outstanding',
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
  'children-exceed-parent': {
    kind: 'refused',
    zh: '下级额度合计超过上级',
    en: 'The limits below would exceed the parent',
  },
  'parent-missing': { kind: 'missing', zh: '没有上级额度', en: 'There is no such parent limit' },
});
