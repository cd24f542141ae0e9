// What mocha loads before every run (.mocharc.json): the end of it, where the database that tests
// shared is stopped and the summary names what this machine lacked.
import { stopTestServer } from './database.ts';
import { missingSummary, requireAll } from './missing.ts';

export const mochaHooks = {
  afterAll(): void {
    requireAll();
  },
};

export async function mochaGlobalTeardown(): Promise<void> {
  await stopTestServer();
  const summary = missingSummary();
  if (summary !== undefined) process.stdout.write(`  ${summary}\n\n`);
}
