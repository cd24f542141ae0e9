/**
 * How a table is put under row-level security. Used by migrations only; the text it produces is
 * part of history, so a change here is a new function, never an edit.
 */

interface Columns {
  zone?: string;
  owner?: string | null;
  /** A boolean column: rows with it are visible to every organisation of the zone. */
  shared?: string;
}

/** Forces row-level security on `table` and lets `yuanxin_app` see only rows of its scope. */
export function scoped(table: string, columns: Columns = {}): string {
  const zone = columns.zone ?? 'zone_id';
  const owner = columns.owner === undefined ? 'owner_id' : columns.owner;
  const inZone = `((select platform_all_zones())
    or ${zone} = any ((select platform_zones())::text[]))`;
  const owned = owner
    ? ` and ((select platform_all_owners()) or ${owner} = any ((select platform_owners())::text[])${
        columns.shared ? ` or ${columns.shared}` : ''
      })`
    : '';
  return `alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy scope on ${table} to yuanxin_app using (${inZone}${owned});`;
}
