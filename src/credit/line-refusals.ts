/** Why a line cannot be put into another segment or closed, or does not take a product. */
import { refusals } from '../kernel/index.ts';

export const lineRefusals = refusals('credit', {
  'move-of-sub-line': {
    kind: 'refused',
    zh: '产品子额度随其授信移挂',
    en: 'A sub-line moves with its line',
  },
  'segment-same': {
    kind: 'refused',
    zh: '授信已在该分类额度之下',
    en: 'The line is in this segment already',
  },
  'segment-other-agreement': {
    kind: 'refused',
    zh: '分类额度属于另一份协议',
    en: 'The segment belongs to another agreement',
  },
  'line-has-exceptions': {
    kind: 'refused',
    zh: '授信项下尚有未了结的例外审批，不能结清授信',
    en: 'An exception of the line is asked for or approved and not used',
  },
  'line-owes': {
    kind: 'refused',
    zh: '授信项下尚有未结清的借据，不能结清授信',
    en: 'A loan under the line is not settled',
  },
  'products-same': {
    kind: 'refused',
    zh: '授信可用产品没有变化',
    en: 'The line takes these products already',
  },
  'product-not-on-line': {
    kind: 'refused',
    zh: '该授信不适用此贷款产品',
    en: 'The line does not take this loan product',
  },
});
