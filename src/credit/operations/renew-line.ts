/**
 * Renews a line (续授信): a successor takes over its amount for a new term, flagged as a renewal, and
 * the old one lends no more. What is still owed under it, and under those that it took over from,
 * counts in the amount of the successor.
 */
import { z } from 'zod';
import { Failure, Money, isFailure } from '../../kernel/index.ts';
import type { LimitNode } from '../../limits/index.ts';
import {
  countedGrant,
  inheritBounds,
  inheritedTerms,
  limitOn,
  lockNode,
  readNodes,
  sayFencedAboveSuccessor,
  shareCapRules,
  termCause,
} from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
  RateInput,
  ReasonInput,
} from '../../platform/schemas.ts';
import { renewalRefusals as no } from '../demand-refusals.ts';
import { openLineFor } from '../open-line-for.ts';
import { creditRefusals } from '../refusals.ts';
import { expectLineVersion, lockedNode, predecessorsOf, shareAmount } from '../share-amount.ts';
import { carryLineProducts } from '../store-line-products.ts';
import type { RenewedLine } from '../store-renewals.ts';
import { addTags, programmesOf } from '../store-line-tags.ts';
import { linkSuccessor, lockLineById } from '../store-renewals.ts';

const input = z.strictObject({
  lineId: IdInput('line'),
  /** The amount of the line when left out. */
  amount: PositiveAmountInput.optional(),
  /** Today when left out. */
  startsOn: DayInput.optional(),
  expiresOn: DayInput,
  /** The rate of the line when left out. */
  rateAnnual: RateInput.optional(),
  whitelistRequired: z.boolean().default(false),
  reason: ReasonInput,
});
type Input = z.output<typeof input>;

/** Throws `line-missing` or `version-stale`. */
async function lineToRenew(context: Context, item: Item<Input>) {
  const { lineId } = item.input;
  const line = await lockLineById(context.tx, lineId);
  const { organisationId, scope } = item.actor;
  const own = line && (line.ownerId === organisationId || scope.zones === '*');
  if (!own) throw new Failure(creditRefusals['line-missing'], { lineId });
  context.concern(item, line.zoneId);
  await shareCapRules(context.tx, [line]);
  const node = await lockedNode(context, line);
  await expectLineVersion(context, item, lineId, node);
  return { line, node };
}

function refuse(
  line: RenewedLine,
  node: LimitNode,
  { amount, outstanding }: { readonly amount: Money; readonly outstanding: Money },
  one: Input,
): Failure | undefined {
  const { id: lineId, parentLineId, successorId } = line;
  if (parentLineId !== null) return new Failure(no['renewal-of-sub-line'], { lineId });
  if (successorId !== null) return new Failure(no['line-renewed'], { lineId, successorId });
  if (node.state !== 'ACTIVE') {
    return new Failure(no['renewal-of-closed'], { lineId, state: node.state });
  }
  if (node.reserved.isPositive()) {
    return new Failure(no['renewal-while-reserved'], { lineId, reserved: node.reserved });
  }
  if (node.expiresOn !== undefined && one.expiresOn <= node.expiresOn) {
    const { expiresOn } = node;
    return new Failure(no['renewal-not-later'], { lineId, expiresOn, requested: one.expiresOn });
  }
  if (amount.lessThan(outstanding)) {
    const shortBy = outstanding.minus(amount);
    return new Failure(no['renewal-below-debt'], {
      lineId,
      requested: amount,
      outstanding,
      shortBy,
    });
  }
  return undefined;
}

/** What was agreed for the old line holds for the new one: products, programmes, bounds. */
async function carryOver(
  context: Context,
  item: Item<Input>,
  { line, node }: { readonly line: RenewedLine; readonly node: LimitNode },
  opened: { readonly lineId: string; readonly nodeId: string; readonly granted: Money },
): Promise<void> {
  const { tx, today } = context;
  const { startsOn = today, reason } = item.input;
  const valueOn = startsOn > today ? today : startsOn;
  const why = { ...termCause(context, item, reason), valueOn };
  carryLineProducts(tx, line.id, opened.lineId, { ...why, valueOn: startsOn });
  const { zoneId, ownerId } = line;
  const tag = { ...why, zoneId, ownerId, lineId: opened.lineId, counts: true };
  const programmes = await programmesOf(tx, line.id);
  addTags(
    tx,
    programmes.map((programmeId) => ({ ...tag, programmeId, reason: '续授信延续' })),
  );
  await inheritBounds(tx, node, opened.nodeId, opened.granted, why);
}

/** What the line counts for in what is granted above it, less what it takes the place of. */
function replacedBy(
  owing: readonly LimitNode[],
  { terms }: LimitNode,
  granted: Money,
  { today }: Context,
): Money {
  const inForce = limitOn(granted, inheritedTerms(terms, granted), today);
  const replaced = Money.sum(owing.map((one) => countedGrant(one, today)));
  return replaced.plus(granted).minus(inForce);
}

export const renewLine = operation({
  name: 'credit.renew-line',
  title: { zh: '续授信', en: 'Renew a line' },
  permission: 'credit:line-open',
  approval: { amount: (one: Input) => one.amount, always: true, permission: 'credit:approve' },
  versioned: true,
  input,
  output: z.object({ lineId: IdText, nodeId: IdText, amount: MoneyText, available: MoneyText }),
  async run(context, item) {
    const { line, node } = await lineToRenew(context, item);
    const granted = item.input.amount ?? line.renewedAmount ?? node.granted;
    const earlier = await predecessorsOf(context, line);
    const nodeIds = earlier.map(({ nodeId }) => nodeId);
    const owing = [node, ...(await readNodes(context.tx, nodeIds)).values()];
    const outstanding = Money.sum(owing.map((one) => one.outstanding));
    const refusal = refuse(line, node, { amount: granted, outstanding }, item.input);
    if (refusal) throw refusal;
    const { startsOn = context.today, expiresOn, rateAnnual, whitelistRequired } = item.input;
    const { segmentId, enterpriseId, product } = line;
    const opened = await openLineFor(context, item, {
      segmentId,
      enterpriseId,
      product,
      amount: granted,
      rateAnnual: rateAnnual?.toString() ?? line.rateAnnual,
      revolving: node.revolving,
      startsOn,
      expiresOn,
      whitelistRequired,
      renewal: true,
      commitmentRateAnnual: line.commitmentRateAnnual,
      contribution: node.contribution,
      replaced: replacedBy(owing, node, granted, context),
    });
    if (isFailure(opened)) throw opened;
    await linkSuccessor(context.tx, opened.lineId, line.id, granted);
    await carryOver(context, item, { line, node }, { ...opened, granted });
    const successor = { id: opened.lineId, nodeId: opened.nodeId };
    const predecessors = [line, ...earlier];
    const shared = { predecessors, successor, granted, since: startsOn };
    const room = await shareAmount(context, item, shared);
    const { reason } = item.input;
    const made = await lockNode(context.tx, opened.nodeId);
    if (made) await sayFencedAboveSuccessor(context.tx, made, termCause(context, item, reason));
    const { zoneId, ownerId, id: predecessorId } = line;
    const payload = { enterpriseId, predecessorId, amount: granted, reason };
    const name = 'credit.line-renewed';
    context.emit(item, { name, zoneId, ownerId, subjectId: opened.lineId, payload });
    return { ...opened, amount: granted.toString(), available: room.toString() };
  },
});
