/**
 * The zone's own steps before the bank is asked: the file is handed in, and a nomination that leads
 * nowhere is declined by the zone itself, with its reason and the same cool-down.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import type { Entry } from '../model-whitelist.ts';
import { creditRefusals as no } from '../refusals.ts';
import { renominableOn } from '../rules/whitelist.ts';
import type { Change, Desk } from '../whitelist-moves.ts';
import { EntryMoved, moveEntry, moved } from '../whitelist-moves.ts';

export const submitEntry = operation({
  name: 'credit.submit-entry',
  title: { zh: '提交白名单材料', en: 'Submit a whitelist file' },
  permission: 'whitelist:nominate',
  versioned: true,
  input: z.strictObject({ entryId: IdInput('wl'), reason: ReasonInput }),
  output: EntryMoved,
  async run(context, item) {
    const { entryId, reason } = item.input;
    const { expectedVersion } = item;
    const steps = () => ['SUBMITTED'] as const;
    const decide = () => ({ reason });
    return moved(await moveEntry(context, { item, entryId, expectedVersion, steps, decide }));
  },
});

/** A "no" with its reason, and until when it stands. */
export const declined = (reason: string, { pack, today }: Desk): Change | Failure =>
  pack === undefined
    ? new Failure(no['standards-missing'], { on: today })
    : { reason, set: { decidedOn: today, renominableOn: renominableOn(today, pack.parameters) } };

export const declineEntry = operation({
  name: 'credit.decline-entry',
  title: { zh: '园区不予推荐', en: 'Decline to recommend' },
  permission: 'whitelist:screen',
  versioned: true,
  input: z.strictObject({ entryId: IdInput('wl'), reason: ReasonInput }),
  output: EntryMoved,
  async run(context, item) {
    const { entryId, reason } = item.input;
    const { expectedVersion } = item;
    const steps = () => ['DECLINED'] as const;
    // Once recommended, the answer is the bank's.
    const decide = (entry: Entry, desk: Desk): Change | Failure =>
      entry.state === 'RECOMMENDED'
        ? new Failure(no['entry-step'], { entryId, state: entry.state, to: 'DECLINED' })
        : declined(reason, desk);
    return moved(await moveEntry(context, { item, entryId, expectedVersion, steps, decide }));
  },
});
