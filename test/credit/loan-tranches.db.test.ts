// Several tranches of one loan: on the limit, in the ledger, and in a schedule that is cut anew.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import type { Stage } from '../support/stage.ts';
import { openStage } from '../support/stage.ts';
import { operationOf, queryOf } from './agreement-desk.ts';
import { day, loanIn, repayLoan, reverseDrawdown, runDayEnds } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const drawTranche = operationOf('draw-tranche');
const reverseTranche = operationOf('reverse-tranche');

const inParts = {
  product: 'fixed-asset',
  instalments: 6,
  every: { months: 1 },
  rate: '0.094822',
  dayCount: '30/360',
  smoothing: true,
  commitment: { amount: '240.00', until: '2024-06-30' },
};

interface Shown {
  readonly version: number;
  readonly tranches: readonly { readonly no: number; readonly amount: string }[];
  readonly schedule: readonly {
    readonly interest: string;
    readonly principal: string;
    readonly balance: string;
  }[];
}

describe('several tranches in one loan', () => {
  let stage: Stage;
  let lineId: string;
  let drawdownId: string;
  beforeEach(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '1000.00', { startsOn: '2023-11-01' });
    ({ lineId } = await lineIn(stage, park, '250.00', { startsOn: '2023-11-01' }));
    ({ drawdownId } = await loanIn(stage, lineId, {
      amount: '100.00',
      valueOn: day('2024-01-01'),
      dueOn: day('2024-07-01'),
      terms: inParts,
    }));
  });
  afterEach(() => stage.close());

  const draw = (valueOn: string, amount = '100.00', more: object = {}) =>
    stage.done(
      drawTranche,
      { drawdownId, amount, valueOn, purpose: '采购设备', ...more },
      stage.bank,
    );
  const refused = async (valueOn: string, amount: string): Promise<string> =>
    (
      await stage.refused(
        drawTranche,
        { drawdownId, amount, valueOn, purpose: '采购设备' },
        stage.bank,
      )
    ).code;
  const shown = async (): Promise<Shown> =>
    (await stage.ask(queryOf('show-loan'), { drawdownId }, stage.bank)) as Shown;
  const rows = async (): Promise<string[]> =>
    (await shown()).schedule.map(({ interest, principal, balance }) =>
      [interest, principal, balance].join(' '),
    );
  const balance = async (kind: string): Promise<string | undefined> =>
    (
      await stage.rows<{ balance: string }>(
        `select balance::text from ledger_accounts where kind = '${kind}'`,
      )
    )[0]?.balance;

  // Apache Fineract, progressive EMI calculator tests; rows as published, recomputed.
  const first = ['0.79 16.34 83.66', '0.66 16.47 67.19'];
  const published: Readonly<Record<string, readonly string[]>> = {
    '2024-03-01': [
      ...first,
      '1.32 41.31 125.88',
      '0.99 41.64 84.24',
      '0.67 41.96 42.28',
      '0.33 42.28 0.00',
    ],
    '2024-02-15': [
      '0.79 16.34 83.66',
      '1.07 36.46 147.20',
      '1.16 36.37 110.83',
      '0.88 36.65 74.18',
      '0.59 36.94 37.24',
      '0.29 37.24 0.00',
    ],
  };

  for (const [valueOn, expected] of Object.entries(published)) {
    it(`cut the instalment anew from the period of ${valueOn}`, async () => {
      const answer = await draw(valueOn);
      expect(answer).to.include({ tranche: 2, drawn: '200.00', lineAvailable: '50.00' });
      expect(answer['nextInstalment']).to.equal(valueOn === '2024-03-01' ? '42.63' : '37.53');
      expect(await rows()).to.deep.equal(expected);
      expect(await balance('loan-principal')).to.equal('200.00');
    });
  }

  it('are the same when the tranche is entered after the nights, and with a payment', async () => {
    await runDayEnds(stage, day('2024-05-20'));
    await draw('2024-02-15');
    expect(await rows()).to.deep.equal(published['2024-02-15']);
    const paid = { drawdownId, amount: '17.13', valueOn: '2024-02-01' };
    await stage.done(repayLoan, paid, stage.bank);
    expect(await rows()).to.deep.equal(published['2024-02-15']);
    expect(await balance('loan-principal')).to.equal('183.66');
  });

  it('never exceed together what the terms commit to, nor the line', async () => {
    await draw('2024-02-15', '60.00');
    expect(await refused('2024-03-15', '80.01')).to.equal('commitment-exceeded');
    expect(await refused('2024-07-01', '1.00')).to.equal('commitment-over');
    expect(await refused('2023-12-31', '1.00')).to.equal('value-day-before-drawdown');
    await draw('2024-03-15', '80.00');
    const other = await stage.refused(
      operationOf('draw-down'),
      {
        lineId,
        amount: '10.01',
        valueOn: '2024-03-20',
        dueOn: '2024-12-31',
        purpose: '采购设备',
      },
      stage.bank,
    );
    expect(other.code).to.equal('limit-exceeded');
  });

  it('are taken back one by one, and the whole at once', async () => {
    const before = await rows();
    await draw('2024-02-15');
    const undo = { drawdownId, tranche: 2, reason: '重复提款' };
    expect(await stage.done(reverseTranche, undo, stage.bank)).to.include({
      drawn: '100.00',
      outstanding: '100.00',
    });
    expect(await rows()).to.deep.equal(before);
    expect((await stage.refused(reverseTranche, undo, stage.bank)).code).to.equal(
      'tranche-missing',
    );
    expect(await draw('2024-02-20', '40.00')).to.include({ tranche: 3 });
    await stage.check();
    const all = await stage.done(reverseDrawdown, { drawdownId, reason: '重复放款' }, stage.bank);
    expect(all).to.include({ amount: '140.00', lineAvailable: '250.00' });
    expect(await balance('loan-principal')).to.equal('0.00');
  });

  it('count in the tenor bucket of their loan, and give back what they took', async () => {
    const [line] = await stage.rows<{ id: string; version: string; use: object }>(
      `select id, version from limits_nodes where subject_id = '${lineId}'`,
    );
    const use = async (): Promise<object> =>
      (
        await stage.rows<{ use: object }>(
          `select bucket_use as use from limits_nodes where subject_id = '${lineId}'`,
        )
      )[0]?.use ?? {};
    await stage.done(reverseDrawdown, { drawdownId, reason: '重新放款' }, stage.bank);
    const buckets = [
      { days: 30, amount: '250.00' },
      { days: 365, amount: '220.00' },
    ];
    const terms = { nodeId: line?.id, buckets, reason: '期限分档' };
    const options = { expectedVersion: Number(line?.version) };
    await stage.done(setTerms, terms, stage.bank, options);
    const shared = { valueOn: day('2024-01-01'), dueOn: day('2024-07-01') };
    await stage.done(drawDown, drawing(lineId, '20.00', shared), stage.bank);
    ({ drawdownId } = await loanIn(stage, lineId, { amount: '100.00', ...shared, terms: inParts }));
    await draw('2024-06-10', '90.00');
    expect(await use()).to.deep.equal({ '365': '210.00' });
    const undo = { drawdownId, tranche: 2, reason: '重复提款' };
    await stage.done(reverseTranche, undo, stage.bank);
    expect(await use()).to.deep.equal({ '365': '120.00' });
    await draw('2024-06-10', '90.00');
    const all = { drawdownId, amount: '250.00', valueOn: '2024-06-20' };
    await stage.done(repayLoan, all, stage.bank);
    expect(await use()).to.deep.equal({ '365': '20.00' });
    await stage.check();
  });

  it('are not taken back below what was repaid', async () => {
    await draw('2024-01-15');
    await stage.done(
      repayLoan,
      { drawdownId, amount: '150.00', valueOn: '2024-01-20', excess: 'next' },
      stage.bank,
    );
    const undo = { drawdownId, tranche: 2, reason: '重复提款' };
    const { code } = await stage.refused(reverseTranche, undo, stage.bank);
    expect(code).to.equal('replay-raises-debt');
  });

  it('make a loan owed again whose principal had come back', async () => {
    const state = async () =>
      (await stage.rows(`select state from credit_drawdowns where id = '${drawdownId}'`))[0];
    const back = { drawdownId, amount: '100.00', valueOn: '2024-01-02' };
    await stage.done(repayLoan, back, stage.bank);
    expect(await state()).to.deep.equal({ state: 'REPAID' });
    await draw('2024-01-15');
    expect(await state()).to.deep.equal({ state: 'PARTLY_REPAID' });
    const undo = { drawdownId, tranche: 2, reason: '重复提款' };
    await stage.done(reverseTranche, undo, stage.bank);
    expect(await state()).to.deep.equal({ state: 'REPAID' });
    await draw('2024-01-16');
    const bad = { drawdownId, defaultedOn: day('2024-01-20') };
    await stage.done(operationOf('mark-default'), bad, stage.bank);
    expect(await state()).to.deep.equal({ state: 'NPL' });
  });

  it('tells who saw an older version', async () => {
    const { version } = await shown();
    await draw('2024-02-15', '10.00');
    const late = { drawdownId, amount: '10.00', valueOn: '2024-02-16', purpose: '采购设备' };
    const options = { expectedVersion: version };
    const failure = await stage.refused(drawTranche, late, stage.bank, options);
    expect(failure.code).to.equal('version-stale');
  });
});

describe('a loan without a commitment', () => {
  it('is drawn once', async () => {
    const stage = await openStage();
    const park = await parkIn(stage, '1000.00', { startsOn: '2023-11-01' });
    const { lineId } = await lineIn(stage, park, '250.00', { startsOn: '2023-11-01' });
    const { drawdownId } = await loanIn(stage, lineId, {
      amount: '100.00',
      valueOn: day('2024-01-01'),
      dueOn: day('2024-07-01'),
      terms: { product: 'fixed-asset', method: 'interest-first', rate: '0.05' },
    });
    const more = { drawdownId, amount: '1.00', valueOn: '2024-02-01', purpose: '采购设备' };
    expect((await stage.refused(drawTranche, more, stage.bank)).code).to.equal('loan-drawn-once');
    await stage.close();
  });
});
