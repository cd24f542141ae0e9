/** Every "no" of the register of parties, in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const partyRefusals = refusals('parties', {
  'zone-missing': { kind: 'missing', zh: '没有这个园区', en: 'There is no such zone' },
  'organisation-missing': {
    kind: 'missing',
    zh: '没有这个机构',
    en: 'There is no such organisation',
  },
  'enterprise-missing': { kind: 'missing', zh: '没有这家企业', en: 'There is no such enterprise' },
  'code-invalid': {
    kind: 'refused',
    zh: '统一社会信用代码不正确',
    en: 'The unified social credit code is not valid',
  },
  'enterprise-exists': {
    kind: 'conflict',
    zh: '该统一社会信用代码的企业已登记',
    en: 'An enterprise with this code is already registered',
  },
  'organisation-exists': {
    kind: 'conflict',
    zh: '该统一社会信用代码的机构已登记',
    en: 'An organisation with this code is already registered',
  },
  'figure-exists': {
    kind: 'conflict',
    zh: '该来源的这项报道数据已登记',
    en: 'This figure of this source is already recorded',
  },
  'zone-exists': { kind: 'conflict', zh: '园区编号已存在', en: 'The zone code is already in use' },
});
