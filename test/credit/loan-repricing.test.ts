// Which rates the repricing days of a floating loan still have to record.
import { expect } from 'chai';
import { Day, Rate } from '../../src/kernel/index.ts';
import type { RecordedRate } from '../../src/credit/rules/repricing.ts';
import { nextRepricing, ratesToRecord, withRates } from '../../src/credit/rules/repricing.ts';

const day = (text: string): Day => Day.of(text);
const lpr = [
  { on: day('2024-10-21'), rate: Rate.of('0.031') },
  { on: day('2025-05-20'), rate: Rate.of('0.03') },
];
const pricing = { lpr, spreadBp: 45, repricing: { months: 3 } };
const agreed: RecordedRate = { from: day('2025-01-15'), rate: Rate.of('0.0355'), kind: 'AGREED' };
const life = { from: day('2025-01-15'), to: day('2026-01-15') };
const found = (recorded: readonly RecordedRate[], until: string, more = pricing) =>
  ratesToRecord(more, recorded, { ...life, until: day(until) }).map(
    ({ from, rate }) => `${from} ${rate.toString()}`,
  );

describe('the rates that repricing days record', () => {
  it('is the priced rate of the first day on which another one is in force', () => {
    expect(found([agreed], '2025-07-14')).to.deep.equal([]);
    expect(found([agreed], '2025-07-15')).to.deep.equal(['2025-07-15 0.0345']);
    expect(found([agreed], '2026-12-31')).to.deep.equal(['2025-07-15 0.0345']);
  });

  it('is nothing once it is recorded', () => {
    const repriced = {
      from: day('2025-07-15'),
      rate: Rate.of('0.0345'),
      kind: 'REPRICED',
    } as const;
    expect(found([agreed, repriced], '2026-12-31')).to.deep.equal([]);
  });

  it('lets a rate that a person set hold until the next repricing day', () => {
    const person = (from: string): RecordedRate[] => [
      agreed,
      { from: day(from), rate: Rate.of('0.028'), kind: 'PERSON' },
    ];
    expect(found(person('2025-06-01'), '2025-12-31')).to.deep.equal(['2025-07-15 0.0345']);
    expect(found(person('2025-07-15'), '2025-12-31')).to.deep.equal(['2025-10-15 0.0345']);
  });

  it('supersedes what an LPR recorded late should have changed', () => {
    const early = { from: day('2025-04-15'), rate: Rate.of('0.0355'), kind: 'REPRICED' } as const;
    const late = { ...pricing, lpr: [...lpr, { on: day('2025-03-20'), rate: Rate.of('0.0305') }] };
    expect(found([agreed, early], '2025-08-01', late)).to.deep.equal([
      '2025-04-15 0.035',
      '2025-07-15 0.0345',
    ]);
    const kept = withRates([agreed, early], [{ ...early, rate: Rate.of('0.035') }]);
    expect(kept.map(({ rate }) => rate.toString())).to.deep.equal(['0.0355', '0.035']);
  });

  it('is never below zero, and a fixed rate has no next day', () => {
    expect(found([agreed], '2025-08-01', { ...pricing, spreadBp: -400 })).to.deep.equal([]);
    const after = day('2025-02-01');
    expect(nextRepricing(pricing, { ...life, after })).to.equal('2025-04-15');
    expect(nextRepricing({ repricing: 'new-year' }, { ...life, after })).to.equal('2026-01-01');
    expect(nextRepricing({ repricing: 'fixed' }, { ...life, after })).to.equal(null);
  });
});
