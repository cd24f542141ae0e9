// One row per refusal of the pool, in the order of precedence within its operation: where it can,
// an input breaks its own rule and every later one too, so the answer shows what comes first. A
// refused call leaves no trace but its own record.
import { expect } from 'chai';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { CallOptions } from '../../src/platform/perform.ts';
import {
  admitBank,
  contribute,
  fileClaim,
  openPool,
  payCompensation,
  poolRefusals,
  rejectClaim,
} from '../../src/risk-pool/index.ts';
import { showPool } from '../../src/risk-pool/queries/pools.ts';
import { addDays } from '../../src/kernel/index.ts';
import type { Stage } from './stage.ts';
import {
  ago,
  badLoan,
  claimIn,
  enrol,
  halfRule,
  loan,
  openStage,
  poolIn,
  repayPrincipal,
  schemeIn,
  today,
  unpay,
} from './stage.ts';

interface Row {
  readonly code: string;
  readonly operation: Operation;
  readonly input: () => object;
  readonly actor?: () => Actor;
  readonly options?: CallOptions;
  readonly facts?: object;
}

const on = (
  operation: Operation,
  code: string,
  input: () => object,
  more: Pick<Row, 'actor' | 'options' | 'facts'> = {},
): Row => ({ operation, code, input, ...more });

const tables = ['pools', 'contributions', 'banks', 'years', 'enrolments', 'claims', 'movements'];

describe('what the pool refuses', () => {
  let stage: Stage;
  const tomorrow = addDays(today, 1);
  /** A pool with a multiple of 1, 1,000 in it, 900 of it backing loans and a quota of 950. */
  let pool = '';
  let closedPool = '';
  let emptyPool = '';
  let strangerBank = '';
  const loans = { good: '', bad: '', closed: '', claimed: '', early: '', above: '', template: '' };
  let enrolledDrawdown = '';
  const claims = { open: '', paid: '', held: '', short: '' };

  before(async () => {
    stage = await openStage();
    const { bank, office } = stage;
    pool = await poolIn(stage, { multiple: '1', cash: '1000', quota: '950' });
    const first = loan(stage, pool, '300');
    enrolledDrawdown = first.drawdownId;
    loans.good = String((await stage.done(enrol, first, bank))['enrolmentId']);
    loans.bad = await badLoan(stage, pool, '200');
    const { claimId, enrolmentId } = await claimIn(stage, pool, '100');
    claims.open = String(claimId);
    loans.claimed = String(enrolmentId);
    const settled = await badLoan(stage, pool, '10');
    await stage.done(
      repayPrincipal,
      { enrolmentId: settled, amount: '10', valueOn: ago(150) },
      bank,
    );
    loans.closed = settled;

    const side = await poolIn(stage, { cash: '1000' });
    claims.paid = String((await claimIn(stage, side, '100'))['claimId']);
    const paid = { claimId: claims.paid, paidOn: ago(90) };
    await stage.done(payCompensation, paid, office);
    claims.held = String((await claimIn(stage, side, '100'))['claimId']);
    await stage.rows(
      `update risk_pool_claims set state = 'UNDER_REVIEW', held_by = 'op_other'
       where id = '${claims.held}'`,
    );

    emptyPool = await poolIn(stage, { cash: '0' });
    closedPool = await poolIn(stage);
    await stage.rows(`update risk_pool_pools set state = 'CLOSED' where id = '${closedPool}'`);
    strangerBank = stage.officeId;

    const late = await schemeIn(stage, { ...halfRule, ratio: { by: 'loan' } });
    loans.above = await badLoan(stage, await poolIn(stage, { scheme: late }), '100');
    // A template holds since 500 days, and before it no pack at all.
    const template = await schemeIn(stage, halfRule, { validFrom: ago(500) });
    const trial = await poolIn(stage, { scheme: template });
    loans.template = await badLoan(stage, trial, '100', { enrolledOn: ago(300) });
    loans.early = await badLoan(stage, trial, '100', { enrolledOn: ago(880) });
  });
  after(async () => {
    // What was forced by hand above is put right again before the books are checked.
    await stage.rows(
      `update risk_pool_claims set state = 'CLAIM_FILED', held_by = null
       where state = 'UNDER_REVIEW'`,
    );
    await stage.close();
  });

  const opening = (more: object) => ({
    zoneId: stage.zoneId,
    ownerId: stage.officeId,
    name: '资金池',
    scheme: 'no-such-scheme',
    openedOn: tomorrow,
    ...more,
  });
  const giving = (more: object) => ({
    poolId: closedPool,
    contributorId: stranger(),
    amount: '1',
    contributedOn: tomorrow,
    ...more,
  });
  const enrolling = (more: object = {}) =>
    loan(stage, pool, '100000', { drawdownId: enrolledDrawdown, ...more });
  const claiming = (enrolmentId: string, more: object = {}) => ({
    enrolmentId,
    principalLoss: '1000000',
    claimedOn: ago(100),
    ...more,
  });
  const stranger = () => 'org_nobody';
  const unpaying = (enrolmentId: string) => ({ enrolmentId, amount: '1', valueOn: ago(850) });

  const rows: Row[] = [
    on(openPool, 'zone-missing', () => opening({ zoneId: 'zone_none', ownerId: stranger() })),
    on(openPool, 'office-missing', () => opening({ ownerId: stage.bankId })),
    on(openPool, 'office-missing', () => opening({}), { actor: () => stage.bank }),
    on(openPool, 'scheme-unknown', () => opening({})),
    on(openPool, 'day-in-future', () => opening({ scheme: 'guangzhou-2025' })),

    on(contribute, 'pool-missing', () => giving({ poolId: 'pool_none' })),
    on(contribute, 'pool-missing', () => giving({ poolId: pool }), { actor: () => stage.bank }),
    on(contribute, 'contributor-missing', () => giving({})),
    on(contribute, 'day-in-future', () => giving({ contributorId: stage.officeId })),
    on(contribute, 'pool-not-open', () =>
      giving({ contributorId: stage.officeId, contributedOn: today }),
    ),

    on(
      admitBank,
      'pool-missing',
      () => ({ poolId: pool, bankId: stage.bankId, startsOn: today, endsOn: ago(1) }),
      { actor: () => stage.bank },
    ),
    on(admitBank, 'bank-missing', () => ({
      poolId: pool,
      bankId: strangerBank,
      startsOn: today,
      endsOn: ago(1),
    })),
    on(admitBank, 'agreement-reversed', () => ({
      poolId: pool,
      bankId: stage.bankId,
      startsOn: today,
      endsOn: ago(1),
    })),
    on(admitBank, 'agreement-overlaps', () => ({
      poolId: pool,
      bankId: stage.bankId,
      startsOn: ago(899),
      endsOn: ago(880),
    })),

    on(enrol, 'pool-missing', () => enrolling({ zoneId: 'zone_none', enrolledOn: tomorrow })),
    on(enrol, 'day-in-future', () =>
      enrolling({ poolId: closedPool, bankId: strangerBank, enrolledOn: tomorrow }),
    ),
    on(enrol, 'pool-not-open', () => enrolling({ poolId: closedPool, bankId: strangerBank }), {
      facts: { state: 'CLOSED' },
    }),
    on(enrol, 'pool-not-open', () => enrolling({ enrolledOn: ago(901), bankId: strangerBank }), {
      facts: { state: 'OPEN' },
    }),
    on(enrol, 'bank-not-cooperating', () => enrolling({ bankId: strangerBank })),
    on(enrol, 'cooperation-over', () => enrolling({ enrolledOn: ago(881) })),
    on(enrol, 'already-enrolled', () => enrolling()),
    on(enrol, 'limit-exceeded', () => enrolling({ drawdownId: 'draw_fresh' })),

    on(fileClaim, 'enrolment-missing', () => claiming(loans.bad, { claimedOn: tomorrow }), {
      actor: () => stage.otherBank,
    }),
    on(fileClaim, 'day-in-future', () => claiming(loans.good, { claimedOn: tomorrow })),
    on(fileClaim, 'enrolment-not-abnormal', () => claiming(loans.good, { claimedOn: ago(300) })),
    on(fileClaim, 'enrolment-closed', () => claiming(loans.closed, { claimedOn: ago(300) })),
    on(fileClaim, 'already-claimed', () => claiming(loans.claimed, { claimedOn: ago(300) })),
    on(fileClaim, 'claim-before-default', () => claiming(loans.early, { claimedOn: ago(201) })),
    on(fileClaim, 'loss-exceeds-outstanding', () =>
      claiming(loans.early, { principalLoss: '100.01', recoveredBefore: '50' }),
    ),
    on(fileClaim, 'rule-missing', () => claiming(loans.early, { principalLoss: '100' })),
    on(fileClaim, 'rule-unverified', () =>
      claiming(loans.template, { principalLoss: '100', compensatedElsewhere: true }),
    ),
    on(
      fileClaim,
      'not-eligible',
      () => claiming(loans.above, { principalLoss: '100', recoveredBefore: '100' }),
      { facts: { reason: 'ratio-missing' } },
    ),
    on(
      fileClaim,
      'nothing-to-compensate',
      () => claiming(loans.bad, { principalLoss: '100', recoveredBefore: '100' }),
      { facts: { bound: null } },
    ),

    on(payCompensation, 'claim-missing', () => ({ claimId: 'claim_none', paidOn: tomorrow })),
    on(payCompensation, 'claim-stale', () => ({ claimId: claims.paid, paidOn: tomorrow }), {
      options: { expectedVersion: 99 },
    }),
    on(payCompensation, 'day-in-future', () => ({ claimId: claims.paid, paidOn: tomorrow })),
    on(payCompensation, 'claim-decided', () => ({ claimId: claims.paid, paidOn: ago(300) })),
    on(payCompensation, 'claim-under-review', () => ({ claimId: claims.held, paidOn: ago(300) })),
    on(payCompensation, 'payment-before-claim', () => ({ claimId: claims.open, paidOn: ago(101) })),

    on(rejectClaim, 'claim-missing', () => ({ claimId: 'claim_none', reason: '材料不全' }), {
      options: { expectedVersion: 99 },
    }),
    on(rejectClaim, 'claim-missing', () => ({ claimId: claims.open, reason: '材料不全' }), {
      actor: () => stage.otherBank,
      options: { expectedVersion: 1 },
    }),
    on(rejectClaim, 'claim-stale', () => ({ claimId: claims.paid, reason: '材料不全' }), {
      options: { expectedVersion: 99 },
    }),
    on(rejectClaim, 'claim-decided', () => ({ claimId: claims.paid, reason: '材料不全' }), {
      options: { expectedVersion: 2 },
    }),
    on(rejectClaim, 'claim-under-review', () => ({ claimId: claims.held, reason: '材料不全' }), {
      options: { expectedVersion: 1 },
    }),

    // Claimed, defaulted after the day, and more than was ever taken in.
    on(unpay, 'repayment-counted', () => unpaying(loans.claimed), { actor: () => stage.bank }),
    on(unpay, 'repayment-counted', () => unpaying(loans.bad), { actor: () => stage.bank }),
    on(unpay, 'repayment-counted', () => unpaying(loans.good), { actor: () => stage.bank }),
  ];

  /** Elsewhere in these tests, because they need a story of their own. */
  const apart = ['as-of-outside-scope', 'fuse-tripped', 'pool-balance-short'];

  const counts = async () => {
    const all = tables.map(
      (name) => `select '${name}' as name, * from (select count(*)::int as n,
      coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as hash
      from risk_pool_${name} t) x`,
    );
    const limits = `select 'limits', count(*)::int, coalesce(md5(string_agg(t::text, '|'
      order by t::text)), '') from limits_nodes t`;
    return stage.rows([...all, limits].join(' union all '));
  };

  for (const [place, row] of rows.entries()) {
    it(`${place + 1}. ${row.operation.name}: ${row.code}`, async () => {
      const before = await counts();
      const actor = row.actor?.() ?? stage.office;
      const failure = await stage.refused(row.operation, row.input(), actor, row.options);
      expect(failure.code).to.equal(row.code);
      if (row.facts) expect(failure.facts).to.deep.include(row.facts);
      expect(await counts()).to.deep.equal(before);
    });
  }

  it('as-of-outside-scope: a bank may not sum a past day over other banks', async () => {
    const asked = { poolId: pool, asOf: ago(1) };
    const refusal = await stage.ask(showPool, asked, stage.bank).then(
      () => undefined,
      (problem: { code?: string }) => problem.code,
    );
    expect(refusal).to.equal('as-of-outside-scope');
    expect((await stage.ask(showPool, { poolId: pool }, stage.bank)).balance).to.equal('1000.00');
  });

  it('nothing-to-compensate: an exhausted pool, so that the bank can file later', async () => {
    const enrolmentId = await badLoan(stage, emptyPool, '100');
    const input = claiming(enrolmentId, { principalLoss: '100' });
    const failure = await stage.refused(fileClaim, input, stage.bank);
    expect(failure.code).to.equal('nothing-to-compensate');
    expect(failure.facts).to.deep.include({ bound: 'pool-balance' });
  });

  it('loss-exceeds-outstanding: a loan repaid while its claim waited is not paid for', async () => {
    const side = await poolIn(stage);
    const { claimId, enrolmentId } = await claimIn(stage, side, '100');
    const repaid = { enrolmentId, amount: '0.01', valueOn: ago(80) };
    await stage.done(repayPrincipal, repaid, stage.bank);
    const failure = await stage.refused(
      payCompensation,
      { claimId, paidOn: ago(70) },
      stage.office,
    );
    expect(failure.code).to.equal('loss-exceeds-outstanding');
  });

  it('pool-balance-short: asked again at payment, with what is missing', async () => {
    const side = await poolIn(stage, { cash: '100' });
    const { claimId } = await claimIn(stage, side, '100');
    // No operation takes money out yet; it is taken by hand and put back.
    await stage.rows(`update risk_pool_pools set cash = 49.99 where id = '${side}'`);
    const failure = await stage.refused(
      payCompensation,
      { claimId, paidOn: ago(70) },
      stage.office,
    );
    await stage.rows(`update risk_pool_pools set cash = 100 where id = '${side}'`);
    expect(failure.code).to.equal('pool-balance-short');
    expect(failure.toJSON().facts['shortBy']?.toString()).to.equal('0.01');
  });

  it('says every refusal of its list, in the list’s order within each operation', () => {
    const codes = Object.keys(poolRefusals);
    const said = new Set([...rows.map((row) => row.code), ...apart]);
    expect(codes.filter((code) => !said.has(code))).to.deep.equal([]);
    expect([...said].filter((code) => !codes.includes(code))).to.deep.equal(['limit-exceeded']);
    for (const operation of new Set(rows.map((row) => row.operation))) {
      const places = rows
        .filter((row) => row.operation === operation && row.code !== 'limit-exceeded')
        .map((row) => codes.indexOf(row.code));
      expect(places, operation.name).to.deep.equal([...places].sort((a, b) => a - b));
    }
  });
});
