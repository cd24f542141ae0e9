/**
 * The zone recommends what passed its screening, one by one or a whole batch (批量推荐); a second
 * person of the zone agrees. From the day on which the file was complete the bank's clock runs.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, isFailure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import { DayInput, IdInput, ReasonInput } from '../../platform/schemas.ts';
import { BatchAnswer, batchLimit, moveBatch, seenVersion } from '../entry-batch.ts';
import type { Entry } from '../model-whitelist.ts';
import { creditRefusals as no } from '../refusals.ts';
import { decisionDueOn } from '../rules/whitelist.ts';
import type { Change, Desk, Move } from '../whitelist-moves.ts';
import { EntryMoved, moveEntries, moved, quoteClause } from '../whitelist-moves.ts';

const shape = {
  entryId: IdInput('wl'),
  reason: ReasonInput,
  /** When the file was complete; today when left out. */
  fileCompleteOn: DayInput.optional(),
};
const input = z.strictObject(shape);
type Input = z.output<typeof input>;

const refuse = (entry: Entry, fileOn: Day, { pack, today }: Desk): Failure | undefined => {
  const { id: entryId, nominatedOn } = entry;
  if (!pack) return new Failure(no['standards-missing'], { on: today });
  if (fileOn > today || fileOn < nominatedOn) {
    const facts = { entryId, fileCompleteOn: fileOn, nominatedOn, today };
    return new Failure(no['file-day-outside'], facts);
  }
  return entry.screeningPassed === true
    ? undefined
    : new Failure(no['screening-failed'], { entryId });
};

const recommendation = (
  context: Context,
  item: Item<unknown>,
  { entryId, reason, fileCompleteOn }: Input,
  expectedVersion?: number,
): Move => ({
  item,
  entryId,
  expectedVersion,
  steps: () => ['RECOMMENDED'],
  decide(entry, desk): Change | Failure {
    const fileOn = fileCompleteOn ?? desk.today;
    const refusal = refuse(entry, fileOn, desk);
    if (refusal || !desk.pack) return refusal as Failure;
    const { clock } = desk.pack.parameters;
    quoteClause(context, item, desk, 'clock');
    return {
      reason,
      set: {
        fileCompleteOn: fileOn,
        clockCount: clock.count,
        clockUnit: clock.unit,
        decisionDueOn: decisionDueOn(fileOn, clock, desk.calendar),
      },
    };
  },
});

const approval = { always: true, permission: 'whitelist:approve' } as const;

export const recommendEntry = hotOperation({
  name: 'credit.recommend-entry',
  title: { zh: '向银行推荐', en: 'Recommend to the bank' },
  permission: 'whitelist:nominate',
  approval,
  versioned: true,
  input,
  output: EntryMoved,
  async runMany(context, items: readonly Item<Input>[]) {
    const moves = items.map((item) =>
      recommendation(context, item, item.input, item.expectedVersion),
    );
    const answers = await moveEntries(context, moves);
    return answers.map((one) => (isFailure(one) ? one : moved(one)));
  },
});

export const recommendEntries = hotOperation({
  name: 'credit.recommend-entries',
  title: { zh: '批量向银行推荐', en: 'Recommend a batch to banks' },
  permission: 'whitelist:nominate',
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
      const moves = item.input.entries.map((one) =>
        recommendation(context, item, one, one.version),
      );
      answers.push(await moveBatch(context, moves));
    }
    return answers;
  },
});
