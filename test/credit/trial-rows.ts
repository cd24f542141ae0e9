// What the trial of each operation is asked with: a story of its own for every row, so that the
// rows follow each other on one stage.
import { drawDown, repay, reserve } from '../../src/credit/index.ts';
import { renewalFindings } from '../../src/credit/packs/renewal-2024.ts';
import { addDays, addMonths } from '../../src/kernel/index.ts';
import { poolIn } from '../risk-pool/stage.ts';
import type { Stage } from '../support/stage.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { ago, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { deskOf } from './demand-desk.ts';
import { begin, billFees, billsOf, endAt, feeLine } from './fee-stage.ts';
import { loanIn, monthly, repayLoan, runDayEnds } from './loan-stage.ts';
import type { Park } from './stage.ts';
import { drawing, lineIn, outsideWhitelist, parkIn } from './stage.ts';
import { entryAt, versionOf } from './whitelist-stage.ts';

export interface Asked {
  readonly input: object;
  readonly version?: number;
  readonly actor?: Actor;
  /** Where it has effects: on nodes, on accounts, or nowhere but in its answer. */
  readonly only?: 'limits' | 'ledger' | 'answer';
}

export type TrialRows = Readonly<Record<string, () => Promise<Asked>>>;

/** An agreement with a second segment, and a line. */
export async function trialRows(stage: Stage): Promise<TrialRows> {
  const park: Park = await parkIn(stage, '100000000.00', { startsOn: ago(500) });
  const { segmentId: otherSegment } = await stage.done(
    operationOf('open-segment'),
    {
      agreementId: park.agreementId,
      name: '园区运营',
      scope: 'operations',
      amount: '50000000.00',
      enforcement: 'HARD',
    },
    stage.bank,
  );
  const line = (more: object = {}) =>
    lineIn(stage, park, '3000000.00', { startsOn: ago(500), ...more });
  const { lineId } = await line();
  const done = async (name: string, input: object, options = {}) =>
    stage.done(operationOf(name), input, stage.bank, options);
  const drawn = async (more: object = {}): Promise<string> =>
    (await stage.done(drawDown, drawing(lineId, '1000.00', more), stage.bank))['drawdownId'] ?? '';
  const loan = (more: object = {}, terms: object = {}) =>
    loanIn(stage, lineId, {
      amount: '120000.00',
      valueOn: ago(100),
      dueOn: addMonths(ago(100), 12),
      terms: monthly(terms),
      ...more,
    });
  const why = { reason: '测试' };
  const numberOf = async (table: string, id: string): Promise<number> =>
    Number(
      (await stage.rows<{ version: string }>(`select version from ${table} where id = '${id}'`))[0]
        ?.version,
    );

  const rows: TrialRows = {
    'open-agreement': async () => ({
      only: 'limits',
      input: {
        zoneId: stage.zoneId,
        bankId: stage.bankId,
        name: '第二份协议',
        intentAmount: '900.00',
        enforcement: 'HARD',
        startsOn: today,
        endsOn: ago(-900),
      },
    }),
    'open-segment': async () => ({
      only: 'limits',
      input: {
        agreementId: park.agreementId,
        name: '基础设施',
        scope: 'infrastructure',
        amount: '10.00',
      },
    }),
    'amend-segment': async () => ({
      only: 'limits',
      input: { segmentId: otherSegment, amount: '49000000.00', ...why },
      version: await numberOf('credit_segments', otherSegment ?? ''),
    }),
    'amend-agreement': async () => ({
      only: 'limits',
      input: { agreementId: park.agreementId, intentAmount: '120000000.00', ...why },
      version: await numberOf('credit_agreements', park.agreementId),
    }),
    'open-line': async () => ({
      only: 'limits',
      input: {
        segmentId: park.segmentId,
        enterpriseId: stage.firmId,
        product: '流动资金贷款',
        amount: '5.00',
        rateAnnual: '0.03',
        startsOn: today,
        expiresOn: ago(-100),
        ...outsideWhitelist,
      },
    }),
    'make-effective': async () => {
      const applicationId = await deskOf(stage, () => park).signed();
      const version = await numberOf('credit_applications', applicationId);
      return { only: 'limits', input: { applicationId, whitelistRequired: false }, version };
    },
    'move-line': async () => {
      const { lineId: moved } = await line();
      await stage.done(drawDown, drawing(moved, '7.00'), stage.bank);
      const version = await numberOf('credit_lines', moved);
      return {
        only: 'limits',
        input: { lineId: moved, segmentId: otherSegment, ...why },
        version,
      };
    },
    'close-line': async () => {
      const { lineId: closing } = await line();
      return { only: 'limits', input: { lineId: closing, ...why }, version: 1 };
    },
    'close-run-off': async () => {
      await lineIn(stage, park, '5.00', { startsOn: ago(200), expiresOn: ago(40) });
      return { only: 'limits', input: { asOf: today } };
    },
    'renew-line': async () => {
      const { lineId: renewed } = await line();
      await stage.done(drawDown, drawing(renewed, '7.00'), stage.bank);
      return {
        only: 'limits',
        input: { lineId: renewed, expiresOn: ago(-700), ...why },
        version: await numberOf('credit_lines', renewed),
      };
    },
    'take-over-amount': async () => {
      const { lineId: renewed } = await line();
      const { drawdownId } = await stage.done(drawDown, drawing(renewed, '7.00'), stage.bank);
      const expectedVersion = await numberOf('credit_lines', renewed);
      const successor = await done(
        'renew-line',
        { lineId: renewed, expiresOn: ago(-700), ...why },
        { expectedVersion },
      );
      await stage.done(repay, { drawdownId, principal: '3.00', valueOn: today }, stage.bank);
      return { only: 'limits', input: { lineId: successor['lineId'] } };
    },
    'suspend-entry': async () => ({ only: 'limits', ...(await listed('ACTIVE')) }),
    'resume-entry': async () => ({ only: 'limits', ...(await listed('SUSPENDED')) }),
    'exit-entry': async () => {
      const { input, ...more } = await listed('ACTIVE');
      return { only: 'limits', input: { ...input, exitReason: 'VOLUNTARY' }, ...more };
    },
    'approve-exception': async () => {
      const { zoneId, bankId } = stage;
      const quota = { zoneId, bankId, amount: '500000.00', ...why };
      await done('set-exception-quota', quota, { expectedVersion: 0 });
      const { exceptionId } = await done('raise-exception', {
        kind: 'missing-limit',
        segmentId: park.segmentId,
        enterpriseId: stage.otherFirmId,
        product: '应急周转贷款',
        rateAnnual: '0.0345',
        amount: '20.00',
        purpose: '采购原材料',
      });
      const justified = { justification: '订单已签，回款确定', evidence: '销售合同 X-1' };
      await done('justify-exception', { exceptionId, ...justified }, { expectedVersion: 1 });
      const input = { exceptionId, amount: '20.00', expiresOn: ago(-30), ...why };
      return { only: 'limits', input, version: 2 };
    },
    reserve: async () => ({ only: 'limits', input: { lineId, amount: '40.00' } }),
    release: async () => {
      const held = await stage.done(reserve, { lineId, amount: '41.00' }, stage.bank);
      return { only: 'limits', input: { reservationId: held['reservationId'] } };
    },
    'draw-down': async () => ({ input: drawing(lineId, '42.00') }),
    'renew-loan-without-repayment': async () => {
      const drawdownId = await drawn({ valueOn: ago(100) });
      const { lineId: successor } = await line();
      const renewal = { size: 'small', findings: [...renewalFindings], valueOn: today };
      return {
        input: { drawdownId, lineId: successor, dueOn: ago(-360), ...renewal, ...why },
        version: await numberOf('credit_drawdowns', drawdownId),
      };
    },
    'enrol-loan': async () => ({
      only: 'limits',
      input: {
        drawdownId: await drawn(),
        poolId: await poolIn(stage, { multiple: '5', cash: '10000', quota: '40000' }),
        enrolledOn: today,
      },
    }),
    repay: async () => {
      const poolId = await poolIn(stage, { multiple: '5', cash: '10000', quota: '40000' });
      const drawdownId = await drawn({ enrol: { poolId } });
      return { input: { drawdownId, principal: '400.00', interest: '2.00', valueOn: today } };
    },
    'reverse-repayment': async () => {
      const poolId = await poolIn(stage, { multiple: '5', cash: '10000', quota: '40000' });
      const drawdownId = await drawn({ enrol: { poolId } });
      const paid = { drawdownId, principal: '400.00', interest: '2.00', valueOn: today };
      const { repaymentId } = await stage.done(repay, paid, stage.bank);
      return { input: { drawdownId, repaymentId, ...why } };
    },
    'reverse-drawdown': async () => ({ input: { drawdownId: await drawn(), ...why } }),
    'agree-loan-terms': async () => ({
      only: 'answer',
      input: {
        drawdownId: await drawn({ valueOn: ago(100), dueOn: addMonths(ago(100), 12) }),
        terms: monthly(),
      },
    }),
    'draw-tranche': async () => ({ input: await furtherTranche() }),
    'reverse-tranche': async () => {
      const input = await furtherTranche();
      await done('draw-tranche', input);
      return { input: { drawdownId: input.drawdownId, tranche: 2, ...why } };
    },
    'repay-loan': async () => {
      const { drawdownId } = await loan();
      return { input: { drawdownId, amount: '30000.00', valueOn: ago(20) } };
    },
    'change-rate': async () => {
      const { drawdownId } = await loan();
      // What fell due before the payment was posted with it, and is corrected.
      const paid = { drawdownId, amount: '100.00', valueOn: ago(20) };
      await stage.done(repayLoan, paid, stage.bank);
      const input = { drawdownId, from: ago(80), rateAnnual: '0.05', ...why };
      return { only: 'ledger', input };
    },
    'reprice-loans': async () => {
      const pricing = { term: '1Y', spreadBp: 45, repricing: { months: 2 } };
      const published = { term: '1Y', publishedOn: '2025-05-20', rate: '0.0295', ...why };
      const { drawdownId } = await loan({}, { rate: undefined, pricing });
      const paid = { drawdownId, amount: '100.00', valueOn: ago(20) };
      await stage.done(repayLoan, paid, stage.bank);
      const correction = { ...published, source: '公告' };
      await stage.done(operationOf('correct-lpr'), correction, stage.root);
      return { only: 'ledger', input: { asOf: today }, actor: stage.root };
    },
    'run-day-end': async () => {
      await loan();
      // The first instalment falls due within the days of one call.
      await runDayEnds(stage, ago(75));
      return { only: 'ledger', input: { asOf: ago(60) }, actor: stage.root };
    },
    'extend-loan': async () => ({ only: 'answer', input: await extension() }),
    'restructure-loan': async () => {
      const { drawdownId } = await loan();
      const plan = { instalments: 6, every: { months: 1 } };
      const dueOn = addMonths(ago(2), 6);
      return { only: 'ledger', input: { drawdownId, agreedOn: ago(2), dueOn, plan, ...why } };
    },
    'reverse-reschedule': async () => {
      const input = await extension();
      await done('extend-loan', input);
      return { only: 'answer', input: { drawdownId: input.drawdownId, ...why } };
    },
    'write-off-loan': async () => ({
      only: 'ledger',
      input: { drawdownId: await lost(), ...why },
    }),
    'recover-written-off': async () => {
      const drawdownId = await lost();
      await done('write-off-loan', { drawdownId, ...why });
      return { input: { drawdownId, amount: '700.00', valueOn: today } };
    },
    'reverse-write-off': async () => {
      const drawdownId = await lost();
      await done('write-off-loan', { drawdownId, ...why });
      return { only: 'ledger', input: { drawdownId, ...why } };
    },
    'refund-over-payment': async () => {
      const drawdownId = await overPaid();
      return { only: 'ledger', input: { drawdownId, amount: '5.00', valueOn: today, ...why } };
    },
    'reverse-refund': async () => {
      const drawdownId = await overPaid();
      const given = { drawdownId, amount: '5.00', valueOn: today, ...why };
      const { refundId } = await done('refund-over-payment', given);
      return { only: 'ledger', input: { drawdownId, refundId, ...why } };
    },
    'bill-commitment-fees': async () => {
      await feeLine(stage, park);
      return { only: 'ledger', input: { asOf: endAt(0) }, actor: stage.root };
    },
    'pay-commitment-fee': async () => {
      const billId = await feeBill();
      return { only: 'ledger', input: { billId, amount: '5.00', valueOn: today } };
    },
    'waive-commitment-fee': async () => {
      const billId = await feeBill();
      return { only: 'ledger', input: { billId, amount: '5.00', ...why } };
    },
    'refund-commitment-fee': async () => {
      const { lineId: drawnLate } = await feeLine(stage, park);
      await billFees(stage, endAt(0));
      const [paid] = await billsOf(stage, { lineId: drawnLate });
      const all = { billId: paid?.id, amount: paid?.owed, valueOn: today };
      await done('pay-commitment-fee', all);
      await stage.done(drawDown, drawing(drawnLate, '1000000', { valueOn: begin }), stage.bank);
      await billFees(stage, endAt(1));
      const credit = (await billsOf(stage, { lineId: drawnLate })).at(-1);
      const input = { billId: credit?.id, amount: '5.00', valueOn: today, ...why };
      return { only: 'ledger', input };
    },
    'reverse-fee-movement': async () => {
      const billId = await feeBill();
      const paid = { billId, amount: '5.00', valueOn: today };
      const { movementId } = await done('pay-commitment-fee', paid);
      return { only: 'ledger', input: { billId, movementId, ...why } };
    },
    'renew-agreement': async () => {
      const { agreementId } = await parkIn(stage, '6000.00', { name: '到期续签' });
      const days = { startsOn: ago(-1501), endsOn: ago(-3000) };
      const version = await numberOf('credit_agreements', agreementId);
      return { only: 'limits', input: { agreementId, ...days, ...why }, version };
    },
    'end-agreement': async () => {
      const { agreementId } = await parkIn(stage, '5000.00', { name: '提前终止' });
      const version = await numberOf('credit_agreements', agreementId);
      return { only: 'limits', input: { agreementId, ...why }, version };
    },
  };

  async function feeBill(): Promise<string> {
    const { lineId: billed } = await feeLine(stage, park);
    await billFees(stage, endAt(0));
    return (await billsOf(stage, { lineId: billed }))[0]?.id ?? '';
  }
  async function listed(state: 'ACTIVE' | 'SUSPENDED'): Promise<Asked> {
    const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
    await line({ enterpriseId });
    if (state === 'SUSPENDED') {
      const expectedVersion = await versionOf(stage, entryId);
      await done('suspend-entry', { entryId, ...why }, { expectedVersion });
    }
    return { input: { entryId, ...why }, version: await versionOf(stage, entryId) };
  }
  async function furtherTranche() {
    const commitment = { amount: '200000.00', until: today };
    const { drawdownId } = await loan({}, { commitment });
    return { drawdownId, amount: '5000.00', valueOn: ago(3), purpose: '采购设备' };
  }
  async function extension() {
    const { drawdownId, dueOn } = await loan({ valueOn: ago(10), dueOn: addDays(ago(10), 366) });
    return { drawdownId, agreedOn: ago(1), dueOn: addDays(dueOn, 30), ...why };
  }
  async function lost(): Promise<string> {
    const { drawdownId } = await loan();
    await stage.db.raw(`update credit_loans set risk_class = 'LOSS' where id = '${drawdownId}'`);
    return drawdownId;
  }
  async function overPaid(): Promise<string> {
    const { drawdownId } = await loan();
    const all = { drawdownId, amount: '200000.00', valueOn: today };
    await stage.done(repayLoan, all, stage.bank);
    return drawdownId;
  }

  return rows;
}
