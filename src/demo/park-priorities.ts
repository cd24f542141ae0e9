/**
 * Priority programmes of 示范园区 with the lines that count for them, and the exemption file that the
 * bank of the bad loan has begun: half answered, so that there is something left to do.
 */
import { answerExemptionItem, openExemptionFile, openProgramme, tagLine } from '../credit/index.ts';
import { wan } from './amounts.ts';
import type { DemoBook } from './book.ts';

const effectiveOn = '2025-07-01';
const reason = '按协议设立（生成）';

/** Of the first bank's agreement, then of the second's; a clock shorter than the usual 30 days. */
const programmes = [
  { agreement: 0, name: '双百双新（生成）', rank: 1, days: 10, quota: wan(20_000), line: 'a02' },
  { agreement: 0, name: '千企科技创新（生成）', rank: 2, days: 15, quota: null, line: 'a03' },
  { agreement: 1, name: '千企技改（生成）', rank: 1, days: 15, quota: null, line: 'b02' },
] as const;

/** @param agreementIds in the order of the banks. */
export async function openPriorities(
  book: DemoBook,
  agreementIds: readonly string[],
  lineIds: ReadonlyMap<string, string>,
): Promise<void> {
  const opened = await book.doMany(
    openProgramme,
    'park:priority-programme',
    programmes.map(({ agreement, name, rank, days, quota }) => ({
      agreementId: agreementIds[agreement],
      name,
      queueRank: rank,
      decisionClockDays: days,
      reservedQuota: quota,
      effectiveOn,
      reason,
    })),
  );
  await book.doMany(
    tagLine,
    'park:programme-tag',
    programmes.map(({ line }, i) => ({
      lineId: lineIds.get(line),
      programmeId: opened[i]?.programmeId,
      effectiveOn,
      reason,
    })),
  );
}

const proof = '信贷档案（生成）';
const answered = [
  { code: 'investigated', answer: 'MET', proof },
  { code: 'approved-in-order', answer: 'MET', proof },
  { code: 'inspected', answer: 'NOT_MET' },
  { code: 'falsified', answer: 'ABSENT' },
] as const;

export async function openExemption(book: DemoBook, drawdownId: string): Promise<void> {
  const { fileId } = await book.do(openExemptionFile, 'park:exemption-file', {
    drawdownId,
    reason: '不良贷款尽职调查（生成）',
  });
  for (const [i, answer] of answered.entries()) {
    const key = `park:exemption-answer-${i + 1}`;
    await book.do(answerExemptionItem, key, { fileId, ...answer }, i + 1);
  }
}
