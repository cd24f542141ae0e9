/**
 * The four measures of park agreements as of a day, summed over their lines. A sub-line lies inside
 * its line and is never counted by itself. Today's draws and debts are the counters of the limit
 * tree; those of a past day are projected from its journal, and the two agree.
 */
import type { Day } from '../kernel/index.ts';
import { Money, addDays } from '../kernel/index.ts';
import { limitsOn, promisedOverTime } from '../limits/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Measure } from './rules/pace.ts';
import { measures } from './rules/pace.ts';

export type Measured = Readonly<Record<Measure, Money>>;

/** Lines of one segment that count for the same programmes. */
export interface Portion {
  readonly agreementId: string;
  readonly segmentId: string;
  readonly programmeIds: readonly string[];
  readonly measured: Measured;
}

export interface When {
  readonly day: Day;
  readonly knownAt: Date | undefined;
  /** Today as known now: the counters say it. */
  readonly present: boolean;
}

const known = (column: string): string => `($3::timestamptz is null or ${column} <= $3)`;

/**
 * $1 agreements, $2 the day, $3 the instant of knowledge or null. A line that was put into another
 * segment since is counted where it was.
 */
const lines = `elsewhere as (
    select distinct on (c.node_id) c.node_id, s.id as segment_id
    from limits_changes c join credit_segments s on s.node_id = c.old_value
    where c.field = 'parent' and s.agreement_id = any ($1::text[])
      and (c.value_on > $2::date or not ${known('c.recorded_at')})
    order by c.node_id, c.value_on, c.recorded_at, c.id
  ), line as (
    select l.id, l.agreement_id, coalesce(e.segment_id, l.segment_id) as segment_id, l.renewal,
      l.node_id, n.amount, n.state, n.starts_on, n.expires_on, n.drawn, n.outstanding
    from credit_lines l join limits_nodes n on n.id = l.node_id
      left join elsewhere e on e.node_id = l.node_id
    where l.agreement_id = any ($1::text[]) and l.parent_line_id is null
      and l.approved_on <= $2::date and ${known('l.recorded_at')}
  ), changed as (
    select c.node_id, c.field,
      (array_agg(c.new_value order by c.value_on desc, c.recorded_at desc, c.id desc)
        filter (where c.value_on <= $2::date and ${known('c.recorded_at')}))[1] as latest,
      (array_agg(c.old_value order by c.value_on, c.recorded_at, c.id))[1] as first,
      max(case when c.field = 'amount' and c.value_on <= $2::date and ${known('c.recorded_at')}
        then c.new_value::numeric end) as highest
    from limits_changes c
    where c.node_id in (select node_id from line) and c.field in ('amount', 'state', 'expires_on')
    group by c.node_id, c.field
  ), tag as (
    select line_id, array_agg(programme_id order by programme_id) as programmes from (
      select distinct on (line_id, programme_id) line_id, programme_id, counts
      from credit_line_tags
      where line_id in (select id from line) and value_on <= $2::date and ${known('recorded_at')}
      order by line_id, programme_id, id desc
    ) last where counts group by line_id
  ), agreed as (
    select l.*, coalesce(a.latest, a.first)::numeric as amount_then,
      greatest(coalesce(a.first::numeric, l.amount), a.highest) as highest,
      coalesce(s.latest, s.first, l.state) as state_then,
      coalesce(e.latest, e.first, l.expires_on::text)::date as expires_then,
      coalesce(t.programmes, '{}') as programmes
    from line l
      left join changed a on a.node_id = l.node_id and a.field = 'amount'
      left join changed s on s.node_id = l.node_id and s.field = 'state'
      left join changed e on e.node_id = l.node_id and e.field = 'expires_on'
      left join tag t on t.line_id = l.id
  )`;

const presentUse = `use as (select node_id, drawn, outstanding from line)`;

const pastUse = `use as (
    select l.node_id, sum(m.drawn) as drawn, sum(m.outstanding) as outstanding
    from limits_movements m cross join lateral unnest(m.path) as touched (id)
      join line l on l.node_id = touched.id
    where m.node_id in (select node_id from credit_lines where agreement_id = any ($1::text[]))
      and m.value_on <= $2::date and ${known('m.recorded_at')}
    group by l.node_id
  )`;

const inForce = `a.state_then <> 'CLOSED' and a.starts_on <= $2::date
        and (a.expires_then is null or a.expires_then >= $2::date)`;

/** Lines whose limit is, or was once, more than one amount. */
const dated = `with ${lines}
  select a.node_id as "nodeId", a.agreement_id as "agreementId", a.segment_id as "segmentId",
    a.programmes as "programmeIds", coalesce(a.amount_then, a.amount)::numeric(20,2) as granted,
    a.highest::numeric(20,2) as highest, a.starts_on as "startsOn", a.renewal,
    coalesce(${inForce}, false) as "inForce"
  from agreed a where a.starts_on <= $2::date and exists (select from limits_nodes n
    where n.id = a.node_id and (n.terms is not null or exists (select from limits_changes c
      where c.node_id = n.id and c.field = 'terms')))`;

const sum = (value: string, only?: string): string =>
  `coalesce(sum(${value})${only === undefined ? '' : ` filter (where ${only})`}, 0)::numeric(20,2)`;

/**
 * What is approved once stays approved: a cut, and a raise up to what was before, add nothing. What
 * terms granted for a time is approved as well, and added by `datedMore`.
 */
const portions = (use: string): string => `with ${lines}, ${use}
  select a.agreement_id as "agreementId", a.segment_id as "segmentId",
    a.programmes as "programmeIds",
    ${sum('a.highest', 'not a.renewal')} as "approved-cumulative",
    ${sum('coalesce(a.amount_then, a.amount)', inForce)} as "approved-in-force",
    ${sum('u.drawn')} as "drawn-cumulative", ${sum('u.outstanding')} as "outstanding"
  from agreed a left join use u on u.node_id = a.node_id
  group by a.agreement_id, a.segment_id, a.programmes`;

const selectPresent = statement('credit.select-progress', portions(presentUse));
const selectPast = statement('credit.select-past-progress', portions(pastUse));

const selectDated = statement('credit.select-dated-lines', dated);

interface DatedRow {
  readonly nodeId: string;
  readonly agreementId: string;
  readonly segmentId: string;
  readonly programmeIds: readonly string[];
  readonly granted: string;
  readonly highest: string;
  readonly startsOn: Day;
  readonly renewal: boolean;
  readonly inForce: boolean;
}

const portionKey = (one: Omit<Portion, 'measured'>): string =>
  [one.agreementId, one.segmentId, ...one.programmeIds].join();

interface More {
  readonly cumulative: Money;
  readonly inForce: Money;
}

const nothingMore: More = { cumulative: Money.zero, inForce: Money.zero };

/** The most that limits were by their terms on a day up to this one. */
async function highestByTerms(
  tx: Tx,
  rows: readonly DatedRow[],
  { day, knownAt }: When,
): Promise<(nodeId: string) => Money> {
  const until = day === '9999-12-31' ? day : addDays(day, 1);
  const spans = rows.map(({ nodeId, startsOn }) => ({ nodeId, from: startsOn, until }));
  // Over time a limit is read as it is known now; at an earlier instant only the day itself is.
  const steps = knownAt ? new Map<string, never[]>() : await promisedOverTime(tx, spans);
  return (nodeId) =>
    (steps.get(nodeId) ?? []).reduce((most, { limit }) => Money.max(most, limit), Money.zero);
}

/**
 * By portion: how much more (or less) is in force by dated terms than was granted, and how much
 * more was approved by them once than the highest amount.
 */
async function datedMore(
  tx: Tx,
  agreementIds: readonly string[],
  when: When,
): Promise<Map<string, More>> {
  const { day, knownAt } = when;
  const given = [agreementIds, day, knownAt?.toISOString() ?? null];
  const rows = await tx.rows<DatedRow>(selectDated, given);
  const more = new Map<string, More>();
  if (rows.length === 0) return more;
  const ids = rows.map((row) => row.nodeId);
  const limits = await limitsOn(tx, ids, { day, knownAt });
  const highestOf = await highestByTerms(tx, rows, when);
  for (const row of rows) {
    const [granted, highest] = [Money.of(row.granted), Money.of(row.highest)];
    const limit = row.inForce ? (limits.get(row.nodeId) ?? granted) : granted;
    const most = Money.max(Money.max(highest, limit), highestOf(row.nodeId));
    const key = portionKey(row);
    const { cumulative, inForce: now } = more.get(key) ?? nothingMore;
    more.set(key, {
      cumulative: row.renewal ? cumulative : cumulative.plus(most.minus(highest)),
      inForce: now.plus(limit.minus(granted)),
    });
  }
  return more;
}

type PortionRow = Omit<Portion, 'measured'> & Readonly<Record<Measure, string>>;

export const measuredBy = (of: (measure: Measure) => Money): Measured =>
  Object.fromEntries(measures.map((measure) => [measure, of(measure)])) as Record<Measure, Money>;

/** Measure by measure over portions; measures are never added to each other. */
export const totalOf = (list: readonly Portion[]): Measured =>
  measuredBy((measure) => Money.sum(list.map(({ measured }) => measured[measure])));

export async function portionsOf(
  tx: Tx,
  agreementIds: readonly string[],
  when: When,
): Promise<Portion[]> {
  const { day, knownAt, present } = when;
  const rows = await tx.rows<PortionRow>(present ? selectPresent : selectPast, [
    agreementIds,
    day,
    knownAt?.toISOString() ?? null,
  ]);
  const more = await datedMore(tx, agreementIds, when);
  return rows.map((row) => ({
    agreementId: row.agreementId,
    segmentId: row.segmentId,
    programmeIds: row.programmeIds,
    measured: measuredBy((measure) => {
      const { cumulative, inForce: now } = more.get(portionKey(row)) ?? nothingMore;
      const own = Money.of(row[measure]);
      if (measure === 'approved-cumulative') return own.plus(cumulative);
      return measure === 'approved-in-force' ? own.plus(now) : own;
    }),
  }));
}
