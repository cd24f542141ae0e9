/**
 * Rows of certificates, receivables and financings. Inside this module rows are locked in one
 * order: certificates by id, receivables by fingerprint, then financings; limits and ledger come
 * after.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Certificate, Financing } from './model.ts';

type CertificateRow = Omit<Certificate, 'face' | 'parentId' | 'heldSince' | 'reservationId'> & {
  face: string;
  parentId: string | null;
  heldSince: Day | null;
  reservationId: string | null;
};

const lockCertificates = statement(
  'supply-chain.lock-certificates',
  `select id, zone_id as "zoneId", owner_id as "ownerId", programme_id as "programmeId",
     issuer_id as "issuerId", holder_id as "holderId", face, issued_on as "issuedOn",
     due_on as "dueOn", tier, tenor, contract_no as "contractNo", invoice_no as "invoiceNo",
     fingerprint, root_id as "rootId", parent_id as "parentId", parent_hash as "parentHash", hash,
     state, held_since as "heldSince", reservation_id as "reservationId", version::int
   from supply_chain_certificates where id = any ($1::text[])
   order by id for no key update`,
);

/** Locks the certificates of the caller's scope; an unknown id is simply not in the answer. */
export async function lockCertificatesById(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, Certificate>> {
  const rows = await tx.rows<CertificateRow>(lockCertificates, [[...new Set(ids)]]);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        ...row,
        face: Money.of(row.face),
        parentId: row.parentId ?? undefined,
        heldSince: row.heldSince ?? undefined,
        reservationId: row.reservationId ?? undefined,
      },
    ]),
  );
}

const insertCertificates = statement(
  'supply-chain.insert-certificates',
  `insert into supply_chain_certificates (id, zone_id, owner_id, programme_id, issuer_id,
     holder_id, face, issued_on, due_on, tier, tenor, contract_no, invoice_no, fingerprint,
     root_id, parent_id, parent_hash, hash, state, held_since, operation_id, recorded_at)
   select c.*, $22::timestamptz from unnest($1::text[], $2::text[], $3::text[], $4::text[],
     $5::text[], $6::text[], $7::numeric[], $8::date[], $9::date[], $10::int[], $11::text[],
     $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
     $19::text[], $20::date[], $21::text[]) as c`,
);

export interface NewCertificate {
  readonly certificate: Certificate;
  readonly operationId: string;
}

export async function addCertificates(
  tx: Tx,
  list: readonly NewCertificate[],
  now: Date,
): Promise<void> {
  if (list.length === 0) return;
  const all = list.map((one) => one.certificate);
  await tx.rows(insertCertificates, [
    all.map((c) => c.id),
    all.map((c) => c.zoneId),
    all.map((c) => c.ownerId),
    all.map((c) => c.programmeId),
    all.map((c) => c.issuerId),
    all.map((c) => c.holderId),
    all.map((c) => c.face.toString()),
    all.map((c) => c.issuedOn),
    all.map((c) => c.dueOn),
    all.map((c) => c.tier),
    all.map((c) => c.tenor),
    all.map((c) => c.contractNo),
    all.map((c) => c.invoiceNo),
    all.map((c) => c.fingerprint),
    all.map((c) => c.rootId),
    all.map((c) => c.parentId ?? null),
    all.map((c) => c.parentHash),
    all.map((c) => c.hash),
    all.map((c) => c.state),
    all.map((c) => c.heldSince ?? null),
    list.map((one) => one.operationId),
    now.toISOString(),
  ]);
}

const updateCertificates = statement(
  'supply-chain.update-certificates',
  `update supply_chain_certificates c set state = n.state, held_since = n.held_since,
     reservation_id = n.reservation_id, version = c.version + 1
   from unnest($1::text[], $2::text[], $3::date[], $4::text[]) as n (id, state, held_since,
     reservation_id)
   where c.id = n.id`,
);

/** Writes what may change about locked certificates. */
export async function saveCertificates(tx: Tx, list: readonly Certificate[]): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(updateCertificates, [
    list.map((c) => c.id),
    list.map((c) => c.state),
    list.map((c) => c.heldSince ?? null),
    list.map((c) => c.reservationId ?? null),
  ]);
}

/** A receivable of a zone, known by its fingerprint alone. */
export interface ReceivableKey {
  readonly zoneId: string;
  readonly fingerprint: string;
}

const insertReceivables = statement(
  'supply-chain.insert-receivables',
  `insert into supply_chain_receivables (zone_id, fingerprint)
   select distinct * from unnest($1::text[], $2::text[]) order by 1, 2 on conflict do nothing`,
);

/** Makes known the receivables that a certificate was written on; a known one stays as it is. */
export async function noteReceivables(tx: Tx, keys: readonly ReceivableKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.rows(insertReceivables, [keys.map((k) => k.zoneId), keys.map((k) => k.fingerprint)]);
}

/** Names one receivable of one zone. */
export const receivableKey = ({ zoneId, fingerprint }: ReceivableKey): string =>
  `${zoneId} ${fingerprint}`;

const lockReceivables = statement(
  'supply-chain.lock-receivables',
  `select zone_id as "zoneId", fingerprint, claimed_by as "claimedBy"
   from supply_chain_receivables
   where (zone_id, fingerprint) in (select * from unnest($1::text[], $2::text[]))
   order by zone_id, fingerprint for no key update`,
);

/** Locks receivables; by `receivableKey`, the certificate that has claimed each, if one has. */
export async function lockClaims(
  tx: Tx,
  keys: readonly ReceivableKey[],
): Promise<Map<string, string | undefined>> {
  const rows = await tx.rows<ReceivableKey & { claimedBy: string | null }>(lockReceivables, [
    keys.map((k) => k.zoneId),
    keys.map((k) => k.fingerprint),
  ]);
  return new Map(rows.map((row) => [receivableKey(row), row.claimedBy ?? undefined]));
}

const updateReceivables = statement(
  'supply-chain.update-receivables',
  `update supply_chain_receivables r set claimed_by = n.claimed_by
   from unnest($1::text[], $2::text[], $3::text[]) as n (zone_id, fingerprint, claimed_by)
   where r.zone_id = n.zone_id and r.fingerprint = n.fingerprint`,
);

/** Claims locked receivables for certificates, or frees them. */
export async function saveClaims(
  tx: Tx,
  list: readonly (ReceivableKey & { readonly claimedBy: string | undefined })[],
): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(updateReceivables, [
    list.map((r) => r.zoneId),
    list.map((r) => r.fingerprint),
    list.map((r) => r.claimedBy ?? null),
  ]);
}

const insertFinancings = statement(
  'supply-chain.insert-financings',
  `insert into supply_chain_financings (id, zone_id, owner_id, programme_id, certificate_id,
     fingerprint, tier, face, rate_annual, days, interest, net, value_on, due_on, review_opinion,
     state, operation_id, recorded_at)
   select f.*, $18::timestamptz from unnest($1::text[], $2::text[], $3::text[], $4::text[],
     $5::text[], $6::text[], $7::int[], $8::numeric[], $9::numeric[], $10::int[], $11::numeric[],
     $12::numeric[], $13::date[], $14::date[], $15::text[], $16::text[], $17::text[]) as f`,
);

export async function addFinancings(tx: Tx, list: readonly Financing[], now: Date): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(insertFinancings, [
    list.map((f) => f.id),
    list.map((f) => f.zoneId),
    list.map((f) => f.ownerId),
    list.map((f) => f.programmeId),
    list.map((f) => f.certificateId),
    list.map((f) => f.fingerprint),
    list.map((f) => f.tier),
    list.map((f) => f.face.toString()),
    list.map((f) => f.rateAnnual),
    list.map((f) => f.days),
    list.map((f) => f.interest.toString()),
    list.map((f) => f.net.toString()),
    list.map((f) => f.valueOn),
    list.map((f) => f.dueOn),
    list.map((f) => f.reviewOpinion ?? null),
    list.map((f) => f.state),
    list.map((f) => f.operationId),
    now.toISOString(),
  ]);
}

const selectCertificateOf = statement(
  'supply-chain.select-certificate-of',
  'select certificate_id as "certificateId" from supply_chain_financings where id = $1',
);

/** The certificate that a financing paid for; which one that is never changes. */
export async function certificateOf(tx: Tx, financingId: string): Promise<string | undefined> {
  const [row] = await tx.rows<{ certificateId: string }>(selectCertificateOf, [financingId]);
  return row?.certificateId;
}

type FinancingRow = Omit<Financing, 'face' | 'interest' | 'net' | 'settledOn' | 'reviewOpinion'> & {
  face: string;
  interest: string;
  net: string;
  settledOn: Day | null;
  reviewOpinion: string | null;
};

const lockFinancing = statement(
  'supply-chain.lock-financing',
  `select id, zone_id as "zoneId", owner_id as "ownerId", programme_id as "programmeId",
     certificate_id as "certificateId", fingerprint, tier, face,
     trim_scale(rate_annual) as "rateAnnual", days,
     interest, net, value_on as "valueOn", due_on as "dueOn", review_opinion as "reviewOpinion",
     state, settled_on as "settledOn", operation_id as "operationId", version::int
   from supply_chain_financings where id = $1 for no key update`,
);

export async function lockFinancingById(tx: Tx, id: string): Promise<Financing | undefined> {
  const [row] = await tx.rows<FinancingRow>(lockFinancing, [id]);
  if (!row) return undefined;
  return {
    ...row,
    face: Money.of(row.face),
    interest: Money.of(row.interest),
    net: Money.of(row.net),
    settledOn: row.settledOn ?? undefined,
    reviewOpinion: row.reviewOpinion ?? undefined,
  };
}

const settleFinancing = statement(
  'supply-chain.settle-financing',
  `update supply_chain_financings set state = 'REPAID', settled_on = $2, settled_at = $3,
     version = version + 1
   where id = $1`,
);

export async function saveSettlement(tx: Tx, id: string, on: Day, now: Date): Promise<void> {
  await tx.rows(settleFinancing, [id, on, now.toISOString()]);
}
