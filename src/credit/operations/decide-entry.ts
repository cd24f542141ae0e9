/**
 * The bank accepts or declines a nomination, with its reason, one by one or a whole batch
 * (批量准入); the second person is the bank's own. Accepted without conditions it is active at once.
 */
import { z } from 'zod';
import { Failure, isFailure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation, operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput, TextInput } from '../../platform/schemas.ts';
import { BatchAnswer, batchLimit, moveBatch, seenVersion } from '../entry-batch.ts';
import type { EntryState } from '../model-whitelist.ts';
import { creditRefusals as no } from '../refusals.ts';
import type { Change, Desk, Move } from '../whitelist-moves.ts';
import {
  EntryMoved,
  moveEntries,
  moveEntry,
  moved,
  quoteClause,
  termFrom,
} from '../whitelist-moves.ts';
import { declined } from './prepare-entry.ts';

const shape = {
  entryId: IdInput('wl'),
  decision: z.enum(['accept', 'decline']),
  reason: ReasonInput,
  /** What must be fulfilled first: the entry is then accepted, and active when that is shown. */
  conditions: TextInput(500).optional(),
};
const input = z.strictObject(shape);
type Input = z.output<typeof input>;

function stepsOf({ decision, conditions }: Input): EntryState[] {
  if (decision === 'decline') return ['DECLINED'];
  return conditions === undefined ? ['BANK_ACCEPTED', 'ACTIVE'] : ['BANK_ACCEPTED'];
}

function accepted({ reason, conditions }: Input, { pack, today }: Desk): Change | Failure {
  if (!pack) return new Failure(no['standards-missing'], { on: today });
  if (conditions !== undefined) {
    return { reason: `${reason}；条件：${conditions}`, set: { decidedOn: today } };
  }
  const { set, review } = termFrom(today, pack);
  return { reason, set: { ...set, decidedOn: today }, review };
}

const decision = (
  context: Context,
  item: Item<unknown>,
  one: Input,
  expectedVersion?: number,
): Move => ({
  item,
  entryId: one.entryId,
  expectedVersion,
  steps: () => stepsOf(one),
  decide(entry, desk) {
    // What the bank was never asked is not the bank's to decline.
    if (entry.state !== 'RECOMMENDED') {
      const facts = { entryId: entry.id, state: entry.state, to: stepsOf(one)[0] };
      return new Failure(no['entry-step'], facts);
    }
    quoteClause(context, item, desk, one.decision === 'accept' ? 'validMonths' : 'coolDownDays');
    return one.decision === 'accept' ? accepted(one, desk) : declined(one.reason, desk);
  },
});

const approval = { always: true, permission: 'credit:approve' } as const;

export const decideEntry = hotOperation({
  name: 'credit.decide-entry',
  title: { zh: '白名单准入决定', en: 'Decide a whitelist nomination' },
  permission: 'whitelist:decide',
  approval,
  input,
  output: EntryMoved,
  async runMany(context, items: readonly Item<Input>[]) {
    const moves = items.map((item) => decision(context, item, item.input, item.expectedVersion));
    const answers = await moveEntries(context, moves);
    return answers.map((one) => (isFailure(one) ? one : moved(one)));
  },
});

export const decideEntries = hotOperation({
  name: 'credit.decide-entries',
  title: { zh: '白名单批量准入决定', en: 'Decide a batch of nominations' },
  permission: 'whitelist:decide',
  approval,
  input: z.strictObject({
    entries: z
      .array(z.strictObject({ ...shape, ...seenVersion }))
      .min(1)
      .max(batchLimit),
  }),
  output: BatchAnswer,
  async runMany(context, items) {
    const answers: (z.output<typeof BatchAnswer> | Failure)[] = [];
    for (const item of items) {
      const moves = item.input.entries.map((one) => decision(context, item, one, one.version));
      answers.push(await moveBatch(context, moves));
    }
    return answers;
  },
});

export const activateEntry = operation({
  name: 'credit.activate-entry',
  title: { zh: '白名单生效', en: 'Activate a whitelist entry' },
  permission: 'whitelist:decide',
  approval,
  versioned: true,
  input: z.strictObject({ entryId: IdInput('wl'), reason: ReasonInput }),
  output: EntryMoved,
  async run(context, item) {
    const { entryId, reason } = item.input;
    const decide: Move['decide'] = ({ state }, { pack, today }) => {
      // A suspended entry comes back by its resumption, which thaws its limits.
      if (state !== 'BANK_ACCEPTED') {
        return new Failure(no['entry-step'], { entryId, state, to: 'ACTIVE' });
      }
      if (!pack) return new Failure(no['standards-missing'], { on: today });
      return { reason, ...termFrom(today, pack) };
    };
    const { expectedVersion } = item;
    const steps = () => ['ACTIVE'] as const;
    return moved(await moveEntry(context, { item, entryId, expectedVersion, steps, decide }));
  },
});
