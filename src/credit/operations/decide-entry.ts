/**
 * The bank accepts or declines a nomination, with its reason; the second person is the bank's own.
 */
import { z } from 'zod';
import { Failure, addMonths } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import type { EntryState } from '../model.ts';
import { creditRefusals as no } from '../refusals.ts';
import { lockEntryById, saveEntryDecision } from '../store-terms.ts';

/** An entry is reviewed at least yearly. */
const validMonths = 12;

export const decideEntry = operation({
  name: 'credit.decide-entry',
  title: { zh: '白名单准入决定', en: 'Decide a whitelist nomination' },
  permission: 'whitelist:decide',
  approval: { always: true, permission: 'credit:approve' },
  input: z.strictObject({
    entryId: IdInput('wl'),
    decision: z.enum(['accept', 'decline']),
    reason: ReasonInput,
  }),
  output: z.object({ entryId: IdText, state: z.string() }),
  async run({ tx, today, concern, emit }, item) {
    const { entryId, decision, reason } = item.input;
    const entry = await lockEntryById(tx, entryId);
    if (!entry) throw new Failure(no['entry-missing'], { entryId });
    concern(item, entry.zoneId);
    if (entry.state !== 'RECOMMENDED') {
      throw new Failure(no['entry-decided'], { entryId, state: entry.state });
    }
    const state: EntryState = decision === 'accept' ? 'ACTIVE' : 'DECLINED';
    const expiresOn = decision === 'accept' ? addMonths(today, validMonths) : undefined;
    await saveEntryDecision(tx, entryId, { state, reason, on: today, expiresOn });
    emit(item, {
      name: decision === 'accept' ? 'credit.entry-accepted' : 'credit.entry-declined',
      zoneId: entry.zoneId,
      ownerId: entry.ownerId,
      subjectId: entryId,
      payload: { enterpriseId: entry.enterpriseId, reason },
    });
    return { entryId, state };
  },
});
