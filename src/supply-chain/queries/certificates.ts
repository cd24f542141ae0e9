/**
 * Certificates. Their `state` is that of today: what is stored, or DUE or OVERDUE by the calendar.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure } from '../../kernel/index.ts';
import { query } from '../../platform/operation.ts';
import { pageOf } from '../../platform/page.ts';
import { DayText, IdInput, IdText, MoneyText, listOf, pageShape } from '../../platform/schemas.ts';
import { having, sql } from '../../platform/sql.ts';
import { supplyChainRefusals as no } from '../refusals.ts';

const State = z.enum([
  'ISSUED',
  'ACCEPTED',
  'HELD',
  'SPLIT',
  'TRANSFERRED',
  'FINANCING',
  'FINANCED',
  'DUE',
  'OVERDUE',
  'PAID',
]);

const CertificateRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  programmeId: IdText,
  issuerId: IdText,
  issuerName: z.string(),
  holderId: IdText,
  holderName: z.string(),
  face: MoneyText,
  issuedOn: DayText,
  dueOn: DayText,
  tier: z.number().int(),
  tenor: z.enum(['NORMAL', 'ENHANCED_REVIEW']),
  contractNo: z.string(),
  invoiceNo: z.string(),
  fingerprint: z.string(),
  rootId: IdText,
  parentId: IdText.nullable(),
  hash: z.string(),
  heldSince: DayText.nullable(),
  state: State,
  version: z.number().int(),
});
type CertificateRow = z.output<typeof CertificateRow>;

/**
 * Unpaid on its day a piece is DUE; after it a financed one is OVERDUE, the others are not
 * tracked.
 */
const stateOn = (today: Day) =>
  sql.raw(
    `case when c.state = 'FINANCED' and c.due_on < ?::date then 'OVERDUE'
       when c.state in ('ACCEPTED', 'HELD', 'FINANCED') and c.due_on <= ?::date then 'DUE'
       else c.state end as state`,
    [today, today],
  );

const certificateRows = (today: Day) =>
  sql('supply_chain_certificates as c')
    .join('parties_enterprises as i', 'i.id', 'c.issuer_id')
    .join('parties_enterprises as h', 'h.id', 'c.holder_id')
    .select('c.id', 'c.face', 'c.tier', 'c.tenor', 'c.fingerprint', 'c.hash', {
      zoneId: 'c.zone_id',
      bankId: 'c.owner_id',
      programmeId: 'c.programme_id',
      issuerId: 'c.issuer_id',
      issuerName: 'i.name',
      holderId: 'c.holder_id',
      holderName: 'h.name',
      issuedOn: 'c.issued_on',
      dueOn: 'c.due_on',
      contractNo: 'c.contract_no',
      invoiceNo: 'c.invoice_no',
      rootId: 'c.root_id',
      parentId: 'c.parent_id',
      heldSince: 'c.held_since',
    })
    .select(stateOn(today), sql.raw('c.version::int as version'));

export const listCertificates = query({
  name: 'supply-chain.list-certificates',
  title: { zh: '凭证台账', en: 'Certificates' },
  permission: 'chain:read',
  input: z.strictObject({
    programmeId: IdInput('prog').optional(),
    issuerId: IdInput('ent').optional(),
    holderId: IdInput('ent').optional(),
    rootId: IdInput('cert').optional(),
    state: State.optional(),
    ...pageShape,
  }),
  output: listOf(CertificateRow),
  run: ({ tx, today }, { programmeId, issuerId, holderId, rootId, state, ...place }) => {
    const listed = sql.select('*').from(certificateRows(today).as('listed'));
    const rows = having(listed, { programmeId, issuerId, holderId, rootId, state });
    return pageOf<CertificateRow>(tx, rows, place);
  },
});

const Piece = z.object({
  id: IdText,
  holderId: IdText,
  state: State,
  heldSince: DayText.nullable(),
  parentHash: z.string(),
  hash: z.string(),
});

export const showCertificate = query({
  name: 'supply-chain.show-certificate',
  title: { zh: '凭证详情', en: 'Certificate' },
  permission: 'chain:read',
  input: z.strictObject({ certificateId: IdInput('cert') }),
  /**
   * `chain`: every piece of the same first certificate, oldest first, each with the hash before
   * it.
   */
  output: CertificateRow.extend({ chain: z.array(Piece) }),
  async run({ tx, today }, { certificateId }) {
    const one = certificateRows(today).where('c.id', certificateId);
    const [certificate] = await tx.built<CertificateRow>(one);
    if (!certificate) throw new Failure(no['certificate-missing'], { certificateId });
    const chain = sql('supply_chain_certificates as c')
      .where('c.root_id', certificate.rootId)
      .select('c.id', 'c.hash', stateOn(today), {
        holderId: 'c.holder_id',
        heldSince: 'c.held_since',
        parentHash: 'c.parent_hash',
      })
      .orderBy('c.id');
    return { ...certificate, chain: await tx.built<z.output<typeof Piece>>(chain) };
  },
});
