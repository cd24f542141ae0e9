// A statement's name is its own: a connection prepares it once.
import { expect } from 'chai';
import { statement } from '../../src/platform/statement.ts';

describe('a statement', () => {
  it('keeps its name for itself', () => {
    const first = statement('test.select-one', 'select 1');
    expect(statement('test.select-one', 'select 1')).to.deep.equal(first);
    expect(() => statement('test.select-one', 'select 2')).to.throw('test.select-one');
  });
});
