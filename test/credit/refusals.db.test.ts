// Refusals of the credit side that no story meets, each beside what is accepted just short of it;
// the order of the check, level by level at exactly the limit and one fen above; and a look that no
// code is without a test.
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { creditModule, drawDown, openLine, openSegment } from '../../src/credit/index.ts';
import { renewLoanWithoutRepayment } from '../../src/credit/operations/renew-loan.ts';
import { renewalFindings } from '../../src/credit/packs/renewal-2024.ts';
import { demandPack } from '../../src/credit/whitelist-moves.ts';
import { addDays, addMonths, isFailure, makeCalendar } from '../../src/kernel/index.ts';
import { openCap } from '../../src/limits/operations/open-cap.ts';
import { setOversubscription } from '../../src/limits/operations/set-oversubscription.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import type { Operation } from '../../src/platform/operation.ts';
import { poolIn } from '../risk-pool/stage.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { at, operationOf } from './agreement-desk.ts';
import { agree, loanIn, monthly, repayLoan } from './loan-stage.ts';
import type { Park } from './stage.ts';
import { drawing, lineIn, outsideWhitelist, parkIn } from './stage.ts';

describe('refusals of credit', () => {
  let stage: Stage;
  let lineId: string;
  before(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '10000000.00');
    ({ lineId } = await lineIn(stage, park, '9000000.00'));
  });
  after(() => stage.close());

  const drawn = async (amount = '1000.00'): Promise<string> =>
    String((await stage.done(drawDown, drawing(lineId, amount), stage.bank))['drawdownId']);
  const refused = (operation: Operation, input: object, options = {}) =>
    stage.refused(operation, input, stage.bank, options);
  /** The facts as they travel. */
  const factsOf = ({ facts }: Awaited<ReturnType<typeof refused>>): object =>
    JSON.parse(JSON.stringify(facts)) as object;
  const overdue = (more: object = {}, days = { valueOn: ago(70), dueOn: ago(-130) }) =>
    loanIn(stage, lineId, {
      amount: '1000.00',
      ...days,
      terms: monthly({ instalments: 6, method: 'interest-first', ...more }),
    });
  const reason = '核对无误';

  it('repayment-exceeds-debt: the debt to the fen is taken, one fen above is not', async () => {
    const drawdownId = await drawn('1000.00');
    const repay = operationOf('repay');
    const paying = (principal: string) => ({
      drawdownId,
      principal,
      interest: '0.00',
      valueOn: today,
    });
    const whole = await refused(repay, paying('1000.01'));
    expect(whole.code).to.equal('repayment-exceeds-debt');
    expect(factsOf(whole)).to.deep.include({ outstanding: '1000.00', shortBy: '0.01' });
    await stage.done(repay, paying('0.01'), stage.bank);
    expect((await refused(repay, paying('1000.00'))).code).to.equal('repayment-exceeds-debt');
    const last = await stage.done(repay, paying('999.99'), stage.bank);
    expect(last).to.include({ outstanding: '0.00' });
    expect((await refused(repay, paying('0.01'))).code).to.equal('drawdown-settled');
  });

  it('drawdown-enrolled: a loan is backed by a pool once', async () => {
    const poolId = await poolIn(stage, { multiple: '5', cash: '10000', quota: '40000' });
    const drawdownId = await drawn();
    const enrol = operationOf('enrol-loan');
    const input = { drawdownId, poolId, enrolledOn: today };
    await stage.done(enrol, input, stage.bank);
    expect((await refused(enrol, input)).code).to.equal('drawdown-enrolled');
  });

  it('loan-has-schedule: a loan with terms is extended, not renewed', async () => {
    const { drawdownId } = await overdue();
    const term = { valueOn: today, dueOn: ago(-300) };
    const renewing = { drawdownId, ...term, size: 'small', findings: [...renewalFindings], reason };
    const [row] = await stage.rows<{ version: number }>(
      `select version::int from credit_drawdowns where id = '${drawdownId}'`,
    );
    const found = await refused(renewLoanWithoutRepayment, renewing, at(row?.version ?? 1));
    expect(found.code).to.equal('loan-has-schedule');
  });

  it('lpr-missing: a price needs an LPR by the first day, and a rate not below zero', async () => {
    const drawdownId = await drawn();
    const priced = (spreadBp: number) => ({
      drawdownId,
      terms: { product: 'working-capital', method: 'bullet', pricing: { term: '1Y', spreadBp } },
    });
    expect((await refused(agree, priced(-301))).code).to.equal('lpr-missing');
    await stage.done(agree, priced(-300), stage.bank);
  });

  it('nothing-to-reschedule: no principal is left to repay later', async () => {
    const ended = { valueOn: ago(190), dueOn: ago(5) };
    const { drawdownId } = await overdue({ repaymentOrder: 'principal-first' }, ended);
    const paid = { drawdownId, amount: '1000.00', valueOn: today };
    await stage.done(repayLoan, paid, stage.bank);
    const input = { drawdownId, agreedOn: today, dueOn: ago(-200), reason };
    const found = await refused(operationOf('restructure-loan'), input);
    expect(found.code).to.equal('nothing-to-reschedule');
  });

  it('pause-reversed, pause-missing: a pause of one day is taken', async () => {
    const { drawdownId } = await overdue();
    const pause = operationOf('pause-ageing');
    const span = (to: string) => ({ drawdownId, from: ago(10), to, reason });
    expect((await refused(pause, span(ago(11)))).code).to.equal('pause-reversed');
    await stage.done(pause, span(ago(10)), stage.bank);
    const back = { drawdownId, pauseId: 'pse_0', resumedOn: ago(9), reason };
    expect((await refused(operationOf('resume-ageing'), back)).code).to.equal('pause-missing');
  });

  it('product-excludes-terms: a month longer than the product allows', async () => {
    const months = (instalments: number, drawdownId: string) => ({
      drawdownId,
      terms: { product: 'one-year', method: 'equal-principal', instalments, ...step, rate: '0.04' },
    });
    const step = { every: { months: 1 } };
    const product = {
      code: 'one-year',
      zh: '一年期贷款',
      en: 'Loan of a year',
      methods: ['equal-principal'],
      dayCounts: ['ACT/360'],
      roundings: ['half-up'],
      tenorMonthsMost: 12,
      validFrom: ago(300),
      source: '产品目录',
    };
    await stage.done(operationOf('record-loan-product'), product, stage.root);
    const valueOn = ago(150);
    const until = async (dueOn: string): Promise<string> =>
      String(
        (await stage.done(drawDown, drawing(lineId, '1000.00', { valueOn, dueOn }), stage.bank))[
          'drawdownId'
        ],
      );
    const inAYear = addMonths(valueOn, 12);
    const [year, longer] = [await until(inAYear), await until(addDays(inAYear, 1))];
    await stage.done(agree, months(12, year), stage.bank);
    const found = await refused(agree, months(12, longer));
    expect(found.code).to.equal('product-excludes-terms');
    expect(factsOf(found)).to.deep.include({ outside: ['tenor'] });
  });

  it('standards-missing: nobody is screened where no standards are in force', () => {
    const desk = {
      pack: undefined,
      calendar: makeCalendar({ holidays: [], workingDays: [] }),
      today,
    };
    try {
      demandPack(desk);
    } catch (refusal) {
      expect(isFailure(refusal) && refusal.code).to.equal('standards-missing');
      return;
    }
    expect.fail('nothing was refused');
  });

  it('has a test for every code', () => {
    const own = new Set(creditModule.refusals.map(({ code }) => code));
    const tests = readdirSync('test', { recursive: true, encoding: 'utf8' });
    const texts = tests
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(`test/${name}`, 'utf8'));
    const said = (code: string) =>
      texts.some((text) => new RegExp(`['"\`]${code}(?:['"\`]|[:,] )`).test(text));
    expect([...own].filter((code) => !said(code))).to.deep.equal([]);
    expect(own.size).to.be.greaterThan(200);
  });
});

describe('the order of the check, at the limit and one fen above', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  const versionOf = async (nodeId: string) => {
    const [row] = await stage.rows<{ version: number }>(
      `select version::int from limits_nodes where id = '${nodeId}'`,
    );
    return at(row?.version ?? 1);
  };

  /** A path of 1,000.00 each, one level of it as low as the row says. */
  async function path(low: Partial<Record<'master' | 'segment' | 'line' | 'sub', string>>) {
    const all = { master: '1000.00', segment: '1000.00', line: '1000.00', sub: '1000.00', ...low };
    const opened = await parkIn(stage, all.master);
    const { agreementId } = opened;
    const asked = { agreementId, name: '企业经营', scope: 'operations', enforcement: 'HARD' };
    const { segmentId, nodeId: segment } = await stage.done(
      openSegment,
      { ...asked, amount: all.segment },
      stage.bank,
    );
    const park: Park = { ...opened, segmentId: segmentId as string };
    const line = await lineIn(stage, park, all.line);
    const sub = await lineIn(stage, park, all.sub, { parentLineId: line.lineId, product: '票据' });
    const nodes = {
      master: park.masterId,
      segment: segment ?? '',
      line: line.nodeId,
      sub: sub.nodeId,
    };
    return { park, nodes, sub };
  }

  /** 100.00 fits to the fen; 100.01 does not, and nothing else is named. */
  async function expectBoundary(lineId: string, nodeId: string): Promise<void> {
    const input = drawing(lineId, '100.01');
    const { code, facts } = await stage.refused(drawDown, input, stage.bank);
    const told = JSON.parse(JSON.stringify(facts)) as {
      readonly smallestAdmissible: string;
      readonly binding: readonly { readonly nodeId: string; readonly shortBy: string }[];
    };
    expect(code).to.equal('limit-exceeded');
    expect(told.smallestAdmissible).to.equal('100.00');
    expect(told.binding.map((one) => [one.nodeId, one.shortBy])).to.deep.equal([[nodeId, '0.01']]);
    await stage.done(drawDown, drawing(lineId, '100.00'), stage.bank);
    const more = await stage.refused(drawDown, drawing(lineId, '0.01'), stage.bank);
    expect(more.code).to.equal('limit-exceeded');
  }

  for (const level of ['sub', 'line', 'segment', 'master'] as const) {
    it(`of the ${level}`, async () => {
      const { nodes, sub } = await path({ [level]: '100.00' });
      await expectBoundary(sub.lineId, nodes[level]);
    });
  }

  it('of the date window: the last day, and the day after', async () => {
    const { park } = await path({});
    const { lineId } = await lineIn(stage, park, '100.00', { expiresOn: ago(5) });
    const on = (days: number, amount: string) => drawing(lineId, amount, { valueOn: ago(days) });
    await stage.done(drawDown, on(5, '100.00'), stage.bank);
    const late = await stage.refused(drawDown, on(4, '0.01'), stage.bank);
    expect(late.code).to.equal('limit-expired');
  });

  it('of the tenor: the longest day, the day after, and the bucket', async () => {
    const { nodes, sub } = await path({});
    const buckets = [{ days: 90, amount: '100.00' }];
    const input = { nodeId: nodes.sub, reason: '期限管理', buckets };
    await stage.done(setTerms, input, stage.bank, await versionOf(nodes.sub));
    const days = (count: number, amount: string) =>
      drawing(sub.lineId, amount, { dueOn: ago(-count) });
    const codeOf = async (wish: object) => (await stage.refused(drawDown, wish, stage.bank)).code;
    expect(await codeOf(days(91, '0.01'))).to.equal('tenor-too-long');
    expect(await codeOf(days(90, '100.01'))).to.equal('bucket-full');
    await stage.done(drawDown, days(90, '100.00'), stage.bank);
    expect(await codeOf(days(90, '0.01'))).to.equal('bucket-full');
  });

  it('of the nominal check: what is granted below', async () => {
    const { park, nodes } = await path({ line: '900.00' });
    const policy = { nodeId: nodes.segment, oversub: '1', reason: '政策' };
    await stage.done(setOversubscription, policy, stage.bank, await versionOf(nodes.segment));
    const opening = (amount: string) => ({
      segmentId: park.segmentId,
      enterpriseId: stage.otherFirmId,
      product: '流动资金贷款',
      amount,
      rateAnnual: '0.0345',
      startsOn: ago(200),
      expiresOn: ago(-400),
      ...outsideWhitelist,
    });
    const over = await stage.refused(openLine, opening('100.01'), stage.bank);
    expect(over.code).to.equal('over-allocated');
    await stage.done(openLine, opening('100.00'), stage.bank);
  });

  it('of exposures: a cap across the tree', async () => {
    const { nodes, sub } = await path({});
    const cap = {
      name: '集团授信',
      limit: '100.00',
      nodeIds: [nodes.line],
      reason: '集团统一授信',
    };
    const { nodeId } = await stage.done(openCap, cap, stage.bank);
    await expectBoundary(sub.lineId, nodeId ?? '');
  });
});
