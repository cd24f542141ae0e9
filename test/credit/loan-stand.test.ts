// The stand of a loan by hand, and classes of a debtor with loans at two banks.
import { expect } from 'chai';
import { Day, Money } from '../../src/kernel/index.ts';
import { nothingKnown, reclassified } from '../../src/credit/classify-loans.ts';
import { accruedOn, penaltyOn, standOf } from '../../src/credit/rules/loan-stand.ts';
import type { WatchedLoan } from '../../src/credit/store-loan-classes.ts';
import type { Paid } from './loan-stage.ts';
import { factsOf } from './loan-stage.ts';

/** 120,000 at 6 % ACT/360, twelve instalments of 10,000 and interest. */
const facts = (payments: readonly Paid[] = [], more: object = {}) =>
  factsOf(
    {
      drawdownId: 'draw_1',
      amount: '120000.00',
      valueOn: Day.of('2026-01-10'),
      dueOn: Day.of('2027-01-10'),
      terms: {
        product: 'technology-transfer',
        method: 'equal-principal',
        instalments: 12,
        every: { months: 1 },
        rate: '0.06',
        ...more,
      },
    },
    payments,
  );
const on = (text: string): Day => Day.of(text);

describe('the stand of a loan', () => {
  it('accrues unrounded by nights and starts anew on the due day', () => {
    // 120000 × 6 % ÷ 360 = 20 a night; the night after the day of drawing is the first.
    const accrued = (text: string) => accruedOn(standOf(facts(), on(text)), on(text)).toString();
    expect(accrued('2026-01-10')).to.equal('20');
    expect(accrued('2026-02-09')).to.equal('620');
    // 110000 × 6 % ÷ 360.
    expect(Number(accrued('2026-02-10')).toFixed(4)).to.equal('18.3333');
  });

  it('bears the penalty rate on what is overdue, principal and interest apart', () => {
    const day = on('2026-02-19');
    const given = facts();
    const stand = standOf(given, day);
    expect(stand.penalPrincipal.toString()).to.equal('10000.00');
    expect(stand.penalInterest.toString()).to.equal('620.00');
    expect(stand.overdueSince).to.equal('2026-02-10');
    const { penalty, compound } = penaltyOn(stand, given.terms, day);
    // Ten nights at 9 %: 10000 × 9 % × 10 ÷ 360 and 620 × 9 % × 10 ÷ 360.
    expect(penalty.toString()).to.equal('25');
    expect(compound.toString()).to.equal('1.55');
  });

  it('pays penalty, compound interest, interest and principal in this order', () => {
    const paid = { on: on('2026-02-20'), amount: '1000.00' };
    const [divided] = standOf(facts([paid]), on('2026-02-20')).payments;
    expect(divided?.penalty.toString()).to.equal('25.00');
    expect(divided?.compound.toString()).to.equal('1.55');
    expect(divided?.interest.toString()).to.equal('620.00');
    expect(divided?.principal.toString()).to.equal('353.45');
  });

  it('pays principal first where that was agreed', () => {
    const paid = { on: on('2026-02-20'), amount: '10025.00' };
    const given = facts([paid], { repaymentOrder: 'principal-first' });
    const [divided] = standOf(given, on('2026-02-20')).payments;
    expect(divided?.principal.toString()).to.equal('10000.00');
    expect(divided?.penalty.toString()).to.equal('25.00');
    expect(divided?.interest.toString()).to.equal('0.00');
  });

  it('closes the loan when all that is owed is paid, and keeps the rest apart', () => {
    const paid = { on: on('2026-01-20'), amount: '120300.00' };
    const stand = standOf(facts([paid]), on('2026-01-20'));
    expect(stand.settledOn).to.equal('2026-01-20');
    expect(stand.payments[0]?.interest.toString()).to.equal('200.00');
    expect(stand.payments[0]?.overPaid.toString()).to.equal('100.00');
  });
});

describe('classes at the end of a day', () => {
  const loan = (id: string, more: Partial<WatchedLoan> = {}): WatchedLoan => ({
    id,
    zoneId: 'zone_1',
    ownerId: 'org_a',
    enterpriseId: 'ent_1',
    riskClass: 'NORMAL',
    daysPastDue: 0,
    outstanding: Money.of('1000.00'),
    state: 'DISBURSED',
    triggers: [],
    classified: false,
    ...more,
  });
  const classes = (loans: readonly WatchedLoan[]) =>
    Object.fromEntries(
      reclassified(loans, nothingKnown, on('2026-06-30')).map((one) => [
        one.loan.id,
        one.riskClass,
      ]),
    );

  it('reach the other loans of the debtor at the same bank', () => {
    const all = [loan('a', { daysPastDue: 91 }), loan('b')];
    expect(classes(all)).to.deep.equal({ a: 'SUBSTANDARD', b: 'SUBSTANDARD' });
  });

  it('reach those at another bank as far as the shared book shows', () => {
    const bad = { daysPastDue: 91, riskClass: 'SUBSTANDARD' } as const;
    const small = { outstanding: Money.of('100.00') };
    const all = [loan('a', { ...bad, ...small }), loan('b', { ownerId: 'org_b' })];
    expect(classes(all)['b']).to.equal('SPECIAL_MENTION');
    const heavy = [loan('a', bad), loan('b', { ownerId: 'org_b' })];
    expect(classes(heavy)['b']).to.equal('SUBSTANDARD');
  });

  it('are not lifted by time alone, and say nothing when nothing changed', () => {
    const cured = classes([loan('a', { riskClass: 'DOUBTFUL' })]);
    expect(cured).to.deep.equal({ a: 'SUBSTANDARD' });
    expect(classes([loan('a')])).to.deep.equal({});
  });
});
