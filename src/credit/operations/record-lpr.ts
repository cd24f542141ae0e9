/**
 * Records a published loan prime rate (LPR公布). It is public and the same for every zone, so only
 * who sees every zone may. One that is recorded late reopens the repricing days that it should
 * have served: the next repricing finds them.
 */
import { z } from 'zod';
import type { Day, Rate } from '../../kernel/index.ts';
import { dayParts, Exact, Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput, DayText, TextInput } from '../../platform/schemas.ts';
import { everything, within } from '../../platform/transaction.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import { addFixing, reopenRepricing } from '../store-repricing.ts';
import { LoanRateInput } from '../schedule-input.ts';

/** Since 2019-08 on the 20th of a month, later when that is a day off; in steps of 0.05 pp. */
const published = { earliestDay: 20, stepsPerOne: 2000 } as const;

/** A publication, as it is recorded and as it is corrected. */
export const publicationShape = {
  term: z.enum(['1Y', '5Y']),
  publishedOn: DayInput,
  rate: LoanRateInput,
  source: TextInput(200),
};

/** Who sees every zone says what was published, and as it is published. */
export function demandPublication(
  { today }: Pick<Context, 'today'>,
  item: Item<unknown>,
  { publishedOn, rate }: { readonly publishedOn: Day; readonly rate: Rate },
): void {
  if (item.actor.scope.zones !== '*') throw new Failure(no['needs-every-zone']);
  if (publishedOn > today) {
    const facts = { valueOn: publishedOn, today };
    throw new Failure(creditRefusals['value-day-in-future'], facts);
  }
  const steps = rate.exact.times(Exact.of(published.stepsPerOne));
  const isStep = steps.compare(Exact.of(steps.toFixed(0))) === 0;
  if (dayParts(publishedOn).day < published.earliestDay || !isStep) {
    throw new Failure(no['lpr-not-as-published'], { publishedOn, rate });
  }
}

export const recordLpr = operation({
  name: 'credit.record-lpr',
  title: { zh: '登记LPR', en: 'Record a loan prime rate' },
  permission: 'rules:manage',
  approval: { always: true, permission: 'rules:approve' },
  input: z.strictObject(publicationShape),
  output: z.object({
    term: z.string(),
    publishedOn: DayText,
    rate: z.string(),
    /** Loans that were repriced since that day and are looked at again. */
    reopened: z.int(),
  }),
  async run(context, item) {
    const { tx, now } = context;
    const { term, publishedOn, rate, source } = item.input;
    demandPublication(context, item, item.input);
    const { operationId } = item;
    const fixing = { term, on: publishedOn, rate, source, operationId, at: now };
    if (!(await addFixing(tx, fixing))) {
      throw new Failure(no['lpr-recorded'], { term, publishedOn });
    }
    context.concern(item, platformChain);
    // The loans are the banks'; whoever records a publication sees none of them.
    const reopened = await within(tx, everything, item.actor.scope, () =>
      reopenRepricing(tx, term, publishedOn),
    );
    return { term, publishedOn, rate: rate.toString(), reopened };
  },
});
