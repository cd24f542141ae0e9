/**
 * Which purposes segments allow (约定用途). Read as a whole before each batch of draws: only
 * segments that restrict anything are answered, a handful at most, and nothing is joined per line.
 */
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

/** Segment → the lists of its agreement and of itself; one without restriction is not there. */
export type EligiblePurposes = ReadonlyMap<string, readonly (readonly string[])[]>;

const selectRestricted = statement(
  'credit.select-eligible-purposes',
  `select s.id as "segmentId", a.eligible_purposes as "ofAgreement",
     s.eligible_purposes as "ofSegment"
   from credit_segments s join credit_agreements a on a.id = s.agreement_id
   where a.eligible_purposes <> '{}' or s.eligible_purposes <> '{}'`,
);

interface Row {
  readonly segmentId: string;
  readonly ofAgreement: readonly string[];
  readonly ofSegment: readonly string[];
}

export async function eligiblePurposes(tx: Tx): Promise<EligiblePurposes> {
  const rows = await tx.rows<Row>(selectRestricted);
  return new Map(rows.map((row) => [row.segmentId, [row.ofAgreement, row.ofSegment]]));
}
