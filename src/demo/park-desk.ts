/**
 * The relationship managers' desks of 示范园区: what lies between a firm's wish and a loan, and what
 * may pass by exception. Everything in it is generated, and something of each is left to do.
 */
import {
  approveException,
  justifyException,
  raiseException,
  setExceptionQuota,
} from '../credit/index.ts';
import { wan } from './amounts.ts';
import type { DemoBook } from './book.ts';
import type { Park } from './park.ts';

/** Of the first bank: one approved and not used yet, one that waits for its reasons. */
const exceptions = [
  { line: 'a17', amount: 100, approvedUntil: '2027-05-31' },
  { line: 'a16', amount: 50 },
] as const;

export async function openExceptions(
  book: DemoBook,
  { zoneId, organisations }: Park,
  lineIds: ReadonlyMap<string, string>,
): Promise<void> {
  const quota = { zoneId, bankId: organisations.ids.bank1, amount: wan(1_000) };
  const set = { ...quota, reason: '年度例外配额（生成）' };
  await book.do(setExceptionQuota, 'park:exception-quota', set, 0);
  for (const [i, { line, amount, ...more }] of exceptions.entries()) {
    const key = `park:exception-${i + 1}`;
    const { exceptionId } = await book.do(raiseException, key, {
      kind: 'excess',
      lineId: lineIds.get(line),
      amount: wan(amount),
      purpose: '订单集中到期备货（生成）',
    });
    if (!('approvedUntil' in more)) continue;
    const why = { justification: '订单已签、回款确定（生成）', evidence: '销售合同（生成）' };
    await book.do(justifyException, `${key}-reasons`, { exceptionId, ...why }, 1);
    const word = { amount: wan(amount), expiresOn: more.approvedUntil, reason: '同意（生成）' };
    await book.do(approveException, `${key}-approval`, { exceptionId, ...word }, 2);
  }
}
