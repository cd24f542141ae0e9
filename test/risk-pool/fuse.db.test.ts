// The fuse on real figures: at filing, between filing and payment, and how a suspended claim is
// paid after all. And the hold of a payment that waits for its second person.
import { expect } from 'chai';
import { addDays, dayParts, type Day } from '../../src/kernel/index.ts';
import { listEvents } from '../../src/credit/queries-events.ts';
import type { Context, Item } from '../../src/platform/operation.ts';
import { withTransaction } from '../../src/platform/transaction.ts';
import { fileClaim, payCompensation, rejectClaim } from '../../src/risk-pool/index.ts';
import { showClaim } from '../../src/risk-pool/queries/claims.ts';
import { showPool } from '../../src/risk-pool/queries/pools.ts';
import type { Stage } from './stage.ts';
import {
  badLoan,
  defaultLoan,
  enrol,
  halfRule,
  loan,
  openStage,
  poolIn,
  schemeIn,
  today,
} from './stage.ts';

/** The year before this one is over, so its days are all in the past: the fuse is asked by year. */
const lastYear = dayParts(today).year - 1;
const inLastYear = (monthAndDay: string): Day => `${lastYear}-${monthAndDay}` as Day;

const fused = (metric: string, operator: string) => ({
  ...halfRule,
  fuses: [{ metric, operator, value: '0.03', action: 'SUSPEND_CLAIMS' }],
});

describe('the fuse of a bank in a pool', () => {
  let stage: Stage;

  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());
  afterEach(() => stage.check());

  const pool = async (rule: object) =>
    poolIn(stage, { scheme: await schemeIn(stage, rule), cash: '100000' });

  /** A good loan of the bank: on 2 January of last year unless another day is named. */
  const lend = (poolId: string, amount: string, enrolledOn = inLastYear('01-02')) =>
    stage.done(enrol, loan(stage, poolId, amount, { enrolledOn }), stage.bank);

  const file = async (poolId: string, amount: string, claimedOn: Day = today) => {
    const enrolmentId = await badLoan(stage, poolId, amount, { enrolledOn: inLastYear('01-02') });
    const input = { enrolmentId, principalLoss: amount, claimedOn };
    return stage.done(fileClaim, input, stage.bank);
  };

  const pay = (claimId: unknown, paidOn = today) =>
    stage.done(payCompensation, { claimId, paidOn }, stage.office);

  it('suspends at filing above the bound, and pays once the bank is below it again', async () => {
    const poolId = await pool(fused('loss-to-entered', '>'));
    await lend(poolId, '10000', today);
    expect((await file(poolId, '300'))['state']).to.equal('CLAIM_FILED');
    const second = await file(poolId, '1');
    expect(second).to.deep.include({ state: 'SUSPENDED_FUSE', compensation: '0.50' });
    const reader = { ...stage.bank, permissions: new Set(['pool:read']) };
    const told = await stage.ask(listEvents, {}, reader);
    expect(told.items[0]).to.include({
      name: 'risk-pool.claim-suspended',
      subjectId: second['claimId'],
    });
    const shown = await stage.ask(showPool, { poolId }, stage.office);
    expect(shown.pendingClaims).to.equal('150.50');
    const fuse = shown.banks.find((one) => one.bankId === stage.bankId)?.fuses[0];
    expect(fuse).to.deep.include({
      part: '301.00',
      whole: '10000.00',
      figure: '0.030100',
      tripped: true,
      room: '-1.00',
    });
    const still = await stage.refused(
      payCompensation,
      { claimId: second['claimId'], paidOn: today },
      stage.office,
    );
    expect(still.code).to.equal('fuse-tripped');
    await lend(poolId, '40', today);
    expect((await pay(second['claimId']))['state']).to.equal('PAID');
  });

  it('suspends at payment when the fuse tripped since the claim was filed', async () => {
    const poolId = await pool(fused('loss-to-entered', '>'));
    await lend(poolId, '10000', today);
    const first = await file(poolId, '200');
    await file(poolId, '200');
    const suspended = await pay(first['claimId']);
    expect(suspended).to.deep.include({ state: 'SUSPENDED_FUSE', paid: '0.00' });
    const claimId = first['claimId'] as string;
    const shown = await stage.ask(showClaim, { claimId }, stage.bank);
    expect([shown.state, shown.suspendedOn]).to.deep.equal(['SUSPENDED_FUSE', today]);
    const again = await stage.refused(payCompensation, { claimId, paidOn: today }, stage.office);
    expect(again.code).to.equal('fuse-tripped');
    const reader = { ...stage.bank, permissions: new Set(['pool:read']) };
    const told = await stage.ask(listEvents, {}, reader);
    expect(told.items[0]).to.include({ name: 'risk-pool.claim-suspended', subjectId: claimId });
    const unread = await stage.ask(listEvents, {}, stage.bank);
    expect(unread.items).to.deep.equal([]);
  });

  it('asks the year of the payment: with the new year a suspended claim can be paid', async () => {
    const poolId = await pool(fused('loss-to-entered', '>'));
    await lend(poolId, '1000');
    const enrolmentId = await badLoanLastYear(poolId, '100');
    const claimedOn = inLastYear('12-30');
    const input = { enrolmentId, principalLoss: '100', claimedOn };
    const claim = await stage.done(fileClaim, input, stage.bank);
    expect(claim['state']).to.equal('SUSPENDED_FUSE');
    const { claimId } = claim;
    const onEve = { claimId, paidOn: inLastYear('12-31') };
    expect((await stage.refused(payCompensation, onEve, stage.office)).code).to.equal(
      'fuse-tripped',
    );
    expect((await pay(claimId, addDays(inLastYear('12-31'), 1)))['state']).to.equal('PAID');
  });

  const badLoanLastYear = async (poolId: string, amount: string) => {
    const { enrolmentId } = await lend(poolId, amount);
    const defaultedOn = inLastYear('06-30');
    await stage.done(defaultLoan, { enrolmentId, outstanding: amount, defaultedOn }, stage.bank);
    return enrolmentId;
  };

  it('gives a rejected claim’s loss back to the year', async () => {
    const poolId = await pool(fused('loss-to-entered', '>'));
    await lend(poolId, '10000', today);
    const { claimId } = await file(poolId, '300');
    const reason = '材料不全';
    await stage.done(rejectClaim, { claimId, reason }, stage.office, { expectedVersion: 1 });
    expect((await file(poolId, '300'))['state']).to.equal('CLAIM_FILED');
  });

  it('measures the NPL ratio of the bank, with the operator of the rule', async () => {
    const poolId = await pool(fused('npl-ratio', '>='));
    await lend(poolId, '9700');
    expect((await file(poolId, '300'))['state']).to.equal('SUSPENDED_FUSE');
    const roomy = await pool(fused('npl-ratio', '>='));
    await lend(roomy, '9700.01');
    expect((await file(roomy, '300'))['state']).to.equal('CLAIM_FILED');
  });

  describe('a payment that waits for its second person', () => {
    /** What the approvals do with the hold, in the scope of the office. */
    const inOffice = <T>(work: (context: Context, item: Item<Input>) => Promise<T>, input: Input) =>
      withTransaction(stage.db, stage.office.scope, (tx) =>
        work(
          {
            tx,
            now: new Date(),
            today,
            emit: () => undefined,
            optimistic: false,
            sendEvents: () => undefined,
            lockLog: () => undefined,
            concern: () => undefined,
            quote: () => undefined,
          },
          { input, actor: stage.office, operationId: 'op_submission' },
        ),
      );
    type Input = Parameters<typeof payCompensation.runMany>[1][number]['input'];
    const { approval } = payCompensation;

    it('is always asked for, of somebody who approves for the pool', () => {
      expect(approval).to.deep.include({ always: true, permission: 'pool:approve' });
    });

    it('holds the claim, refuses everybody else, and is let go or carried out', async () => {
      const poolId = await pool(halfRule);
      const claimId = String((await file(poolId, '100'))['claimId']);
      const input = { claimId, paidOn: today } as Input;
      const state = async () => (await stage.ask(showClaim, { claimId }, stage.bank)).state;

      const hold = await inOffice(async (c, i) => approval?.hold?.(c, i), input);
      expect(await state()).to.equal('UNDER_REVIEW');
      const refused = await stage.refused(payCompensation, input, stage.office);
      expect(refused.code).to.equal('claim-under-review');
      const second = await inOffice(async (c, i) => approval?.hold?.(c, i), input).then(
        () => undefined,
        (problem: { code?: string }) => problem.code,
      );
      expect(second).to.equal('claim-under-review');

      await inOffice(async (c, i) => approval?.letGo?.(c, { ...i, hold: 'op_another' }), input);
      expect(await state()).to.equal('UNDER_REVIEW');
      await inOffice(async (c, i) => approval?.letGo?.(c, { ...i, hold }), input);
      expect(await state()).to.equal('CLAIM_FILED');

      const again = await inOffice(async (c, i) => approval?.hold?.(c, i), input);
      const [paid] = await inOffice(
        (c, i) => payCompensation.runMany(c, [{ ...i, hold: again }]),
        input,
      );
      expect(paid).to.deep.include({ state: 'PAID', paid: '50.00' });
      expect(await state()).to.equal('PAID');
    });
  });
});
