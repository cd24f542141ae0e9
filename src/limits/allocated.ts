/**
 * What a child counts for in what is granted above it (名义额度): its limit while it is open. A closed
 * or expired one counts for what is still owed below it, and for nothing once that is paid.
 */

/** Of a SOFT child: what the first HARD limits below it owe. */
const owedBelow = (child: string): string => `coalesce((select sum(h.outstanding)
  from limits_nodes h where ${child}.id = any (h.path) and h.enforcement = 'HARD'
    and not exists (select from limits_nodes m where m.id = any (h.path[2:])
      and ${child}.id = any (m.path) and m.enforcement = 'HARD')), 0)`;

/** SQL of an amount. @param child alias of its row. @param day SQL of the day. */
export const countsAsGranted = (child: string, day: string): string => `case
  when ${child}.state <> 'CLOSED' and coalesce(${child}.expires_on, 'infinity') >= ${day}
    then ${child}.amount
  when ${child}.enforcement = 'HARD' then ${child}.outstanding
  else ${owedBelow(child)} end`;
