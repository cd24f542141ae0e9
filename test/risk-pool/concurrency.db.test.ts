// Many callers on one pool: claims never promise more than the pool holds, loans never pass what it
// may back, and payments never pay a claim twice. Two processes are two Performers on one database.
import { expect } from 'chai';
import { isFailure, Money } from '../../src/kernel/index.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Outcome } from '../../src/platform/perform.ts';
import { Performer } from '../../src/platform/perform.ts';
import { fileClaim, payCompensation } from '../../src/risk-pool/index.ts';
import { showPool } from '../../src/risk-pool/queries/pools.ts';
import type { Answer, Stage } from './stage.ts';
import { ago, badLoan, enrol, freshKey, loan, openStage, poolIn } from './stage.ts';

const callers = 50;

describe('a pool under many callers', () => {
  let stage: Stage;
  let other: Performer;

  before(async () => {
    stage = await openStage();
    other = new Performer(stage.db, {
      authorise: () => undefined,
      needsApproval: () => false,
      submit: () => Promise.reject(new Error('nothing needs approval here')),
      observe: () => undefined,
    });
  });
  after(() => stage.close());

  /** Everybody at once, every second one through the other process. */
  const all = (operation: Operation, calls: readonly { input: object; actor: Actor }[]) =>
    Promise.all(
      calls.map(({ input, actor }, i) =>
        (i % 2 === 0 ? stage.performer : other).perform(operation, actor, input, freshKey()),
      ),
    );

  const answers = (outcomes: readonly Outcome[]): Answer[] =>
    outcomes.flatMap((one) => (one.kind === 'done' ? [one.output as Answer] : []));

  const refusals = (outcomes: readonly Outcome[]): string[] =>
    outcomes.flatMap((one) => (one.kind === 'refused' ? [one.failure.code] : []));

  it('files 50 claims on a pool near exhaustion without promising a fen too much', async () => {
    // Each asks 50, the pool holds 1,234.56: 24 in full, one 34.56, the others nothing.
    const poolId = await poolIn(stage, { cash: '1234.56', multiple: '10' });
    const actors = [stage.bank, stage.otherBank];
    const calls: { input: object; actor: Actor }[] = [];
    for (let i = 0; i < callers; i += 1) {
      const actor = actors[i % 3 === 0 ? 0 : 1] as Actor;
      const enrolmentId = await badLoan(stage, poolId, '100', { actor });
      calls.push({ input: { enrolmentId, principalLoss: '100', claimedOn: ago(100) }, actor });
    }
    const outcomes = await all(fileClaim, calls);
    const filed = answers(outcomes);
    const asked = Money.sum(filed.map((one) => Money.of(one['compensation'] ?? '')));
    expect(asked.toString()).to.equal('1234.56');
    expect(filed).to.have.length(25);
    expect(filed.filter((one) => one['bound'] === 'pool-balance')).to.have.length(1);
    expect(new Set(refusals(outcomes))).to.deep.equal(new Set(['nothing-to-compensate']));
    await stage.check();

    const payments = filed.flatMap(({ claimId }) => {
      const input = { claimId, paidOn: ago(50) };
      return [
        { input, actor: stage.office },
        { input, actor: { ...stage.office, userId: 'user_second' } },
      ];
    });
    const paid = await all(payCompensation, payments);
    expect(answers(paid)).to.have.length(25);
    expect(new Set(refusals(paid))).to.deep.equal(new Set(['claim-decided']));
    const pool = await stage.ask(showPool, { poolId }, stage.office);
    expect([pool.balance, pool.pendingClaims]).to.deep.equal(['0.00', '0.00']);
    const [cash] = await stage.rows<{ low: string; entries: number }>(
      `select min(balance) as low, count(*)::int as entries from ledger_entries
       where account_id in (select id from ledger_accounts
         where kind = 'pool-cash' and subject_id = '${poolId}')`,
    );
    expect(cash).to.deep.equal({ low: '0.00', entries: 26 });
    await stage.check();
  });

  it('admits 50 loans up to the fen that the pool may back', async () => {
    const poolId = await poolIn(stage, { cash: '100', multiple: '12.5' });
    const calls = Array.from({ length: callers }, () => ({
      input: loan(stage, poolId, '100'),
      actor: stage.bank,
    }));
    const outcomes = await all(enrol, calls);
    expect(answers(outcomes)).to.have.length(12);
    expect(new Set(refusals(outcomes))).to.deep.equal(new Set(['limit-exceeded']));
    const pool = await stage.ask(showPool, { poolId }, stage.office);
    expect([pool.enrolledOutstanding, pool.headroom]).to.deep.equal(['1200.00', '50.00']);
    const rest = await stage.refused(enrol, loan(stage, poolId, '50.01'), stage.bank);
    expect(String(rest.facts['smallestAdmissible'])).to.equal('50.00');
    await stage.done(enrol, loan(stage, poolId, '50'), stage.bank);
    await stage.check();
  });

  it('claims a loan once, whoever is first', async () => {
    const poolId = await poolIn(stage);
    const enrolmentId = await badLoan(stage, poolId, '100');
    const input = { enrolmentId, principalLoss: '100', claimedOn: ago(100) };
    const calls = Array.from({ length: 20 }, () => ({ input, actor: stage.bank }));
    const outcomes = await all(fileClaim, calls);
    expect(answers(outcomes)).to.have.length(1);
    expect(new Set(refusals(outcomes))).to.deep.equal(new Set(['already-claimed']));
  });

  it('enters a drawdown once, also twice in one batch', async () => {
    const poolId = await poolIn(stage);
    const raw = loan(stage, poolId, '100');
    const outcomes = await stage.performer.performMany(enrol, stage.bank, [
      { raw, key: freshKey() },
      { raw, key: freshKey() },
      { raw: { ...raw, loanAmount: 'x' }, key: freshKey() },
    ]);
    expect(outcomes.map((one) => (one.kind === 'refused' ? one.failure.code : one.kind))).to.eql([
      'done',
      'already-enrolled',
      'invalid-input',
    ]);
    expect(outcomes.some(isFailure)).to.equal(false);
  });
});
