/**
 * The record of what was changed on limits, each entry with the version that it made: past days are
 * read by it, and whoever comes too late hears from it what was changed since the version he saw.
 */
import type { Day } from '../kernel/index.ts';
import { Failure, newId } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LimitNode } from './model.ts';
import { limitRefusals as no } from './refusals.ts';
import type { TermRecord } from './rules/as-of.ts';
import { termsDifference } from './terms-input.ts';

/** `carriers`: of a cap. `above`: a limit above was moved. `fenced`: a child keeps headroom. */
export type ChangedField =
  | TermRecord['field']
  | 'oversub'
  | 'carriers'
  | 'above'
  | 'fenced'
  | 'selector';

export interface NodeChange {
  readonly node: Pick<LimitNode, 'id' | 'zoneId' | 'ownerId'>;
  readonly field: ChangedField;
  readonly before: string | null;
  readonly after: string | null;
  /** That the change made. */
  readonly version: number;
  /** Where one list is changed by several; default: that of the cause. */
  readonly operationId?: string | undefined;
}

export interface ChangeCause {
  readonly valueOn: Day;
  readonly now: Date;
  readonly reason: string;
  readonly operationId: string;
}

const insertChanges = bulkInsert('limits.insert-changes', 'limits_changes', {
  id: 'text',
  node_id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  field: 'text',
  old_value: 'text',
  new_value: 'text',
  version: 'bigint',
  value_on: 'date',
  recorded_at: 'timestamptz',
  reason: 'text',
  operation_id: 'text',
});

/** Writes what was before and what is after; what is the same is left out. */
export function recordChanges(
  tx: Tx,
  changes: readonly NodeChange[],
  { valueOn, now, reason, operationId }: ChangeCause,
): void {
  const list = changes.filter((one) => one.before !== one.after);
  insertChanges(tx, {
    id: list.map(() => newId('chg')),
    node_id: list.map(({ node }) => node.id),
    zone_id: list.map(({ node }) => node.zoneId),
    owner_id: list.map(({ node }) => node.ownerId),
    field: list.map((one) => one.field),
    old_value: list.map((one) => one.before),
    new_value: list.map((one) => one.after),
    version: list.map((one) => one.version),
    value_on: list.map(() => valueOn),
    recorded_at: list.map(() => now.toISOString()),
    reason: list.map(() => reason),
    operation_id: list.map((one) => one.operationId ?? operationId),
  });
}

const selectSince = statement(
  'limits.select-changes-since',
  `select version::int, field, old_value as "from", new_value as "to", value_on as "valueOn",
     recorded_at as "recordedAt", reason, operation_id as "operationId"
   from limits_changes where node_id = $1 and version > $2 order by version, id`,
);

interface ChangeRow {
  readonly version: number;
  readonly field: ChangedField;
  readonly from: string | null;
  readonly to: string | null;
  readonly valueOn: Day;
  readonly recordedAt: Date;
  readonly reason: string;
  readonly operationId: string;
}

const valueIn = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

/**
 * The record of a change as it is told: of terms each member that changed, of a cap's rule the
 * rule, as values; they are kept as JSON texts.
 */
export function toldChanges<R extends Pick<ChangeRow, 'field' | 'from' | 'to'>>(row: R) {
  const { field, from, to } = row;
  if (field === 'terms') return termsDifference(from, to).map((told) => ({ ...row, ...told }));
  if (field === 'selector') return [{ ...row, from: valueIn(from), to: valueIn(to) }];
  return [row];
}

/** What a stale caller must see: both versions, and what was changed between them. */
export async function staleFacts(tx: Tx, { id: nodeId, version }: LimitNode, expected: number) {
  const rows = await tx.rows<ChangeRow>(selectSince, [nodeId, expected]);
  const changes = rows.flatMap((row) =>
    toldChanges({ ...row, recordedAt: row.recordedAt.toISOString() }),
  );
  return { nodeId, version, expected, changes };
}

/** Throws `version-stale` with what was changed since the version that the caller saw. */
export async function expectVersion(
  tx: Tx,
  node: LimitNode,
  { expectedVersion }: { readonly expectedVersion?: number | undefined },
): Promise<void> {
  if (expectedVersion === undefined || expectedVersion === node.version) return;
  throw new Failure(no['version-stale'], await staleFacts(tx, node, expectedVersion));
}
