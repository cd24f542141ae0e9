/**
 * Issues a certificate: the core enterprise promises a supplier the face on a day. Nobody's limit
 * is touched, for what is not financed is nobody's exposure. Written for a list, because registers
 * of certificates are imported.
 */
import { z } from 'zod';
import { Failure, isFailure, newId } from '../../kernel/index.ts';
import { enterprisesById, partyRefusals } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  PositiveAmountInput,
  TextInput,
} from '../../platform/schemas.ts';
import type { Certificate, Programme, Relation } from '../model.ts';
import { supplyChainRefusals as no } from '../refusals.ts';
import { decideIssue, fingerprintOf, pieceHash, tenorRule } from '../rules.ts';
import { addCertificates, noteReceivables } from '../store.ts';
import { memberKey, programmesById, relationsOf } from '../store-terms.ts';

const input = z.strictObject({
  programmeId: IdInput('prog'),
  holderId: IdInput('ent'),
  face: PositiveAmountInput,
  issuedOn: DayInput,
  dueOn: DayInput,
  contractNo: TextInput(80),
  invoiceNo: TextInput(40),
});
type Input = z.output<typeof input>;

const output = z.object({
  certificateId: IdText,
  tenor: z.enum(['NORMAL', 'ENHANCED_REVIEW']),
  hash: z.string(),
  version: z.number().int(),
});

interface Facts {
  readonly programmes: Map<string, Programme>;
  readonly relations: Map<string, Relation>;
  /** Social credit codes by enterprise. */
  readonly codes: Map<string, string>;
}

async function load({ tx }: Context, items: readonly Item<Input>[]): Promise<Facts> {
  const programmes = await programmesById(
    tx,
    items.map((item) => item.input.programmeId),
  );
  const members = items.map(({ input: { programmeId, holderId } }) => ({
    programmeId,
    enterpriseId: holderId,
  }));
  const cores = [...programmes.values()].map((programme) => programme.coreEnterpriseId);
  const holders = members.map((member) => member.enterpriseId);
  const enterprises = await enterprisesById(tx, [...cores, ...holders]);
  return {
    programmes,
    relations: await relationsOf(tx, members),
    codes: new Map([...enterprises].map(([id, enterprise]) => [id, enterprise.uscc])),
  };
}

function codeOf(facts: Facts, enterpriseId: string): string {
  const code = facts.codes.get(enterpriseId);
  if (code === undefined) throw new Error(`The member ${enterpriseId} is not on the register.`);
  return code;
}

function issue(context: Context, item: Item<Input>, facts: Facts): Certificate | Failure {
  const { programmeId, holderId, face, issuedOn, dueOn, contractNo, invoiceNo } = item.input;
  const programme = facts.programmes.get(programmeId);
  if (!programme) return new Failure(no['programme-missing'], { programmeId });
  context.concern(item, programme.zoneId);
  if (!facts.codes.has(holderId)) {
    return new Failure(partyRefusals['enterprise-missing'], { enterpriseId: holderId });
  }
  context.quote(item, tenorRule.quote);
  const relation = facts.relations.get(memberKey({ programmeId, enterpriseId: holderId }));
  const { today } = context;
  const tenor = decideIssue({ programme, relation, holderId, issuedOn, dueOn, today });
  if (isFailure(tenor)) return tenor;
  const fingerprint = fingerprintOf({
    debtorUscc: codeOf(facts, programme.coreEnterpriseId),
    creditorUscc: codeOf(facts, holderId),
    contractNo,
    invoiceNo,
    amount: face,
  });
  const id = newId('cert');
  const piece = {
    id,
    zoneId: programme.zoneId,
    ownerId: programme.ownerId,
    programmeId,
    issuerId: programme.coreEnterpriseId,
    holderId,
    face,
    issuedOn,
    dueOn,
    tier: (relation as Relation).tier,
    tenor,
    contractNo,
    invoiceNo,
    fingerprint,
    rootId: id,
    parentId: undefined,
    parentHash: fingerprint,
  };
  return {
    ...piece,
    hash: pieceHash(piece),
    state: 'ISSUED',
    heldSince: undefined,
    reservationId: undefined,
    version: 1,
  };
}

export const issueCertificate = hotOperation({
  name: 'supply-chain.issue-certificate',
  title: { zh: '签发电子凭证', en: 'Issue an e-certificate' },
  permission: 'chain:certificate-issue',
  input,
  output,
  gatherKey: () => '',
  async runMany(context, items: readonly Item<Input>[]) {
    const facts = await load(context, items);
    const decided = items.map((item) => issue(context, item, facts));
    const issued = decided.flatMap((certificate, i) =>
      isFailure(certificate) ? [] : [{ item: items[i] as Item<Input>, certificate }],
    );
    await noteReceivables(
      context.tx,
      issued.map(({ certificate }) => certificate),
    );
    const fresh = issued.map(({ item: { operationId }, certificate }) => ({
      certificate,
      operationId,
    }));
    await addCertificates(context.tx, fresh, context.now);
    for (const { item, certificate } of issued) {
      const { id, zoneId, ownerId, issuerId, holderId, face, dueOn } = certificate;
      context.emit(item, {
        name: 'supply-chain.certificate-issued',
        zoneId,
        ownerId,
        subjectId: id,
        payload: { issuerId, holderId, face, dueOn },
      });
    }
    return decided.map((one) =>
      isFailure(one)
        ? one
        : { certificateId: one.id, tenor: one.tenor, hash: one.hash, version: one.version },
    );
  },
});
