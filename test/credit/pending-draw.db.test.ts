// A draw that waits for a second person keeps what it holds: nobody takes that away from under the
// request, and withdrawing the request gives it back.
import { expect } from 'chai';
import { Approvals, approvalsModule } from '../../src/approvals/index.ts';
import { drawDown, release, reserve } from '../../src/credit/index.ts';
import { showReservation } from '../../src/credit/queries-reservations.ts';
import { addPerson, addUser, grantRoles } from '../../src/identity/store.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Outcome } from '../../src/platform/perform.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { Stage } from '../support/stage.ts';
import { openStage } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { day, loanIn } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const drawTranche = operationOf('draw-tranche');
const module = approvalsModule(() => [drawDown, drawTranche]);
const approvalOf = (name: string): Operation =>
  module.operations.find((one) => one.name === `approvals.${name}`) as Operation;
const [withdraw, decide] = [approvalOf('withdraw'), approvalOf('decide')];

describe('credit: a draw that waits for approval', () => {
  let stage: Stage;
  let approvals: Approvals | undefined;
  let maker: Actor;
  let checker: Actor;
  let lineId: string;
  /** Awaited by a submission that has set aside and has not filed yet. */
  let beforeFiling: (() => Promise<void>) | undefined;
  before(async () => {
    stage = await openStage({
      needsApproval: (operation, _actor, input) =>
        (operation === drawDown || operation === drawTranche) &&
        (input as { purpose: string }).purpose === '大额',
      submit: async (...filing) => {
        await beforeFiling?.();
        return (approvals as Approvals).submit(...filing);
      },
    });
    approvals = new Approvals(stage.db);
    const staff = async (username: string, role: string): Promise<Actor> => {
      const at = new Date();
      const { bankId: organisationId } = stage;
      const personId = `person_${username}`;
      const account = { username, organisationId, personId, passwordHash: 'unused' };
      return withTransaction(stage.db, everything, async (tx) => {
        await addPerson(tx, { id: personId, name: username, at });
        const userId = String(
          await addUser(tx, { ...account, mustChangePassword: false, demo: false, at }),
        );
        await grantRoles(tx, userId, { roles: [role], by: 'test', at });
        const permissions = new Set(['credit:draw', 'credit:approve', 'approvals:decide']);
        return { ...stage.bank, userId, personId, permissions };
      });
    };
    maker = await staff('maker', 'bank-maker');
    checker = await staff('checker', 'bank-checker');
    await approvals.needed(drawDown, maker, drawDown.input.parse(drawing('line_1', '1.00')));
    const park = await parkIn(stage, '1000.00');
    ({ lineId } = await lineIn(stage, park, '100.00'));
  });
  after(() => stage.close());

  const submitted = async (amount: string, more: object = {}): Promise<string> => {
    const input = drawing(lineId, amount, { purpose: '大额', ...more });
    const filed = await stage.outcome(drawDown, input, maker);
    if (filed.kind !== 'submitted') throw new Error(`not submitted: ${JSON.stringify(filed)}`);
    return filed.approvalId;
  };
  const holdOf = async (approvalId: string): Promise<string> => {
    const [row] = await stage.rows<{ hold: string }>(
      `select hold from approvals_requests where id = '${approvalId}'`,
    );
    return row?.hold ?? '';
  };
  const stateOf = async (reservationId: string): Promise<string> =>
    (await stage.ask(showReservation, { reservationId }, stage.bank)).state;

  it('keeps its hold until it is withdrawn, which gives it back', async () => {
    const approvalId = await submitted('60.00');
    const reservationId = await holdOf(approvalId);
    const kept = await stage.refused(release, { reservationId }, maker);
    expect(kept.code).to.equal('reservation-awaits-approval');
    expect(kept.facts).to.deep.equal({ reservationId, approvalId });
    expect(await stateOf(reservationId)).to.equal('PENDING');
    await stage.done(withdraw, { approvalId }, maker);
    expect(await stateOf(reservationId)).to.equal('RELEASED');
    const gone = await stage.refused(release, { reservationId }, maker);
    expect(gone.code).to.equal('reservation-released');
  });

  it('keeps a reservation of the maker’s own, which is his again afterwards', async () => {
    const own = { lineId, amount: '50.00', purpose: '备料' };
    const { reservationId = '' } = await stage.done(reserve, own, maker);
    const { reservationId: other = '' } = await stage.done(
      reserve,
      { ...own, amount: '5.00' },
      maker,
    );
    const approvalId = await submitted('50.00', { reservationId });
    // Of one batch only what waits is refused.
    const entries = [reservationId, other].map((id) => ({
      raw: { reservationId: id },
      key: `release-${id}`,
    }));
    const answers = await stage.performer.performMany(release, maker, entries);
    const codes = answers.map((one) => (one.kind === 'refused' ? one.failure.code : one.kind));
    expect(codes).to.deep.equal(['reservation-awaits-approval', 'done']);
    await stage.done(withdraw, { approvalId }, maker);
    expect(await stateOf(reservationId)).to.equal('PENDING');
    expect(await stage.done(release, { reservationId }, maker)).to.include({ released: '50.00' });
  });

  it('lets no other draw take what it holds, also not one that would wait', async () => {
    const approvalId = await submitted('60.00');
    const reservationId = await holdOf(approvalId);
    for (const purpose of ['备料', '大额']) {
      const input = drawing(lineId, '1.00', { reservationId, purpose });
      const failure = await stage.refused(drawDown, input, maker);
      expect(failure.code).to.equal('reservation-awaits-approval');
      expect(failure.facts).to.deep.equal({ reservationId, approvalId });
    }
    expect((await stage.refused(drawDown, drawing(lineId, '99.00'), maker)).code).to.equal(
      'limit-exceeded',
    );
    await stage.done(withdraw, { approvalId }, maker);
  });

  it('is alone on a reservation of the maker’s own', async () => {
    const own = { lineId, amount: '50.00', purpose: '备料' };
    const { reservationId = '' } = await stage.done(reserve, own, maker);
    const approvalId = await submitted('50.00', { reservationId });
    const second = drawing(lineId, '50.00', { purpose: '大额', reservationId });
    const failure = await stage.refused(drawDown, second, maker);
    expect(failure.facts).to.deep.equal({ reservationId, approvalId });
    await stage.done(withdraw, { approvalId }, maker);
    await stage.done(release, { reservationId }, maker);
  });

  it('keeps a tranche off it, as a tranche that waits keeps a draw', async () => {
    const since = { startsOn: '2023-11-01' };
    const park = await parkIn(stage, '1000.00', since);
    const { lineId: ofLoan } = await lineIn(stage, park, '250.00', since);
    const { drawdownId } = await loanIn(stage, ofLoan, {
      amount: '100.00',
      valueOn: day('2024-01-01'),
      dueOn: day('2024-07-01'),
      terms: {
        product: 'fixed-asset',
        instalments: 6,
        every: { months: 1 },
        rate: '0.094822',
        dayCount: '30/360',
        smoothing: true,
        commitment: { amount: '240.00', until: '2024-06-30' },
      },
    });
    const own = { lineId: ofLoan, amount: '50.00', purpose: '备料' };
    const { reservationId = '' } = await stage.done(reserve, own, maker);
    const tranche = { drawdownId, amount: '50.00', valueOn: '2024-01-01', reservationId };
    const draw = drawing(ofLoan, '50.00', { reservationId });
    const drawn = await stage.outcome(drawDown, { ...draw, purpose: '大额' }, maker);
    if (drawn.kind !== 'submitted') throw new Error('not submitted');
    for (const purpose of ['采购设备', '大额']) {
      const failure = await stage.refused(drawTranche, { ...tranche, purpose }, maker);
      expect(failure.code).to.equal('reservation-awaits-approval');
    }
    await stage.done(withdraw, { approvalId: drawn.approvalId }, maker);
    const filed = await stage.outcome(drawTranche, { ...tranche, purpose: '大额' }, maker);
    if (filed.kind !== 'submitted') throw new Error(JSON.stringify(filed));
    expect((await stage.refused(drawDown, draw, maker)).code).to.equal(
      'reservation-awaits-approval',
    );
    const decision = { approvalId: filed.approvalId, decision: 'approve', reason: '同意' };
    await stage.done(decide, decision, checker);
    expect(await stateOf(reservationId)).to.equal('POSTED');
  });

  /** True once somebody waits for a lock, false when `other` ended without. */
  const waitsForLock = async (other: Promise<unknown>): Promise<boolean> => {
    let ended = false;
    void other.finally(() => (ended = true));
    for (;;) {
      const waiting = await stage.rows(
        `select 1 from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (waiting.length > 0) return true;
      if (ended) return false;
    }
  };

  for (const [what, call] of [
    ['a release', (reservationId: string) => [release, { reservationId }] as const],
    [
      'a draw',
      (reservationId: string) => [drawDown, drawing(lineId, '1.00', { reservationId })] as const,
    ],
    [
      'another request',
      (reservationId: string) =>
        [drawDown, drawing(lineId, '50.00', { reservationId, purpose: '大额' })] as const,
    ],
  ] as const) {
    it(`is seen by ${what} that meets it while it is being filed`, async () => {
      const own = { lineId, amount: '50.00', purpose: '备料' };
      const { reservationId = '' } = await stage.done(reserve, own, maker);
      let other: Promise<Outcome> | undefined;
      beforeFiling = async () => {
        beforeFiling = undefined;
        const [operation, input] = call(reservationId);
        other = stage.outcome(operation, input, maker);
        expect(await waitsForLock(other)).to.equal(true);
      };
      const approvalId = await submitted('50.00', { reservationId });
      const met = await other;
      if (met?.kind !== 'refused') throw new Error(JSON.stringify(met));
      expect(met.failure.code).to.equal('reservation-awaits-approval');
      await stage.done(withdraw, { approvalId }, maker);
      await stage.done(release, { reservationId }, maker);
    });
  }

  it('is carried out by what it held', async () => {
    const approvalId = await submitted('100.00');
    const reservationId = await holdOf(approvalId);
    await stage.refused(release, { reservationId }, maker);
    await stage.done(decide, { approvalId, decision: 'approve', reason: '同意' }, checker);
    expect(await stateOf(reservationId)).to.equal('POSTED');
  });
});
