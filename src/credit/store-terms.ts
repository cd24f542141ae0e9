/** Rows of agreements, segments and lines: what is agreed, not what moves. */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

/** A segment as a new line needs it, with the term of its agreement. */
export interface SegmentTerms {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly agreementId: string;
  readonly nodeId: string;
  readonly startsOn: Day;
  readonly endsOn: Day;
  /** The agreement was ended early. */
  readonly endedOn: Day | null;
}

const selectSegments = statement(
  'credit.select-segments',
  `select s.id, s.zone_id as "zoneId", s.owner_id as "ownerId",
     s.agreement_id as "agreementId", s.node_id as "nodeId", a.starts_on as "startsOn",
     a.ends_on as "endsOn", a.ended_on as "endedOn"
   from credit_segments s join credit_agreements a on a.id = s.agreement_id
   where s.id = any ($1::text[])`,
);

export async function segmentsById(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, SegmentTerms>> {
  const rows = await tx.rows<SegmentTerms>(selectSegments, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, row]));
}

const insertLines = statement(
  'credit.insert-lines',
  `insert into credit_lines (id, zone_id, owner_id, agreement_id, segment_id, enterprise_id,
     parent_line_id, product, rate_annual, node_id, approved_on, renewal, generated,
     commitment_rate_annual)
   select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
     $7::text[], $8::text[], $9::numeric[], $10::text[], $11::date[], $12::boolean[],
     $13::boolean[], $14::numeric[])`,
);

export interface NewLine {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly agreementId: string;
  readonly segmentId: string;
  readonly enterpriseId: string;
  readonly parentLineId: string | undefined;
  readonly product: string;
  readonly rateAnnual: string;
  readonly nodeId: string;
  readonly approvedOn: Day;
  readonly renewal: boolean;
  readonly generated: boolean;
  /** Of the commitment fee; undefined: the line has none. */
  readonly commitmentRateAnnual: string | undefined;
}

export async function addLines(tx: Tx, list: readonly NewLine[]): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(insertLines, [
    list.map((l) => l.id),
    list.map((l) => l.zoneId),
    list.map((l) => l.ownerId),
    list.map((l) => l.agreementId),
    list.map((l) => l.segmentId),
    list.map((l) => l.enterpriseId),
    list.map((l) => l.parentLineId ?? null),
    list.map((l) => l.product),
    list.map((l) => l.rateAnnual),
    list.map((l) => l.nodeId),
    list.map((l) => l.approvedOn),
    list.map((l) => l.renewal),
    list.map((l) => l.generated),
    list.map((l) => l.commitmentRateAnnual ?? null),
  ]);
}
