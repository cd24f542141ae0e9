/**
 * How entries of the whitelist move, written for a list: all are locked, each is decided in order,
 * and every table is written once. Limits are frozen or thawed here, after the entries are locked
 * and before anything is written, because limits stand below this module.
 */
import { z } from 'zod';
import type { Calendar, Day } from '../kernel/index.ts';
import { Failure, addMonths, isFailure, makeCalendar } from '../kernel/index.ts';
import { calendarOf } from '../parties/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { IdText } from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import { packInForce, packsOf } from '../rulebook/index.ts';
import { freezeLinesOf, thawLimits } from './freeze-lines.ts';
import type { Entry, EntryState } from './model-whitelist.ts';
import { creditRefusals as no } from './refusals.ts';
import type { AdmissionPack } from './rules/whitelist.ts';
import { admissionScheme, refuseStep } from './rules/whitelist.ts';
import type { EntryStep, NewReview } from './store-whitelist.ts';
import { addEntrySteps, addReviews, lockEntriesById, saveEntries } from './store-whitelist.ts';

export const EntryMoved = z.object({
  entryId: IdText,
  state: z.string(),
  version: z.number().int(),
});

export const moved = ({ id: entryId, state, version }: Entry): z.output<typeof EntryMoved> => ({
  entryId,
  state,
  version,
});

/** What a decision about an entry looks things up in. */
export interface Desk {
  readonly pack: AdmissionPack | undefined;
  /** Loaded only when a clock counts working days. */
  readonly calendar: Calendar;
  readonly today: Day;
}

export interface Change {
  readonly reason: string;
  readonly set?: Partial<Entry>;
  readonly limits?: 'freeze' | 'thaw';
  readonly review?: Omit<NewReview, 'item' | 'entry'>;
}

export interface Move {
  readonly item: Item<unknown>;
  readonly entryId: string;
  readonly expectedVersion?: number | undefined;
  /** The states it goes through; none when only its terms change. */
  readonly steps: (entry: Entry) => readonly EntryState[];
  /** Called when the steps are allowed. */
  readonly decide: (entry: Entry, desk: Desk) => Change | Failure;
}

const noCalendar = makeCalendar({ holidays: [], workingDays: [] });

/** The desk of a zone today; the rule packs are read once for a whole list. */
export async function openDesk(tx: Tx, today: Day): Promise<(zoneId: string) => Desk> {
  const packs = await packsOf(tx, 'whitelist', [admissionScheme]);
  const worked = packs.some(({ parameters }) => parameters.clock.unit === 'working-days');
  const calendar = worked ? await calendarOf(tx) : noCalendar;
  return (zoneId) => {
    const pack = packInForce(packs, { scheme: admissionScheme, zoneId, on: today });
    return { pack, calendar, today };
  };
}

/** The pack in force; throws `standards-missing` when there is none. */
export function demandPack({ pack, today }: Desk): AdmissionPack {
  if (!pack) throw new Failure(no['standards-missing'], { scheme: admissionScheme, on: today });
  return pack;
}

/** Tells the log by which clause of the pack something was decided. */
export function quoteClause(context: Context, item: Item<unknown>, desk: Desk, name: string): void {
  if (!desk.pack) return;
  const version = String(desk.pack.version);
  context.quote(item, { pack: desk.pack.id, version, clause: name });
}

/** What the pack gives an entry that becomes active: how long it holds and when it is reviewed. */
export function termFrom(
  today: Day,
  { parameters }: AdmissionPack,
): Required<Pick<Change, 'set' | 'review'>> {
  return {
    set: { expiresOn: addMonths(today, parameters.validMonths) },
    review: {
      trigger: 'YEARLY',
      note: '年度复核',
      dueOn: addMonths(today, parameters.reviewMonths),
    },
  };
}

interface Taken {
  readonly move: Move;
  readonly before: Entry;
  readonly steps: readonly EntryState[];
  readonly change: Change;
}

function take(move: Move, entry: Entry | undefined, desk: Desk | undefined): Taken | Failure {
  const { entryId, expectedVersion } = move;
  if (!entry || !desk) return new Failure(no['entry-missing'], { entryId });
  const { state, version } = entry;
  if (expectedVersion !== undefined && expectedVersion !== version) {
    return new Failure(no['version-stale'], { entryId, version, state, reason: entry.reason });
  }
  const steps = move.steps(entry);
  let at = entry;
  for (const to of steps) {
    const refusal = refuseStep(at, to);
    if (refusal) return refusal;
    at = { ...at, state: to };
  }
  const change = move.decide(entry, desk);
  return isFailure(change) ? change : { move, before: entry, steps, change };
}

async function moveLimits(context: Context, one: Taken): Promise<Partial<Entry>> {
  const { move, before, change } = one;
  const reason = `白名单 ${before.id}：${change.reason}`;
  if (change.limits === 'freeze') {
    const frozen = await freezeLinesOf(context, move.item, before, reason);
    return { frozenNodes: [...new Set([...before.frozenNodes, ...frozen])] };
  }
  if (change.limits === 'thaw') {
    await thawLimits(context, move.item, before.frozenNodes, reason);
    return { frozenNodes: [] };
  }
  return {};
}

const eventNames: Readonly<Record<EntryState, string>> = {
  DRAFT: 'credit.entry-drafted',
  SUBMITTED: 'credit.entry-submitted',
  SCREENED: 'credit.entry-screened',
  RECOMMENDED: 'credit.entry-recommended',
  BANK_ACCEPTED: 'credit.entry-accepted',
  ACTIVE: 'credit.entry-activated',
  SUSPENDED: 'credit.entry-suspended',
  EXITED: 'credit.entry-exited',
  DECLINED: 'credit.entry-declined',
};

/** The steps of one move, each with the news of it. */
function stepsOf(context: Context, { move, before, steps, change }: Taken): EntryStep[] {
  const { reason } = change;
  return steps.map((to, i) => {
    const from = steps[i - 1] ?? before.state;
    const { zoneId, ownerId, id: subjectId, enterpriseId } = before;
    const name = from === 'SUSPENDED' && to === 'ACTIVE' ? 'credit.entry-resumed' : eventNames[to];
    const payload = { enterpriseId, reason, exitReason: change.set?.exitReason ?? null };
    context.emit(move.item, { name, zoneId, ownerId, subjectId, payload });
    return { item: move.item, entry: before, from, to, reason };
  });
}

/** One answer for each move, decided in order: the entry as it is now, or why not. */
export async function moveEntries(
  context: Context,
  moves: readonly Move[],
): Promise<(Entry | Failure)[]> {
  const { tx, today } = context;
  const book = await lockEntriesById(
    tx,
    moves.map(({ entryId }) => entryId),
  );
  const deskOf = await openDesk(tx, today);
  const answers: (Entry | Failure)[] = [];
  const steps: EntryStep[] = [];
  const reviews: NewReview[] = [];
  const changed = new Set<string>();
  for (const move of moves) {
    const entry = book.get(move.entryId);
    if (entry) context.concern(move.item, entry.zoneId);
    const one = take(move, entry, entry && deskOf(entry.zoneId));
    if (isFailure(one)) {
      answers.push(one);
      continue;
    }
    const { before, change } = one;
    const state = one.steps.at(-1) ?? before.state;
    const limits = await moveLimits(context, one);
    const version = before.version + 1;
    const after: Entry = {
      ...before,
      ...change.set,
      ...limits,
      reason: change.reason,
      state,
      version,
    };
    book.set(after.id, after);
    changed.add(after.id);
    steps.push(...stepsOf(context, one));
    if (change.review) reviews.push({ ...change.review, item: move.item, entry: after });
    answers.push(after);
  }
  saveEntries(
    tx,
    [...book.values()].filter(({ id }) => changed.has(id)),
  );
  addEntrySteps(tx, steps, context);
  await addReviews(tx, reviews, today);
  return answers;
}

/** The same for one entry; throws the refusal. */
export async function moveEntry(context: Context, move: Move): Promise<Entry> {
  const [answer] = await moveEntries(context, [move]);
  if (answer === undefined) throw new Error('A move got no answer.');
  if (isFailure(answer)) throw answer;
  return answer;
}
