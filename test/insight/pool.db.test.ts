// Leverage of a risk pool: loans that it backs ÷ what is in it, as of any day. A bank sees its
// own loans alone, from which a pool's leverage would come out wrong, so it sees none.
import { expect } from 'chai';
import { insightQueries as ask } from '../../src/insight/queries.ts';
import { Money } from '../../src/kernel/index.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { contribute, payCompensation } from '../../src/risk-pool/index.ts';
import type { Stage } from '../risk-pool/stage.ts';
import {
  ago,
  claimIn,
  enrol,
  loan,
  openStage,
  poolIn,
  repayPrincipal,
} from '../risk-pool/stage.ts';

describe('leverage of a pool', () => {
  let stage: Stage;
  let poolId: string;

  const figure = async (asOf: string, actor: Actor = stage.office) =>
    (await stage.ask(ask.listLeverage, { asOf }, actor)).items[0];

  before(async () => {
    stage = await openStage();
    poolId = await poolIn(stage, { cash: '0' });
  });
  after(() => stage.close());

  it('has no value before anybody contributed, and then follows loans and money', async () => {
    expect(await figure(ago(890))).to.deep.include({
      value: null,
      reason: '不可计算：缺出资额',
      denominator: null,
    });
    const { office, officeId: contributorId } = stage;
    const money = { poolId, contributorId, amount: '1000000', contributedOn: ago(800) };
    await stage.done(contribute, money, office);
    expect(await figure(ago(800))).to.deep.include({ value: '0', denominator: '1000000.00' });
    const input = loan(stage, poolId, '2000000', { enrolledOn: ago(700) });
    const { enrolmentId } = await stage.done(enrol, input, stage.bank);
    const { bankId: _, ...rest } = loan(stage, poolId, '3000000', { enrolledOn: ago(600) });
    const otherLoan = { ...rest, bankId: stage.otherBankId };
    await stage.done(enrol, otherLoan, stage.otherBank);
    await stage.done(
      repayPrincipal,
      { enrolmentId, amount: '500000', valueOn: ago(500) },
      stage.bank,
    );
    for (const [day, value] of [
      [700, '2'],
      [601, '2'],
      [600, '5'],
      [500, '4.5'],
    ] as const) {
      expect((await figure(ago(day)))?.value, `${day} days ago`).to.equal(value);
    }
  });

  it('loses what was paid for a claim, and opens to loans and payments', async () => {
    const { claimId } = await claimIn(stage, poolId, '400000');
    await stage.done(payCompensation, { claimId, paidOn: ago(50) }, stage.office);
    const today = await figure(ago(0));
    expect(today?.denominator).to.equal('800000.00');
    const { figureId = '' } = today ?? {};
    const { items } = await stage.ask(ask.leverageInputs, { figureId }, stage.office);
    const sum = (side: string): string =>
      Money.sum(items.filter((i) => i.side === side).map((i) => Money.of(i.amount))).toString();
    expect(sum('numerator')).to.equal(today?.numerator);
    expect(sum('denominator')).to.equal(today?.denominator);
    expect(
      items.filter((item) => item.label === '风险补偿支出').map((i) => i.amount),
    ).to.deep.equal(['-200000.00']);
  });

  it('is not shown to a bank, which sees only its own loans', async () => {
    expect(await figure(ago(0), stage.bank)).to.equal(undefined);
  });
});
