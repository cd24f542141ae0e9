/**
 * The core enterprise pays the face at maturity or later (兑付): the chain limit comes back, the
 * certificate is paid and its receivable free. In full only; part payments come with a later issue.
 */
import { z } from 'zod';
import { Failure, isFailure } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import { availableOf, takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, MoneyText } from '../../platform/schemas.ts';
import type { Financing } from '../model.ts';
import { settlementJournal } from '../postings.ts';
import { supplyChainRefusals as no } from '../refusals.ts';
import { refuseSettlement } from '../rules.ts';
import type { FinancingBook } from '../financing-book.ts';
import { lockFinancingBook } from '../financing-book.ts';
import {
  certificateOf,
  lockFinancingById,
  saveCertificates,
  saveClaims,
  saveSettlement,
} from '../store.ts';

const input = z.strictObject({ financingId: IdInput('fin'), valueOn: DayInput });
type Input = z.output<typeof input>;

interface Locked {
  readonly book: FinancingBook;
  readonly financing: Financing;
}

/** Certificate before financing: the order in which everybody locks. */
async function lock({ tx }: Context, financingId: string): Promise<Locked> {
  const certificateId = await certificateOf(tx, financingId);
  const book = await lockFinancingBook(tx, certificateId === undefined ? [] : [certificateId]);
  const financing = await lockFinancingById(tx, financingId);
  if (!financing) throw new Failure(no['financing-missing'], { financingId });
  return { book, financing };
}

/** Gives the face back to the chain limit and answers what is available there now. */
async function giveBack(
  context: Context,
  item: Item<Input>,
  financing: Financing,
  nodeId: string,
): Promise<string> {
  const { valueOn } = item.input;
  const step = { kind: 'repay' as const, nodeId, amount: financing.face, valueOn };
  const { operationId } = item;
  const take = { step, sourceId: financing.id, operationId };
  const [taken] = await takeLimits(context.tx, [take], context);
  // An exposure that the limit does not know would mean that the two have drifted apart.
  if (!taken || isFailure(taken)) throw new Error(`${financing.id} does not fit its limit.`);
  return availableOf(taken.leaf).toString();
}

export const settleFinancing = operation({
  name: 'supply-chain.settle-financing',
  title: { zh: '凭证兑付', en: 'Settle a financing' },
  permission: 'chain:finance',
  versioned: true,
  input,
  output: z.object({
    financingId: IdText,
    certificateId: IdText,
    state: z.string(),
    programmeAvailable: MoneyText,
    version: z.number().int(),
  }),
  async run(context, item) {
    const { tx, today, now } = context;
    const { financingId, valueOn } = item.input;
    const { book, financing } = await lock(context, financingId);
    const { zoneId, ownerId, certificateId, version } = financing;
    context.concern(item, zoneId);
    if (version !== item.expectedVersion) throw new Failure(no['version-stale'], { version });
    const refusal = refuseSettlement(financing, valueOn, today);
    if (refusal) throw refusal;
    const certificate = book.certificates.get(certificateId);
    const programme = book.programmes.get(financing.programmeId);
    if (!certificate || !programme) throw new Error(`${financingId} has lost its certificate.`);
    const programmeAvailable = await giveBack(context, item, financing, programme.nodeId);
    await saveSettlement(tx, financingId, valueOn, now);
    await saveCertificates(tx, [{ ...certificate, state: 'PAID' }]);
    await saveClaims(tx, [{ ...certificate, claimedBy: undefined }]);
    const { operationId } = item;
    await post(tx, [settlementJournal(financing, { valueOn, operationId })], now);
    context.emit(item, {
      name: 'supply-chain.financing-settled',
      zoneId,
      ownerId,
      subjectId: financingId,
      payload: { certificateId, face: financing.face, valueOn },
    });
    return {
      financingId,
      certificateId,
      state: 'REPAID',
      programmeAvailable,
      version: version + 1,
    };
  },
});
