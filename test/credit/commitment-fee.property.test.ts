// Properties of the commitment fee: however late facts arrive, all bills of a line together are
// what is known in the end; and credits never pay more than there is.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { Day, Money, Rate, addDays } from '../../src/kernel/index.ts';
import { commitmentFeeRule } from '../../src/credit/packs/commitment-fee.ts';
import type { Standing } from '../../src/credit/rules/commitment-fee.ts';
import { commitmentFee, feeParts } from '../../src/credit/rules/commitment-fee.ts';
import type { BilledPeriod } from '../../src/credit/rules/fee-bill.ts';
import { feeBill, feePeriodEnd, offsetsOf } from '../../src/credit/rules/fee-bill.ts';

describe('commitment fee: credits', () => {
  it('never pay more than there is on either side', () => {
    const cents = fc.integer({ min: -100_000, max: 100_000 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(fc.array(cents, { maxLength: 8 }), (list) => {
        const bills = list.map((n, i) => ({
          id: `b${i}`,
          left: Money.of('0.01').times(Rate.of(String(Math.abs(n)))),
          credit: n < 0,
        }));
        const signed = bills.map(({ id, left, credit }) => ({
          id,
          left: credit ? left.negated() : left,
        }));
        const offsets = offsetsOf(signed);
        expect(Money.sum(offsets.map(({ amount }) => amount)).isZero()).to.equal(true);
        const rest = signed.map(({ id, left }) => {
          const used = offsets.filter(({ billId }) => billId === id);
          return { left, after: left.minus(Money.sum(used.map(({ amount }) => amount))) };
        });
        for (const { left, after } of rest) {
          expect(left.isNegative() ? after.isPositive() : after.isNegative()).to.equal(false);
        }
        const owed = rest.some(({ after }) => after.isPositive());
        const credit = rest.some(({ after }) => after.isNegative());
        expect(owed && credit).to.equal(false);
      }),
    );
  });
});

interface Fact {
  /** Days after the first. */
  readonly on: number;
  readonly used: number;
  readonly drawable: Standing['drawable'];
}

describe('commitment fee: bills of a whole life', () => {
  const facts = fc.array(
    fc.record({
      on: fc.integer({ min: 0, max: 700 }),
      used: fc.integer({ min: 0, max: 1_300_000 }),
      drawable: fc.constantFrom('open' as const, 'open' as const, 'shut' as const),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const begin = Day.of('2025-01-01');
  const rates = [{ from: begin, rateAnnual: Rate.of('0.0036') }];
  const ends: Day[] = [];
  for (let to = begin; to < addDays(begin, 700);) {
    to = feePeriodEnd(to, commitmentFeeRule.parameters);
    ends.push(to);
  }

  const stepsOf = (list: readonly Fact[]): Standing[] => {
    const all: Fact[] = [{ on: 0, used: 0, drawable: 'open' }, ...list];
    const sorted = all.toSorted((a, b) => a.on - b.on);
    return sorted
      .filter((one, i) => sorted[i + 1]?.on !== one.on)
      .map(({ on, used, drawable }) => ({
        from: addDays(begin, on),
        limit: Money.of('1000000'),
        outstanding: Money.of(String(used)),
        drawable,
      }));
  };

  it('add up to what is known in the end', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 0, max: 12 }), (list, known) => {
        let billed: BilledPeriod[] = [];
        let billedTo = begin;
        let total = Money.zero;
        for (const [i, upTo] of ends.entries()) {
          // The first facts only, until half of the periods are billed.
          const steps = stepsOf(i < ends.length / 2 ? list.slice(0, known) : list);
          const { bill } = feeBill({ steps, rates, billedTo, billed }, upTo);
          if (!bill) continue;
          expect(bill.from).to.equal(billedTo);
          total = total.plus(bill.total);
          billed = billed.map((one) => {
            const again = bill.adjustments.find(({ billId }) => billId === one.id);
            return again ? { ...one, billed: again.now } : one;
          });
          billed.push({ id: upTo, from: bill.from, to: bill.to, billed: bill.amount });
          billedTo = bill.to;
        }
        const steps = stepsOf(list);
        const fees = billed.map(({ from, to }) => commitmentFee(feeParts(steps, rates, from, to)));
        expect(total.toString()).to.equal(Money.sum(fees).toString());
      }),
    );
  });
});
