/** Every "no" of insight, in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const insightRefusals = refusals('insight', {
  'scope-partial': {
    kind: 'refused',
    zh: '只有看得到全部数据的任务才能保存快照',
    en: 'Only somebody who sees everything may keep a snapshot',
  },
  'as-of-ahead': {
    kind: 'refused',
    zh: '数据日期不能晚于今天',
    en: 'A figure cannot be as of a day that has not come',
  },
  'zone-missing': { kind: 'missing', zh: '没有这个园区', en: 'There is no such zone' },
  'figure-missing': { kind: 'missing', zh: '没有这个指标', en: 'There is no such figure' },
  'snapshot-missing': { kind: 'missing', zh: '没有这个快照', en: 'There is no such snapshot' },
});
