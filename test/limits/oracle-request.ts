// What the independent model says to a reservation or a draw: every reason against it, each with
// what it is short by, and the largest amount that none of them refuses.
import type { Failure, Money } from '../../src/kernel/index.ts';
import type { Binding } from '../../src/limits/model.ts';
import type { Asked, Held, Model, Verdict, View } from './oracle-model.ts';
import { bucketOf, noTerms, shares } from './oracle-terms.ts';

interface Reason {
  readonly code: string;
  /** `node cause fen`, and `@day` for a past one. */
  readonly short: readonly string[];
  readonly nodes: readonly string[];
  /** The largest amount that this reason alone would let through; undefined where none is said. */
  readonly smallest: bigint | undefined;
}

const least = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (a < b ? a : b));
const notNegative = (amount: bigint): bigint => (amount < 0n ? 0n : amount);

export function refusedReservation(
  one: Held | undefined,
  node: string | undefined,
): string | undefined {
  if (!one) return 'reservation-missing';
  if (node !== undefined && one.node !== node) return 'reservation-other-node';
  return one.state === 'open' ? undefined : `reservation-${one.state}`;
}

function closed(model: Model, { node, day, amount }: Asked, view: View): Reason[] {
  const causes = [...model.route(node).keys()].flatMap((id): [string, string][] => {
    if (view.closed.has(id)) return [[id, 'closed']];
    if (view.frozen.has(id)) return [[id, 'frozen']];
    return day > (model.nodes.get(id)?.expiresOn ?? '9999-12-31') ? [[id, 'expired']] : [];
  });
  if (causes.length === 0) return [];
  const strongest = ['closed', 'frozen'].find((one) => causes.some(([, cause]) => cause === one));
  const code = `limit-${strongest ?? 'expired'}`;
  const short = causes.map(([id, cause]) => `${id} ${cause} ${amount}`);
  return [{ code, short, nodes: causes.map(([id]) => id), smallest: 0n }];
}

/** What was frozen on the value day and is not any more. */
function closedThen(model: Model, { op, node, day, amount, now }: Asked, view: View): Reason[] {
  if (op !== 'draw' || model.daysSince(day, now).length === 0) return [];
  const { frozen } = model.asOf(day, now);
  const expired = (id: string) => day > (model.nodes.get(id)?.expiresOn ?? '9999-12-31');
  const nodes = [...model.route(node).keys()].filter(
    (id) => frozen.has(id) && !view.frozen.has(id) && !view.closed.has(id) && !expired(id),
  );
  if (nodes.length === 0) return [];
  const short = nodes.map((id) => `${id} frozen ${amount}@${day}`);
  return [{ code: 'limit-frozen', short, nodes, smallest: 0n }];
}

/** Per node, the smallest bucket that is long enough: what is in it, and what is put in. */
export function overTenor(
  model: Model,
  { node, amount, tenorDays }: Asked,
  view: View,
  used?: Held,
): Reason[] {
  const bucketed = [...model.route(node).keys()].filter(
    (id) =>
      model.nodes.get(id)?.enforcement === 'HARD' && (view.terms.get(id)?.buckets.length ?? 0) > 0,
  );
  if (bucketed.length === 0) return [];
  if (tenorDays === undefined) {
    return [{ code: 'tenor-missing', short: [], nodes: [], smallest: undefined }];
  }
  const bucketIn = (id: string, days: number | undefined) =>
    bucketOf(view.terms.get(id) ?? noTerms, days);
  const full = bucketed.flatMap((id): { id: string; cause: string; left: bigint }[] => {
    const bucket = bucketIn(id, tenorDays);
    if (!bucket) return [{ id, cause: 'tenor-too-long', left: 0n }];
    const within = (days: number | undefined): boolean => bucketIn(id, days) === bucket;
    let left = bucket.amount;
    for (const one of view.inTenor) {
      if (model.route(one.node).has(id) && within(one.tenorDays)) left -= one.amount;
    }
    if (used && within(used.tenorDays)) left += used.open;
    return amount > left ? [{ id, cause: 'bucket-full', left }] : [];
  });
  if (full.length === 0) return [];
  const tooLong = full.some(({ cause }) => cause === 'tenor-too-long');
  return [
    {
      code: tooLong ? 'tenor-too-long' : 'bucket-full',
      short: full.map(({ id, cause, left }) => `${id} ${cause} ${amount - left}`),
      nodes: full.map(({ id }) => id),
      smallest: notNegative(least(full.map(({ left }) => left))),
    },
  ];
}

const beyondAll = 10_000_000n;

/** What each node of the route lets through by itself: nothing once it is short. */
function passing(model: Model, leaf: string, view: View): Map<string, bigint> {
  const short = model.shortages(leaf, beyondAll, view);
  const rooms = model.rooms(view, leaf);
  return new Map(
    [...short].map(([id, by]) => {
      const left = rooms.get(id) ?? 0n;
      return [id, left < 0n ? left : beyondAll - by];
    }),
  );
}

/** The largest amount with which nothing of these on the route is short. */
function admitted(model: Model, { node: leaf, view, binds = all }: Room): bigint {
  const rooms = model.rooms(view, leaf);
  const own = [...model.route(leaf).keys()].flatMap((id) =>
    binds(id) ? (rooms.get(id) ?? []) : [],
  );
  if (![...view.terms.values()].some(shares)) return notNegative(least(own));
  let [low, high] = [0n, beyondAll];
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (![...model.shortages(leaf, middle, view).keys()].some(binds)) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** @param held what of it is set aside already. */
function tooMuch(model: Model, asked: Room): Reason[] {
  const { node, amount, view, held, day, binds = all } = asked;
  const shortages = [...model.shortages(node, amount - held, view)].filter(([id]) => binds(id));
  if (shortages.length === 0) return [];
  const before = model.rooms(view, node);
  const short = shortages.map(([id, by]) => {
    const room = before.get(id) ?? 0n;
    // What is short already lets nothing through: then all of the amount is short as well.
    const lacking = room < 0n ? amount - held - room : by;
    const cause = lacking <= (view.figures.get(id)?.reserved ?? 0n) ? 'held' : 'used-up';
    return `${id} ${cause} ${lacking}${day === undefined ? '' : `@${day}`}`;
  });
  const smallest = admitted(model, asked) + held;
  return [{ code: 'limit-exceeded', short, nodes: shortages.map(([id]) => id), smallest }];
}

interface Room {
  readonly node: string;
  readonly amount: bigint;
  readonly view: View;
  readonly held: bigint;
  readonly day?: string;
  /** Which nodes are asked; all of them when absent. */
  readonly binds?: (id: string) => boolean;
}

const all = (): boolean => true;

/** The day since the value day on which least was left, where that was not enough. */
function tooMuchThen(model: Model, { node, amount, day, now }: Asked, today: View): Reason[] {
  let worst: Reason | undefined;
  const days = model.daysSince(day, now);
  if (days.length === 0) return [];
  const free = [...today.figures].map(([id, one]) => [id, { ...one, reserved: 0n }] as const);
  const rooms = passing(model, node, { ...today, figures: new Map(free) });
  for (const then of days) {
    const view = model.asOf(then, now);
    const before = passing(model, node, view);
    // What is as short today is not the doing of the date.
    const binds = (id: string): boolean => (before.get(id) ?? 0n) < (rooms.get(id) ?? 0n);
    const [reason] = tooMuch(model, { node, amount, view, held: 0n, day: then, binds });
    if (reason && (!worst || (reason.smallest ?? 0n) < (worst.smallest ?? 0n))) worst = reason;
  }
  return worst ? [worst] : [];
}

function unusable({ of, amount, node, spill }: Asked, one: Held | undefined): Reason[] {
  if (of === undefined) return [];
  const refused = refusedReservation(one, node);
  const said = { short: [], nodes: [] };
  if (refused !== undefined) return [{ code: refused, ...said, smallest: undefined }];
  const open = one?.open ?? 0n;
  if (amount <= open || spill) return [];
  return [{ code: 'reservation-exceeded', ...said, smallest: open }];
}

/** The same, of a refusal of the engine. */
export function reasonsOf({ facts }: Failure): Pick<Verdict, 'short' | 'smallest'> {
  const binding = (facts['binding'] ?? []) as readonly Binding[];
  const fen = (amount: Money): bigint => BigInt(amount.toString().replace('.', ''));
  const smallest = facts['smallestAdmissible'];
  return {
    short: binding.map(({ nodeId, cause, shortBy, on }) => {
      const past = on === undefined ? '' : `@${on}`;
      return `${nodeId} ${cause} ${fen(shortBy)}${past}`;
    }),
    smallest: smallest === undefined ? undefined : fen(smallest as Money),
  };
}

export function judgeRequest(model: Model, asked: Asked, view: View): Verdict {
  const { op, node, amount, of, tenorDays } = asked;
  const one = op === 'draw' ? view.held.get(of ?? '') : undefined;
  const usable = refusedReservation(one, node) === undefined ? one : undefined;
  const refused = op === 'draw' ? unusable(asked, one) : [];
  const held = usable?.open ?? 0n;
  const reasons = [
    ...closed(model, asked, view),
    ...closedThen(model, asked, view),
    ...(op === 'reserve' && tenorDays === undefined ? [] : overTenor(model, asked, view, usable)),
    ...refused,
    ...(refused.length > 0 || amount <= held ? [] : tooMuch(model, { node, amount, view, held })),
    ...(op === 'draw' ? tooMuchThen(model, asked, view) : []),
  ];
  const said = reasons.flatMap(({ smallest }) => (smallest === undefined ? [] : [smallest]));
  return {
    code: reasons[0]?.code,
    binding: reasons.flatMap(({ nodes }) => nodes),
    short: reasons.flatMap(({ short }) => short),
    smallest: said.length === 0 ? undefined : least(said),
  };
}
