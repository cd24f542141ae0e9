/** Every "no" of the jobs, in order of precedence. */
import { refusals } from '../src/kernel/index.ts';

export const jobRefusals = refusals('jobs', {
  'job-missing': { kind: 'missing', zh: '没有这个任务', en: 'There is no such job' },
  'as-of-ahead': {
    kind: 'refused',
    zh: '数据日期不能晚于今天',
    en: 'A job cannot run as of a day that has not come',
  },
  'job-disabled': { kind: 'refused', zh: '任务已停用', en: 'The job is switched off' },
});
