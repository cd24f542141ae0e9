/**
 * Every "no" of agreements, segments, priority programmes and exemption files, in order of
 * precedence. What a limit or another part of credit refuses keeps its own code.
 */
import { refusals } from '../kernel/index.ts';

export const agreementRefusals = refusals('credit', {
  'programme-missing': {
    kind: 'missing',
    zh: '没有这个重点计划',
    en: 'There is no such priority programme',
  },
  'agreement-ended': {
    kind: 'refused',
    zh: '协议已提前终止',
    en: 'The agreement was ended early',
  },
  'agreement-expired': { kind: 'refused', zh: '协议已到期', en: 'The agreement has expired' },
  'agreement-renewed': {
    kind: 'conflict',
    zh: '协议已续签',
    en: 'The agreement already has a successor',
  },
  'segment-closed': { kind: 'refused', zh: '分类额度已关闭', en: 'The segment is closed' },
  'programme-closed': { kind: 'refused', zh: '重点计划已关闭', en: 'The programme is closed' },
  'nothing-changed': { kind: 'refused', zh: '内容没有变化', en: 'Nothing would change' },
  'change-out-of-order': {
    kind: 'refused',
    zh: '变更日早于上一次变更',
    en: 'The change lies before the last one',
  },
  'day-before-agreement': {
    kind: 'refused',
    zh: '日期早于协议起始日',
    en: 'The day is before the agreement',
  },
  'end-in-past': {
    kind: 'refused',
    zh: '新的到期日早于今日',
    en: 'The new last day lies in the past',
  },
  'renewal-overlaps': {
    kind: 'refused',
    zh: '续签协议与原协议期限重叠',
    en: 'The terms of the agreement and its successor overlap',
  },
  'pace-thresholds-crossed': {
    kind: 'refused',
    zh: '滞后阈值高于超前阈值',
    en: 'The threshold of being behind is above that of being ahead',
  },
  'quotas-exceed-intent': {
    kind: 'refused',
    zh: '各计划预留额度之和超过协议总额',
    en: 'The reserved quotas together are above the intent',
  },
  'programme-quota-reserved': {
    kind: 'refused',
    zh: '所余额度为重点计划预留',
    en: 'What is left of the agreement is kept for priority programmes',
  },
  'programme-exists': {
    kind: 'conflict',
    zh: '协议下已有同名计划',
    en: 'The agreement already has a programme of this name',
  },
  'programme-rank-taken': {
    kind: 'conflict',
    zh: '该排队顺位已被占用',
    en: 'Another programme holds this place in the queue',
  },
  'programme-other-agreement': {
    kind: 'refused',
    zh: '计划属于另一份协议',
    en: 'The programme belongs to another agreement',
  },
  'sub-line-not-tagged': {
    kind: 'refused',
    zh: '产品分项随主授信计入计划，不单独标记',
    en: 'A sub-line counts with its line and is not tagged by itself',
  },
  'day-before-line': {
    kind: 'refused',
    zh: '日期早于授信批准日',
    en: 'The day is before the line was approved',
  },
  'purpose-not-eligible': {
    kind: 'refused',
    zh: '用途不在协议或分类额度约定范围内',
    en: 'The purpose is not among those of the agreement or the segment',
  },
});

export const exemptionRefusals = refusals('credit', {
  'exemption-file-missing': {
    kind: 'missing',
    zh: '没有这份尽职免责档案',
    en: 'There is no such exemption file',
  },
  'exemption-item-missing': {
    kind: 'missing',
    zh: '清单中没有这一项',
    en: 'The lists have no such item',
  },
  'drawdown-not-bad': {
    kind: 'refused',
    zh: '借据不是不良贷款',
    en: 'The drawdown is not a bad loan',
  },
  'exemption-file-exists': {
    kind: 'conflict',
    zh: '该借据已有尽职免责档案',
    en: 'The drawdown already has an exemption file',
  },
  'exemption-found': { kind: 'refused', zh: '档案已有认定', en: 'The file already has a finding' },
  'exemption-not-found': {
    kind: 'refused',
    zh: '档案尚无待确认的认定',
    en: 'The file has no finding to confirm',
  },
  'loan-made-by-you': {
    kind: 'forbidden',
    zh: '该贷款经办人不得参与认定',
    en: 'Who made the loan takes no part in the finding',
  },
  'found-by-you': {
    kind: 'forbidden',
    zh: '认定人与确认人须为不同的人',
    en: 'Finder and confirmer must be two persons',
  },
  'answer-unfit': {
    kind: 'refused',
    zh: '该项不能这样回答',
    en: 'The item does not take this answer',
  },
  'proof-missing': { kind: 'refused', zh: '须附依据', en: 'The answer needs its proof' },
  'exemption-incomplete': {
    kind: 'refused',
    zh: '清单尚未答全',
    en: 'Not every item of the lists is answered',
  },
  'negative-item-present': {
    kind: 'refused',
    zh: '存在负面清单情形，不得免责或减责',
    en: 'Something of the negative list is present: no exemption and no reduction',
  },
  'duty-not-met': {
    kind: 'refused',
    zh: '有未尽职事项，不得全部免责',
    en: 'A duty was not met: no full exemption',
  },
});
