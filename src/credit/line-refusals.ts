/** Why a line cannot be put into another segment. */
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
});
