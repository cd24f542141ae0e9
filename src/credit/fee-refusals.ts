/** Why a commitment fee is not agreed, paid, waived or given back; in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const feeRefusals = refusals('credit', {
  'fee-bill-missing': {
    kind: 'missing',
    zh: '没有这份承诺费账单',
    en: 'There is no such bill of a commitment fee',
  },
  'fee-movement-missing': {
    kind: 'missing',
    zh: '该账单没有这笔收款、减免或退还',
    en: 'The bill has no such payment, waiver or refund',
  },
  'fee-movement-reversed': {
    kind: 'refused',
    zh: '该笔收款、减免或退还已冲销',
    en: 'The payment, waiver or refund was taken back already',
  },
  'fee-of-sub-line': {
    kind: 'refused',
    zh: '产品子额度的未提用部分随其授信计收承诺费，不另计',
    en: 'What a sub-line has not drawn is its line’s: the fee is agreed on the line',
  },
  'fee-rate-before-line': {
    kind: 'refused',
    zh: '承诺费率的起日早于授信起始日',
    en: 'The rate of the fee begins before the line does',
  },
  'fee-rate-same': {
    kind: 'refused',
    zh: '该日承诺费率没有变化',
    en: 'The fee has this rate on that day already',
  },
  'fee-paid-before-period': {
    kind: 'refused',
    zh: '收款日早于账单的结算日',
    en: 'It was paid before the period of the bill was over',
  },
  'fee-above-owed': {
    kind: 'refused',
    zh: '金额超过账单未付金额',
    en: 'It is more than what the bill still owes',
  },
  'fee-above-credit': {
    kind: 'refused',
    zh: '退还金额超过账单的待退金额',
    en: 'It is more than what the bill has to give back',
  },
});
