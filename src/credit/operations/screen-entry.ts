/**
 * The zone screens a nomination against the admission standards in force (准入筛查): each standard with
 * result, evidence and clause. What the book knows itself, a tag or a code, nobody enters.
 */
import { z } from 'zod';
import { Failure, isFailure } from '../../kernel/index.ts';
import { enterprisesById } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput, TextInput } from '../../platform/schemas.ts';
import type { Entry, Judged } from '../model-whitelist.ts';
import { creditRefusals as no } from '../refusals.ts';
import { isPassed, judge } from '../rules/whitelist.ts';
import { tagsOf } from '../store-tags.ts';
import { addScreening, lockEntriesById } from '../store-whitelist.ts';
import type { Change, Desk } from '../whitelist-moves.ts';
import { EntryMoved, moveEntry, moved, quoteClause } from '../whitelist-moves.ts';

const FindingInput = z.strictObject({
  standard: TextInput(40),
  met: z.boolean(),
  evidence: TextInput(500),
});

export const JudgedText = z.object({
  standard: z.string(),
  name: z.string(),
  by: z.enum(['person', 'tag', 'uscc']),
  met: z.boolean(),
  evidence: z.string(),
  clause: z.string().nullable(),
});

export const screenEntry = operation({
  name: 'credit.screen-entry',
  title: { zh: '白名单准入筛查', en: 'Screen a whitelist nomination' },
  permission: 'whitelist:screen',
  versioned: true,
  input: z.strictObject({
    entryId: IdInput('wl'),
    findings: z.array(FindingInput).max(40),
    reason: ReasonInput,
  }),
  output: EntryMoved.extend({ passed: z.boolean(), findings: z.array(JudgedText) }),
  async run(context, item) {
    const { tx, today } = context;
    const { entryId, findings, reason } = item.input;
    const { expectedVersion } = item;
    const entry = (await lockEntriesById(tx, [entryId])).get(entryId);
    if (!entry) throw new Failure(no['entry-missing'], { entryId });
    const { enterpriseId } = entry;
    const uscc = (await enterprisesById(tx, [enterpriseId])).get(enterpriseId)?.uscc ?? '';
    const tags = await tagsOf(tx, [enterpriseId]);
    let judged: readonly Judged[] = [];
    const decide = (_entry: Entry, desk: Desk): Change | Failure => {
      const { pack } = desk;
      if (!pack) return new Failure(no['standards-missing'], { on: today });
      const found = judge({ pack, findings, uscc, tags, on: today });
      if (isFailure(found)) return found;
      judged = found;
      quoteClause(context, item, desk, 'standards');
      const passed = isPassed(judged);
      addScreening(tx, item, entry, { packId: pack.id, passed, findings: judged }, context);
      return { reason, set: { screeningPassed: passed } };
    };
    const steps = () => ['SCREENED'] as const;
    const after = await moveEntry(context, { item, entryId, expectedVersion, steps, decide });
    return { ...moved(after), passed: after.screeningPassed === true, findings: [...judged] };
  },
});
