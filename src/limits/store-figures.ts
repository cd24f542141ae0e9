/**
 * Figures of nodes as a reader sees them: counters of HARD nodes, sums over the children of SOFT
 * ones, an expired reservation free at its instant, and for a past day everything projected again
 * from the journal. Totals of shared nodes span all banks, which is the only reading beyond a
 * bank's own rows.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Scope, Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LimitNode } from './model.ts';
import type { TermRecord } from './rules/as-of.ts';
import { changedTerms, nodeAsOf } from './rules/as-of.ts';
import type { DatedTerms } from './rules/dated-terms.ts';
import { limitOn, onDay } from './rules/dated-terms.ts';
import type { Expired } from './expired-tenors.ts';
import { bucketsWithout, heldWhere, readExpired } from './expired-tenors.ts';
import { withAllOwners } from './all-owners.ts';
import { countedAsGranted, countsAsGranted, countsInFull } from './allocated.ts';
import { termsFromText } from './terms-input.ts';

/**
 * What is summed for a node: its children down to the first HARD ones, and on a cap the nodes that
 * carry it (the topmost of a path). A cap on nodes of the same tree would count them a second time.
 * `measure` is what each of them contributes to the node, `opens` whether its own children count.
 */
const summedBelow = (children: string): string => `below (root, entry, id, measure, opens) as (
    select n.id, n.id, n.id, case n.revolving when 'NR' then 'drawn' else 'consumed' end, true
    from limits_nodes n where n.id = any ($1::text[])
    union all
    select s.id, c.id, c.id, case when s.revolving = 'NR' then 'drawn'
        when c.contribution = 'outstanding' then 'outstanding'
        when c.enforcement = 'SOFT' and c.revolving = 'NR' then 'drawn' else 'consumed' end,
      c.enforcement = 'SOFT'
    from limits_nodes s join limits_nodes c on s.id = any (c.caps)
    where s.id = any ($1::text[]) and s.kind in ('CAP', 'CORE_PROGRAM', 'ANCHOR', 'SPOKE')
      and not exists (select from limits_nodes a
        where a.id = any (c.path[2:]) and s.id = any (a.caps))
    union all
    select b.root, b.entry, c.id, case when b.measure <> 'consumed' then b.measure
        when c.contribution = 'outstanding' then 'outstanding'
        when c.enforcement = 'SOFT' and c.revolving = 'NR' then 'drawn' else 'consumed' end,
      c.enforcement = 'SOFT'
    from below b ${children}
    where b.opens and (c.kind not in ('CAP', 'CORE_PROGRAM', 'ANCHOR', 'SPOKE')
      or not exists (select from limits_nodes k
        where c.id = any (k.caps) and b.entry = any (k.path)))
  ), wanted as (select id from below union select unnest($2::text[]))`;

/** The children on a past day: those of now that were there, and those that have left since. */
const childrenThen = `cross join lateral (
        select n.* from limits_nodes n
        where n.parent_id = b.id and not exists (select from elsewhere e where e.node_id = n.id)
        union all
        select n.* from elsewhere e join limits_nodes n on n.id = e.node_id
        where e.parent_id = b.id) c`;

const ownAndSummed = `select id, false as summed, consumed, reserved, outstanding, drawn
  from hard where id = any ($2::text[])
  union all
  select b.root, true, sum(case b.measure when 'drawn' then h.drawn
      when 'outstanding' then h.outstanding else h.consumed end),
    sum(h.reserved), sum(h.outstanding), sum(h.drawn)
  from below b join hard h on h.id = b.id where b.id <> b.root group by b.root`;

const presentFigures = statement(
  'limits.present-figures',
  `with recursive ${summedBelow('join limits_nodes c on c.parent_id = b.id')}, due as (
     select t.id, sum(r.amount) as amount
     ${heldWhere}
     where r.state = 'PENDING' and r.expires_at <= $3::timestamptz
     group by t.id
   ), hard as (
     select n.id, n.outstanding, n.drawn, n.consumed,
       n.reserved - coalesce(d.amount, 0) as reserved
     from limits_nodes n left join due d using (id)
     where n.enforcement = 'HARD' and n.id in (select id from wanted)
   )
   ${ownAndSummed}`,
);

/** The parameters: a past day, and the instant by which it was known or null. */
const elsewhere = (day: string, knownAt: string): string => `elsewhere as materialized (
     select distinct on (c.node_id) c.node_id, c.old_value as parent_id
     from limits_changes c where c.field = 'parent'
       and (c.value_on > ${day}::date
         or ${knownAt}::timestamptz is not null and c.recorded_at > ${knownAt})
     order by c.node_id, c.value_on, c.recorded_at, c.id
   )`;

const pastFigures = statement(
  'limits.past-figures',
  `with recursive ${elsewhere('$4', '$5')}, ${summedBelow(childrenThen)}, moved as (
     select t.id, m.outstanding, m.drawn, t.consumed, m.reserved, m.reservation_id
     from limits_movements m cross join lateral unnest(m.path, m.consumed) as t (id, consumed)
     where t.id in (select id from wanted) and m.value_on <= $4::date
       and ($5::timestamptz is null or m.recorded_at <= $5)
   ), held as (
     select m.id, greatest(sum(m.reserved), 0) as amount
     from moved m join limits_reservations r on r.id = m.reservation_id
     where r.expires_at > $3::timestamptz group by m.id, m.reservation_id
   ), hard as (
     select m.id, sum(m.outstanding) as outstanding, sum(m.drawn) as drawn,
       sum(m.consumed) as consumed,
       coalesce((select sum(h.amount) from held h where h.id = m.id), 0) as reserved
     from moved m group by m.id
   )
   ${ownAndSummed}`,
);

const selectGranted = statement(
  'limits.select-granted',
  `select c.parent_id as id, sum(${countsAsGranted('c', '$2::date')})::numeric(20,2) as granted,
     json_agg(json_build_object('amount', c.amount::text, 'terms', c.terms))
       filter (where c.terms is not null and ${countsInFull('c', '$2::date')}) as dated
   from limits_nodes c where c.parent_id = any ($1::text[]) group by c.parent_id`,
);
const selectGrantedThen = statement(
  'limits.select-granted-then',
  `with ${elsewhere('$2', '$3')}
   select b.id,
     sum(${countedAsGranted('c', '$2::date', '$3::timestamptz')})::numeric(20,2) as granted
   from unnest($1::text[]) b (id) ${childrenThen} group by b.id`,
);
const selectChanges = statement(
  'limits.select-changes',
  `select node_id as "nodeId", field, old_value as "oldValue", new_value as "newValue",
     value_on as "valueOn", recorded_at as "recordedAt"
   from limits_changes where node_id = any ($1::text[]) and field = any ($2::text[])
   order by recorded_at, version, id`,
);

/** The day a figure is asked for, and whether the journal has to be projected for it. */
export interface AsOf {
  readonly day: Day;
  /** What has expired by then holds nothing: now, or the end of another day. */
  readonly instant: Date;
  readonly past: boolean;
  readonly now: Date;
  /** As it was known at this instant: later entries do not count, whatever their value day. */
  readonly knownAt: Date | undefined;
}

export function asOfDay(
  { now, today }: { readonly now: Date; readonly today: Day },
  day: Day = today,
  knownAt?: Date,
): AsOf {
  const endOfDay = Date.parse(`${day}T00:00:00+08:00`) + 86_400_000;
  const instant = day === today ? now : new Date(endOfDay);
  return { day, instant, past: day < today || knownAt !== undefined, now, knownAt };
}

/** A node with the figures and terms of the day asked for in place of its counters of now. */
export interface SeenNode {
  readonly node: LimitNode;
  /** Σ limits of the children that the reader may see (名义额度). */
  readonly granted: Money;
  /** A shared node of which the reader sees only the total. */
  readonly totalOnly: boolean;
  /**
   * What the other banks use and hold of that total; undefined when some of it was drawn on the
   * node itself, where nothing tells whose it is.
   */
  readonly otherBanks: Money | undefined;
}

interface FigureRow {
  readonly id: string;
  /** Summed over what hangs below, instead of the node's own counters. */
  readonly summed: boolean;
  readonly consumed: string;
  readonly reserved: string;
  readonly outstanding: string;
  readonly drawn: string;
}

type Counted = Pick<LimitNode, 'consumed' | 'reserved' | 'outstanding' | 'drawn'>;

const nothing: Counted = {
  consumed: Money.zero,
  reserved: Money.zero,
  outstanding: Money.zero,
  drawn: Money.zero,
};

interface Read {
  /** Counters of HARD nodes, sums of SOFT ones. */
  readonly figures: ReadonlyMap<string, Counted>;
  /** Sums over the visible children and carriers, of SOFT and of shared nodes. */
  readonly sums: ReadonlyMap<string, Counted>;
}

async function readFigures(
  tx: Tx,
  nodes: readonly LimitNode[],
  shared: ReadonlySet<string>,
  at: AsOf,
): Promise<Read> {
  const hard = nodes.filter((node) => node.enforcement === 'HARD').map((node) => node.id);
  const summed = nodes
    .filter((node) => node.enforcement === 'SOFT' || shared.has(node.id))
    .map((node) => node.id);
  const given = [summed, hard, at.instant.toISOString()];
  const rows = at.past
    ? await tx.rows<FigureRow>(pastFigures, [...given, at.day, at.knownAt?.toISOString() ?? null])
    : await tx.rows<FigureRow>(presentFigures, given);
  const counted = (wanted: boolean): Map<string, Counted> =>
    new Map(
      rows
        .filter((row) => row.summed === wanted)
        .map((row) => [
          row.id,
          {
            consumed: Money.of(row.consumed),
            reserved: Money.of(row.reserved),
            outstanding: Money.of(row.outstanding),
            drawn: Money.of(row.drawn),
          },
        ]),
    );
  const [own, sums] = [counted(false), counted(true)];
  const figures = nodes.map(({ id, enforcement }): [string, Counted] => [
    id,
    (enforcement === 'HARD' ? own : sums).get(id) ?? nothing,
  ]);
  return { figures: new Map(figures), sums };
}

type Granted = ReadonlyMap<string, Money>;

/** What dated terms make of the limits of children on a day, beyond the amounts themselves. */
const byTerms = (dated: readonly DatedChild[], day: Day): Money =>
  Money.sum(
    dated.map(({ amount, terms }) => {
      const granted = Money.of(amount);
      return limitOn(granted, termsFromText(terms), day).minus(granted);
    }),
  );

interface DatedChild {
  readonly amount: string;
  readonly terms: unknown;
}

/**
 * The sum granted below each, as the nominal check counts; it reads every child. Limits are those
 * in force on the day; of a past day their amounts, dated terms left out.
 */
async function readGranted(
  tx: Tx,
  ids: readonly string[],
  { day, past, knownAt }: Pick<AsOf, 'day' | 'past' | 'knownAt'>,
): Promise<Granted> {
  if (ids.length === 0) return new Map();
  type Row = { id: string; granted: string; dated?: readonly DatedChild[] | null };
  const rows = past
    ? await tx.rows<Row>(selectGrantedThen, [ids, day, knownAt?.toISOString() ?? null])
    : await tx.rows<Row>(selectGranted, [ids, day]);
  return new Map(
    rows.map(({ id, granted, dated }) => [id, Money.of(granted).plus(byTerms(dated ?? [], day))]),
  );
}

const selectTermsBelow = statement(
  'limits.select-terms-below',
  `select terms from limits_nodes where parent_id = any ($1::text[]) and terms is not null
     and state <> 'CLOSED'`,
);

/** The terms of children that have any, of all banks. */
export async function termsBelow(
  tx: Tx,
  { owners }: Pick<Scope, 'owners'>,
  ids: readonly string[],
): Promise<DatedTerms[]> {
  const read = () => tx.rows<Pick<DatedChild, 'terms'>>(selectTermsBelow, [ids]);
  const rows = owners === '*' ? await read() : await withAllOwners(tx, { owners }, read);
  return rows.map(({ terms }) => termsFromText(terms));
}

/** By node: Σ granted to its children on a day, of all banks; the nominal check's sum. */
export async function readAllocated(
  tx: Tx,
  { owners }: Pick<Scope, 'owners'>,
  ids: readonly string[],
  day: Day,
): Promise<Granted> {
  const read = () => readGranted(tx, ids, { day, past: false, knownAt: undefined });
  return owners === '*' ? read() : withAllOwners(tx, { owners }, read);
}

const readTermsText = (text: string | null): DatedTerms | undefined =>
  text === null ? undefined : termsFromText(JSON.parse(text));

/** Every change of terms of the nodes, in the order in which they were recorded. */
export async function changesOf(tx: Tx, nodeIds: readonly string[]): Promise<TermRecord[]> {
  const rows = await tx.rows<TermRecord>(selectChanges, [nodeIds, changedTerms]);
  return rows.map((one) =>
    one.field === 'terms'
      ? { ...one, oldTerms: readTermsText(one.oldValue), newTerms: readTermsText(one.newValue) }
      : one,
  );
}

async function readTerms(
  tx: Tx,
  nodes: readonly LimitNode[],
  at: AsOf,
): Promise<readonly LimitNode[]> {
  if (!at.past) return nodes.map((node) => onDay(node, at.day));
  const changes = await changesOf(
    tx,
    nodes.map((node) => node.id),
  );
  return nodes.map((node) =>
    nodeAsOf(
      node,
      changes.filter((change) => change.nodeId === node.id),
      at,
    ),
  );
}

/**
 * A zone's root that is only a sum has no limit of its own: it shows what was granted below it.
 * 0.00 would read as a limit of zero that everybody exceeds.
 */
const mayBeOnlySum = ({ kind, enforcement }: LimitNode): boolean =>
  kind === 'ZONE' && enforcement === 'SOFT';

export const isOnlySum = (node: LimitNode): boolean => mayBeOnlySum(node) && node.limit.isZero();

const usedAndHeld = ({ consumed, reserved }: Counted): Money => consumed.plus(reserved);

/**
 * The nodes as they stand for a reader of this scope on the day asked for, in the same order. No
 * read needs the answer of another, so all are sent together.
 */
export async function seeNodes(
  tx: Tx,
  { owners }: Scope,
  nodes: readonly LimitNode[],
  at: AsOf,
  { sumGranted = true }: { readonly sumGranted?: boolean } = {},
): Promise<SeenNode[]> {
  if (nodes.length === 0) return [];
  const shared = new Set(nodes.filter((node) => node.shared).map((node) => node.id));
  const common = owners === '*' ? [] : nodes.filter((node) => node.shared);
  const read = (some: readonly LimitNode[]): Promise<[Read, Granted, Expired]> => {
    // A bank's path of thousands of lines need not be summed.
    const summed = sumGranted ? some : some.filter(mayBeOnlySum);
    return Promise.all([
      readFigures(tx, some, shared, at),
      readGranted(
        tx,
        summed.map((node) => node.id),
        at,
      ),
      // Buckets have no past: of a past day they are those of now.
      readExpired(tx, some, at.past ? at.now : at.instant),
    ]);
  };
  const [mine, everybody, terms] = await Promise.all([
    read(nodes),
    common.length === 0 || owners === '*'
      ? undefined
      : withAllOwners(tx, { owners }, () => read(common)),
    readTerms(tx, nodes, at),
  ]);
  const [own, ownGranted, ownExpired] = mine;
  const [all, allGranted, allExpired] = everybody ?? mine;
  const commonIds = new Set(common.map((node) => node.id));
  return terms.map((node, i) => {
    const counted = all.figures.get(node.id) ?? own.figures.get(node.id) ?? nothing;
    const granted = allGranted.get(node.id) ?? ownGranted.get(node.id) ?? Money.zero;
    const totalOnly = commonIds.has(node.id);
    const [total, below, seen] = [counted, all.sums.get(node.id), own.sums.get(node.id)].map(
      (one) => usedAndHeld(one ?? nothing),
    ) as [Money, Money, Money];
    const limit = isOnlySum(node) ? granted : node.limit;
    const expired = allExpired.get(node.id) ?? ownExpired.get(node.id) ?? [];
    const bucketUse = bucketsWithout(nodes[i] ?? node, expired);
    return {
      node: { ...node, ...counted, limit, bucketUse },
      granted,
      totalOnly,
      otherBanks: totalOnly && total.equals(below) ? total.minus(seen) : undefined,
    };
  });
}
