// Random lives of a pool against a model that knows nothing of the code: whole fen in plain maps.
// What the model admits must be done, what it refuses must be refused, and after every life the
// books hold.
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Operation } from '../../src/platform/operation.ts';
import { contribute, fileClaim, payCompensation, rejectClaim } from '../../src/risk-pool/index.ts';
import { showPool } from '../../src/risk-pool/queries/pools.ts';
import type { Stage } from './stage.ts';
import {
  ago,
  defaultLoan,
  enrol,
  loan,
  openStage,
  poolIn,
  repayPrincipal,
  today,
} from './stage.ts';

interface ModelLoan {
  readonly id: string;
  owed: number;
  state: 'good' | 'bad' | 'claimed' | 'gone';
}

interface ModelClaim {
  readonly id: string;
  readonly loan: ModelLoan;
  readonly base: number;
  readonly pays: number;
  open: boolean;
  version: number;
}

const text = (fen: number): string => (fen / 100).toFixed(2);
const multiple = 5;

const step = fc.record({
  verb: fc.constantFrom('enrol', 'repay', 'default', 'claim', 'pay', 'reject', 'contribute'),
  pick: fc.nat(),
  fen: fc.integer({ min: 1, max: 60_000 }),
});
interface RandomStep {
  readonly verb: string;
  readonly pick: number;
  readonly fen: number;
}

describe('a pool, random', () => {
  let stage: Stage;
  let accepted = 0;
  let refused = 0;

  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  /** One life of one pool with 500 yuan and a multiple of 5, at half of each loss. */
  async function live(steps: readonly RandomStep[]): Promise<void> {
    const poolId = await poolIn(stage, { cash: '500', multiple: String(multiple) });
    const loans: ModelLoan[] = [];
    const claims: ModelClaim[] = [];
    let cash = 50_000;
    const pending = () => claims.reduce((sum, one) => sum + (one.open ? one.pays : 0), 0);
    const backed = () => loans.reduce((sum, one) => sum + one.owed, 0);

    const expectDone = async (
      admit: boolean,
      operation: Operation,
      input: object,
      { actor = stage.bank, version = 0 } = {},
    ) => {
      const options = version > 0 ? { expectedVersion: version } : {};
      const outcome = await stage.outcome(operation, input, actor, options);
      const said = `${operation.name} ${JSON.stringify(input)} ${JSON.stringify(outcome)}`;
      expect(outcome.kind, said).to.equal(admit ? 'done' : 'refused');
      if (admit) accepted += 1;
      else refused += 1;
      return outcome.kind === 'done' ? (outcome.output as Record<string, string>) : undefined;
    };

    const verbs: Record<string, (pick: number, fen: number) => Promise<void>> = {
      async enrol(_, fen) {
        const admit = fen <= Math.max(0, multiple * (cash - pending())) - backed();
        const done = await expectDone(admit, enrol, loan(stage, poolId, text(fen)));
        if (done) loans.push({ id: String(done['enrolmentId']), owed: fen, state: 'good' });
      },
      async repay(pick, fen) {
        const one = loans[pick % loans.length];
        if (!one || one.state === 'gone') return;
        const amount = Math.min(fen, one.owed);
        if (amount === 0) return;
        const input = { enrolmentId: one.id, amount: text(amount), valueOn: ago(20) };
        await expectDone(true, repayPrincipal, input);
        one.owed -= amount;
        if (one.owed === 0 && one.state !== 'claimed') one.state = 'gone';
      },
      async default(pick) {
        const one = loans[pick % loans.length];
        if (one?.state !== 'good') return;
        const input = { enrolmentId: one.id, outstanding: text(one.owed), defaultedOn: ago(200) };
        await expectDone(true, defaultLoan, input);
        one.state = 'bad';
      },
      async claim(pick, fen) {
        const one = loans[pick % loans.length];
        if (!one) return;
        const pays = Math.min(Math.floor((fen + 1) / 2), cash - pending());
        const admit = one.state === 'bad' && fen <= one.owed && pays > 0;
        const input = { enrolmentId: one.id, principalLoss: text(fen), claimedOn: ago(10) };
        const done = await expectDone(admit, fileClaim, input);
        if (!done) return;
        expect(done['compensation']).to.equal(text(pays));
        one.state = 'claimed';
        const id = String(done['claimId']);
        claims.push({ id, loan: one, base: fen, pays, open: true, version: 1 });
      },
      async pay(pick) {
        const one = claims[pick % claims.length];
        if (!one) return;
        const admit = one.open && one.base <= one.loan.owed;
        const input = { claimId: one.id, paidOn: today };
        if (!(await expectDone(admit, payCompensation, input, { actor: stage.office }))) return;
        cash -= one.pays;
        Object.assign(one, { open: false, version: 2 });
        Object.assign(one.loan, { owed: 0, state: 'gone' });
      },
      async reject(pick) {
        const one = claims[pick % claims.length];
        if (!one) return;
        const who = { actor: stage.office, version: one.version };
        const input = { claimId: one.id, reason: '随机驳回' };
        if (!(await expectDone(one.open, rejectClaim, input, who))) return;
        Object.assign(one, { open: false, version: 2 });
        one.loan.state = one.loan.owed === 0 ? 'gone' : 'bad';
      },
      async contribute(_, fen) {
        const contributorId = stage.officeId;
        const input = { poolId, contributorId, amount: text(fen), contributedOn: today };
        await expectDone(true, contribute, input, { actor: stage.office });
        cash += fen;
      },
    };

    for (const { verb, pick, fen } of steps) await verbs[verb]?.(pick, fen);
    const pool = await stage.ask(showPool, { poolId }, stage.office);
    expect([pool.balance, pool.pendingClaims, pool.enrolledOutstanding]).to.deep.equal(
      [cash, pending(), backed()].map(text),
    );
    await stage.check();
  }

  it('does what a model in whole fen does', async () => {
    const lives = fc.array(step, { minLength: 20, maxLength: 45 });
    await fc.assert(fc.asyncProperty(lives, live), { numRuns: 15, endOnFailure: true });
    expect(accepted).to.be.greaterThan(100);
    expect(refused).to.be.greaterThan(20);
  });
});
