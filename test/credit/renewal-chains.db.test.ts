// One grant over a chain of renewed lines: whatever is drawn, repaid, taken back or renewed where,
// together they never owe more than was granted.
import { expect } from 'chai';
import { drawDown, repay } from '../../src/credit/index.ts';
import { renewLine } from '../../src/credit/operations/renew-line.ts';
import { renewLoanWithoutRepayment } from '../../src/credit/operations/renew-loan.ts';
import { takeOverAmount } from '../../src/credit/operations/take-over-amount.ts';
import { showDrawdown, showLine } from '../../src/credit/queries.ts';
import { unfreeze } from '../../src/limits/operations/unfreeze.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import type { Park } from './stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const reverse = operationOf('reverse-repayment');
const close = operationOf('close-line');

describe('credit: a grant over several renewals', () => {
  let stage: Stage;
  let park: Park;
  before(async () => {
    stage = await openStage();
    park = await parkIn(stage, '100000000');
  });
  afterEach(() => stage.check());
  after(() => stage.close());

  const reason = '续授信';
  const line = (lineId: string) => stage.ask(showLine, { lineId }, stage.bank);
  const limitOf = async (lineId: string) => (await line(lineId)).limit;
  const outcome = async (operation: Operation, input: object, options: object = {}) => {
    const answer = await stage.outcome(operation, input, stage.bank, options);
    return answer.kind === 'refused' ? answer.failure.code : answer.kind;
  };
  const opened = async (more: object = {}) => (await lineIn(stage, park, '3000.00', more)).lineId;
  const draw = async (lineId: string, amount: string, more: object = {}): Promise<string> =>
    (await stage.done(drawDown, drawing(lineId, amount, more), stage.bank))['drawdownId'] as string;
  const noDraw = (lineId: string, amount: string) => outcome(drawDown, drawing(lineId, amount));
  const paid = async (drawdownId: string, principal: string, valueOn = ago(20)): Promise<string> =>
    (await stage.done(repay, { drawdownId, principal, interest: '0', valueOn }, stage.bank))[
      'repaymentId'
    ] as string;
  const renewal = async (lineId: string, more: object = {}) => ({
    input: { lineId, expiresOn: ago(-700), reason, ...more },
    options: { expectedVersion: (await line(lineId)).version },
  });
  const renewed = async (lineId: string, more: object = {}): Promise<string> => {
    const { input, options } = await renewal(lineId, more);
    return (await stage.done(renewLine, input, stage.bank, options))['lineId'] as string;
  };
  const renewLoan = async (drawdownId: string, lineId: string, valueOn: string) => {
    const { version } = await stage.ask(showDrawdown, { drawdownId }, stage.bank);
    const terms = { dueOn: ago(-360), size: 'small', findings: [], reason };
    const input = { drawdownId, lineId, valueOn, ...terms };
    return outcome(renewLoanWithoutRepayment, input, { expectedVersion: version });
  };
  const back = { expiresOn: ago(-800) };

  it('is shared with all that is still owed along the chain', async () => {
    const first = await opened();
    const loan = await draw(first, '2000.00', { valueOn: ago(100) });
    const second = await renewed(first);
    const own = await draw(second, '300.00');
    const third = await renewed(second, back);
    expect([await limitOf(first), await limitOf(second), await limitOf(third)]).to.deep.equal([
      '2000.00',
      '300.00',
      '700.00',
    ]);
    expect(await noDraw(third, '700.01')).to.equal('limit-exceeded');
    await paid(own, '100.00', today);
    expect(await outcome(takeOverAmount, { lineId: second })).to.equal('line-renewed');
    expect(await outcome(takeOverAmount, { lineId: third })).to.equal('done');
    expect([await limitOf(second), await limitOf(third)]).to.deep.equal(['200.00', '800.00']);
    expect(await renewLoan(loan, third, today)).to.equal('done');
    expect([await limitOf(first), await limitOf(third)]).to.deep.equal(['0.00', '2800.00']);
    await draw(third, '800.00');
    expect(await noDraw(third, '0.01')).to.equal('limit-exceeded');
  });

  it('is renewed for no less than the whole chain owes', async () => {
    const first = await opened();
    await draw(first, '2000.00');
    const second = await renewed(first);
    await draw(second, '300.00');
    const { input, options } = await renewal(second, { ...back, amount: '2299.99' });
    expect(await outcome(renewLine, input, options)).to.equal('renewal-below-debt');
    const third = await renewed(second, { ...back, amount: '2300.00' });
    expect(await limitOf(third)).to.equal('0.00');
  });

  it('gives a repayment taken back its room again, and refuses it where that is lent', async () => {
    for (const revolving of ['R', 'NR']) {
      const first = await opened({ revolving });
      const loan = await draw(first, '2000.00', { valueOn: ago(100) });
      const repayments = [await paid(loan, '1000.00'), await paid(loan, '500.00')];
      const next = await renewed(first);
      expect(await limitOf(next), revolving).to.equal('2500.00');
      const undo = (i: number) => {
        const input = { drawdownId: loan, repaymentId: repayments[i], reason: '误录冲销' };
        return outcome(reverse, input);
      };
      await draw(next, '1500.00');
      expect(await undo(0), revolving).to.equal('done');
      expect(await limitOf(next), revolving).to.equal('1500.00');
      expect((await line(first)).outstanding, revolving).to.equal('1500.00');
      expect(await undo(1), revolving).to.equal('renewal-room-lent');
    }
  });

  it('knows what comes back to a line that was closed meanwhile', async () => {
    const first = await opened();
    const loan = await draw(first, '2000.00', { valueOn: ago(100) });
    const next = await renewed(first);
    const repaymentId = await paid(loan, '2000.00');
    const { version: expectedVersion } = await line(first);
    await stage.done(close, { lineId: first, reason }, stage.bank, { expectedVersion });
    await stage.done(takeOverAmount, { lineId: next }, stage.bank);
    const own = await draw(next, '3000.00');
    const undo = { drawdownId: loan, repaymentId, reason: '误录冲销' };
    expect(await outcome(reverse, undo)).to.equal('renewal-room-lent');
    await paid(own, '2000.00', today);
    expect(await outcome(reverse, undo)).to.equal('done');
    expect(await limitOf(next)).to.equal('1000.00');
  });

  it('leaves no room on a line that does not revolve, which no person thaws either', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '3000.00', { revolving: 'NR' });
    await draw(lineId, '2000.00', { valueOn: ago(100) });
    await renewed(lineId);
    const { version: expectedVersion } = await line(lineId);
    const thawed = await stage.refused(unfreeze, { nodeId, reason }, stage.bank, {
      expectedVersion,
    });
    expect(thawed.code).to.equal('frozen-otherwise');
    expect(await limitOf(lineId)).to.equal('2000.00');
    expect(await noDraw(lineId, '0.01')).to.equal('limit-frozen');
  });

  it('lets a loan follow its line on a past day', async () => {
    const first = await opened();
    const loan = await draw(first, '2000.00', { valueOn: ago(100) });
    const next = await renewed(first, { startsOn: ago(40) });
    expect(await renewLoan(loan, next, ago(10))).to.equal('done');
    expect([await limitOf(first), await limitOf(next)]).to.deep.equal(['0.00', '3000.00']);
    const past = (amount: string, day: number) =>
      outcome(drawDown, drawing(next, amount, { valueOn: ago(day) }));
    expect(await past('1000.01', 10)).to.equal('limit-exceeded');
    expect(await past('1000.00', 30)).to.equal('done');
  });
});
