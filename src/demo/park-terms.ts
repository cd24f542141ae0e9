/**
 * Loans of 示范园区 with terms of several kinds, one of them overdue and one in the pool, a renewed
 * line and a renewed loan, and the inspections that were made; a few are left to make.
 */
import {
  agreeLoanTerms,
  billCommitmentFees,
  listFeeBills,
  payCommitmentFee,
  recordInspection,
  renewLine,
  renewLoanWithoutRepayment,
  repayLoan,
  runDayEnd,
  setCommitmentRate,
} from '../credit/index.ts';
import { watchLimits } from '../limits/index.ts';
import type { DemoBook } from './book.ts';
import { lastDay } from './zones.ts';

export interface Lent {
  readonly lineIds: ReadonlyMap<string, string>;
  readonly drawdownIds: ReadonlyMap<string, string>;
}

const monthly = { instalments: 12, every: { months: 1 } };

/** In the order of the first due day; 示例银行乙 has the one that is overdue. */
const terms = [
  { loan: '2-24', method: 'equal-principal', ...monthly },
  { loan: '2-27', method: 'equal-instalment', ...monthly },
  { loan: '2-23', method: 'equal-principal', instalments: 4, every: { months: 3 } },
  {
    loan: '2-28',
    method: 'interest-first',
    settlement: { everyMonths: 3, day: 20 },
    payments: [{ payee: '示例设备有限公司', amount: '25000000.00', by: 'ENTRUSTED' }],
  },
  {
    loan: '2-29',
    method: 'bullet',
    payments: [{ payee: '示例设备有限公司', amount: '15000000.00', by: 'ENTRUSTED' }],
  },
] as const;

export async function agreeTerms(book: DemoBook, lent: Lent): Promise<void> {
  const { drawdownIds } = lent;
  for (const { loan, ...agreed } of terms) {
    await book.do(agreeLoanTerms, `park:terms-${loan}`, {
      drawdownId: drawdownIds.get(loan),
      terms: { product: 'working-capital', rate: '0.0345', ...agreed },
    });
  }
  const paid = { drawdownId: drawdownIds.get('2-27'), amount: '10000.00', valueOn: '2026-11-20' };
  await book.do(repayLoan, 'park:loan-payment', paid);
  await renew(book, lent);
  await inspect(book, lent);
  await closeDays(book);
  await billFees(book, lent);
  await book.do(watchLimits, 'park:limit-watch', { asOf: lastDay });
}

/** The nights up to the demo's last day, so that what is overdue has its class. */
async function closeDays(book: DemoBook): Promise<void> {
  let after: string | null | undefined;
  for (let i = 1; after !== null; i += 1) {
    const portion = after === undefined ? {} : { after };
    const raw = { asOf: lastDay, ...portion };
    ({ next: after } = await book.do(runDayEnd, `park:day-end-${i}`, raw));
  }
}

/** A line of each bank has agreed a commitment fee; some of the first bill is paid. */
async function billFees(book: DemoBook, { lineIds }: Lent): Promise<void> {
  for (const line of ['a02', 'b02']) {
    const lineId = lineIds.get(line);
    const rate = { lineId, from: '2025-06-15', rateAnnual: '0.0025', reason: '补充约定（生成）' };
    await book.do(setCommitmentRate, `park:fee-rate-${line}`, rate);
  }
  let next: string | null = '';
  for (let i = 1; next !== null; i += 1) {
    const raw: object = { asOf: lastDay, after: next };
    ({ next } = await book.do(billCommitmentFees, `park:fee-bills-${i}`, raw));
  }
  const { items } = await book.ask(listFeeBills, { lineId: lineIds.get('a02') });
  const paid = { billId: items[0]?.id, amount: '1000.00', valueOn: lastDay };
  await book.do(payCommitmentFee, 'park:fee-payment', paid);
}

/** 续授信 of a line that is free again, and 无还本续贷 of a small firm's loan. */
async function renew(book: DemoBook, { lineIds, drawdownIds }: Lent): Promise<void> {
  const line = {
    lineId: lineIds.get('a13'),
    startsOn: '2026-11-16',
    expiresOn: '2031-05-31',
    reason: '到期续授信（生成）',
  };
  await book.do(renewLine, 'park:line-renewal', line, 1);
  await book.do(
    renewLoanWithoutRepayment,
    'park:loan-renewal',
    {
      drawdownId: drawdownIds.get('2-25'),
      valueOn: '2026-11-20',
      dueOn: '2027-11-19',
      size: 'small',
      findings: ['lawful-operation', 'going-concern', 'good-credit', 'no-misuse', 'no-arrears'],
      reason: '小微企业无还本续贷（生成）',
    },
    1,
  );
}

/** Not inspected yet and overdue: the first of the second bank. */
const uninspected = new Set(['2-05', '1-09']);
const settled = new Set(['1-01', '1-02', '1-03', '1-08', '1-11', '2-25']);

async function inspect(book: DemoBook, { drawdownIds }: Lent): Promise<void> {
  for (const [loan, drawdownId] of drawdownIds) {
    if (uninspected.has(loan) || settled.has(loan) || loan > '2-24') continue;
    await book.do(recordInspection, `park:inspection-${loan}`, {
      drawdownId,
      doneOn: '2026-11-16',
      result: 'NO_CONCERN',
      finding: '经营正常、用途相符（生成）',
      useEvidence: [{ kind: 'invoice', reference: '采购发票（生成）' }],
    });
  }
}
