/**
 * Rows of park agreements, their segments and priority programmes, and the history of their terms.
 * The row holds what is agreed now, `credit_terms` every version with its value day; the two are
 * written together and an invariant compares them.
 */
import type { Day } from '../kernel/index.ts';
import { Money, Rate } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Kept, TermsOfAgreement, TermsOfProgramme, TermsOfSegment } from './rules/terms.ts';
import { kept } from './rules/terms.ts';

interface Owned {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
}

export interface Agreement extends Owned {
  readonly nodeId: string;
  readonly source: string | null;
  readonly predecessorId: string | null;
  readonly generated: boolean;
  readonly terms: TermsOfAgreement;
  readonly version: number;
}

type Row<T, Amounts extends keyof T, Rates extends keyof T = never> = Omit<T, Amounts | Rates> &
  Record<Amounts | Rates, string>;

export type AgreementRow = Omit<Agreement, 'terms'> &
  Row<TermsOfAgreement, 'intentAmount', 'paceBehindBelow' | 'paceAheadAbove'>;

const agreementColumns = `id, zone_id as "zoneId", owner_id as "ownerId", node_id as "nodeId",
  source, predecessor_id as "predecessorId", generated, version::int, name,
  intent_amount as "intentAmount", sense, qualifier, starts_on as "startsOn",
  ends_on as "endsOn", ended_on as "endedOn", eligible_purposes as "eligiblePurposes",
  counting_column as "countingColumn", shares_totals as "sharesTotals",
  pace_behind_below as "paceBehindBelow", pace_ahead_above as "paceAheadAbove"`;

function agreementFromRow(row: AgreementRow): Agreement {
  const { id, zoneId, ownerId, nodeId, source, predecessorId, generated, version, ...terms } = row;
  const place = { id, zoneId, ownerId, nodeId, source, predecessorId, generated, version };
  return { ...place, terms: agreementTerms(terms) };
}

/** Terms of an agreement from their texts, of a row or of the history. */
export const agreementTerms = (
  texts: Row<TermsOfAgreement, 'intentAmount', 'paceBehindBelow' | 'paceAheadAbove'>,
): TermsOfAgreement => ({
  ...texts,
  intentAmount: Money.of(texts.intentAmount),
  paceBehindBelow: Rate.of(texts.paceBehindBelow),
  paceAheadAbove: Rate.of(texts.paceAheadAbove),
});

const selectAgreement = statement(
  'credit.select-agreement',
  `select ${agreementColumns} from credit_agreements where id = $1`,
);
const lockAgreement = statement(
  'credit.lock-agreement',
  `select ${agreementColumns} from credit_agreements where id = $1 for no key update`,
);
const selectSuccessor = statement(
  'credit.select-successor',
  `select ${agreementColumns} from credit_agreements where predecessor_id = $1`,
);

export async function agreementById(tx: Tx, id: string): Promise<Agreement | undefined> {
  return (await tx.rows<AgreementRow>(selectAgreement, [id])).map(agreementFromRow)[0];
}

export async function lockAgreementById(tx: Tx, id: string): Promise<Agreement | undefined> {
  return (await tx.rows<AgreementRow>(lockAgreement, [id])).map(agreementFromRow)[0];
}

/** The agreement that renews this one. */
export async function successorOf(tx: Tx, id: string): Promise<Agreement | undefined> {
  return (await tx.rows<AgreementRow>(selectSuccessor, [id])).map(agreementFromRow)[0];
}

const insertAgreement = statement(
  'credit.insert-agreement',
  `insert into credit_agreements (id, zone_id, owner_id, node_id, source, predecessor_id,
     generated, name, intent_amount, sense, qualifier, starts_on, ends_on, ended_on,
     eligible_purposes, counting_column, shares_totals, pace_behind_below, pace_ahead_above)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::text[], $16, $17,
     $18, $19)`,
);
const updateAgreement = statement(
  'credit.update-agreement',
  `update credit_agreements set name = $2, intent_amount = $3, sense = $4, qualifier = $5,
     starts_on = $6, ends_on = $7, ended_on = $8, eligible_purposes = $9::text[],
     counting_column = $10, shares_totals = $11, pace_behind_below = $12, pace_ahead_above = $13,
     version = $14
   where id = $1`,
);

const agreementValues = ({ terms: t }: Agreement): unknown[] => [
  t.name,
  t.intentAmount.toString(),
  t.sense,
  t.qualifier,
  t.startsOn,
  t.endsOn,
  t.endedOn,
  t.eligiblePurposes,
  t.countingColumn,
  t.sharesTotals,
  t.paceBehindBelow.toString(),
  t.paceAheadAbove.toString(),
];

/** What a version of terms carries besides the terms. */
export interface Why {
  readonly valueOn: Day;
  readonly now: Date;
  readonly reason: string;
  readonly operationId: string;
}

export type Change = 'OPENED' | 'AMENDED' | 'RENEWED' | 'ENDED';

export async function addAgreement(tx: Tx, a: Agreement, why: Why): Promise<void> {
  const place = [a.id, a.zoneId, a.ownerId, a.nodeId, a.source, a.predecessorId, a.generated];
  await tx.rows(insertAgreement, [...place, ...agreementValues(a)]);
  await keepTerms(tx, { ...a, agreementId: a.id }, 'AGREEMENT', 'OPENED', why);
}

/** Writes the next version of an agreement that is locked. */
export async function saveAgreement(
  tx: Tx,
  a: Agreement,
  change: Change,
  why: Why,
): Promise<Agreement> {
  const next = { ...a, version: a.version + 1 };
  await tx.rows(updateAgreement, [a.id, ...agreementValues(a), next.version]);
  await keepTerms(tx, { ...next, agreementId: a.id }, 'AGREEMENT', change, why);
  return next;
}

const insertTerms = statement(
  'credit.insert-terms',
  `insert into credit_terms (subject_id, version, agreement_id, zone_id, owner_id, kind, change,
     terms, value_on, recorded_at, reason, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);

type Subject = Owned & {
  readonly agreementId: string;
  readonly version: number;
  readonly terms: object;
};

async function keepTerms(
  tx: Tx,
  subject: Subject,
  kind: 'AGREEMENT' | 'SEGMENT' | 'PROGRAMME',
  change: Change,
  why: Why,
): Promise<void> {
  await tx.rows(insertTerms, [
    subject.id,
    subject.version,
    subject.agreementId,
    subject.zoneId,
    subject.ownerId,
    kind,
    change,
    JSON.stringify(kept(subject.terms)),
    why.valueOn,
    why.now.toISOString(),
    why.reason,
    why.operationId,
  ]);
}

/** One version of the terms of an agreement, a segment or a programme. */
export interface KeptTerms {
  readonly subjectId: string;
  readonly agreementId: string;
  readonly kind: 'AGREEMENT' | 'SEGMENT' | 'PROGRAMME';
  readonly version: number;
  readonly change: Change;
  readonly terms: Kept;
  readonly valueOn: Day;
  readonly recordedAt: Date;
  readonly reason: string;
  readonly operationId: string;
}

const keptColumns = `subject_id as "subjectId", agreement_id as "agreementId", kind, version::int,
  change, terms, value_on as "valueOn", recorded_at as "recordedAt", reason,
  operation_id as "operationId"`;

const selectSince = statement(
  'credit.select-terms-since',
  `select ${keptColumns} from credit_terms where subject_id = $1 and version >= $2
   order by version`,
);
const selectHistory = statement(
  'credit.select-terms-history',
  `select ${keptColumns} from credit_terms where agreement_id = $1
   order by recorded_at, kind, subject_id, version`,
);
const selectInForce = statement(
  'credit.select-terms-in-force',
  `select distinct on (subject_id) ${keptColumns} from credit_terms
   where agreement_id = any ($1::text[]) and value_on <= $2::date
     and ($3::timestamptz is null or recorded_at <= $3)
   order by subject_id, version desc`,
);

export const termsSince = (tx: Tx, subjectId: string, version: number): Promise<KeptTerms[]> =>
  tx.rows<KeptTerms>(selectSince, [subjectId, version]);

/** Every version under an agreement, oldest first. */
export const termsHistory = (tx: Tx, agreementId: string): Promise<KeptTerms[]> =>
  tx.rows<KeptTerms>(selectHistory, [agreementId]);

/** The terms in force on a day, as known at an instant, of agreements and all below them. */
export const termsInForce = (
  tx: Tx,
  agreementIds: readonly string[],
  day: Day,
  knownAt: Date | undefined,
): Promise<KeptTerms[]> =>
  tx.rows<KeptTerms>(selectInForce, [agreementIds, day, knownAt?.toISOString() ?? null]);

export interface Segment extends Owned {
  readonly agreementId: string;
  readonly nodeId: string;
  readonly terms: TermsOfSegment;
  readonly version: number;
}

type SegmentRow = Omit<Segment, 'terms'> & { readonly kept: Row<TermsOfSegment, 'amount'> };

/** The amount of a segment is agreed, not enforced, so it stands in its terms alone. */
const segmentColumns = `s.id, s.zone_id as "zoneId", s.owner_id as "ownerId",
  s.agreement_id as "agreementId", s.node_id as "nodeId", s.version::int, t.terms as kept
  from credit_segments s join credit_terms t on t.subject_id = s.id and t.version = s.version`;

export const segmentTerms = (texts: Row<TermsOfSegment, 'amount'>): TermsOfSegment => ({
  ...texts,
  amount: Money.of(texts.amount),
});

const segmentFromRow = ({ kept: texts, ...row }: SegmentRow): Segment => ({
  ...row,
  terms: segmentTerms(texts),
});

const selectSegments = statement(
  'credit.select-agreement-segments',
  `select ${segmentColumns} where s.agreement_id = $1 order by s.id`,
);
const lockSegment = statement(
  'credit.lock-segment',
  `select ${segmentColumns} where s.id = $1 for no key update of s`,
);
const selectAgreementOf = statement(
  'credit.select-agreement-of',
  `select agreement_id as "agreementId" from credit_segments where id = $1
   union all select agreement_id from credit_programmes where id = $1`,
);

/** The agreement of a segment or a programme; it is locked before them. */
export async function agreementIdOf(tx: Tx, id: string): Promise<string | undefined> {
  return (await tx.rows<{ agreementId: string }>(selectAgreementOf, [id]))[0]?.agreementId;
}

export const segmentsOf = async (tx: Tx, agreementId: string): Promise<Segment[]> =>
  (await tx.rows<SegmentRow>(selectSegments, [agreementId])).map(segmentFromRow);

export const lockSegmentById = async (tx: Tx, id: string): Promise<Segment | undefined> =>
  (await tx.rows<SegmentRow>(lockSegment, [id])).map(segmentFromRow)[0];

const insertSegment = statement(
  'credit.insert-segment',
  `insert into credit_segments (id, zone_id, owner_id, agreement_id, node_id, name, scope,
     eligible_purposes)
   values ($1, $2, $3, $4, $5, $6, $7, $8::text[])`,
);
const updateSegment = statement(
  'credit.update-segment',
  `update credit_segments set name = $2, eligible_purposes = $3::text[], version = $4
   where id = $1`,
);

export async function addSegment(tx: Tx, s: Segment, why: Why): Promise<void> {
  const { name, scope, eligiblePurposes } = s.terms;
  const place = [s.id, s.zoneId, s.ownerId, s.agreementId, s.nodeId];
  await tx.rows(insertSegment, [...place, name, scope, eligiblePurposes]);
  await keepTerms(tx, s, 'SEGMENT', 'OPENED', why);
}

/** Writes the next version of a segment that is locked. */
export async function saveSegment(tx: Tx, s: Segment, why: Why): Promise<Segment> {
  const next = { ...s, version: s.version + 1 };
  await tx.rows(updateSegment, [s.id, s.terms.name, s.terms.eligiblePurposes, next.version]);
  await keepTerms(tx, next, 'SEGMENT', 'AMENDED', why);
  return next;
}

export interface Programme extends Owned {
  readonly agreementId: string;
  readonly terms: TermsOfProgramme;
  readonly version: number;
}

type ProgrammeTexts = Omit<TermsOfProgramme, 'reservedQuota'> & {
  readonly reservedQuota: string | null;
};
type ProgrammeRow = Omit<Programme, 'terms'> & ProgrammeTexts;

export const programmeTerms = (texts: ProgrammeTexts): TermsOfProgramme => ({
  ...texts,
  reservedQuota: texts.reservedQuota === null ? null : Money.of(texts.reservedQuota),
});

const programmeFromRow = (row: ProgrammeRow): Programme => {
  const { id, zoneId, ownerId, agreementId, version, ...texts } = row;
  return { id, zoneId, ownerId, agreementId, version, terms: programmeTerms(texts) };
};

const programmeColumns = `id, zone_id as "zoneId", owner_id as "ownerId",
  agreement_id as "agreementId", version::int, name, queue_rank as "queueRank",
  decision_clock_days as "decisionClockDays", reserved_quota as "reservedQuota", state`;

const selectProgrammes = statement(
  'credit.select-programmes',
  `select ${programmeColumns} from credit_programmes where agreement_id = $1
   order by queue_rank, id`,
);
const selectProgrammesById = statement(
  'credit.select-programmes-by-id',
  `select ${programmeColumns} from credit_programmes where id = any ($1::text[])`,
);

/** The programmes of an agreement in the order of their queue. A locked agreement locks them. */
export const programmesOf = async (tx: Tx, agreementId: string): Promise<Programme[]> =>
  (await tx.rows<ProgrammeRow>(selectProgrammes, [agreementId])).map(programmeFromRow);

export async function programmesById(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, Programme>> {
  const rows = await tx.rows<ProgrammeRow>(selectProgrammesById, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, programmeFromRow(row)]));
}

export const programmeById = async (tx: Tx, id: string): Promise<Programme | undefined> =>
  (await programmesById(tx, [id])).get(id);

const insertProgramme = statement(
  'credit.insert-programme',
  `insert into credit_programmes (id, zone_id, owner_id, agreement_id, name, queue_rank,
     decision_clock_days, reserved_quota, state)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
const updateProgramme = statement(
  'credit.update-programme',
  `update credit_programmes set name = $2, queue_rank = $3, decision_clock_days = $4,
     reserved_quota = $5, state = $6, version = $7
   where id = $1`,
);

const programmeValues = ({ terms: t }: Programme): unknown[] => [
  t.name,
  t.queueRank,
  t.decisionClockDays,
  t.reservedQuota?.toString() ?? null,
  t.state,
];

export async function addProgramme(tx: Tx, p: Programme, why: Why): Promise<void> {
  const place = [p.id, p.zoneId, p.ownerId, p.agreementId];
  await tx.rows(insertProgramme, [...place, ...programmeValues(p)]);
  await keepTerms(tx, p, 'PROGRAMME', 'OPENED', why);
}

/** Writes the next version of a programme whose agreement is locked. */
export async function saveProgramme(tx: Tx, p: Programme, why: Why): Promise<Programme> {
  const next = { ...p, version: p.version + 1 };
  await tx.rows(updateProgramme, [p.id, ...programmeValues(p), next.version]);
  await keepTerms(tx, next, 'PROGRAMME', 'AMENDED', why);
  return next;
}
