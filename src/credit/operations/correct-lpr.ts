/**
 * Corrects a loan prime rate that was recorded wrongly (更正LPR). Nothing is edited: one more row of
 * the day holds from now on, and the next repricing replays every loan that used the wrong one. A
 * loan that cannot take it, or is closed, keeps its rate and its bank is told.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayText, ReasonInput } from '../../platform/schemas.ts';
import { everything, within } from '../../platform/transaction.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { fixingsOf } from '../store-loan-facts.ts';
import { addCorrection, lookAtClosedLoans, reopenRepricing } from '../store-repricing.ts';
import { demandPublication, publicationShape } from './record-lpr.ts';

export const correctLpr = operation({
  name: 'credit.correct-lpr',
  title: { zh: '更正LPR', en: 'Correct a loan prime rate' },
  permission: 'rules:manage',
  approval: { always: true, permission: 'rules:approve' },
  input: z.strictObject({ ...publicationShape, reason: ReasonInput }),
  output: z.object({
    term: z.string(),
    publishedOn: DayText,
    rate: z.string(),
    mistaken: z.string(),
    /** Open loans that were priced since that day and are looked at again. */
    reopened: z.int(),
  }),
  async run(context, item) {
    const { tx, now } = context;
    const { term, publishedOn, rate, source } = item.input;
    demandPublication(context, item, item.input);
    const before = (await fixingsOf(tx, term)).find(({ on }) => on === publishedOn);
    if (!before) throw new Failure(no['lpr-not-recorded'], { term, publishedOn });
    if (before.rate.compare(rate) === 0) {
      throw new Failure(no['lpr-recorded'], { term, publishedOn, rate });
    }
    const { operationId } = item;
    addCorrection(tx, { term, on: publishedOn, rate, source, operationId, at: now });
    context.concern(item, platformChain);
    const reopened = await within(tx, everything, item.actor.scope, () => {
      lookAtClosedLoans(tx, term, publishedOn);
      return reopenRepricing(tx, term, publishedOn);
    });
    const told = { rate: rate.toString(), mistaken: before.rate.toString() };
    return { term, publishedOn, ...told, reopened };
  },
});
