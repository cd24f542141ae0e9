// A draw that waits for a second person keeps what it holds: nobody takes that away from under the
// request, and withdrawing the request gives it back.
import { expect } from 'chai';
import { Approvals, approvalsModule } from '../../src/approvals/index.ts';
import { drawDown, release, reserve } from '../../src/credit/index.ts';
import { showReservation } from '../../src/credit/queries-reservations.ts';
import { addPerson, addUser, grantRoles } from '../../src/identity/store.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { Stage } from '../support/stage.ts';
import { openStage } from '../support/stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const module = approvalsModule(() => [drawDown]);
const approvalOf = (name: string): Operation =>
  module.operations.find((one) => one.name === `approvals.${name}`) as Operation;
const [withdraw, decide] = [approvalOf('withdraw'), approvalOf('decide')];

describe('credit: a draw that waits for approval', () => {
  let stage: Stage;
  let approvals: Approvals | undefined;
  let maker: Actor;
  let checker: Actor;
  let lineId: string;
  before(async () => {
    stage = await openStage({
      needsApproval: (operation, _actor, input) =>
        operation === drawDown && (input as { purpose: string }).purpose === '大额',
      submit: (...filing) => (approvals as Approvals).submit(...filing),
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

  it('is carried out by what it held', async () => {
    const approvalId = await submitted('100.00');
    const reservationId = await holdOf(approvalId);
    await stage.refused(release, { reservationId }, maker);
    await stage.done(decide, { approvalId, decision: 'approve', reason: '同意' }, checker);
    expect(await stateOf(reservationId)).to.equal('POSTED');
  });
});
