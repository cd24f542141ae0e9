/** Every "no" of the rulebook, in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const rulebookRefusals = refusals('rulebook', {
  'needs-every-zone': {
    kind: 'forbidden',
    zh: '适用于全部园区的规则包只能由管理全部园区者录入',
    en: 'A pack for every zone is added by those who see every zone',
  },
  'zone-missing': { kind: 'missing', zh: '没有这个园区', en: 'There is no such zone' },
  'pack-missing': { kind: 'missing', zh: '没有这个规则包', en: 'There is no such rule pack' },
  'pack-not-in-force': {
    kind: 'missing',
    zh: '该日没有生效的规则包',
    en: 'No rule pack was in force on that day',
  },
  'validity-reversed': {
    kind: 'refused',
    zh: '失效日早于生效日',
    en: 'The pack ends before it begins',
  },
  'clause-without-parameter': {
    kind: 'refused',
    zh: '条款指向不存在的参数',
    en: 'A clause names a parameter that the pack does not have',
  },
});
