// Ids: shape, growth within one process, and uniqueness.
import { expect } from 'chai';
import { isId, newId } from '../../src/kernel/id.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function timeOf(id: string): number {
  const time = id.split('_')[1]!.slice(0, 10);
  return Array.from(time).reduce((ms, digit) => ms * 32 + ALPHABET.indexOf(digit), 0);
}

describe('id', () => {
  it('is the prefix and a ULID of the present time', () => {
    const before = Date.now();
    const id = newId('line');
    expect(id).to.match(/^line_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(timeOf(id)).to.be.within(before, Date.now() + 1);
    expect(isId('line', id)).to.equal(true);
  });

  it('grows, also inside one millisecond, and never repeats', () => {
    const ids = Array.from({ length: 50_000 }, () => newId('line'));
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids.every((id, at) => at === 0 || ids[at - 1]! < id)).to.equal(true);
  });

  it('grows when the clock steps back', () => {
    const real = Date.now;
    const before = newId('line');
    try {
      Date.now = () => real() - 3_600_000;
      const after = newId('line');
      expect(after > before).to.equal(true);
    } finally {
      Date.now = real;
    }
  });

  it('tells its own from others', () => {
    const ulid = newId('line').slice('line_'.length);
    const others = [
      ulid,
      `draw_${ulid}`,
      `line_${ulid.toLowerCase()}`,
      `line_${ulid}0`,
      `line_${ulid.slice(1)}`,
      `line_8${ulid.slice(1)}`,
      `line_${ulid.slice(0, 25)}U`,
      `line_${ulid}\n`,
      '',
    ];
    for (const other of others) expect(isId('line', other), other).to.equal(false);
    expect(isId('line', undefined)).to.equal(false);
    expect(isId('bank-statement', newId('bank-statement'))).to.equal(true);
  });

  it('refuses a prefix that is no noun', () => {
    for (const prefix of ['', 'Line', 'line_', '1line', 'l ine']) {
      expect(() => newId(prefix), prefix).to.throw(TypeError, 'not an id prefix');
    }
  });
});
