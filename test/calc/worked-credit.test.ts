// Every worked case of the credit domains through the trial calculation of its name: what the case
// says must stand in the answer, and every answer explains itself.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { calculations } from '../../src/calc/index.ts';
import { isFailure } from '../../src/kernel/index.ts';
import { calculate } from '../../src/platform/calculation.ts';

interface Row {
  readonly id: string;
  readonly calc: string;
  readonly input: unknown;
  readonly expected: Readonly<Record<string, unknown>>;
}

const { rows } = JSON.parse(readFileSync('test/cases/worked-credit.json', 'utf8')) as {
  readonly rows: readonly Row[];
};

/** Objects hold at least the members that are expected; rows are found by `no`, else by place. */
function expectPart(found: unknown, wanted: unknown, where: string): void {
  if (Array.isArray(wanted)) {
    const list = found as readonly Record<string, unknown>[];
    if (wanted.length === 0) expect(list, where).to.deep.equal([]);
    wanted.forEach((one: unknown, i) => {
      const no = (one as { no?: number }).no;
      const there = no === undefined ? list[i] : list.find((row) => row['no'] === no);
      expectPart(there, one, `${where}[${i}]`);
    });
    return;
  }
  if (typeof wanted === 'object' && wanted !== null) {
    for (const [name, value] of Object.entries(wanted)) {
      expectPart((found as Record<string, unknown>)[name], value, `${where}.${name}`);
    }
    return;
  }
  expect(found, where).to.equal(wanted);
}

describe('calc: the worked cases of credit', () => {
  it('has every case of these domains', () => {
    const ids = new Set(rows.map(({ id }) => id).filter((id) => /^C\d+$/.test(id)));
    expect([...ids].sort()).to.deep.equal(
      [29, 31, 32, 34, 35, 37, 38, 40, 41, 43, 44, 46, 47, 49, 56, 58, 59, 130, 131, 133]
        .map((n) => `C${String(n).padStart(3, '0')}`)
        .sort(),
    );
  });

  rows.forEach(({ id, calc, input, expected }, i) => {
    it(`${i + 1} ${id} by ${calc}`, () => {
      const one = calculations.find(({ name }) => name === calc);
      if (!one) throw new Error(`no calculation '${calc}'`);
      const answer = JSON.parse(JSON.stringify(calculate(one, input))) as Record<string, unknown>;
      expectPart(answer, expected, calc);
      expect(answer['steps'], 'steps').to.be.an('array').and.not.to.have.length(0);
    });
  });

  const refused: readonly [calc: string, input: unknown, code: string][] = [
    [
      'credit-conversion',
      { limit: '1', drawn: '0', kind: 'nothing-known' },
      'conversion-kind-not-in-pack',
    ],
    ['decision-clock', { completeOn: '2026-03-02', tag: 'nothing-known' }, 'tag-not-in-pack'],
  ];
  for (const [calc, input, code] of refused) {
    it(`${calc} refuses: ${code}`, () => {
      const one = calculations.find(({ name }) => name === calc);
      if (!one) throw new Error(`no calculation '${calc}'`);
      try {
        calculate(one, input);
      } catch (refusal) {
        expect(isFailure(refusal) && refusal.code).to.equal(code);
        return;
      }
      expect.fail('nothing was refused');
    });
  }
});
