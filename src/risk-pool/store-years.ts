/**
 * Figures of a year: what caps and fuses ask for. They are counters and not sums over claims,
 * because a bank that files may not read what the pool paid to others, only how much of a total is
 * left.
 */
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Pool } from './model.ts';
import type { FuseFigure } from './rules/fuse.ts';

export interface YearKey {
  readonly poolId: string;
  readonly year: number;
  /** The pool itself, a bank or an enterprise. */
  readonly subjectId: string;
}

export interface YearFigures {
  /** Principal of the loans that entered the pool in the year. */
  readonly entered: Money;
  /** Base of the claims filed in the year and not rejected. */
  readonly lost: Money;
  /** Compensation computed for them. */
  readonly compensated: Money;
}

export const noFigures: YearFigures = {
  entered: Money.zero,
  lost: Money.zero,
  compensated: Money.zero,
};

const slotOf = ({ poolId, year, subjectId }: YearKey): string => `${poolId} ${year} ${subjectId}`;

/** Figures as they were read, and what a batch adds to them; decisions see both. */
export class YearBook {
  readonly #read: ReadonlyMap<string, YearFigures>;
  readonly #added = new Map<string, { key: YearKey; owner: Owner; figures: YearFigures }>();

  constructor(read: ReadonlyMap<string, YearFigures> = new Map()) {
    this.#read = read;
  }

  of(key: YearKey): YearFigures {
    const read = this.#read.get(slotOf(key)) ?? noFigures;
    return sum(read, this.#added.get(slotOf(key))?.figures ?? noFigures);
  }

  /** @param bankId owner of the row when the figure is a bank's; else the zone shares it. */
  add(pool: Pool, key: Omit<YearKey, 'poolId'>, figures: Partial<YearFigures>, bankId?: string) {
    const full = { ...key, poolId: pool.id };
    const slot = slotOf(full);
    const before = this.#added.get(slot)?.figures ?? noFigures;
    this.#added.set(slot, {
      key: full,
      owner: { zoneId: pool.zoneId, ownerId: bankId ?? pool.ownerId, shared: bankId === undefined },
      figures: sum(before, { ...noFigures, ...figures }),
    });
  }

  /** What was added, sorted by its key so that every batch writes in one order. */
  get added() {
    return [...this.#added].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }
}

interface Owner {
  readonly zoneId: string;
  readonly ownerId: string;
  readonly shared: boolean;
}

const sum = (a: YearFigures, b: YearFigures): YearFigures => ({
  entered: a.entered.plus(b.entered),
  lost: a.lost.plus(b.lost),
  compensated: a.compensated.plus(b.compensated),
});

const selectYears = statement(
  'risk-pool.select-years',
  `select y.pool_id as "poolId", y.year, y.subject_id as "subjectId", y.entered, y.lost,
     y.compensated
   from risk_pool_years y
   join (select distinct * from unnest($1::text[], $2::int[], $3::text[])
     as k (pool_id, year, subject_id)) k using (pool_id, year, subject_id)`,
);

/** Reads the figures of these keys; stable while their pools are locked. */
export async function readYears(tx: Tx, keys: readonly YearKey[]): Promise<YearBook> {
  if (keys.length === 0) return new YearBook();
  type Row = YearKey & Record<keyof YearFigures, string>;
  const rows = await tx.rows<Row>(selectYears, [
    keys.map((key) => key.poolId),
    keys.map((key) => key.year),
    keys.map((key) => key.subjectId),
  ]);
  return new YearBook(
    new Map(
      rows.map((row) => [
        slotOf(row),
        {
          entered: Money.of(row.entered),
          lost: Money.of(row.lost),
          compensated: Money.of(row.compensated),
        },
      ]),
    ),
  );
}

// Not one insert … on conflict: a check of the table sees the proposed row, and a rejection
// proposes a negative one.
const makeYears = statement(
  'risk-pool.make-years',
  `insert into risk_pool_years (pool_id, year, subject_id, zone_id, owner_id, shared)
   select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::boolean[])
   on conflict do nothing`,
);
const addToYears = statement(
  'risk-pool.add-to-years',
  `update risk_pool_years y set entered = y.entered + a.entered, lost = y.lost + a.lost,
     compensated = y.compensated + a.compensated
   from unnest($1::text[], $2::int[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[])
     as a (pool_id, year, subject_id, entered, lost, compensated)
   where y.pool_id = a.pool_id and y.year = a.year and y.subject_id = a.subject_id`,
);

/** Adds a batch's figures to the rows of its years. */
export async function saveYears(tx: Tx, book: YearBook): Promise<void> {
  const rows = book.added;
  if (rows.length === 0) return;
  const keys = [
    rows.map((row) => row.key.poolId),
    rows.map((row) => row.key.year),
    rows.map((row) => row.key.subjectId),
  ];
  await tx.rows(makeYears, [
    ...keys,
    rows.map((row) => row.owner.zoneId),
    rows.map((row) => row.owner.ownerId),
    rows.map((row) => row.owner.shared),
  ]);
  await tx.rows(addToYears, [
    ...keys,
    rows.map((row) => row.figures.entered.toString()),
    rows.map((row) => row.figures.lost.toString()),
    rows.map((row) => row.figures.compensated.toString()),
  ]);
}

const selectBad = statement(
  'risk-pool.select-bad',
  `select e.pool_id as "poolId", e.owner_id as "bankId", sum(e.outstanding) as whole,
     coalesce(sum(e.outstanding) filter (where e.state in ('ABNORMAL', 'CLAIMED')), 0) as part
   from risk_pool_enrolments e
   join (select distinct * from unnest($1::text[], $2::text[]) as k (pool_id, owner_id)) k
     using (pool_id, owner_id)
   group by 1, 2`,
);

/**
 * Bad ÷ all outstanding of a bank in a pool, by `pool bank`; asked only when a fuse measures it.
 */
export async function nplFigures(
  tx: Tx,
  pairs: readonly { readonly poolId: string; readonly bankId: string }[],
): Promise<Map<string, FuseFigure>> {
  if (pairs.length === 0) return new Map();
  const rows = await tx.rows<{ poolId: string; bankId: string; whole: string; part: string }>(
    selectBad,
    [pairs.map((pair) => pair.poolId), pairs.map((pair) => pair.bankId)],
  );
  return new Map(
    rows.map((row) => [
      `${row.poolId} ${row.bankId}`,
      { part: Money.of(row.part), whole: Money.of(row.whole) },
    ]),
  );
}
