/**
 * What a financing under approval sets aside, so that two pending ones cannot both pass: a
 * reservation on the chain limit, the certificate itself and its receivable.
 */
import { isFailure, newId } from '../kernel/index.ts';
import { reservationExpiry, takeLimits } from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { FinancingRequest } from './financing-book.ts';
import { admit, lockFinancingBook } from './financing-book.ts';
import { saveCertificates, saveClaims } from './store.ts';

/** Throws the Failure that refuses it. @returns the id of the reservation. */
export async function holdFinancing(
  context: Context,
  item: Item<FinancingRequest>,
): Promise<string> {
  const { tx, today } = context;
  const book = await lockFinancingBook(tx, [item.input.certificateId]);
  const one = admit(book, item.input, { hold: undefined, today });
  if (isFailure(one)) throw one;
  const { certificate, programme } = one;
  const reservationId = newId('rsv');
  const step = {
    kind: 'reserve' as const,
    nodeId: programme.nodeId,
    amount: certificate.face,
    valueOn: item.input.valueOn,
    reservationId,
    expiresAt: await reservationExpiry(context),
  };
  const { operationId } = item;
  const purpose = 'supply-chain.finance-certificate';
  const take = { step, sourceId: certificate.id, operationId, purpose };
  const [taken] = await takeLimits(tx, [take], context);
  if (isFailure(taken)) throw taken;
  await saveCertificates(tx, [{ ...certificate, state: 'FINANCING', reservationId }]);
  await saveClaims(tx, [{ ...certificate, claimedBy: certificate.id }]);
  return reservationId;
}

/** Gives all of it back; a reservation that has expired meanwhile is left as it is. */
export async function letGoFinancing(
  context: Context,
  item: Item<FinancingRequest>,
): Promise<void> {
  const { tx, today } = context;
  const { certificateId } = item.input;
  const book = await lockFinancingBook(tx, [certificateId]);
  const certificate = book.certificates.get(certificateId);
  if (!certificate || item.hold === undefined || certificate.reservationId !== item.hold) return;
  await takeLimits(
    tx,
    [
      {
        step: { kind: 'release', of: item.hold, valueOn: today },
        sourceId: certificateId,
        operationId: item.operationId,
      },
    ],
    context,
  );
  const state = certificate.parentId === undefined ? 'ACCEPTED' : 'HELD';
  await saveCertificates(tx, [{ ...certificate, state, reservationId: undefined }]);
  await saveClaims(tx, [{ ...certificate, claimedBy: undefined }]);
}
