/**
 * The first day on which an amount can be drawn, by what is known today: dated terms, first and
 * last days, reservations that run out. Whoever knows what falls due may ask as well what the days
 * would be if all of it was paid on time; the two answers stand beside each other, never as one.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Money, addDays, dayInShanghai } from '../kernel/index.ts';
import type { QueryContext } from '../platform/operation.ts';
import { query } from '../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
} from '../platform/schemas.ts';
import { statement } from '../platform/transaction.ts';
import type { Asked, Sight } from './look.ts';
import { Bound, boundOf, lookAt, pathOf, sayOf } from './look.ts';
import type { LimitNode } from './model.ts';
import { turningDays } from './rules/dated-terms.ts';
import type { ExpectedReturn } from './rules/expected-returns.ts';
import { giveBack } from './rules/expected-returns.ts';
import type { LimitBook } from './rules/headroom.ts';
import { fencedBelow, touchedNodes } from './store.ts';
import { asOfDay } from './store-figures.ts';

const selectExpiries = statement(
  'limits.select-expiries',
  `select distinct expires_at as "expiresAt" from limits_reservations
   where state = 'PENDING' and root_id = any ($1::text[])`,
);

const farthestDays = 3660;

/** Ten years from today at most, which is also meant when absent. */
export const lastAsked = (today: Day, until: Day | undefined): Day => {
  const farthest = addDays(today, farthestDays);
  return until === undefined || until > farthest ? farthest : until;
};

/** Days after today on which something known changes on the path: terms, dates, reservations. */
async function turningDaysOf(
  { tx, today }: QueryContext,
  path: readonly LimitNode[],
  until: Day,
): Promise<readonly Day[]> {
  const ids = path.map((node) => node.id);
  const [expiries, fenced] = await Promise.all([
    tx.rows<{ expiresAt: Date }>(selectExpiries, [path.map((node) => node.path.at(-1))]),
    fencedBelow(tx, ids),
  ]);
  const days = new Set<Day>([
    ...[...path, ...fenced].flatMap((node) =>
      turningDays(node.terms, today, until, (day) => addDays(day, 1)),
    ),
    ...path.map((node) => node.startsOn),
    // A reservation that runs out during a day is free at its end, which is how a day is shown.
    ...expiries.map((one) => dayInShanghai(one.expiresAt)),
  ]);
  return [...days].filter((day) => day > today && day <= until).sort();
}

const SaidShape = z.object({
  day: DayText,
  headroom: MoneyText.nullable(),
  code: z.string().nullable(),
  binding: z.array(Bound),
});
type Said = z.output<typeof SaidShape>;

/** An answer by days; `firstOn` is null when no day until the last one asked for has room. */
export const Forecast = z.object({ firstOn: DayText.nullable(), days: z.array(SaidShape) });
export type Forecast = z.output<typeof Forecast>;

function said(book: LimitBook, asked: Asked, day: Day): Said {
  const { found, code } = sayOf(book, asked, day);
  const headroom = found.headroom?.toString() ?? null;
  return { day, headroom, code, binding: found.binding.map(boundOf) };
}

const forecastOf = (days: readonly Said[]): Forecast => {
  const last = days.at(-1);
  return { firstOn: last?.code === null ? last.day : null, days: [...days] };
};

type Look = (day: Day) => Promise<Sight>;

/** Looks at a day once, whoever asks for it again. */
function lookOnce(context: QueryContext, nodeId: string): Look {
  const seen = new Map<Day, Promise<Sight>>();
  return (day) => {
    const sight = seen.get(day) ?? lookAt(context, nodeId, asOfDay(context, day));
    seen.set(day, sight);
    return sight;
  };
}

/** The days, today first, on which something known changes, until the amount fits. */
async function certainly(look: Look, asked: Asked, turns: readonly Day[]): Promise<Forecast> {
  const days: Said[] = [];
  for (const day of turns) {
    const { book } = await look(day);
    days.push(said(book, asked, day));
    if (days.at(-1)?.code === null) break;
  }
  return forecastOf(days);
}

/** What is seen of the path, with all that the returns touch as it stands now. */
const withTouched = ({ book }: Sight, touched: ReadonlyMap<string, LimitNode>): LimitBook => ({
  ...book,
  nodes: new Map([...touched, ...book.nodes]),
});

/**
 * The same with every return on its day. What is known is read again on turning days only; on the
 * others nothing changes but what is paid. Days that change nothing are left out.
 */
async function supposingPaid(
  { tx }: QueryContext,
  look: Look,
  asked: Asked,
  turns: readonly Day[],
  returns: readonly ExpectedReturn[],
): Promise<Forecast> {
  const touched = await touchedNodes(
    tx,
    returns.map((one) => one.nodeId),
  );
  const all = new Set([...turns, ...returns.map((one) => one.day)]);
  const days: Said[] = [];
  let book: LimitBook | undefined;
  let paid = 0;
  for (const day of [...all].sort()) {
    if (!book || turns.includes(day)) {
      book = withTouched(await look(day), touched);
      giveBack(book, returns.slice(0, paid));
    }
    const from = paid;
    while (returns[paid]?.day === day) paid += 1;
    giveBack(book, returns.slice(from, paid));
    const before = days.at(-1);
    const now = said(book, asked, day);
    if (before && now.headroom === before.headroom && now.code === before.code) continue;
    days.push(now);
    if (now.code === null) break;
  }
  return forecastOf(days);
}

const selectCarriers = statement(
  'limits.select-carriers-among',
  `select id from limits_nodes where caps <> '{}' and caps && $1::text[]`,
);

/**
 * The HARD nodes that a draw on `path` touches, and what carries the caps among them: a repayment
 * on whatever lies below one of these gives something back to the path, or may.
 */
async function reachOf({ tx }: QueryContext, path: readonly LimitNode[]): Promise<string[]> {
  const hard = path.filter((node) => node.enforcement === 'HARD').map((node) => node.id);
  const carriers = await tx.rows<{ id: string }>(selectCarriers, [hard]);
  return [...new Set([...hard, ...carriers.map((row) => row.id)])];
}

/**
 * When an amount can be drawn: for certain, and supposing that what falls due is paid on its day.
 * @param returnsBelow told the ids of limits: what falls due from today until the last day on these
 * or below them.
 */
export async function whenDrawable(
  context: QueryContext,
  asked: Asked & { readonly until: Day },
  returnsBelow: (limits: readonly string[]) => Promise<readonly ExpectedReturn[]>,
): Promise<{ readonly certain: Forecast; readonly supposingPaid: Forecast; returned: Money }> {
  const { path } = await pathOf(context.tx, asked.nodeId);
  const turns = [context.today, ...(await turningDaysOf(context, path, asked.until))];
  const returns = [...(await returnsBelow(await reachOf(context, path)))].sort((a, b) =>
    a.day < b.day ? -1 : a.day > b.day ? 1 : 0,
  );
  const look = lookOnce(context, asked.nodeId);
  const supposed = await supposingPaid(context, look, asked, turns, returns);
  const last = supposed.firstOn ?? asked.until;
  const due = returns.filter((one) => one.day <= last);
  return {
    certain: await certainly(look, asked, turns),
    supposingPaid: supposed,
    returned: Money.sum(due.map((one) => one.amount)),
  };
}

export const whenAvailable = query({
  name: 'limits.when-available',
  title: { zh: '何时可用', en: 'When an amount can be drawn' },
  permission: 'limits:read',
  byKey: true,
  input: z.strictObject({
    nodeId: IdInput('lim'),
    amount: PositiveAmountInput,
    tenorDays: z.coerce.number().int().min(1).max(36_500).optional(),
    /** Ten years from today at most, which is also meant when absent. */
    until: DayInput.optional(),
  }),
  output: z.object({
    nodeId: IdText,
    amount: MoneyText,
    /** Null when no day up to `until` has room, by what is known today. */
    firstOn: DayText.nullable(),
    /** Today, then each day on which something known changes, until the amount fits. */
    days: z.array(SaidShape),
    until: DayText,
  }),
  async run(context, { nodeId, amount, tenorDays, until: asked }) {
    const until = lastAsked(context.today, asked);
    const { path } = await pathOf(context.tx, nodeId);
    const turns = [context.today, ...(await turningDaysOf(context, path, until))];
    const look: Look = (day) => lookAt(context, nodeId, asOfDay(context, day));
    const forecast = await certainly(look, { nodeId, amount, tenorDays }, turns);
    return { nodeId, amount: amount.toString(), ...forecast, until };
  },
});
