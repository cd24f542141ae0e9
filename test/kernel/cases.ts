// Reads the worked cases of test/cases. They are read from the project root, where the tests are
// started, because the compiler copies no JSON into dist.
import { readFileSync } from 'node:fs';

/** The caller names the shape, as the file's own tests are what checks it. */
export function readCases(name: string): unknown {
  return JSON.parse(readFileSync(`test/cases/${name}.json`, 'utf8'));
}
