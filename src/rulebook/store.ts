/**
 * Rows of the rulebook. Packs are few and are read whole by scheme; their parameters are parsed by
 * the schema of their kind each time, so a row that the schema does not know is noticed at once.
 */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Clauses, Evidence, PackStatus, RulePack } from './model.ts';
import type { ParametersOf, RuleKind } from './rule-kinds.ts';
import { ruleKinds } from './rule-kinds.ts';

/** The columns of a pack under the names that `PackRow` has. */
export const packColumns = `id, scheme, kind, zone_id as "zoneId", version::int, status, city,
  document_no as "documentNo", title, valid_from as "validFrom", valid_to as "validTo",
  evidence, parameters, clauses, text_source as "textSource", text_sha256 as "textSha256"`;

export interface PackRow {
  readonly id: string;
  readonly scheme: string;
  readonly kind: RuleKind;
  readonly zoneId: string | null;
  readonly version: number;
  readonly status: PackStatus;
  readonly city: string | null;
  readonly documentNo: string;
  readonly title: string;
  readonly validFrom: Day;
  readonly validTo: Day | null;
  readonly evidence: Evidence;
  readonly parameters: unknown;
  readonly clauses: Clauses;
  readonly textSource: string | null;
  readonly textSha256: string | null;
}

function packFromRow<K extends RuleKind>(kind: K, row: PackRow): RulePack<ParametersOf<K>> {
  return {
    ...row,
    zoneId: row.zoneId ?? undefined,
    city: row.city ?? undefined,
    validTo: row.validTo ?? undefined,
    // A kind looks up its own schema, which the compiler cannot follow through the table.
    parameters: ruleKinds[kind].parse(row.parameters) as ParametersOf<K>,
  };
}

const selectBySchemes = statement(
  'rulebook.select-by-schemes',
  `select ${packColumns} from rulebook_packs where kind = $1 and scheme = any ($2::text[])`,
);

/** Every version of these schemes that the caller may see, for `packInForce` to choose from. */
export async function packsOf<K extends RuleKind>(
  tx: Tx,
  kind: K,
  schemes: readonly string[],
): Promise<RulePack<ParametersOf<K>>[]> {
  const rows = await tx.rows<PackRow>(selectBySchemes, [kind, [...new Set(schemes)]]);
  return rows.map((row) => packFromRow(kind, row));
}

const selectByIds = statement(
  'rulebook.select-by-ids',
  `select ${packColumns} from rulebook_packs where kind = $1 and id = any ($2::text[])`,
);

/** Packs by id: the rule with which an earlier decision was made. */
export async function packsById<K extends RuleKind>(
  tx: Tx,
  kind: K,
  ids: readonly string[],
): Promise<Map<string, RulePack<ParametersOf<K>>>> {
  const rows = await tx.rows<PackRow>(selectByIds, [kind, [...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, packFromRow(kind, row)]));
}

/** One version at a time: the number of a scheme's next version must not be given twice. */
const lockScheme = statement(
  'rulebook.lock-scheme',
  `select pg_advisory_xact_lock(hashtextextended('rulebook ' || $1, 0))`,
);
const selectNextVersion = statement(
  'rulebook.select-next-version',
  `select coalesce(max(version), 0)::int + 1 as version from rulebook_packs
   where scheme = $1 and zone_id is not distinct from $2`,
);

/** The number of the next version of the scheme in this zone, ours until the commit. */
export async function nextVersion(
  tx: Tx,
  scheme: string,
  zoneId: string | undefined,
): Promise<number> {
  await tx.rows(lockScheme, [scheme]);
  const [row] = await tx.rows<{ version: number }>(selectNextVersion, [scheme, zoneId ?? null]);
  return row?.version ?? 1;
}

// The register of zones is a peer on this rung, so the row itself asks what its foreign key says.
const insertPack = statement(
  'rulebook.insert-packs',
  `insert into rulebook_packs (id, scheme, kind, zone_id, version, status, city, document_no,
     title, valid_from, valid_to, evidence, parameters, clauses, text_source, text_sha256,
     operation_id)
   select $1, $2, $3, $4, $5::bigint, $6, $7, $8, $9, $10::date, $11::date, $12, $13::json,
     $14::json, $15, $16, $17
   where $4::text is null or exists (select from parties_zones where id = $4)
   returning id`,
);

/** Where the official text is kept and what it hashes to; the text itself stays with its issuer. */
export interface OfficialText {
  readonly source: string;
  readonly sha256: string;
}

/** False when there is no such zone. */
export async function addPackRow(
  tx: Tx,
  pack: RulePack,
  text: OfficialText | undefined,
  operationId: string,
): Promise<boolean> {
  const added = await tx.rows(insertPack, [
    pack.id,
    pack.scheme,
    pack.kind,
    pack.zoneId ?? null,
    pack.version,
    pack.status,
    pack.city ?? null,
    pack.documentNo,
    pack.title,
    pack.validFrom,
    pack.validTo ?? null,
    pack.evidence,
    JSON.stringify(pack.parameters),
    JSON.stringify(pack.clauses),
    text?.source ?? null,
    text?.sha256 ?? null,
    operationId,
  ]);
  return added.length > 0;
}
