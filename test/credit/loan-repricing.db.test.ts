// LPR loans in the book: repriced on their days, late, twice, and after an LPR recorded late.
import { expect } from 'chai';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { drawDown, repay as repayDrawdown } from '../../src/credit/index.ts';
import { Money } from '../../src/kernel/index.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { changeRate, day, loanIn, runDayEnds } from './loan-stage.ts';
import type { Drawn } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const recordLpr = operationOf('record-lpr');
const correctLpr = operationOf('correct-lpr');
const reprice = operationOf('reprice-loans');

interface Shown {
  readonly rates: readonly {
    readonly from: string;
    readonly rate: string;
    readonly kind: string;
  }[];
  readonly schedule: readonly { readonly interest: string; readonly dueOn: string }[];
  readonly repriceOn: string | null;
  readonly outstanding: string;
}

describe('repricing of LPR loans', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '10000000.00', { startsOn: '2024-11-01' });
    ({ lineId } = await lineIn(stage, park, '9000000.00', { startsOn: '2024-11-01' }));
    // The published rates are put in one by one here.
    await stage.db.raw('delete from credit_lpr_rates');
    await publish('2024-10-21', '0.031');
  });
  afterEach(() => stage.close());

  const publish = (publishedOn: string, rate: string) =>
    stage.done(
      recordLpr,
      { term: '1Y', publishedOn, rate, source: '全国银行间同业拆借中心公告' },
      stage.root,
    );
  const shown = async (drawdownId: string): Promise<Shown> =>
    (await stage.ask(queryOf('show-loan'), { drawdownId }, stage.bank)) as Shown;
  /** 2,000,000 for a year, repriced every five months: on 2025-06-01 and 2025-11-01. */
  const floating = (): Promise<Drawn> =>
    loanIn(stage, lineId, {
      amount: '2000000.00',
      valueOn: day('2025-01-01'),
      dueOn: day('2026-01-01'),
      terms: {
        product: 'working-capital',
        method: 'bullet',
        pricing: { term: '1Y', spreadBp: 45, repricing: { months: 5 } },
      },
    });
  const run = (asOf: string = today) => stage.done(reprice, { asOf }, stage.root);

  it('counts the case of the rules: 151 days at 3.55 %, 214 days at 3.45 %', async () => {
    const { drawdownId } = await floating();
    const answer = await publish('2025-05-20', '0.03');
    expect(answer['reopened']).to.equal(1);
    expect(await run()).to.include({ done: 1, repriced: 1, refused: 0, next: null });
    const { rates, schedule } = await shown(drawdownId);
    expect(rates.map(({ from, rate, kind }) => [from, rate, kind])).to.deep.equal([
      ['2025-01-01', '0.035500000000', 'AGREED'],
      ['2025-06-01', '0.034500000000', 'REPRICED'],
    ]);
    // 29,780.56 + 41,016.67.
    expect(schedule.map(({ interest }) => interest)).to.deep.equal(['70797.23']);
    expect(await run()).to.include({ done: 0, repriced: 0 });
  });

  it('gives the same before, after and between the nights of the day-end', async () => {
    const [early, late] = [await floating(), await floating()];
    await publish('2025-05-20', '0.03');
    await run('2025-05-31');
    expect((await shown(early.drawdownId)).rates).to.have.length(1);
    await runDayEnds(stage, day('2025-08-15'));
    await run('2025-06-01');
    await runDayEnds(stage, day('2025-12-31'));
    await run();
    const figures = (id: string) =>
      stage.rows(`select accrued, part_rate, next_event_on, reprice_on from credit_loans
        where id = '${id}'`);
    expect(await figures(early.drawdownId)).to.deep.equal(await figures(late.drawdownId));
    await runDayEnds(stage, today);
    const [receivable] = await stage.rows<{ balance: string }>(
      `select balance::text from ledger_accounts where kind = 'interest-receivable'`,
    );
    expect(receivable?.balance).to.equal('141594.46');
  });

  it('corrects a repricing day when an LPR is recorded late', async () => {
    const { drawdownId } = await floating();
    await publish('2025-05-20', '0.03');
    await run();
    await publish('2025-04-21', '0.0305');
    await run();
    expect((await shown(drawdownId)).rates).to.have.length(2);
    await publish('2025-10-20', '0.0295');
    await run();
    const { rates } = await shown(drawdownId);
    expect(rates.map(({ from }) => from)).to.deep.equal(['2025-01-01', '2025-06-01', '2025-11-01']);
    expect(rates[2]?.rate).to.equal('0.034000000000');
  });

  it('leaves a rate that a person set on the very day', async () => {
    const { drawdownId } = await floating();
    const change = { drawdownId, from: '2025-06-01', rateAnnual: '0.032', reason: '利率优惠' };
    await stage.done(changeRate, change, stage.bank);
    await publish('2025-05-20', '0.03');
    await run();
    const { rates, repriceOn } = await shown(drawdownId);
    expect(rates.map(({ kind }) => kind)).to.deep.equal(['AGREED', 'PERSON', 'REPRICED']);
    expect(repriceOn).to.equal(null);
  });

  it('keeps the rate where nobody has room for what is owed again, and tells it', async () => {
    const { drawdownId } = await floating();
    const repay = { drawdownId, amount: '1500000.00', valueOn: '2025-12-01', excess: 'next' };
    await stage.done(operationOf('repay-loan'), repay, stage.bank);
    const rest = { drawdownId, amount: '550000.00', valueOn: '2026-01-01' };
    const paid = await stage.done(operationOf('repay-loan'), rest, stage.bank);
    expect(paid['outstanding']).to.not.equal('0.00');
    const free = Money.of('9000000')
      .minus(Money.of(paid['outstanding'] as string))
      .toString();
    const lent = await stage.done(drawDown, drawing(lineId, free), stage.bank);
    await publish('2025-05-20', '0.0405');
    expect(await run()).to.include({ done: 1, repriced: 0, refused: 1 });
    expect((await refusals()).map(({ code }) => code)).to.deep.equal(['limit-exceeded']);
    expect((await shown(drawdownId)).rates).to.have.length(1);

    // Room again, and another publication that looks at it once more: what was paid repays less.
    const returned = { drawdownId: lent['drawdownId'], principal: free, valueOn: today };
    await stage.done(repayDrawdown, { ...returned, interest: '0' }, stage.bank);
    await stage.done(correctLpr, correct('2025-05-20', '0.041'), stage.root);
    expect(await run()).to.include({ done: 1, repriced: 1, refused: 0 });
    const after = await shown(drawdownId);
    const more = Money.of(after.outstanding).minus(Money.of(paid['outstanding'] as string));
    expect(after.rates.map(({ rate }) => rate)).to.deep.equal(['0.035500000000', '0.045500000000']);
    expect(more.isPositive()).to.equal(true);
    await stage.check();
  });

  const correct = (publishedOn: string, rate: string) => ({
    term: '1Y',
    publishedOn,
    rate,
    source: '全国银行间同业拆借中心公告',
    reason: '录入错误',
  });
  const refusals = () =>
    stage.rows<{ id: string; code: string }>(
      `select subject_id as id, payload->>'code' as code from platform_events
       where name = 'credit.repricing-refused' order by 1`,
    );

  it('leaves no trace in a loan of an LPR that was recorded wrongly and corrected', async () => {
    const wrong = await floating();
    await publish('2025-05-20', '0.033');
    await run();
    await runDayEnds(stage, day('2025-12-31'));
    const answer = await stage.done(correctLpr, correct('2025-05-20', '0.03'), stage.root);
    expect(answer).to.include({ mistaken: '0.033', rate: '0.03', reopened: 1 });
    expect(await run()).to.include({ done: 1, repriced: 1, refused: 0 });
    const right = await floating();
    await run();
    await runDayEnds(stage, today);
    const rates = async ({ drawdownId }: Drawn) =>
      (await shown(drawdownId)).rates.map(({ from, rate }) => [from, rate]);
    expect(await rates(wrong)).to.deep.equal(await rates(right));
    const schedule = async ({ drawdownId }: Drawn) =>
      (await shown(drawdownId)).schedule.map(({ interest }) => interest);
    expect(await schedule(wrong)).to.deep.equal(['70797.23']);
    expect(await schedule(right)).to.deep.equal(['70797.23']);
    const again = correct('2025-05-20', '0.03');
    const code = async (input: object, actor = stage.root) =>
      (await stage.refused(correctLpr, input, actor)).code;
    expect(await code(again)).to.equal('lpr-recorded');
    expect(await code({ ...again, publishedOn: '2025-05-21' })).to.equal('lpr-not-recorded');
    expect(await code({ ...again, rate: '0.0301' })).to.equal('lpr-not-as-published');
    expect(await code(again, stage.bank)).to.equal('needs-every-zone');
  });

  it('corrects the rate of the first day too, where it was read from the wrong LPR', async () => {
    const one = await floating();
    const set = { drawdownId: one.drawdownId, from: '2025-11-01', rateAnnual: '0.032' };
    await stage.done(changeRate, { ...set, reason: '利率优惠' }, stage.bank);
    await stage.done(correctLpr, correct('2024-10-21', '0.0335'), stage.root);
    await stage.done(correctLpr, correct('2024-10-21', '0.032'), stage.root);
    expect(await run()).to.include({ repriced: 1, refused: 0 });
    const { rates } = await shown(one.drawdownId);
    expect(rates.map(({ from, rate, kind }) => [from, rate, kind])).to.deep.equal([
      ['2025-01-01', '0.036500000000', 'REPRICED'],
      ['2025-11-01', '0.032000000000', 'PERSON'],
    ]);
    await stage.done(correctLpr, correct('2024-10-21', '0.031'), stage.root);
    await run();
    expect((await shown(one.drawdownId)).rates[0]?.rate).to.equal('0.035500000000');
    expect(await run()).to.include({ done: 0 });
  });

  it('tells the bank of a closed loan that used the wrong one, and of no other', async () => {
    const [used, fixed] = [await floating(), await floating()];
    await publish('2025-05-20', '0.033');
    const change = { drawdownId: fixed.drawdownId, from: '2025-06-01', rateAnnual: '0.032' };
    await stage.done(changeRate, { ...change, reason: '利率优惠' }, stage.bank);
    await run();
    for (const { drawdownId } of [used, fixed]) {
      const all = { drawdownId, amount: '2100000.00', valueOn: '2025-09-01', excess: 'next' };
      await stage.done(operationOf('repay-loan'), all, stage.bank);
    }
    const answer = await stage.done(correctLpr, correct('2025-05-20', '0.03'), stage.root);
    expect(answer['reopened']).to.equal(0);
    expect(await run()).to.include({ repriced: 0, refused: 1 });
    expect(await refusals()).to.deep.equal([{ id: used.drawdownId, code: 'loan-closed' }]);
    expect(await run()).to.include({ done: 0 });
  });

  it('tells no bank of a closed loan that bore the wrong one for no night', async () => {
    const [before, onDay, after] = [await floating(), await floating(), await floating()];
    await publish('2025-05-20', '0.033');
    await run();
    const pay = ({ drawdownId }: Drawn, valueOn: string, amount: string) =>
      stage.done(
        operationOf('repay-loan'),
        { drawdownId, amount, valueOn, excess: 'next' },
        stage.bank,
      );
    // Settled before the repricing day, by a payment recorded after one of a later day.
    await pay(before, '2025-09-01', '1000.00');
    await pay(before, '2025-05-15', '2100000.00');
    await pay(onDay, '2025-06-01', '2100000.00');
    await pay(after, '2025-06-02', '2100000.00');
    await stage.done(correctLpr, correct('2025-05-20', '0.03'), stage.root);
    expect(await run()).to.include({ repriced: 0, refused: 1 });
    expect(await refusals()).to.deep.equal([{ id: after.drawdownId, code: 'loan-closed' }]);
  });

  it('refuses what was not published so', async () => {
    const code = async (more: object, actor = stage.root) => {
      const input = {
        term: '1Y',
        publishedOn: '2025-06-20',
        rate: '0.03',
        source: '公告',
        ...more,
      };
      return (await stage.refused(recordLpr, input, actor)).code;
    };
    expect(await code({ rate: '0.0301' })).to.equal('lpr-not-as-published');
    expect(await code({ publishedOn: '2025-06-19' })).to.equal('lpr-not-as-published');
    expect(await code({ publishedOn: '2024-10-21' })).to.equal('lpr-recorded');
    expect(await code({ publishedOn: ago(-40) })).to.equal('value-day-in-future');
    expect(await code({}, stage.bank)).to.equal('needs-every-zone');
    const { code: future } = await stage.refused(reprice, { asOf: ago(-1) }, stage.root);
    expect(future).to.equal('day-end-in-future');
  });
});
