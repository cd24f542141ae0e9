// What happens to a debtor itself moves every loan of the bank that recorded it, and of no other.
import { expect } from 'chai';
import { addDays } from '../../src/kernel/index.ts';
import type { Actor } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { loanIn, monthly, runDayEnds } from './loan-stage.ts';
import { drawDown } from '../../src/credit/index.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const record = operationOf('record-debtor-event');
const lift = operationOf('lift-debtor-event');
const correct = operationOf('correct-class');
const listed = queryOf('list-debtor-events');

describe('events of a debtor', () => {
  let stage: Stage;
  let own: string;
  let theirs: string;
  let plain: string;
  beforeEach(async () => {
    stage = await openStage();
    const { lineId } = await lineIn(stage, await parkIn(stage, '50000000'), '40000000');
    const loan = async (): Promise<string> => {
      const [valueOn, dueOn] = [ago(5), addDays(ago(5), 366)];
      const drawn = { amount: '1000000.00', valueOn, dueOn, terms: monthly() };
      return (await loanIn(stage, lineId, drawn)).drawdownId;
    };
    [own, theirs] = [await loan(), await loan()];
    plain = (await stage.done(drawDown, drawing(lineId, '500000.00'), stage.bank))[
      'drawdownId'
    ] as string;
    await stage.db.raw(`update credit_loans set owner_id = ? where id = ?`, [
      stage.otherBankId,
      theirs,
    ]);
    await runDayEnds(stage, ago(1));
  });
  afterEach(async () => {
    await stage.db.raw(`update credit_loans set owner_id = '${stage.bankId}'`);
    await stage.close();
  });

  const event = (kind: string, more: object = {}) => ({
    enterpriseId: stage.firmId,
    kind,
    from: today,
    evidence: '（2026）示例破字第 1 号裁定',
    reason: '法院受理破产清算',
    ...more,
  });
  const classOf = async (id: string) => {
    const [row] = await stage.rows<{ riskClass: string; codes: { code: string }[] }>(
      `select risk_class as "riskClass", triggers as codes from credit_loan_classes
       where drawdown_id = '${id}' order by classified_on desc limit 1`,
    );
    return row && [row.riskClass, row.codes.map(({ code }) => code).join()];
  };
  const code = async (operation: typeof record, input: object, actor: Actor = stage.bank) =>
    (await stage.refused(operation, input, actor)).code;

  for (const [kind, found] of [
    ['sharp-downgrade', 'SUBSTANDARD'],
    ['debt-evasion', 'DOUBTFUL'],
    ['bankruptcy-liquidation', 'LOSS'],
  ] as const) {
    it(`${kind}: ${found} at once, with and without terms, at this bank alone`, async () => {
      await stage.done(record, event(kind), stage.bank);
      for (const id of [own, plain]) {
        const [riskClass, codes] = (await classOf(id)) ?? [];
        expect(riskClass).to.equal(found);
        expect(codes).to.include(kind);
      }
      expect(await classOf(theirs)).to.equal(undefined);
      await runDayEnds(stage, today);
      expect((await classOf(own))?.[0]).to.equal(found);
    });
  }

  it('are found by the night where no loan of the debtor was drawn yet', async () => {
    await stage.db.raw(`update credit_loans set state = 'SETTLED' where id = '${own}'`);
    await stage.db.raw(`update credit_drawdowns set state = 'REPAID' where id = '${plain}'`);
    await stage.done(record, event('debt-evasion'), stage.bank);
    expect(await classOf(own)).to.equal(undefined);
    await stage.db.raw(`update credit_loans set state = 'OPEN' where id = '${own}'`);
    await stage.db.raw(`update credit_drawdowns set state = 'DISBURSED' where id = '${plain}'`);
    await runDayEnds(stage, today);
    expect((await classOf(own))?.[0]).to.equal('DOUBTFUL');
  });

  it('that never were let the class be corrected; those that were do not', async () => {
    const judged = () =>
      stage.outcome(correct, { drawdownIds: [own], reason: '误登冲销' }, stage.bank);
    const { eventId } = await stage.done(record, event('debt-evasion'), stage.bank);
    const refused = await judged();
    expect(refused.kind === 'refused' && refused.failure.facts['missing']).to.deep.equal([
      'another-trigger',
    ]);
    await stage.done(lift, { eventId, liftedOn: today, reason: '误登' }, stage.bank);
    expect((await judged()).kind).to.equal('done');
  });

  it('are refused in this order, and lifted once', async () => {
    const nobody = 'ent_01ARZ3NDEKTSV4RRFFQ69G5FAV';
    const ahead = { from: ago(-1) };
    expect(await code(record, event('debt-evasion', { ...ahead, enterpriseId: nobody }))).to.equal(
      'debtor-missing',
    );
    expect(await code(record, event('debt-evasion', ahead))).to.equal('value-day-in-future');
    const { eventId } = await stage.done(record, event('debt-evasion'), stage.bank);
    expect(await code(record, event('debt-evasion'))).to.equal('debtor-event-open');
    await stage.done(record, event('sharp-downgrade'), stage.bank);
    const undo = { eventId, liftedOn: today, reason: '误登' };
    expect(await code(lift, undo, stage.otherBank)).to.equal('debtor-event-missing');
    expect(await code(lift, { ...undo, liftedOn: ago(-1) })).to.equal('value-day-in-future');
    expect(await code(lift, { ...undo, liftedOn: ago(1) })).to.equal('lifted-before-event');
    await stage.done(lift, undo, stage.bank);
    expect(await code(lift, undo)).to.equal('debtor-event-lifted');
    const shown = async (input: object, actor: Actor) =>
      ((await stage.ask(listed, input, actor)) as { items: { liftedOn: string | null }[] }).items;
    const lifted = await shown({ lifted: 'true' }, stage.bank);
    expect(lifted.map(({ liftedOn }) => liftedOn)).to.deep.equal([today]);
    expect(await shown({}, stage.bank)).to.have.length(2);
    expect(await shown({}, stage.otherBank)).to.have.length(0);
    // Once non-performing, a loan is lifted by a finding alone.
    await runDayEnds(stage, today);
    expect((await classOf(own))?.[0]).not.to.equal('NORMAL');
    await stage.done(record, event('debt-evasion'), stage.bank);
  });
});
