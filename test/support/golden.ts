/**
 * Golden files: what is published is compared with what is committed. A change is made on purpose
 * by running the test with YUANXIN_TEST_UPDATE=1 and committing the difference.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';

export const updating = process.env['YUANXIN_TEST_UPDATE'] === '1';

/** Fails when `text` differs from `test/golden/NAME`. */
export function expectGolden(name: string, text: string): void {
  const file = path.join(process.cwd(), 'test/golden', name);
  if (updating) writeFileSync(file, text);
  expect(existsSync(file), `${name} is not committed: run with YUANXIN_TEST_UPDATE=1`).to.equal(
    true,
  );
  const committed = readFileSync(file, 'utf8').split('\n');
  const now = text.split('\n');
  const first = now.findIndex((line, i) => line !== committed[i]);
  const place = first < 0 && committed.length === now.length ? 'same' : `line ${first + 1}`;
  expect(
    { place, line: now[first] },
    `${name} changed; if it was meant, run with YUANXIN_TEST_UPDATE=1`,
  ).to.deep.equal({ place: 'same', line: undefined });
}
