/**
 * What must always be true of the limit tree; each query selects the rows that break it. The
 * journal is the truth: every counter is a projection of it, and a parent is a projection of its
 * children.
 */
import type { Invariant } from '../platform/module.ts';

/** Nodes that take part in a movement of `node_id`, as take.ts collects them. */
const participants = (nodeId: string): string =>
  `(select unnest(n.path) as id from limits_nodes n where n.id = ${nodeId}
    union
    select unnest(c.path) from limits_nodes n join limits_nodes a on a.id = any (n.path)
      join limits_nodes c on c.id = any (a.caps) where n.id = ${nodeId})`;

const equalTheJournal = `
  select n.id, n.consumed, j.consumed as journal
  from limits_nodes n left join (
    select t.id, sum(m.reserved) as reserved, sum(m.outstanding) as outstanding,
      sum(m.drawn) as drawn, sum(t.consumed) as consumed
    from limits_movements m cross join lateral unnest(m.path, m.consumed) as t (id, consumed)
    group by t.id) j on j.id = n.id
  where n.enforcement = 'HARD' and (n.reserved <> coalesce(j.reserved, 0)
    or n.outstanding <> coalesce(j.outstanding, 0) or n.drawn <> coalesce(j.drawn, 0)
    or n.consumed <> coalesce(j.consumed, 0))`;

/** What was journalled before its node, or one above it, was put elsewhere names the old place. */
const journalNamesEveryHardNode = `
  select m.seq
  from (select node_id, path, min(seq) as seq, max(recorded_at) as until from limits_movements
    where kind not in ('leave', 'join') group by node_id, path) m
  cross join lateral (select array_agg(p.id order by p.id) as ids
    from ${participants('m.node_id')} p join limits_nodes h on h.id = p.id
    where h.enforcement = 'HARD') e
  where e.ids is distinct from array(select unnest(m.path) order by 1)
    and not exists (select from limits_nodes n join limits_changes c on c.node_id = any (n.path)
      where n.id = m.node_id and c.field in ('parent', 'caps') and c.recorded_at >= m.until)`;

const reservedIsHeld = `
  select n.id, n.reserved, held.amount
  from limits_nodes n left join (
    select p.id, sum(r.amount) as amount from limits_reservations r
    cross join lateral ${participants('r.node_id')} p
    where r.state = 'PENDING' group by p.id) held on held.id = n.id
  where n.enforcement = 'HARD' and n.reserved <> coalesce(held.amount, 0)`;

/**
 * Children are counted down to the first HARD ones, with what each contributes. Left out are
 * nodes that movements reach by another way than through a child: caps on the nodes of other
 * paths. What leaves and joins the limits above a node is no movement on it: its path does not
 * name the node, and one of the two is not journalled where only SOFT limits are above.
 */
const equalTheChildren = `
  with recursive capped as (
    select n.path, c.id as cap_id, c.path as cap_path
    from limits_nodes n cross join unnest(n.caps) as k (id) join limits_nodes c on c.id = k.id
    where n.caps <> '{}'
  ), left_out as (
    select cap_id as id from capped
    union
    select a.id from capped cross join unnest(path) as a (id) where a.id = any (cap_path)
  ), below (root, id, measure) as (
    select n.id, n.id, 'consumed' from limits_nodes n
    where n.enforcement = 'HARD' and exists (select from limits_nodes c where c.parent_id = n.id)
      and n.id not in (select id from left_out)
    union all
    select b.root, c.id, case when b.measure <> 'consumed' then b.measure
        when c.contribution = 'outstanding' then 'outstanding'
        when c.enforcement = 'SOFT' and c.revolving = 'NR' then 'drawn' else 'consumed' end
    from below b
      join limits_nodes p on p.id = b.id and (p.enforcement = 'SOFT' or p.id = b.root)
      join limits_nodes c on c.parent_id = p.id
  ), children as (
    select b.root, sum(h.reserved) as reserved, sum(h.outstanding) as outstanding,
      sum(h.drawn) as drawn, sum(case b.measure when 'drawn' then h.drawn
        when 'outstanding' then h.outstanding else h.consumed end) as consumed
    from below b join limits_nodes h on h.id = b.id and h.enforcement = 'HARD'
    where b.id <> b.root group by b.root
  ), direct as (
    select m.node_id, sum(m.reserved) as reserved, sum(m.outstanding) as outstanding,
      sum(m.drawn) as drawn, sum(m.consumed[array_position(m.path, m.node_id)]) as consumed
    from limits_movements m where m.node_id = any (m.path) group by m.node_id
  )
  select n.id from limits_nodes n join children c on c.root = n.id
    left join direct d on d.node_id = n.id
  where n.reserved <> c.reserved + coalesce(d.reserved, 0)
    or n.outstanding <> c.outstanding + coalesce(d.outstanding, 0)
    or n.drawn <> c.drawn + coalesce(d.drawn, 0)
    or (n.revolving = 'R' and n.consumed <> c.consumed + coalesce(d.consumed, 0))`;

export const limitInvariants: readonly Invariant[] = [
  { name: 'limits: counters equal the journal', sql: equalTheJournal },
  { name: 'limits: a movement names every HARD node it touches', sql: journalNamesEveryHardNode },
  { name: 'limits: a HARD parent equals its children', sql: equalTheChildren },
  { name: 'limits: reserved is what open reservations hold', sql: reservedIsHeld },
  {
    name: 'limits: a node consumes as it revolves',
    sql: `select n.id from limits_nodes n where n.enforcement = 'HARD' and case n.revolving
            when 'NR' then n.consumed <> n.drawn
            when 'NRS' then n.consumed not between n.outstanding and n.drawn
            else n.consumed <> n.outstanding
              and not exists (select from limits_nodes c where c.parent_id = n.id)
              and n.id not in (select unnest(caps) from limits_nodes where caps <> '{}') end`,
  },
  {
    name: 'limits: above its limit only by an exception or with an open incident of that size',
    sql: `select n.id from limits_nodes n
          cross join lateral (select n.consumed + n.reserved
            - coalesce(n.ceiling, n.amount) - n.excess as size) o
          where n.enforcement = 'HARD' and o.size > 0
            and not exists (select from limits_incidents i where i.node_id = n.id
              and i.cause = 'use' and i.severity = 'BREACH' and i.state <> 'RESOLVED'
              and i.size >= o.size)`,
  },
  {
    name: 'limits: an incident stands as its last step left it',
    sql: `select i.id from limits_incidents i where not exists (
            select from limits_incident_steps s where s.incident_id = i.id
              and s.version = i.version and s.state = i.state and s.severity = i.severity
              and s.size = i.size
              and i.version = (select count(*) from limits_incident_steps a
                where a.incident_id = i.id))`,
  },
  {
    name: 'limits: nothing is negative',
    sql: `select id from limits_nodes where least(outstanding, drawn, consumed, reserved) < 0`,
  },
];
