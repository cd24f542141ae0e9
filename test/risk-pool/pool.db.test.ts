// The life of a pool on a real database: money in, loans enrolled, default, claim, payment, and the
// figures of every step in counters, limit tree, ledger and questions.
import { expect } from 'chai';
import { limitsModule } from '../../src/limits/index.ts';
import { withTransaction } from '../../src/platform/transaction.ts';
import { contribute, fileClaim, payCompensation, rejectClaim } from '../../src/risk-pool/index.ts';
import { listClaims, showClaim } from '../../src/risk-pool/queries/claims.ts';
import { listEnrolments } from '../../src/risk-pool/queries/enrolments.ts';
import { listPools, showPool } from '../../src/risk-pool/queries/pools.ts';
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

describe('a pool', () => {
  let stage: Stage;

  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());
  afterEach(() => stage.check());

  const figures = async (poolId: string, asOf?: string) => {
    const asked = asOf === undefined ? { poolId } : { poolId, asOf };
    const pool = await stage.ask(showPool, asked, stage.office);
    const { balance, pendingClaims, enrolledOutstanding, capacity, headroom } = pool;
    return { balance, pendingClaims, enrolledOutstanding, capacity, headroom };
  };

  const nodeOf = async (poolId: string) => {
    const [node] = await stage.rows<{ amount: string; outstanding: string; consumed: string }>(
      `select amount, outstanding, consumed from limits_nodes where subject_id = '${poolId}'`,
    );
    return node;
  };

  const accounts = (poolId: string) =>
    stage.rows<{ kind: string; owner: string; balance: string }>(
      `select kind, owner_id as owner, balance from ledger_accounts
       where subject_id = '${poolId}' order by kind`,
    );

  it('goes from money to compensation, and every figure follows', async () => {
    const poolId = await poolIn(stage, { multiple: '10', cash: '1000000' });
    expect(await nodeOf(poolId)).to.deep.equal({
      amount: '10000000.00',
      outstanding: '0.00',
      consumed: '0.00',
    });
    const enrolmentId = await badLoan(stage, poolId, '600000');
    const { enrolmentId: good } = await stage.done(
      enrol,
      loan(stage, poolId, '400000'),
      stage.bank,
    );
    await stage.done(
      repayPrincipal,
      { enrolmentId: good, amount: '150000', valueOn: ago(300) },
      stage.bank,
    );
    expect((await figures(poolId)).enrolledOutstanding).to.equal('850000.00');

    const claim = await stage.done(
      fileClaim,
      { enrolmentId, principalLoss: '600000', recoveredBefore: '100000', claimedOn: ago(100) },
      stage.bank,
    );
    expect(claim).to.deep.include({
      state: 'CLAIM_FILED',
      base: '500000.00',
      ratio: '0.500000',
      compensation: '250000.00',
      bound: null,
    });
    expect(await figures(poolId)).to.deep.equal({
      balance: '1000000.00',
      pendingClaims: '250000.00',
      enrolledOutstanding: '850000.00',
      capacity: '7500000.00',
      headroom: '6650000.00',
    });
    expect((await nodeOf(poolId))?.amount).to.equal('7500000.00');

    const { claimId } = claim;
    const paid = await stage.done(payCompensation, { claimId, paidOn: ago(50) }, stage.office);
    expect(paid).to.deep.equal({ claimId, state: 'PAID', paid: '250000.00' });
    expect(await figures(poolId)).to.deep.equal({
      balance: '750000.00',
      pendingClaims: '0.00',
      enrolledOutstanding: '250000.00',
      capacity: '7500000.00',
      headroom: '7250000.00',
    });
    expect(await nodeOf(poolId)).to.deep.equal({
      amount: '7500000.00',
      outstanding: '250000.00',
      consumed: '250000.00',
    });
    expect(await accounts(poolId)).to.deep.equal([
      { kind: 'compensation-received', owner: stage.bankId, balance: '250000.00' },
      { kind: 'loss-compensated', owner: stage.bankId, balance: '250000.00' },
      { kind: 'pool-capital', owner: stage.officeId, balance: '1000000.00' },
      { kind: 'pool-cash', owner: stage.officeId, balance: '750000.00' },
      { kind: 'pool-compensation', owner: stage.officeId, balance: '250000.00' },
    ]);

    const shown = await stage.ask(showClaim, { claimId }, stage.bank);
    expect(shown).to.deep.include({ state: 'PAID', decidedOn: ago(50), bound: null });
    expect(shown.steps.map((step) => step.rule)).to.deep.equal([
      'pool.eligible',
      'pool.base',
      'pool.ratio',
      'pool.raw',
      'pool.pool-balance',
    ]);
    const [entry] = await stage.rows<{ rules: { pack: string; clause: string }[] }>(
      `select rules from platform_operations where operation = 'risk-pool.file-claim'
       order by recorded_at desc limit 1`,
    );
    expect(entry?.rules.map(({ clause }) => clause)).to.deep.equal(['示例〔2020〕1号']);
    expect(entry?.rules[0]?.pack).to.equal(shown.packId);
  });

  it('publishes its changes as dated rows, each to whom it belongs', async () => {
    const poolId = await poolIn(stage, { multiple: '10', cash: '1000' });
    const { claimId } = await claimIn(stage, poolId, '400');
    await claimIn(stage, poolId, '200', stage.otherBank);
    await stage.done(payCompensation, { claimId, paidOn: ago(50) }, stage.office);
    const sums = (view: string, what: string, actor = stage.office) =>
      withTransaction(stage.db, actor.scope, (tx) =>
        tx.rows({
          name: `test.${view}`,
          text: `select ${what} from ${view} where pool_id = '${poolId}'`,
        }),
      );
    const balances = `sum(contributed) as contributed, sum(paid) as paid, sum(pending) as pending,
      sum(outstanding) as outstanding`;
    expect(await sums('risk_pool_balances_v', balances)).to.deep.equal([
      { contributed: '1000.00', paid: '200.00', pending: '100.00', outstanding: '200.00' },
    ]);
    const loans = `count(distinct enrolment_id)::int as loans, sum(outstanding) as outstanding,
      min(value_on) as first`;
    expect(await sums('risk_pool_enrolments_v', loans)).to.deep.equal([
      { loans: 2, outstanding: '200.00', first: ago(400) },
    ]);
    expect(await sums('risk_pool_enrolments_v', loans, stage.bank)).to.deep.equal([
      { loans: 1, outstanding: '0.00', first: ago(400) },
    ]);
  });

  it('answers for any past day as it was then', async () => {
    const poolId = await poolIn(stage, { multiple: '5', cash: '1000' });
    const { claimId, enrolmentId } = await claimIn(stage, poolId, '400');
    await stage.done(payCompensation, { claimId, paidOn: ago(50) }, stage.office);
    const at = async (day: string) => {
      const { balance, pendingClaims, enrolledOutstanding } = await figures(poolId, day);
      const asked = { poolId, asOf: day };
      const [loanThen] = (await stage.ask(listEnrolments, asked, stage.bank)).items;
      const [claimThen] = (await stage.ask(listClaims, asked, stage.bank)).items;
      const states = [loanThen?.state, loanThen?.outstanding, claimThen?.state];
      return [balance, pendingClaims, enrolledOutstanding, ...states];
    };
    expect(await at(ago(895))).to.deep.equal(['0.00', '0.00', '0.00', ...Array(3).fill(undefined)]);
    expect(await at(ago(400))).to.deep.equal([
      '1000.00',
      '0.00',
      '400.00',
      'REGISTERED',
      '400.00',
      undefined,
    ]);
    expect((await at(ago(200))).slice(3)).to.deep.equal(['ABNORMAL', '400.00', undefined]);
    expect(await at(ago(51))).to.deep.equal([
      '1000.00',
      '200.00',
      '400.00',
      'CLAIMED',
      '400.00',
      'CLAIM_FILED',
    ]);
    expect(await at(ago(50))).to.deep.equal([
      '800.00',
      '0.00',
      '0.00',
      'COMPENSATED',
      '0.00',
      'PAID',
    ]);
    expect(await at(today)).to.deep.equal(await at(ago(50)));
    const before = { poolId, knownAt: '2020-01-01T00:00:00+08:00' };
    const known = await stage.ask(showPool, before, stage.office);
    expect(known.balance).to.equal('0.00');
    const listed = await stage.ask(listEnrolments, { drawdownId: 'draw_none' }, stage.bank);
    expect(listed).to.deep.include({ items: [], total: 0, nextCursor: null });
    expect(enrolmentId).to.match(/^enrol_/);
  });

  it('backs again what was repaid by mistake, as far as it can', async () => {
    const poolId = await poolIn(stage, { multiple: '2', cash: '1000' });
    const lent = loan(stage, poolId, '1500');
    const { enrolmentId } = await stage.done(enrol, lent, stage.bank);
    const all = { enrolmentId, amount: '1500', valueOn: ago(10) };
    await stage.done(repayPrincipal, all, stage.bank);
    const other = { ...loan(stage, poolId, '600'), enrolledOn: ago(9) };
    const { enrolmentId: second } = await stage.done(enrol, other, stage.bank);
    const full = await stage.refused(unpay, all, stage.bank);
    expect(full.code).to.equal('limit-exceeded');
    expect(full.facts['binding']).to.have.length(1);
    const some = { enrolmentId: second, amount: '600', valueOn: ago(8) };
    await stage.done(repayPrincipal, some, stage.bank);
    await stage.done(unpay, all, stage.bank);
    expect((await figures(poolId)).headroom).to.equal('500.00');
    const open = await stage.ask(listEnrolments, { poolId, state: 'REGISTERED' }, stage.bank);
    expect(open.items.map((one) => one.id)).to.deep.equal([enrolmentId]);
    expect((await stage.refused(unpay, all, stage.bank)).code).to.equal('repayment-counted');
  });

  it('gives back what is repaid, and ignores money after compensation', async () => {
    const poolId = await poolIn(stage, { multiple: '2', cash: '1000' });
    const { enrolmentId } = await stage.done(enrol, loan(stage, poolId, '1500'), stage.bank);
    await stage.done(repayPrincipal, { enrolmentId, amount: '1500', valueOn: ago(10) }, stage.bank);
    const closed = await stage.ask(listEnrolments, { poolId, state: 'CLOSED' }, stage.bank);
    expect(closed.items.map((one) => one.id)).to.deep.equal([enrolmentId]);
    expect((await figures(poolId)).headroom).to.equal('2000.00');

    const { claimId, enrolmentId: bad } = await claimIn(stage, poolId, '300');
    await stage.done(payCompensation, { claimId, paidOn: ago(9) }, stage.office);
    await stage.done(
      repayPrincipal,
      { enrolmentId: bad, amount: '300', valueOn: ago(5) },
      stage.bank,
    );
    const [after] = (await stage.ask(listEnrolments, { poolId, state: 'COMPENSATED' }, stage.bank))
      .items;
    expect(after?.outstanding).to.equal('0.00');
  });

  it('backs only what is still owed when a loan enters late', async () => {
    const poolId = await poolIn(stage, { multiple: '1', cash: '1000' });
    const late = loan(stage, poolId, '5000', { outstanding: '1000' });
    await stage.done(enrol, late, stage.bank);
    expect((await figures(poolId)).headroom).to.equal('0.00');
  });

  it('releases a rejected claim, which may be filed again', async () => {
    const poolId = await poolIn(stage, { multiple: '10', cash: '1000' });
    const { claimId, enrolmentId } = await claimIn(stage, poolId, '800');
    expect((await figures(poolId)).pendingClaims).to.equal('400.00');
    const rejected = await stage.done(
      rejectClaim,
      { claimId, reason: '缺少诉讼材料' },
      stage.office,
      { expectedVersion: 1 },
    );
    expect(rejected).to.deep.equal({ claimId, state: 'REJECTED', enrolmentState: 'ABNORMAL' });
    expect((await figures(poolId)).pendingClaims).to.equal('0.00');
    const again = await stage.done(
      fileClaim,
      { enrolmentId, principalLoss: '500', claimedOn: ago(80) },
      stage.bank,
    );
    expect(again['compensation']).to.equal('250.00');
    const listed = await stage.ask(listClaims, { enrolmentId }, stage.office);
    expect(listed.items.map((one) => [one.state, one.reason])).to.deep.equal([
      ['REJECTED', '缺少诉讼材料'],
      ['CLAIM_FILED', null],
    ]);
  });

  it('pays a ratio fixed loan by loan', async () => {
    const scheme = await schemeIn(stage, { ...halfRule, ratio: { by: 'loan' } });
    const poolId = await poolIn(stage, { scheme, cash: '100' });
    const ratio = { numerator: '215250', denominator: '287000' };
    const enrolmentId = await badLoan(stage, poolId, '100', { ratio });
    const input = { enrolmentId, principalLoss: '33.33', claimedOn: ago(100) };
    const claim = await stage.done(fileClaim, input, stage.bank);
    expect([claim['ratio'], claim['compensation']]).to.deep.equal(['0.750000', '25.00']);
  });

  it('asks the year’s caps over all banks, and tells which one bound', async () => {
    const scheme = await schemeIn(stage, {
      ...halfRule,
      caps: { firmYear: '150', bankYear: '220', poolYear: '300' },
    });
    const poolId = await poolIn(stage, { scheme, cash: '10000' });
    const { firmId, otherFirmId, bank, otherBank } = stage;
    const file = async (actor: typeof bank, enterpriseId: string) => {
      const enrolmentId = await badLoan(stage, poolId, '200', { actor, enterpriseId });
      const input = { enrolmentId, principalLoss: '200', claimedOn: today };
      const claim = await stage.done(fileClaim, input, actor);
      return [claim['compensation'], claim['bound']];
    };
    expect(await file(bank, firmId)).to.deep.equal(['100.00', null]);
    expect(await file(otherBank, firmId)).to.deep.equal(['50.00', 'firm-year']);
    expect(await file(bank, otherFirmId)).to.deep.equal(['100.00', null]);
    expect(await file(bank, 'ent_third')).to.deep.equal(['20.00', 'bank-year']);
    expect(await file(otherBank, 'ent_fourth')).to.deep.equal(['30.00', 'pool-year']);
  });

  it('lists pools with their leverage', async () => {
    const poolId = await poolIn(stage, { multiple: '10', cash: '1000' });
    await stage.done(enrol, loan(stage, poolId, '2500'), stage.bank);
    const { items, total } = await stage.ask(listPools, { zoneId: stage.zoneId }, stage.office);
    expect(total).to.be.greaterThan(1);
    expect(items.find((one) => one.id === poolId)).to.deep.include({
      leverage: '2.500000',
      multiple: '10',
      capacity: '10000.00',
      headroom: '7500.00',
      overLeveraged: false,
    });
  });

  it('has limits that no operation on limits changes', async () => {
    const poolId = await poolIn(stage, { multiple: '10', cash: '1000' });
    const [row] = await stage.rows<{ id: string }>(
      `select node_id as id from risk_pool_pools where id = '${poolId}'`,
    );
    const nodeId = row?.id ?? '';
    const reason = '绕开资金池';
    for (const [name, input] of [
      ['limits.change-limit', { nodeId, limit: '99999999.00', reason }],
      ['limits.set-terms', { nodeId, toleranceRate: '0.5', reason }],
      ['limits.freeze', { nodeId, reason }],
      ['limits.close', { nodeId, reason }],
    ] as const) {
      const operation = limitsModule.operations.find((one) => one.name === name);
      if (!operation) throw new Error(name);
      const refused = await stage.refused(operation, input, stage.office, { expectedVersion: 2 });
      expect(refused.code, name).to.equal('limit-of-pool');
    }
  });

  it('is over-leveraged, and says so, when claims eat the money behind it', async () => {
    const poolId = await poolIn(stage, { multiple: '10', cash: '1000' });
    await stage.done(enrol, loan(stage, poolId, '8000'), stage.bank);
    await claimIn(stage, poolId, '2000');
    const pool = await stage.ask(showPool, { poolId }, stage.office);
    expect([pool.capacity, pool.headroom, pool.overLeveraged]).to.deep.equal([
      '0.00',
      '-10000.00',
      true,
    ]);
    const full = await stage.refused(enrol, loan(stage, poolId, '0.01'), stage.bank);
    expect(full.code).to.equal('limit-exceeded');
    const more = {
      poolId,
      contributorId: stage.officeId,
      amount: '1000.01',
      contributedOn: today,
    };
    await stage.done(contribute, more, stage.office);
    await stage.done(enrol, loan(stage, poolId, '0.10'), stage.bank);
  });
});
