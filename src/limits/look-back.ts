/**
 * Gives back-dated draws the days since their value day, where today's figures do not speak for
 * them. Read behind the locks, all banks' movements of shared limits among them; a batch sees its
 * own earlier steps because they are applied to these days as well.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LimitNode, Movement } from './model.ts';
import { apply } from './rules/engine.ts';
import type { LimitBook } from './rules/headroom.ts';
import { participants } from './rules/headroom.ts';
import type { Counted, PastDay } from './rules/past-days.ts';
import { firstOf, pastDays, wasTighter } from './rules/past-days.ts';
import type { Step } from './rules/step.ts';
import { withAllOwners } from './all-owners.ts';
import { changesOf } from './store-figures.ts';

const selectCounted = statement(
  'limits.select-counted-since',
  `select t.id as "nodeId", m.value_on as "valueOn", sum(t.consumed)::numeric(20,2) as consumed
   from limits_movements m cross join lateral unnest(m.path, m.consumed) as t (id, consumed)
   where m.value_on > $2::date and m.path && $1::text[] and t.id = any ($1::text[])
   group by 1, 2`,
);
const selectOwners = statement(
  'limits.select-owners-in-scope',
  `select current_setting('yuanxin.owners') as owners`,
);

type CountedRow = Omit<Counted, 'consumed'> & { readonly consumed: string };

async function countedSince(tx: Tx, { nodes }: LimitBook, from: Day): Promise<Counted[]> {
  const ids = [...nodes.values()].flatMap((one) => (one.enforcement === 'HARD' ? one.id : []));
  const read = () => tx.rows<CountedRow>(selectCounted, [ids, from]);
  const isShared = [...nodes.values()].some((node) => node.shared);
  const [scope] = isShared ? await tx.rows<{ owners: string }>(selectOwners) : [];
  const rows = scope
    ? await withAllOwners(tx, { owners: scope.owners.split(',') }, read)
    : await read();
  return rows.map((row) => ({ ...row, consumed: Money.of(row.consumed) }));
}

const fencedUnder = (book: LimitBook, nodeId: string): LimitNode[] =>
  (book.fenced?.get(nodeId) ?? []).flatMap((id) => {
    const node = book.nodes.get(id);
    return node ? [node, ...fencedUnder(book, id)] : [];
  });

type Draw = Extract<Step, { readonly kind: 'draw' }>;

export interface LookedBack {
  /** The days since its value day, for a draw that must be held against them. */
  readonly since: (step: Draw) => readonly PastDay[] | undefined;
  /** What a step of the batch did is seen by those behind it. */
  readonly carryOut: (movement: Movement) => void;
}

const notNeeded: LookedBack = { since: () => undefined, carryOut: () => undefined };

/** Looks at the days that back-dated draws among the steps have to be held against. */
export async function lookBack(
  tx: Tx,
  book: LimitBook,
  steps: readonly Step[],
  today: Day,
): Promise<LookedBack> {
  const backDated = steps.filter(
    (step): step is Draw =>
      step.kind === 'draw' && step.valueOn < today && step.judgedToday !== true,
  );
  if (backDated.length === 0) return notNeeded;
  const givesBack = steps.some(({ kind }) => kind !== 'draw' && kind !== 'reserve');
  const mustLook = ({ nodeId, valueOn }: Draw): boolean => {
    const leaf = book.nodes.get(nodeId);
    if (!leaf) return false;
    const nodes = participants(book, leaf);
    // What they keep from the path depends on their own days as well.
    const fenced = nodes.flatMap(({ id }) => fencedUnder(book, id));
    return wasTighter([...nodes, ...fenced], valueOn, today);
  };
  const looking = givesBack ? backDated : backDated.filter(mustLook);
  if (looking.length === 0) return notNeeded;
  const valueDays = looking.map((step) => step.valueOn);
  const counted = await countedSince(tx, book, firstOf(valueDays));
  const changes = await changesOf(tx, [...book.nodes.keys()]);
  const past = pastDays(book, counted, changes, { valueDays, until: today });
  return {
    since: (step) =>
      looking.includes(step) ? past.filter(({ day }) => day >= step.valueOn) : undefined,
    carryOut(movement) {
      // What is reserved now was not on those days.
      const then = { ...movement, reserved: Money.zero, reservationId: undefined };
      for (const { day, book: at } of past) if (day >= movement.valueOn) apply(at, then);
    },
  };
}
