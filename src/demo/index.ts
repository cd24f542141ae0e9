// The demo's front door: four zones with their institutions and people, and the first jobs over
// them.
export { loadDemo } from './load.ts';
export { runFirstJobs } from './first-jobs.ts';
