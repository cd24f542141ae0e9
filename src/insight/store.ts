/**
 * Rows of snapshots and of their figures. A snapshot is written only when it says something that
 * the last one of the same day did not; what was said before stays.
 */
import type { Day } from '../kernel/index.ts';
import { Money, canonicalJson, newId, sha256Hex } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Figure, Input, Question } from './model.ts';
import { figureId } from './model.ts';

export interface Snapshot {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly version: number;
  readonly figures: number;
  /** False: the last version said the same already. */
  readonly changed: boolean;
}

const lockDay = statement('insight.lock-day', 'select pg_advisory_xact_lock(hashtext($1))');
const selectLast = statement(
  'insight.select-last-snapshots',
  `select distinct on (owner_id) id, owner_id as "ownerId", version, figures,
     figures_hash as "hash"
   from insight_snapshots where kind = $1 and zone_id = $2 and as_of = $3::date
   order by owner_id, version desc`,
);
const insertSnapshot = statement(
  'insight.insert-snapshot',
  `insert into insight_snapshots (id, zone_id, owner_id, kind, as_of, version, definition, figures,
     figures_hash, computed_at, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);
const insertFigures = statement(
  'insight.insert-figures',
  `insert into insight_figures (snapshot_id, place, zone_id, owner_id, question, subject_id,
     subject_name, measure, part, labels, definition, unit, qualifier, numerator, denominator,
     value, reason, amounts, generated, inputs)
   select $1, f.place, $2, $3, f.question, f.subject_id, f.subject_name, f.measure, f.part,
     f.labels, f.definition, f.unit, f.qualifier, f.numerator, f.denominator, f.value, f.reason,
     f.amounts, f.generated, f.inputs
   from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::json[], $10::json[],
     $11::text[], $12::text[], $13::numeric[], $14::numeric[], $15::numeric[], $16::text[],
     $17::json[], $18::boolean[], $19::json[]) with ordinality as f (question, subject_id,
     subject_name, measure, part, labels, definition, unit, qualifier, numerator, denominator,
     value, reason, amounts, generated, inputs, place)`,
);

interface Last {
  readonly id: string;
  readonly ownerId: string;
  readonly version: number;
  readonly figures: number;
  readonly hash: string;
}

/**
 * Keeps the figures of a zone's day, a snapshot per owner. Answers every owner's present version.
 */
export async function keepSnapshots(
  tx: Tx,
  question: Question & { readonly zoneId: string },
  figures: readonly Figure[],
  { now, operationId }: { readonly now: Date; readonly operationId: string },
): Promise<Snapshot[]> {
  const { kind, asOf, zoneId } = question;
  await tx.rows(lockDay, [`insight ${kind} ${zoneId} ${asOf}`]);
  const rows = await tx.rows<Last>(selectLast, [kind, zoneId, asOf]);
  const last = new Map(rows.map((row) => [row.ownerId, row]));
  const owners = [...new Set(figures.map((figure) => figure.ownerId))].sort();
  const kept: Snapshot[] = [];
  for (const ownerId of owners) {
    const own = figures.filter((figure) => figure.ownerId === ownerId);
    const hash = sha256Hex(canonicalJson(own));
    const before = last.get(ownerId);
    if (before?.hash === hash) {
      const { id, version } = before;
      kept.push({ id, zoneId, ownerId, version, figures: own.length, changed: false });
      continue;
    }
    const id = newId('snap');
    const version = (before?.version ?? 0) + 1;
    const definition = JSON.stringify({ kind, asOf, zoneId });
    const stamp = [own.length, hash, now.toISOString(), operationId];
    await tx.rows(insertSnapshot, [id, zoneId, ownerId, kind, asOf, version, definition, ...stamp]);
    await tx.rows(insertFigures, [id, zoneId, ownerId, ...columnsOf(own, question)]);
    kept.push({ id, zoneId, ownerId, version, figures: own.length, changed: true });
  }
  return kept;
}

const columnsOf = (figures: readonly Figure[], question: Question): unknown[][] => [
  figures.map((f) => figureId(f, { asOf: question.asOf })),
  figures.map((f) => f.subjectId),
  figures.map((f) => f.subjectName),
  figures.map((f) => f.measure),
  figures.map((f) => f.part),
  figures.map((f) => JSON.stringify(f.labels)),
  figures.map((f) => JSON.stringify(f.definition)),
  figures.map((f) => f.unit),
  figures.map((f) => f.qualifier),
  figures.map((f) => f.numerator?.toString() ?? null),
  figures.map((f) => f.denominator?.toString() ?? null),
  figures.map((f) => f.value ?? null),
  figures.map((f) => f.reason ?? null),
  figures.map((f) => JSON.stringify(f.amounts)),
  figures.map((f) => f.generated),
  figures.map((f) => JSON.stringify(f.inputs)),
];

interface FigureRow extends Omit<
  Figure,
  'numerator' | 'denominator' | 'value' | 'reason' | 'amounts' | 'inputs'
> {
  readonly asOf: Day;
  readonly numerator: string | null;
  readonly denominator: string | null;
  readonly value: string | null;
  readonly reason: string | null;
  readonly amounts: Readonly<Record<string, string>>;
  readonly inputs: readonly (Omit<Input, 'amount'> & { readonly amount: string })[];
}

// Inputs are long, so they travel only with the one figure that is opened.
const selectRecorded = statement(
  'insight.select-recorded',
  `select s.kind, s.as_of as "asOf", f.zone_id as "zoneId", f.owner_id as "ownerId",
     f.subject_id as "subjectId", f.subject_name as "subjectName", f.measure, f.part, f.labels,
     f.definition, f.unit, f.qualifier, f.numerator, f.denominator, f.value::text, f.reason,
     f.amounts, f.generated, case when $5::text is null then '[]' else f.inputs end as inputs
   from insight_figures f join (
     select distinct on (zone_id, owner_id) id, kind, as_of from insight_snapshots
     where kind = $1 and as_of <= $2::date and ($3::timestamptz is null or computed_at <= $3)
       and ($4::text is null or zone_id = $4)
     order by zone_id, owner_id, as_of desc, version desc) s on s.id = f.snapshot_id
   where ($5::text is null or f.question = $5)
   order by f.zone_id, f.owner_id, f.place`,
);

/** A figure as it was kept, and the day it was kept for. */
export interface RecordedFigure extends Figure {
  readonly asOf: Day;
}

/**
 * The latest record up to the day of the question, and by its instant.
 * @param open the id of one figure without its instant: only that one, with its inputs.
 */
export async function recorded(
  tx: Tx,
  { kind, asOf, knownAt, zoneId }: Question,
  open?: string,
): Promise<RecordedFigure[]> {
  const values = [kind, asOf, knownAt?.toISOString() ?? null, zoneId ?? null, open ?? null];
  const rows = await tx.rows<FigureRow>(selectRecorded, values);
  const money = (text: string | null) => (text === null ? undefined : Money.of(text));
  return rows.map((row) => ({
    ...row,
    numerator: money(row.numerator),
    denominator: money(row.denominator),
    value: row.value ?? undefined,
    reason: row.reason ?? undefined,
    amounts: Object.fromEntries(
      Object.entries(row.amounts).map(([name, amount]) => [name, Money.of(amount)]),
    ),
    inputs: row.inputs.map((input) => ({ ...input, amount: Money.of(input.amount) })),
  }));
}
