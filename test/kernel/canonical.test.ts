// One text for one value: fixed examples, what is refused, and a journey through jsonb.
import { expect } from 'chai';
import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { canonicalJson, sha256Hex } from '../../src/kernel/canonical.ts';
import { Money } from '../../src/kernel/money.ts';
import { Rate } from '../../src/kernel/rate.ts';

/** As jsonb prints a value: keys by length and then bytes, numbers without exponent, blanks. */
function asJsonb(value: unknown): string {
  if (typeof value === 'number') return new Decimal(value).toFixed();
  if (Array.isArray(value)) return `[${value.map(asJsonb).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const byLengthThenBytes = ([a]: [string, unknown], [b]: [string, unknown]) =>
    Buffer.byteLength(a) - Buffer.byteLength(b) || Buffer.compare(Buffer.from(a), Buffer.from(b));
  const members = Object.entries(value).sort(byLengthThenBytes);
  return `{${members.map(([k, v]) => `${JSON.stringify(k)}: ${asJsonb(v)}`).join(', ')}}`;
}

describe('canonical JSON', () => {
  it('sorts keys, drops undefined, respects toJSON and leaves no spaces', () => {
    const value = {
      b: -0,
      a: [undefined, null, true, '大写 "\n'],
      none: undefined,
      amount: Money.of('-0.5'),
      rate: Rate.of('0.0345'),
      at: new Date(0),
      nested: { z: 1e21, y: 1.5, '10': 'ten', '9': 'nine' },
    };
    expect(canonicalJson(value)).to.equal(
      '{"a":[null,null,true,"大写 \\"\\n"],"amount":"-0.50","at":"1970-01-01T00:00:00.000Z","b":0,' +
        '"nested":{"10":"ten","9":"nine","y":1.5,"z":1e+21},"rate":"0.0345"}',
    );
  });

  it('writes an empty hole of an array as null', () => {
    const holes: unknown[] = [];
    holes[1] = 1;
    expect(canonicalJson(holes)).to.equal('[null,1]');
    expect(canonicalJson({ gone: { toJSON: () => undefined } })).to.equal('{}');
  });

  it('keeps an own key called __proto__', () => {
    const value: unknown = JSON.parse('{"__proto__":{"b":1}}');
    expect(canonicalJson(value)).to.equal('{"__proto__":{"b":1}}');
  });

  it('refuses what JSON would lose in silence', () => {
    const lost = [Number.NaN, Infinity, 1n, Symbol('s'), () => 1, undefined, new Map(), new Set()];
    for (const value of lost) expect(() => canonicalJson(value)).to.throw(TypeError);
    expect(() => canonicalJson({ deep: [Number.NaN] })).to.throw(TypeError, 'not a finite number');
  });

  it('is the same after a journey through jsonb', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    let objects = 0;
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).to.equal(text);
        expect(canonicalJson(JSON.parse(asJsonb(value)))).to.equal(text);
        if (text.startsWith('{')) objects += 1;
      }),
      { numRuns: 500 },
    );
    expect(objects).to.be.greaterThan(10);
  });

  it('hashes UTF-8', () => {
    expect(sha256Hex('abc')).to.equal(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(sha256Hex('园信')).to.equal(sha256Hex(Buffer.from('园信', 'utf8').toString('utf8')));
    expect(sha256Hex('园信')).to.match(/^[0-9a-f]{64}$/);
  });
});
