/**
 * Passes a whole piece on to another supplier (转让). The piece becomes TRANSFERRED and a successor
 * is HELD, linked to it by hash; a piece moves once, so its id is its version and no `If-Match` is
 * asked.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { enterprisesById, partyRefusals } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText } from '../../platform/schemas.ts';
import type { Certificate, Relation } from '../model.ts';
import { supplyChainRefusals as no } from '../refusals.ts';
import { pieceHash, refuseTransfer } from '../rules.ts';
import type { NewCertificate } from '../store.ts';
import { addCertificates, lockCertificatesById, saveCertificates } from '../store.ts';
import { memberKey, relationsOf } from '../store-terms.ts';

const input = z.strictObject({
  certificateId: IdInput('cert'),
  newHolderId: IdInput('ent'),
  valueOn: DayInput,
});
type Input = z.output<typeof input>;

const output = z.object({
  /** The successor: what the new holder has. */
  certificateId: IdText,
  rootId: IdText,
  parentId: IdText,
  hash: z.string(),
  version: z.number().int(),
});

/** What stands in the place of a piece once somebody else holds it. */
function successorOf(parent: Certificate, relation: Relation, one: Input): Certificate {
  const piece = {
    ...parent,
    id: newId('cert'),
    holderId: one.newHolderId,
    tier: relation.tier,
    parentId: parent.id,
    parentHash: parent.hash,
    state: 'HELD' as const,
    heldSince: one.valueOn,
    version: 1,
  };
  return { ...piece, hash: pieceHash(piece) };
}

const transferredEvent = ({ holderId }: Certificate, successor: Certificate) => ({
  name: 'supply-chain.certificate-transferred',
  zoneId: successor.zoneId,
  ownerId: successor.ownerId,
  subjectId: successor.id,
  payload: {
    parentId: successor.parentId,
    from: holderId,
    to: successor.holderId,
    face: successor.face,
  },
});

const membersAsked = (
  certificates: ReadonlyMap<string, Certificate>,
  items: readonly Item<Input>[],
) =>
  items.flatMap(({ input: { certificateId, newHolderId } }) => {
    const programmeId = certificates.get(certificateId)?.programmeId;
    return programmeId === undefined ? [] : [{ programmeId, enterpriseId: newHolderId }];
  });

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(z.output<typeof output> | Failure)[]> {
  const { tx, today, now } = context;
  const ids = items.map((item) => item.input.certificateId);
  const certificates = await lockCertificatesById(tx, ids);
  const members = membersAsked(certificates, items);
  const relations = await relationsOf(tx, members);
  const strangers = members.filter((one) => !relations.has(memberKey(one)));
  const known = await enterprisesById(
    tx,
    strangers.map((one) => one.enterpriseId),
  );
  const retired: Certificate[] = [];
  const fresh: NewCertificate[] = [];
  const answers = items.map((item) => {
    const { certificateId, newHolderId, valueOn } = item.input;
    const certificate = certificates.get(certificateId);
    if (!certificate) return new Failure(no['certificate-missing'], { certificateId });
    context.concern(item, certificate.zoneId);
    const { programmeId } = certificate;
    const relation = relations.get(memberKey({ programmeId, enterpriseId: newHolderId }));
    if (!relation && !known.has(newHolderId)) {
      return new Failure(partyRefusals['enterprise-missing'], { enterpriseId: newHolderId });
    }
    const refusal = refuseTransfer({ certificate, newHolderId, relation, valueOn, today });
    if (refusal) return refusal;
    const successor = successorOf(certificate, relation as Relation, item.input);
    certificates.set(certificateId, { ...certificate, state: 'TRANSFERRED' });
    retired.push({ ...certificate, state: 'TRANSFERRED' });
    fresh.push({ certificate: successor, operationId: item.operationId });
    context.emit(item, transferredEvent(certificate, successor));
    const { id, rootId, hash, version } = successor;
    return { certificateId: id, rootId, parentId: certificateId, hash, version };
  });
  await saveCertificates(tx, retired);
  await addCertificates(tx, fresh, now);
  return answers;
}

export const transferCertificate = hotOperation({
  name: 'supply-chain.transfer-certificate',
  title: { zh: '转让凭证', en: 'Transfer a certificate' },
  permission: 'chain:certificate-issue',
  input,
  output,
  gatherKey: () => '',
  runMany,
});
