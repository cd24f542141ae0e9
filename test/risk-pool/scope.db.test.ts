// Who sees and may do what: a bank its own loans and claims and the pool's shared totals, the zone
// office everything, another zone nothing. And quotas, which are nodes of the limit tree.
import { expect } from 'chai';
import type { Actor } from '../../src/platform/operation.ts';
import { admitBank, fileClaim } from '../../src/risk-pool/index.ts';
import { listClaims, showClaim } from '../../src/risk-pool/queries/claims.ts';
import { listEnrolments } from '../../src/risk-pool/queries/enrolments.ts';
import { listPools, showPool } from '../../src/risk-pool/queries/pools.ts';
import type { Stage } from './stage.ts';
import { ago, badLoan, claimIn, enrol, loan, openStage, poolIn, repayPrincipal } from './stage.ts';

describe('what of a pool is whose', () => {
  let stage: Stage;
  let stranger: Actor;
  let poolId = '';
  let mine = '';
  let theirs = '';

  before(async () => {
    stage = await openStage();
    stranger = { ...stage.bank, scope: { zones: ['zone_west'], owners: '*' } };
    poolId = await poolIn(stage, { multiple: '10', cash: '1000' });
    mine = String((await claimIn(stage, poolId, '200'))['claimId']);
    theirs = String((await claimIn(stage, poolId, '400', stage.otherBank))['claimId']);
  });
  after(() => stage.close());

  const seen = async (actor: Actor) => {
    const loans = await stage.ask(listEnrolments, { poolId }, actor);
    const claims = await stage.ask(listClaims, { poolId }, actor);
    const pools = await stage.ask(listPools, {}, actor);
    return [loans.items, claims.items, pools.items].map((items) => items.length);
  };

  it('a bank sees and moves its own loans and claims only', async () => {
    expect(await seen(stage.bank)).to.deep.equal([1, 1, 1]);
    expect(await seen(stage.otherBank)).to.deep.equal([1, 1, 1]);
    expect(await seen(stage.office)).to.deep.equal([2, 2, 1]);
    expect(await seen(stranger)).to.deep.equal([0, 0, 0]);
    const shown = await stage.ask(showClaim, { claimId: mine }, stage.bank);
    expect(shown.bankId).to.equal(stage.bankId);
    for (const [claimId, actor] of [
      [theirs, stage.bank],
      [mine, stranger],
    ] as const) {
      const problem = await stage.ask(showClaim, { claimId }, actor).then(
        () => undefined,
        (refusal: { code?: string }) => refusal.code,
      );
      expect(problem).to.equal('claim-missing');
    }
  });

  it('a bank sees the shared totals, and of the banks itself alone', async () => {
    const pool = await stage.ask(showPool, { poolId }, stage.bank);
    expect(pool).to.deep.include({ balance: '1000.00', pendingClaims: '300.00' });
    expect(pool.enrolledOutstanding).to.equal('600.00');
    expect(pool.banks.map((one) => one.bankId)).to.deep.equal([stage.bankId]);
    const whole = await stage.ask(showPool, { poolId }, stage.office);
    expect(whole.banks.map((one) => one.bankId).sort()).to.deep.equal(
      [stage.bankId, stage.otherBankId].sort(),
    );
    expect(whole.rule?.status).to.equal('VERIFIED');
  });

  it('a restricted bank enrols, repays and claims on the node that the zone shares', async () => {
    const { enrolmentId } = await stage.done(enrol, loan(stage, poolId, '50'), stage.bank);
    const repaid = { enrolmentId, amount: '20', valueOn: ago(300) };
    await stage.done(repayPrincipal, repaid, stage.bank);
    const bad = await badLoan(stage, poolId, '60');
    const input = { enrolmentId: bad, principalLoss: '60', claimedOn: ago(100) };
    await stage.done(fileClaim, input, stage.bank);
    const journal = await stage.rows<{ kind: string; owner: string }>(
      `select m.kind, m.owner_id as owner from limits_movements m
       join limits_nodes n on n.id = m.node_id where n.subject_id = '${poolId}'
       and m.source_id = '${enrolmentId}' order by seq`,
    );
    expect(journal).to.deep.equal([
      { kind: 'draw', owner: stage.officeId },
      { kind: 'repay', owner: stage.officeId },
    ]);
    await stage.check();
  });

  it('a bank cannot enrol in the name of another', async () => {
    const input = loan(stage, poolId, '10', { bankId: stage.otherBankId });
    const refused = await stage.refused(enrol, input, stage.bank);
    expect(refused.code).to.equal('bank-not-cooperating');
  });

  it('names quota and capacity together when both bind', async () => {
    const tight = await poolIn(stage, { multiple: '1', cash: '100', quota: '80' });
    await stage.done(enrol, loan(stage, tight, '60'), stage.bank);
    const others = { bankId: stage.otherBankId };
    await stage.done(enrol, loan(stage, tight, '40', others), stage.otherBank);
    const refused = await stage.refused(enrol, loan(stage, tight, '30'), stage.bank);
    expect(refused.code).to.equal('limit-exceeded');
    const binding = refused.toJSON().facts['binding'] as { available: unknown; shortBy: unknown }[];
    expect(binding.map((one) => [String(one.available), String(one.shortBy)])).to.deep.equal([
      ['20.00', '10.00'],
      ['0.00', '30.00'],
    ]);
    await stage.check();
  });

  it('counts a loan under the agreement that held when it entered', async () => {
    const renewed = await poolIn(stage, { cash: '100' });
    const { bankId } = stage;
    const term = { poolId: renewed, bankId, startsOn: ago(898), endsOn: ago(881), quota: '10' };
    await stage.done(admitBank, term, stage.office);
    const old = { enrolledOn: ago(890) };
    await stage.done(enrol, loan(stage, renewed, '10', old), stage.bank);
    const refused = await stage.refused(enrol, loan(stage, renewed, '0.01', old), stage.bank);
    expect(refused.code).to.equal('limit-exceeded');
    await stage.done(enrol, loan(stage, renewed, '5000'), stage.bank);
    await stage.check();
  });
});
