/**
 * Reviews of listed firms: yearly ones arise with the listing, others by an event, and each has a
 * day by which it is due. Kept on: a yearly review renews the term. Not kept: suspended at once.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, addDays } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayText, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import type { Entry } from '../model-whitelist.ts';
import { reviewTriggers } from '../model-whitelist.ts';
import { creditRefusals as no } from '../refusals.ts';
import { isListed } from '../rules/whitelist.ts';
import type { Review } from '../store-whitelist.ts';
import { addReviews, lockEntriesById, lockReviewById, saveReview } from '../store-whitelist.ts';
import type { Change, Desk, Move } from '../whitelist-moves.ts';
import {
  EntryMoved,
  demandPack,
  moveEntry,
  moved,
  openDesk,
  quoteClause,
  termFrom,
} from '../whitelist-moves.ts';

const refuseUnlisted = ({ id: entryId, state }: Entry): Failure | undefined =>
  isListed(state) ? undefined : new Failure(no['entry-step'], { entryId, state });

export const raiseReview = operation({
  name: 'credit.raise-review',
  title: { zh: '发起事件复核', en: 'Raise a whitelist review' },
  permission: 'whitelist:review',
  input: z.strictObject({
    entryId: IdInput('wl'),
    trigger: z.enum(reviewTriggers).exclude(['YEARLY']),
    note: ReasonInput,
  }),
  output: z.object({ reviewId: IdText, entryId: IdText, dueOn: DayText }),
  async run(context, item) {
    const { tx, today } = context;
    const { entryId, trigger, note } = item.input;
    const entry = (await lockEntriesById(tx, [entryId])).get(entryId);
    if (!entry) throw new Failure(no['entry-missing'], { entryId });
    const { zoneId, ownerId } = entry;
    context.concern(item, zoneId);
    const refusal = refuseUnlisted(entry);
    if (refusal) throw refusal;
    const desk = (await openDesk(tx, today))(zoneId);
    const dueOn = addDays(today, demandPack(desk).parameters.eventReviewDays);
    const [reviewId] = await addReviews(tx, [{ item, entry, trigger, note, dueOn }], today);
    if (reviewId === undefined) throw new Failure(no['review-exists'], { entryId, trigger });
    quoteClause(context, item, desk, 'eventReviewDays');
    const payload = { entryId, trigger, dueOn };
    context.emit(item, {
      name: 'credit.review-raised',
      zoneId,
      ownerId,
      subjectId: reviewId,
      payload,
    });
    return { reviewId, entryId, dueOn };
  },
});

function refuseReview({ id: reviewId, doneOn }: Review, entry: Entry): Failure | undefined {
  const refusal = refuseUnlisted(entry);
  if (refusal) return refusal;
  return doneOn === null ? undefined : new Failure(no['review-done'], { reviewId, doneOn });
}

/** A yearly review that keeps the firm renews its term and sets the next one. */
const renewal = (today: Day, desk: Desk, review: Review, result: 'KEEP' | 'SUSPEND') =>
  result === 'KEEP' && review.trigger === 'YEARLY' ? termFrom(today, demandPack(desk)) : {};

export const reviewEntry = operation({
  name: 'credit.review-entry',
  title: { zh: '完成白名单复核', en: 'Complete a whitelist review' },
  permission: 'whitelist:review',
  versioned: true,
  input: z.strictObject({
    entryId: IdInput('wl'),
    reviewId: IdInput('rev'),
    result: z.enum(['KEEP', 'SUSPEND']),
    /** What was found and by which evidence. */
    finding: ReasonInput,
  }),
  output: EntryMoved.extend({ reviewId: IdText, expiresOn: DayText.nullable() }),
  async run(context, item) {
    const { tx, today } = context;
    const { entryId, reviewId, result, finding } = item.input;
    // Entries before reviews, here and wherever both are locked.
    await lockEntriesById(tx, [entryId]);
    const review = await lockReviewById(tx, reviewId);
    const decide = (entry: Entry, desk: Desk): Change | Failure => {
      if (review?.entryId !== entryId)
        return new Failure(no['review-missing'], { entryId, reviewId });
      const refusal = refuseReview(review, entry);
      if (refusal) return refusal;
      // Closed before the next one of its cause is opened.
      saveReview(tx, reviewId, { on: today, result, finding });
      const stops = result === 'SUSPEND' && entry.state === 'ACTIVE';
      return {
        reason: finding,
        ...renewal(today, desk, review, result),
        ...(stops ? { limits: 'freeze' as const } : {}),
      };
    };
    const steps: Move['steps'] = ({ state }) =>
      result === 'SUSPEND' && state === 'ACTIVE' ? ['SUSPENDED'] : [];
    const { expectedVersion } = item;
    const after = await moveEntry(context, { item, entryId, expectedVersion, steps, decide });
    const { zoneId, ownerId, expiresOn } = after;
    const payload = { entryId, result, finding };
    context.emit(item, {
      name: 'credit.review-completed',
      zoneId,
      ownerId,
      subjectId: reviewId,
      payload,
    });
    return { ...moved(after), reviewId, expiresOn };
  },
});
