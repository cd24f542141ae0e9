// One more trigger never improves a class, of whatever debtor: not of the loan, not of another.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { compareClasses, riskClasses } from '../../src/credit/rules/risk-class.ts';
import type { Facts } from './classify-stage.ts';
import { classify } from './classify-stage.ts';

describe('classification of any debtor', () => {
  const amount = fc.integer({ min: 0, max: 100_000 }).map(String);
  const restructuring = fc.record({
    agreedOn: fc.constantFrom('2023-08-01', '2024-08-01', '2025-01-15', '2025-06-30'),
    firstRepaymentOn: fc.constantFrom('2023-09-01', '2024-09-01', '2025-02-15', '2025-07-31'),
    classBefore: fc.constantFrom(...riskClasses),
    periodMonths: fc.constantFrom(1, 3, 12),
  });
  const loan = fc.record({
    balance: amount,
    daysPastDue: fc.constantFrom(0, 1, 7, 8, 90, 91, 270, 271, 360, 361),
    technicalOverdue: fc.boolean(),
    useChanged: fc.boolean(),
    creditImpaired: fc.boolean(),
    expectedLoss: amount,
    restructurings: fc.array(restructuring, { maxLength: 3 }),
  });
  const debtor = fc.record({
    sharpDowngrade: fc.boolean(),
    debtEvasion: fc.boolean(),
    bankruptcyLiquidation: fc.boolean(),
    badDebtAtAnotherBank: fc.boolean(),
  });
  type Loan = typeof loan extends fc.Arbitrary<infer T> ? T : never;

  const worsen: fc.Arbitrary<(before: Loan) => Facts> = fc.oneof(
    restructuring.map((one) => (before: Loan) => ({
      ...before,
      restructurings: [...before.restructurings, one],
    })),
    fc
      .constantFrom<Facts>(
        { useChanged: true },
        { creditImpaired: true },
        { daysPastDue: 361 },
        { technicalOverdue: false },
        { repaidBy: 'new-borrowing' },
        { previous: { class: 'SUBSTANDARD' } },
      )
      .map((more) => (before: Loan) => ({ ...before, ...more })),
  );

  it('gets no better by one more trigger, on no loan', () => {
    fc.assert(
      fc.property(
        fc.array(loan, { minLength: 1, maxLength: 4 }),
        debtor,
        fc.nat(),
        worsen,
        (loans, facts, at, change) => {
          const index = at % loans.length;
          const changed = loans.map((one, i) => (i === index ? change(one) : one));
          const before = classify(loans, facts).loans;
          const after = classify(changed, facts).loans;
          after.forEach((one, i) => {
            const was = before[i]?.class ?? 'NORMAL';
            expect(compareClasses(one.class, was)).to.be.at.least(0);
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gets no better by one more trigger of the debtor', () => {
    const flag = fc.constantFrom(
      'sharpDowngrade',
      'debtEvasion',
      'bankruptcyLiquidation',
      'badDebtAtAnotherBank',
    );
    fc.assert(
      fc.property(
        fc.array(loan, { minLength: 1, maxLength: 4 }),
        debtor,
        flag,
        (loans, facts, more) => {
          const before = classify(loans, facts);
          const after = classify(loans, { ...facts, [more]: true });
          expect(compareClasses(after.class, before.class)).to.be.at.least(0);
        },
      ),
    );
  });
});
