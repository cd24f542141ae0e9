/**
 * What a child counts for in what is granted above it (名义额度): its limit while it is open. A closed
 * or expired one counts for what is still owed below it, and for nothing once that is paid.
 */

/** Of a SOFT child: what the first HARD limits below it owe. */
const owedBelow = (child: string): string => `coalesce((select sum(h.outstanding)
  from limits_nodes h where ${child}.id = any (h.path) and h.enforcement = 'HARD'
    and not exists (select from limits_nodes m where m.id = any (h.path[2:])
      and ${child}.id = any (m.path) and m.enforcement = 'HARD')), 0)`;

/** SQL: whether a child counts by its limit. @param child its alias. @param day SQL of the day. */
export const countsInFull = (child: string, day: string): string =>
  `${child}.state <> 'CLOSED' and coalesce(${child}.expires_on, 'infinity') >= ${day}`;

/** SQL of an amount; what dated terms make of a limit on the day is not in it. */
export const countsAsGranted = (child: string, day: string): string => `case
  when ${countsInFull(child, day)} then ${child}.amount
  when ${child}.enforcement = 'HARD' then ${child}.outstanding
  else ${owedBelow(child)} end`;

/** What a field of a child was on a past day; `infinity` where it was not set. */
const termThen = (
  child: string,
  field: 'amount' | 'state' | 'expires_on',
  counts: string,
): string =>
  `coalesce((select coalesce(h.new_value, 'infinity') from limits_changes h
      where h.node_id = ${child}.id and h.field = '${field}' and ${counts}
      order by h.recorded_at desc, h.version desc, h.id desc limit 1),
    (select coalesce(h.old_value, 'infinity') from limits_changes h
      where h.node_id = ${child}.id and h.field = '${field}'
      order by h.recorded_at, h.version, h.id limit 1),
    ${child}.${field}::text, 'infinity')`;

/**
 * The same of a past day, by limit, state and end of then, and what was owed then by the journal.
 * When a limit was made is not known: it counts before its first day too. Below a child counts
 * what is below it now.
 * @param knownAt SQL of the instant by which it was known, or of null.
 */
export function countedAsGranted(child: string, day: string, knownAt: string): string {
  const counts = (of: string) =>
    `${of}.value_on <= ${day} and (${knownAt} is null or ${of}.recorded_at <= ${knownAt})`;
  const then = (field: 'amount' | 'state' | 'expires_on') => termThen(child, field, counts('h'));
  return `case
  when ${then('state')} <> 'CLOSED' and ${then('expires_on')}::date >= ${day}
    then ${then('amount')}::numeric
  else coalesce((select sum(m.outstanding) from limits_movements m
    where ${counts('m')} and m.node_id = any (m.path)
      and m.node_id in (select b.id from limits_nodes b where ${child}.id = any (b.path))), 0) end`;
}
