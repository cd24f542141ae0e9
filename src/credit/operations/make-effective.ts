/**
 * The signed line becomes effective (授信生效): every condition precedent is met, and the line is
 * opened by the very code of `credit.open-line`, so limits, whitelist and agreement hold alike.
 */
import { z } from 'zod';
import { Failure, addMonths, isFailure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText } from '../../platform/schemas.ts';
import {
  ApplicationChanged,
  applicationStep,
  applicationToChange,
  approvalInForce,
  moveApplication,
} from '../application-change.ts';
import { closeDemandOf } from '../demand-change.ts';
import { demandRefusals as no } from '../demand-refusals.ts';
import { openLineFor } from '../open-line-for.ts';
import { conditionsOf } from '../store-applications.ts';

const input = z.strictObject({
  applicationId: IdInput('appl'),
  /** Today when left out. */
  startsOn: DayInput.optional(),
  /** False opens a line for a firm that no whitelist names; that takes a second person. */
  whitelistRequired: z.boolean().default(true),
});

type Input = z.output<typeof input>;

async function refuseOpenConditions({ tx }: Context, applicationId: string): Promise<void> {
  const conditions = await conditionsOf(tx, applicationId);
  const open = conditions.filter(({ kind, metOn }) => kind === 'precedent' && metOn === null);
  if (open.length === 0) return;
  const listed = open.map(({ id, wording }) => ({ conditionId: id, wording }));
  throw new Failure(no['condition-open'], { applicationId, open: listed });
}

export const makeEffective = operation({
  name: 'credit.make-effective',
  title: { zh: '授信生效（由申请）', en: 'Make an approved line effective' },
  permission: 'credit:line-open',
  approval: {
    needed: ({ whitelistRequired }: Input) => !whitelistRequired,
    permission: 'credit:approve',
  },
  versioned: true,
  input,
  output: ApplicationChanged.extend({ lineId: IdText, nodeId: IdText }),
  async run(context, item: Item<Input>) {
    const application = await applicationToChange(context, item);
    applicationStep(application, 'EFFECTIVE');
    const approval = approvalInForce(context, application);
    const { amount, rateAnnual, commitmentRateAnnual } = approval;
    await refuseOpenConditions(context, application.id);
    const { startsOn = context.today, whitelistRequired } = item.input;
    const { segmentId, enterpriseId, product, revolving, termMonths, demandId } = application;
    const opened = await openLineFor(context, item, {
      segmentId,
      enterpriseId,
      product,
      amount,
      rateAnnual,
      revolving,
      startsOn,
      expiresOn: addMonths(startsOn, termMonths),
      whitelistRequired,
      renewal: false,
      programmeId: application.programmeId ?? undefined,
      commitmentRateAnnual,
    });
    if (isFailure(opened)) throw opened;
    const { lineId } = opened;
    const moved = await moveApplication(context, item, application, 'EFFECTIVE', { lineId });
    await closeDemandOf(context, item, demandId, { to: 'MET' });
    return { ...moved, ...opened };
  },
});
