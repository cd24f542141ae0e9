/** The first holder takes the certificate (签收); from that day it may move and be financed. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText } from '../../platform/schemas.ts';
import { supplyChainRefusals as no } from '../refusals.ts';
import { refuseAcceptance } from '../rules.ts';
import { lockCertificatesById, saveCertificates } from '../store.ts';

export const acceptCertificate = operation({
  name: 'supply-chain.accept-certificate',
  title: { zh: '签收凭证', en: 'Accept a certificate' },
  permission: 'chain:certificate-issue',
  versioned: true,
  input: z.strictObject({ certificateId: IdInput('cert'), valueOn: DayInput }),
  output: z.object({ certificateId: IdText, state: z.string(), version: z.number().int() }),
  async run(context, item) {
    const { tx, today } = context;
    const { certificateId, valueOn } = item.input;
    const certificate = (await lockCertificatesById(tx, [certificateId])).get(certificateId);
    if (!certificate) throw new Failure(no['certificate-missing'], { certificateId });
    const { zoneId, ownerId, holderId, version } = certificate;
    context.concern(item, zoneId);
    if (version !== item.expectedVersion) throw new Failure(no['version-stale'], { version });
    const refusal = refuseAcceptance(certificate, valueOn, today);
    if (refusal) throw refusal;
    await saveCertificates(tx, [{ ...certificate, state: 'ACCEPTED', heldSince: valueOn }]);
    context.emit(item, {
      name: 'supply-chain.certificate-accepted',
      zoneId,
      ownerId,
      subjectId: certificateId,
      payload: { holderId, valueOn },
    });
    return { certificateId, state: 'ACCEPTED', version: version + 1 };
  },
});
