// 统一社会信用代码: the worked cases, codes we make, and that no single wrong character passes.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { checkUscc, GENERATED_REGION, makeUscc } from '../../../src/kernel/identifiers/uscc.ts';
import { readCases } from '../cases.ts';

interface CodeCase {
  readonly id: string;
  readonly inputs: { readonly code: string };
  readonly expected: { readonly valid: boolean; readonly class: string | null };
  readonly source: string;
}

const SYMBOLS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const serials = fc.integer({ min: 0, max: 99_999_999 });

describe('uscc', () => {
  const { uscc: cases } = readCases('identifiers') as { uscc: CodeCase[] };

  it('has its worked cases', () => {
    expect(cases.length).to.be.at.least(20);
  });

  for (const { id, inputs, expected, source } of cases) {
    it(`${id}: ${inputs.code} → ${expected.class ?? 'valid'} (${source})`, () => {
      const { normalised, ...answer } = checkUscc(inputs.code);
      expect(answer).to.deep.equal(expected);
      expect(checkUscc(normalised)).to.deep.equal({ normalised, ...answer });
    });
  }

  it('normalises full width, blanks and case', () => {
    expect(checkUscc(' ９１０００００００００ 00000０ｋ ').normalised).to.equal(
      '91000000000000000K',
    );
  });

  it('reports every letter that is no symbol as such, never as a wrong check', () => {
    for (const letter of 'IOSVZ-你') {
      const code = `91350100M000100Y4${letter}`;
      expect(checkUscc(code).class, code).to.equal('ILLEGAL_CHAR');
    }
  });

  it('makes valid codes of a company, one for each serial', () => {
    expect(makeUscc(GENERATED_REGION, 0)).to.equal('91000000000000000K');
    fc.assert(
      fc.property(serials, (serial) => {
        const code = makeUscc(GENERATED_REGION, serial);
        expect(code.slice(0, 8)).to.equal('91000000');
        expect(Number(code.slice(8, 16))).to.equal(serial);
        const { valid, warnings } = checkUscc(code);
        expect({ valid, warnings }).to.deep.equal({ valid: true, warnings: ['generated'] });
      }),
    );
    expect(checkUscc(makeUscc('450100', 7)).warnings).to.deep.equal([]);
  });

  it('refuses to make a code of a wrong region or serial', () => {
    for (const serial of [-1, 0.5, 100_000_000, Number.NaN]) {
      expect(() => makeUscc('000000', serial), String(serial)).to.throw(RangeError);
    }
    for (const region of ['', '00000', 'A00000', '0000000']) {
      expect(() => makeUscc(region, 1), region).to.throw(RangeError);
    }
  });

  it('lets no single wrong symbol pass', () => {
    const place = fc.integer({ min: 0, max: 17 });
    let changed = 0;
    fc.assert(
      fc.property(serials, place, fc.constantFrom(...SYMBOLS.split('')), (serial, at, symbol) => {
        const code = makeUscc('450100', serial);
        fc.pre(code[at] !== symbol);
        expect(checkUscc(code.slice(0, at) + symbol + code.slice(at + 1)).valid).to.equal(false);
        changed += 1;
      }),
      { numRuns: 500 },
    );
    expect(changed).to.be.greaterThan(100);
  });
});
