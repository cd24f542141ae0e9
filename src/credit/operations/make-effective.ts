/**
 * The signed line becomes effective (授信生效): every condition precedent is met, and the line is
 * opened by the very code of `credit.open-line`, so limits, whitelist and agreement hold alike.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, addMonths, isFailure } from '../../kernel/index.ts';
import { changeTerms, lockNode, termCause } from '../../limits/index.ts';
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
import type { Application, Approval } from '../model-demands.ts';
import { openLineFor } from '../open-line-for.ts';
import { conditionsOf, securingCollaterals } from '../store-applications.ts';

const input = z.strictObject({
  applicationId: IdInput('appl'),
  /** Today when left out. */
  startsOn: DayInput.optional(),
  /** False opens a line for a firm that no whitelist names; that takes a second person. */
  whitelistRequired: z.boolean().default(true),
});

type Input = z.output<typeof input>;

/** The days on which conditions precedent were met; throws `condition-open` where one is not. */
async function metConditions({ tx }: Context, applicationId: string): Promise<Day[]> {
  const conditions = await conditionsOf(tx, applicationId);
  const precedent = conditions.filter(({ kind }) => kind === 'precedent');
  const open = precedent.filter(({ metOn }) => metOn === null);
  if (open.length === 0) return precedent.flatMap(({ metOn }) => metOn ?? []);
  const listed = open.map(({ id, wording }) => ({ conditionId: id, wording }));
  throw new Failure(no['condition-open'], { applicationId, open: listed });
}

/** A line begins when all that it rests on is there, and while its approval holds. */
function demandFirstDay(
  { id: applicationId, signedOn }: Application,
  { approvedOn, validUntil }: Approval,
  metOn: readonly Day[],
  startsOn: Day,
): void {
  const earliest = [approvedOn, ...(signedOn ? [signedOn] : []), ...metOn].reduce((last, day) =>
    day > last ? day : last,
  );
  if (startsOn < earliest) {
    throw new Failure(no['effective-too-early'], { applicationId, startsOn, earliest });
  }
  if (startsOn > validUntil) {
    throw new Failure(no['approval-lapsed'], { applicationId, startsOn, validUntil });
  }
}

/** Where the collateral caps the amount, its value does from now on: a revaluation tells. */
async function boundByCollateral(
  context: Context,
  item: Item<Input>,
  { id: applicationId }: Application,
  nodeId: string,
): Promise<void> {
  const collateral = await securingCollaterals(context.tx, applicationId);
  const node = await lockNode(context.tx, nodeId);
  if (!node) throw new Error(`The limit ${nodeId} is not there.`);
  const terms = { ...node.terms, basis: 'MIN' as const, collateral };
  const why = termCause(context, item, `批复的押品：${applicationId}`);
  await changeTerms(context.tx, node, { terms }, why);
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
    const metOn = await metConditions(context, application.id);
    const { startsOn = context.today, whitelistRequired } = item.input;
    demandFirstDay(application, approval, metOn, startsOn);
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
    const { lineId, nodeId } = opened;
    if (approval.collateralBasis === 'MIN') {
      await boundByCollateral(context, item, application, nodeId);
    }
    const moved = await moveApplication(context, item, application, 'EFFECTIVE', { lineId });
    await closeDemandOf(context, item, demandId, { to: 'MET' });
    return { ...moved, ...opened };
  },
});
