/** Every "no" of imports and of the replay, before a row is looked at; in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const exchangeRefusals = refusals('exchange', {
  'file-unreadable': { kind: 'invalid', zh: '文件无法读取', en: 'The file cannot be read' },
  'file-too-large': { kind: 'too-large', zh: '文件过大', en: 'The file is too large' },
  'file-not-text': {
    kind: 'invalid',
    zh: '文件不是 UTF-8 文本',
    en: 'The file is not UTF-8 text',
  },
  'file-not-csv': { kind: 'invalid', zh: '文件不是有效的 CSV', en: 'The file is not valid CSV' },
  'columns-missing': { kind: 'invalid', zh: '缺少列', en: 'Columns are missing' },
  'cell-malformed': {
    kind: 'invalid',
    zh: '单元格内容不符合格式',
    en: 'A cell does not have the form of its column',
  },
  'row-repeated': {
    kind: 'invalid',
    zh: '同一借据号出现多次',
    en: 'A loan number occurs more than once',
  },
});
