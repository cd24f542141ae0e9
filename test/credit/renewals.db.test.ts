// Renewals of lines and of loans: one grant shared by two lines, one debt that is never two.
import { expect } from 'chai';
import { drawDown, markDefault, repay, reserve } from '../../src/credit/index.ts';
import { renewLine } from '../../src/credit/operations/renew-line.ts';
import { renewLoanWithoutRepayment } from '../../src/credit/operations/renew-loan.ts';
import { takeOverAmount } from '../../src/credit/operations/take-over-amount.ts';
import { showDrawdown, showLine } from '../../src/credit/queries.ts';
import { renewal2024, renewalFindings } from '../../src/credit/packs/renewal-2024.ts';
import { borrowingOf } from '../../src/credit/rules/renewal.ts';
import { Day } from '../../src/kernel/index.ts';
import { headroom } from '../../src/limits/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import type { Park } from './stage.ts';
import { operationOf } from './agreement-desk.ts';
import { agree, runDayEnds } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

describe('credit: renewals', () => {
  let stage: Stage;
  let park: Park;
  before(async () => {
    stage = await openStage();
    park = await parkIn(stage, '100000000');
  });
  after(() => stage.close());

  const line = (lineId: string) => stage.ask(showLine, { lineId }, stage.bank);
  const drawn = async (lineId: string, amount: string): Promise<string> =>
    (await stage.done(drawDown, drawing(lineId, amount, { valueOn: ago(100) }), stage.bank))[
      'drawdownId'
    ] as string;
  const asked = (lineId: string, more: object = {}) => ({
    lineId,
    expiresOn: ago(-700),
    reason: '到期续授信',
    ...more,
  });
  const renew = async (lineId: string, more: object = {}) => {
    const expectedVersion = (await line(lineId)).version;
    return stage.done(renewLine, asked(lineId, more), stage.bank, { expectedVersion });
  };
  const refusedRenewal = async (lineId: string, more: object = {}) => {
    const expectedVersion = (await line(lineId)).version;
    const options = { expectedVersion };
    return (await stage.refused(renewLine, asked(lineId, more), stage.bank, options)).code;
  };
  const loan = (drawdownId: string, more: object = {}) => ({
    drawdownId,
    valueOn: today,
    dueOn: ago(-360),
    size: 'small',
    findings: [...renewalFindings],
    reason: '到期续贷',
    ...more,
  });
  const renewLoan = async (drawdownId: string, more: object = {}) => {
    const { version } = await stage.ask(showDrawdown, { drawdownId }, stage.bank);
    const options = { expectedVersion: version };
    return stage.done(renewLoanWithoutRepayment, loan(drawdownId, more), stage.bank, options);
  };
  const refusedLoan = async (drawdownId: string, more: object = {}) => {
    const rows = await stage.rows<{ version: string }>(
      `select version from credit_drawdowns where id = '${drawdownId}'`,
    );
    const options = { expectedVersion: Number(rows[0]?.version ?? 1) };
    const input = loan(drawdownId, more);
    return (await stage.refused(renewLoanWithoutRepayment, input, stage.bank, options)).code;
  };
  const master = async () => {
    const [row] = await stage.rows<{ outstanding: string; consumed: string }>(
      `select outstanding, consumed from limits_nodes where id = '${park.masterId}'`,
    );
    return row;
  };

  it('shares one grant between the old line and the new, whatever is owed where', async () => {
    const { lineId } = await lineIn(stage, park, '3000000');
    const drawdownId = await drawn(lineId, '2000000');
    const before = await master();
    const next = await renew(lineId);
    const successor = next['lineId'] as string;
    expect(next).to.deep.include({ amount: '3000000.00', available: '1000000.00' });
    expect(await line(lineId)).to.deep.include({ state: 'FROZEN', limit: '2000000.00' });
    const late = drawing(lineId, '1');
    expect((await stage.refused(drawDown, late, stage.bank)).code).to.equal('limit-frozen');
    const above = drawing(successor, '1000000.01');
    expect((await stage.refused(drawDown, above, stage.bank)).code).to.equal('limit-exceeded');

    const paid = { drawdownId, principal: '500000', valueOn: today };
    await stage.done(repay, paid, stage.bank);
    const taken = await stage.done(takeOverAmount, { lineId: successor }, stage.bank);
    expect(taken['limit']).to.equal('1500000.00');
    expect((await line(lineId)).limit).to.equal('1500000.00');

    const renewed = await renewLoan(drawdownId, { lineId: successor });
    expect(renewed).to.deep.include({ amount: '1500000.00', borrowing: 'qualifying-renewal' });
    expect(await line(lineId)).to.deep.include({ limit: '0.00', outstanding: '0.00' });
    expect(await line(successor)).to.deep.include({
      limit: '3000000.00',
      outstanding: '1500000.00',
      available: '1500000.00',
    });
    const after_ = await master();
    expect(Number(after_?.outstanding)).to.equal(Number(before?.outstanding) - 500000);
    expect(await stage.ask(showDrawdown, { drawdownId }, stage.bank)).to.deep.include({
      state: 'REPAID',
      outstanding: '0.00',
    });
    const [flag] = await stage.rows<{ renewal: boolean }>(
      `select renewal from credit_lines where id = '${successor}'`,
    );
    expect(flag?.renewal).to.equal(true);
    await stage.check();
  });

  it('dated back, divides the grant from that day on by the most that was owed since', async () => {
    const { lineId } = await lineIn(stage, park, '3000');
    const drawdownId = await drawn(lineId, '2000');
    await stage.done(
      repay,
      { drawdownId, principal: '1500', interest: '0', valueOn: ago(20) },
      stage.bank,
    );
    const next = await renew(lineId, { startsOn: ago(40) });
    const successor = next['lineId'] as string;
    expect(next['available']).to.equal('2500.00');
    const limitOn = async (id: string, day: number): Promise<string | undefined> => {
      const { nodeId } = await line(id);
      const { path } = await stage.ask(headroom, { nodeId, asOf: ago(day) }, stage.bank);
      return path[0]?.limit;
    };
    expect([
      await limitOn(lineId, 41),
      await limitOn(lineId, 40),
      await limitOn(lineId, 0),
    ]).to.deep.equal(['3000.00', '2000.00', '500.00']);
    expect([await limitOn(successor, 40), await limitOn(successor, 0)]).to.deep.equal([
      '1000.00',
      '2500.00',
    ]);
    const back = (amount: string, day: number) => drawing(successor, amount, { valueOn: ago(day) });
    const refused = await stage.refused(drawDown, back('1000.01', 30), stage.bank);
    expect(refused.code).to.equal('limit-exceeded');
    expect(refused.facts['on']).to.equal(ago(30));
    await stage.done(drawDown, back('1000.00', 30), stage.bank);
    await stage.done(drawDown, back('1500.00', 0), stage.bank);
    await stage.check();
  });

  it('leaves a line that was given up closed, and gives nothing to one that is', async () => {
    const { lineId } = await lineIn(stage, park, '3000');
    const drawdownId = await drawn(lineId, '1000');
    const successor = (await renew(lineId))['lineId'] as string;
    await stage.done(repay, { drawdownId, principal: '1000', valueOn: today }, stage.bank);
    const close = async (id: string) =>
      stage.done(operationOf('close-line'), { lineId: id, reason: '不再续用' }, stage.bank, {
        expectedVersion: (await line(id)).version,
      });
    await close(lineId);
    const taken = await stage.done(takeOverAmount, { lineId: successor }, stage.bank);
    expect(taken['limit']).to.equal('3000.00');
    expect((await line(lineId)).state).to.equal('CLOSED');
    await close(successor);
    const { code } = await stage.refused(takeOverAmount, { lineId: successor }, stage.bank);
    expect(code).to.equal('renewal-closed');
  });

  it('renews a line that is lent to its last fen, and its loan after it', async () => {
    const { lineId } = await lineIn(stage, park, '1000000');
    const drawdownId = await drawn(lineId, '1000000');
    const next = await renew(lineId);
    expect(next['available']).to.equal('0.00');
    await renewLoan(drawdownId, { lineId: next['lineId'] });
    expect((await line(next['lineId'] as string)).outstanding).to.equal('1000000.00');
  });

  it('refuses a renewal in this order', async () => {
    const { lineId, nodeId } = await lineIn(stage, park, '1000000');
    const missing = await stage.refused(renewLine, asked('line_0'), stage.bank, {
      expectedVersion: 1,
    });
    expect(missing.code).to.equal('line-missing');
    const foreign = await stage.refused(renewLine, asked(lineId), stage.otherBank, {
      expectedVersion: 1,
    });
    expect(foreign.code).to.equal('line-missing');
    const stale = await stage.refused(renewLine, asked(lineId), stage.bank, {
      expectedVersion: 9999,
    });
    expect(stale.code).to.equal('version-stale');
    const sub = await lineIn(stage, park, '1000', { parentLineId: lineId, product: '贴现' });
    expect(await refusedRenewal(sub.lineId)).to.equal('renewal-of-sub-line');
    await stage.rows(`update limits_nodes set state = 'FROZEN' where id = '${nodeId}'`);
    expect(await refusedRenewal(lineId)).to.equal('renewal-of-closed');
    await stage.rows(`update limits_nodes set state = 'ACTIVE' where id = '${nodeId}'`);
    expect(await refusedRenewal(lineId, { expiresOn: ago(-400) })).to.equal('renewal-not-later');
    await drawn(lineId, '400000');
    expect(await refusedRenewal(lineId, { amount: '399999.99' })).to.equal('renewal-below-debt');
    const early = { startsOn: ago(301) };
    expect(await refusedRenewal(lineId, early)).to.equal('term-outside-agreement');
    await renew(lineId, { amount: '400000', expiresOn: ago(-401) });
    expect(await refusedRenewal(lineId)).to.equal('line-renewed');
    const { lineId: held } = await lineIn(stage, park, '1000');
    await stage.done(reserve, { lineId: held, amount: '1', purpose: '预占' }, stage.bank);
    expect(await refusedRenewal(held)).to.equal('renewal-while-reserved');
    const { code } = await stage.refused(takeOverAmount, { lineId: held }, stage.bank);
    expect(code).to.equal('renewal-none');
  });

  it('renews a loan under its own line without using more of it', async () => {
    const { lineId } = await lineIn(stage, park, '1000000');
    const drawdownId = await drawn(lineId, '1000000');
    const renewed = await renewLoan(drawdownId, { findings: ['good-credit'] });
    expect(renewed['borrowing']).to.equal('renewal');
    expect(await line(lineId)).to.deep.include({ outstanding: '1000000.00', available: '0.00' });
    expect(await refusedLoan(drawdownId)).to.equal('drawdown-settled');
  });

  it('refuses the renewal of a loan in this order, and moves nothing', async () => {
    const { lineId } = await lineIn(stage, park, '1000000');
    const drawdownId = await drawn(lineId, '1000000');
    const { lineId: other } = await lineIn(stage, park, '1000000', {
      enterpriseId: stage.otherFirmId,
    });
    const { lineId: small } = await lineIn(stage, park, '999999.99');
    expect(await refusedLoan('draw_0')).to.equal('drawdown-missing');
    expect(await refusedLoan(drawdownId, { lineId: 'line_0' })).to.equal('line-missing');
    expect(await refusedLoan(drawdownId, { valueOn: ago(-1) })).to.equal('value-day-in-future');
    const before = { valueOn: ago(101) };
    expect(await refusedLoan(drawdownId, before)).to.equal('value-day-before-drawdown');
    expect(await refusedLoan(drawdownId, { dueOn: ago(1) })).to.equal('due-before-value-day');
    expect(await refusedLoan(drawdownId, { lineId: other })).to.equal('renewal-other-firm');
    expect(await refusedLoan(drawdownId, { lineId: small })).to.equal('limit-exceeded');
    expect((await line(lineId)).outstanding).to.equal('1000000.00');
    await stage.done(markDefault, { drawdownId, defaultedOn: today }, stage.bank);
    expect(await refusedLoan(drawdownId)).to.equal('drawdown-defaulted');
    await stage.check();
  });

  it('qualifies by size and findings, a medium firm until its last day', () => {
    const { parameters } = renewal2024;
    const of = (size: 'small' | 'medium' | 'large', on: string) =>
      borrowingOf({ size, findings: renewalFindings, on: Day.of(on) }, parameters);
    expect(of('small', '2030-01-01')).to.equal('qualifying-renewal');
    expect(of('medium', '2027-09-23')).to.equal('qualifying-renewal');
    expect(of('medium', '2027-09-24')).to.equal('renewal');
    expect(of('large', '2026-01-01')).to.equal('renewal');
    const lacking = renewalFindings.slice(1);
    const one = { size: 'micro' as const, findings: lacking, on: Day.of('2026-01-01') };
    expect(borrowingOf(one, parameters)).to.equal('renewal');
  });

  it('lets the night lower the class of a loan that repaid another', async () => {
    // A firm that has defaulted on nothing yet.
    const enterpriseId = stage.otherFirmId;
    const { lineId } = await lineIn(stage, park, '5000000', { enterpriseId });
    const terms = { product: 'working-capital', method: 'bullet', rate: '0.0435' };
    const renewed = async (findings: readonly string[]): Promise<string> => {
      const answer = await renewLoan(await drawn(lineId, '1000000'), { findings });
      const drawdownId = answer['drawdownId'] as string;
      await stage.done(agree, { drawdownId, terms }, stage.bank);
      return drawdownId;
    };
    const [plain, qualifying] = [await renewed([]), await renewed([...renewalFindings])];
    await runDayEnds(stage, today);
    const classes = await stage.rows<{ id: string; class: string; codes: string[] | null }>(
      `select l.id, l.risk_class as class, (select array_agg(t ->> 'code') from
         credit_loan_classes c, jsonb_array_elements(c.triggers) t
         where c.drawdown_id = l.id) as codes
       from credit_loans l where l.id in ('${plain}', '${qualifying}') order by l.risk_class`,
    );
    expect(classes).to.deep.equal([
      { id: qualifying, class: 'NORMAL', codes: null },
      { id: plain, class: 'SPECIAL_MENTION', codes: ['repaid-by-new-borrowing'] },
    ]);
  });
});
