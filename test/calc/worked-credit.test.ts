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

  const byPerson = [{ code: 'good-credit', name: '信用良好', by: 'person' }];
  const byCode = [{ code: 'valid-uscc', name: '代码有效', by: 'uscc' }];
  const found = { standard: 'good-credit', met: true, evidence: '征信报告' };
  const uscc = '91350100M000100Y43';
  const screened = { on: '2026-03-02', uscc, standards: byPerson, findings: [found] };
  const line = { id: 'line', limit: '1', seasons: [{ from: '01-01', to: '06-30', amount: '2' }] };
  const drawable = {
    at: '2026-01-01',
    nodes: [line],
    steps: Array.from({ length: 20 }, () => ({ op: 'draw', node: 'line', amount: '1' })),
    node: 'line',
    amount: '3',
    until: '2026-12-31',
  };
  const returned = (of: string) => ({ on: '2026-02-01', of, amount: '1' });
  const refused: readonly [calc: string, input: unknown, code: string][] = [
    [
      'credit-conversion',
      { limit: '1', drawn: '0', kind: 'nothing-known' },
      'conversion-kind-not-in-pack',
    ],
    ['decision-clock', { completeOn: '2026-03-02', tag: 'nothing-known' }, 'tag-not-in-pack'],
    ['statement-ratios', { statements: [{ item: 'sales', now: '1' }] }, 'statement-row-missing'],
    ['whitelist-screening', { ...screened, findings: [] }, 'finding-missing'],
    ['whitelist-screening', { ...screened, standards: byCode }, 'finding-unknown'],
    ['when-drawable', { ...drawable, returns: [returned('nothing')] }, 'scenario-malformed'],
    ['when-drawable', { ...drawable, until: '9000-01-01' }, 'scenario-malformed'],
    ['extension-limit', { valueOn: '2026-03-02', firstDueOn: '2026-03-02' }, 'invalid-input'],
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
