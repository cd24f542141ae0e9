// Random rules and claims against an oracle in whole numbers: fen and millionths, no decimal
// library.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { Day, Money } from '../../src/kernel/index.ts';
import { computeClaim } from '../../src/risk-pool/index.ts';
import { PoolRuleInput } from '../../src/rulebook/pool-rule.ts';

const fenText = (fen: bigint): string =>
  `${fen / 100n}.${(fen % 100n).toString().padStart(2, '0')}`;
const ppmText = (ppm: number): string => `0.${ppm.toString().padStart(6, '0')}`;

const amount = fc.bigInt({ min: 1n, max: 10n ** 15n });
const share = fc.integer({ min: 1, max: 999_999 });

/** Half-up of a quotient of positive whole numbers. */
const halfUp = (above: bigint, below: bigint): bigint => (2n * above + below) / (2n * below);

const day = Day.of('2026-01-05');
const facts = (loan: bigint, loss: bigint) => ({
  loanAmount: Money.of(fenText(loan)),
  enrolledOn: day,
  defaultedOn: day,
  claimedOn: day,
  principalLoss: Money.of(fenText(loss)),
  recoveredBefore: Money.zero,
});

describe('compensation, random', () => {
  it('is the tier’s and add-ons’ share, at most the cap and what the pool has', () => {
    let paid = 0;
    fc.assert(
      fc.property(
        amount,
        amount,
        share,
        share,
        share,
        amount,
        (loan, part, low, add, cap, left) => {
          const loss = part < loan ? part : loan;
          const rule = PoolRuleInput.parse({
            basis: 'PRINCIPAL_ONLY',
            ratio: {
              by: 'tiers',
              mode: 'whole-loan',
              tiers: [
                { upTo: '5000000', ratio: ppmText(low) },
                { upTo: null, ratio: ppmText(Math.max(1, low >> 1)) },
              ],
            },
            addons: [{ flag: 'ip', points: ppmText(add) }],
            ratioCap: ppmText(cap),
          });
          const result = computeClaim(rule, {
            ...facts(loan, loss),
            flags: ['ip'],
            poolAvailable: Money.of(fenText(left)),
          });
          const tier = loan <= 500_000_000n ? low : Math.max(1, low >> 1);
          const ratio = Math.min(tier + add, cap);
          const raw = halfUp(loss * BigInt(ratio), 1_000_000n);
          const expected = raw < left ? raw : left;
          expect(result.raw.toString()).to.equal(fenText(raw));
          expect(result.compensation.toString()).to.equal(fenText(expected));
          if (raw > left) expect(result.bound).to.equal('pool-balance');
          else expect(result.bound).to.equal(tier + add > cap ? 'ratio-cap' : null);
          if (expected > 0n) paid += 1;
        },
      ),
    );
    expect(paid).to.be.greaterThan(50);
  });

  it('is exact for a ratio of two amounts', () => {
    const rule = PoolRuleInput.parse({ basis: 'PRINCIPAL_ONLY', ratio: { by: 'loan' } });
    const small = fc.bigInt({ min: 1n, max: 400n });
    const any = fc.oneof(small, amount);
    fc.assert(
      fc.property(any, any, any, (loss, numerator, denominator) => {
        const result = computeClaim(rule, {
          ...facts(loss, loss),
          flags: [],
          ratio: {
            numerator: Money.of(fenText(numerator)),
            denominator: Money.of(fenText(denominator)),
          },
        });
        expect(result.raw.toString()).to.equal(fenText(halfUp(loss * numerator, denominator)));
      }),
      { numRuns: 500 },
    );
  });
});
