// Provisions, coverage, credit conversion and the clocks: worked cases, borders and refusals.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { clocks } from '../../src/credit/packs/clocks.ts';
import { conversion2023 } from '../../src/credit/packs/conversion-2023.ts';
import { decisionDueOn, tagHoldsUntil } from '../../src/credit/rules/clock.ts';
import { exposureOf } from '../../src/credit/rules/conversion.ts';
import { Day, Failure, Money, makeCalendar } from '../../src/kernel/index.ts';
import type { Explained } from './risk-stage.ts';
import { answerOf, expectCited, refusalOf, riskCases } from './risk-stage.ts';

type Answer = Explained & Readonly<Record<string, unknown>>;
const provide = (input: unknown) => answerOf('provision', input) as Answer;

describe('provisions', () => {
  it('C047', () => {
    const { input, expected } = riskCases('provision') as {
      input: object;
      expected: object;
    };
    const answer = provide(input);
    expect(answer).to.include(expected);
    expectCited(answer.steps);
  });

  const standings = [
    ['coverage exactly 150 %', '150', { coverageRatio: '1.500000', coverageStanding: 'MET' }],
    ['one fen below', '149.99', { coverageRatio: '1.499900', coverageStanding: 'WITHIN_BAND' }],
    ['exactly 120 %', '120', { coverageRatio: '1.200000', coverageStanding: 'WITHIN_BAND' }],
    ['below the band', '119.99', { coverageStanding: 'BELOW' }],
    ['2.5 % of loans', '250', { loanProvisionRatio: '0.025000', loanProvisionStanding: 'MET' }],
    ['a fen below 2.5 %', '249.99', { loanProvisionStanding: 'WITHIN_BAND' }],
    ['below 1.5 % of loans', '149.99', { loanProvisionStanding: 'BELOW' }],
  ] as const;
  for (const [name, held, expected] of standings) {
    it(name, () => {
      const balances = { NORMAL: '9900', LOSS: '100' };
      expect(provide({ balances, held })).to.include(expected);
    });
  }

  it('has no coverage ratio without a non-performing loan', () => {
    const answer = provide({ balances: { NORMAL: '100' } });
    expect(answer).to.include({ coverageRatio: null, coverageStanding: 'NOT_APPLICABLE' });
    const none = provide({ balances: {} });
    expect(none).to.include({ loanProvisionRatio: null, required: '0.00' });
  });

  it('says what is still to be provided for', () => {
    const answer = provide({ balances: { LOSS: '100' }, held: '40' });
    expect(answer).to.include({ required: '101.00', shortfall: '61.00' });
  });

  it('floats a ratio to both ends and no further', () => {
    const special = (ratios: object) =>
      provide({ balances: { SUBSTANDARD: '100', DOUBTFUL: '100' }, ratios })['special'];
    expect(special({ SUBSTANDARD: '0.2', DOUBTFUL: '0.6' })).to.equal('80.00');
    expect(special({ SUBSTANDARD: '0.3', DOUBTFUL: '0.4' })).to.equal('70.00');
    const outside = [
      { SUBSTANDARD: '0.199999' },
      { SUBSTANDARD: '0.300001' },
      { DOUBTFUL: '0.61' },
      { LOSS: '0.99' },
      { SPECIAL_MENTION: '0.03' },
    ];
    for (const ratios of outside) {
      const refusal = refusalOf(() => special(ratios));
      expect(refusal.code).to.equal('provision-ratio-outside-float');
      expect(refusal.kind).to.equal('refused');
    }
  });

  it('takes no negative balance and no unknown class', () => {
    for (const balances of [{ LOSS: '-1' }, { GOOD: '1' }, { LOSS: 1 }]) {
      expect(refusalOf(() => provide({ balances })).code).to.equal('invalid-input');
    }
  });

  it('adds up: the total is the sum of its classes, and never above the balances', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 14n }).map((fen) => {
      const text = fen.toString().padStart(3, '0');
      return `${text.slice(0, -2)}.${text.slice(-2)}`;
    });
    const balances = fc.record({ NORMAL: amount, SUBSTANDARD: amount, LOSS: amount });
    fc.assert(
      fc.property(balances, (given) => {
        const answer = provide({ balances: given });
        const byClass = answer['specialByClass'] as Record<string, string>;
        const parts = Money.sum(Object.values(byClass).map((one) => Money.of(one)));
        expect(answer['special']).to.equal(parts.toString());
        const total = Money.sum(Object.values(given).map((one) => Money.of(one)));
        expect(parts.atMost(total)).to.equal(true);
      }),
    );
  });
});

interface ConversionCase {
  readonly id: string;
  readonly limit: string;
  readonly drawn: string;
  readonly kind: string;
  readonly exposure: string;
}

const conversions = riskCases('conversion') as ConversionCase[];

describe('credit conversion', () => {
  for (const { id, limit, drawn, kind, exposure } of conversions) {
    it(id, () => {
      const asked = { limit: Money.of(limit), drawn: Money.of(drawn), kind };
      const found = exposureOf(asked, conversion2023.parameters);
      expect(found instanceof Failure ? found.code : found.exposure.toString()).to.equal(exposure);
    });
  }

  it('refuses a kind that the pack lacks, and names those it has', () => {
    for (const kind of ['guess', 'constructor']) {
      const asked = { limit: Money.of('1'), drawn: Money.zero, kind };
      const found = exposureOf(asked, conversion2023.parameters);
      expect(found).to.be.instanceOf(Failure);
      expect((found as Failure).code).to.equal('conversion-kind-not-in-pack');
      expect((found as Failure).facts['known']).to.include('other-commitment');
    }
  });
});

interface ClockCase {
  readonly id: string;
  readonly completeOn: string;
  readonly days: number;
  readonly unit: 'calendar-days' | 'working-days';
  readonly dueOn: string;
  readonly warnings?: string[];
}

describe('clocks', () => {
  const calendar = makeCalendar({ holidays: [], workingDays: [] });
  for (const { id, completeOn, days, unit, dueOn, warnings } of riskCases('clock') as ClockCase[]) {
    it(id, () => {
      const found = decisionDueOn(Day.of(completeOn), { days, unit }, calendar);
      expect(found).to.deep.equal({ day: dueOn, warnings: warnings ?? [] });
    });
  }

  it('is 30 calendar days unless a zone says otherwise', () => {
    expect(clocks.parameters.decision).to.deep.equal({ days: 30, unit: 'calendar-days' });
  });

  it('ends each tag on its own day', () => {
    const tags = riskCases('tags') as { tag: string; grantedOn: string; until: string }[];
    for (const { tag, grantedOn, until } of tags) {
      expect(tagHoldsUntil(tag, Day.of(grantedOn), clocks.parameters), tag).to.equal(until);
    }
    const unknown = tagHoldsUntil('unicorn', Day.of('2025-01-01'), clocks.parameters);
    expect((unknown as Failure).code).to.equal('tag-not-in-pack');
  });
});
