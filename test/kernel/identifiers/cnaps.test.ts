// 支付系统行号: twelve digits are required, a wrong check digit only warns.
import { expect } from 'chai';
import { checkCnaps } from '../../../src/kernel/identifiers/cnaps.ts';
import { readCases } from '../cases.ts';

interface CodeCase {
  readonly id: string;
  readonly inputs: { readonly code: string };
  readonly expected: { readonly valid: boolean; readonly class: string | null };
  readonly source: string;
}

describe('cnaps', () => {
  const { cnaps: cases } = readCases('identifiers') as { cnaps: CodeCase[] };

  it('has its worked cases', () => {
    expect(cases.length).to.be.at.least(6);
  });

  for (const { id, inputs, expected, source } of cases) {
    it(`${id}: ${inputs.code} (${source})`, () => {
      const { normalised, ...answer } = checkCnaps(inputs.code);
      expect(answer).to.deep.equal(expected);
      expect(checkCnaps(normalised)).to.deep.equal({ normalised, ...answer });
    });
  }

  it('finds exactly one check digit without a warning', () => {
    const quiet = '0123456789'
      .split('')
      .filter((digit) => checkCnaps(`10510000001${digit}`).warnings.length === 0);
    expect(quiet).to.deep.equal(['7']);
  });
});
