/**
 * Asks that something may pass although a limit says no (例外审批·发起). Each cause has its kind: a
 * limit of the line's path that is used up, a tenor bucket that is full, or a firm without a line.
 * What is asked for stands on the bank's quota from this moment.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import type { LimitNode } from '../../limits/index.ts';
import { touchedNodes } from '../../limits/index.ts';
import { enterprisesById } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, PositiveAmountInput, RateInput, TextInput } from '../../platform/schemas.ts';
import { ExceptionChanged, refuseClosedPath, tellException } from '../exception-change.ts';
import { exceptionRefusals as no } from '../exception-refusals.ts';
import type { LimitException } from '../model-exceptions.ts';
import { creditRefusals } from '../refusals.ts';
import { addException, lockQuotaOf, quotaAvailable } from '../store-exceptions.ts';
import { linesById } from '../store-loans.ts';
import { segmentsById } from '../store-terms.ts';

const asked = { amount: PositiveAmountInput, purpose: TextInput(200) };
/** The line to be drawn, and the limit of its path that is passed: its own when left out. */
const atLine = { lineId: IdInput('line'), nodeId: IdInput('lim').optional() };

const input = z.discriminatedUnion('kind', [
  /** Where the line is to be opened, for whom and at which rate. */
  z.strictObject({
    kind: z.literal('missing-limit'),
    segmentId: IdInput('seg'),
    enterpriseId: IdInput('ent'),
    product: TextInput(60),
    rateAnnual: RateInput,
    ...asked,
  }),
  z.strictObject({ kind: z.literal('excess'), ...atLine, ...asked }),
  z.strictObject({
    kind: z.literal('bucket-full'),
    ...atLine,
    bucketDays: z.number().int().min(1).max(36_600),
    ...asked,
  }),
]);
type Input = z.output<typeof input>;
type Missing = Extract<Input, { readonly kind: 'missing-limit' }>;
type AtLine = Exclude<Input, Missing>;
type Subject = Pick<
  LimitException,
  | 'zoneId'
  | 'ownerId'
  | 'enterpriseId'
  | 'lineId'
  | 'nodeId'
  | 'segmentId'
  | 'product'
  | 'rateAnnual'
>;

const bucketOf = (one: Input): number | null =>
  one.kind === 'bucket-full' ? one.bucketDays : null;

function refuseNode(node: LimitNode | undefined, one: AtLine, ownerId: string): void {
  const { nodeId } = one;
  const bucketDays = bucketOf(one);
  if (!node) throw new Failure(no['exception-node-missing'], { nodeId });
  if (node.enforcement !== 'HARD' || node.ownerId !== ownerId) {
    const { id, name, enforcement } = node;
    throw new Failure(no['exception-node-not-own'], { nodeId: id, name, enforcement });
  }
  if (bucketDays === null) return;
  const known = node.terms.buckets.map(({ days }) => days);
  if (!known.includes(bucketDays)) {
    throw new Failure(no['exception-bucket-missing'], { nodeId: node.id, bucketDays, known });
  }
}

async function lineSubject({ tx }: Context, { actor }: Item<Input>, one: AtLine): Promise<Subject> {
  const { lineId, nodeId } = one;
  const line = (await linesById(tx, [lineId])).get(lineId);
  const { organisationId, scope } = actor;
  const own = line && (line.ownerId === organisationId || scope.zones === '*');
  if (!own) throw new Failure(creditRefusals['line-missing'], { lineId });
  const wanted = nodeId ?? line.nodeId;
  const touched = await touchedNodes(tx, [line.nodeId]);
  const { zoneId, ownerId, enterpriseId } = line;
  refuseNode(touched.get(wanted), one, ownerId);
  refuseClosedPath(touched);
  const none = { segmentId: null, product: null, rateAnnual: null };
  return { zoneId, ownerId, enterpriseId, lineId, nodeId: wanted, ...none };
}

async function missingSubject(
  { tx }: Context,
  { actor }: Item<Input>,
  { segmentId, enterpriseId, product, rateAnnual }: Missing,
): Promise<Subject> {
  const segment = (await segmentsById(tx, [segmentId])).get(segmentId);
  const { organisationId, scope } = actor;
  const own = segment && (segment.ownerId === organisationId || scope.zones === '*');
  if (!own) throw new Failure(creditRefusals['segment-missing'], { segmentId });
  const enterprise = (await enterprisesById(tx, [enterpriseId])).get(enterpriseId);
  const { zoneId, ownerId } = segment;
  if (enterprise?.zoneId !== zoneId) {
    throw new Failure(creditRefusals['enterprise-missing'], { enterpriseId });
  }
  const line = { segmentId, product, rateAnnual: rateAnnual.toString() };
  return { zoneId, ownerId, enterpriseId, lineId: null, nodeId: null, ...line };
}

async function refuseQuota({ tx, today }: Context, to: Subject, one: Input): Promise<void> {
  const quota = await lockQuotaOf(tx, to, today);
  const available = quotaAvailable(quota);
  if (one.amount.atMost(available)) return;
  throw new Failure(no['exception-quota-exceeded'], {
    requested: one.amount,
    quota: quota.amount,
    used: quota.used,
    inProcess: quota.inProcess,
    available,
    shortBy: one.amount.minus(available),
  });
}

const undecided = {
  justification: null,
  evidence: null,
  approvedAmount: null,
  approvedOn: null,
  expiresOn: null,
  usedAmount: null,
  drawdownId: null,
  closedOn: null,
  reason: null,
};

export const raiseException = operation({
  name: 'credit.raise-exception',
  title: { zh: '发起例外审批', en: 'Raise an exception' },
  permission: 'exception:raise',
  input,
  output: ExceptionChanged,
  async run(context, item: Item<Input>) {
    const one = item.input;
    const subject =
      one.kind === 'missing-limit'
        ? await missingSubject(context, item, one)
        : await lineSubject(context, item, one);
    context.concern(item, subject.zoneId);
    await refuseQuota(context, subject, one);
    const exception: LimitException = {
      ...subject,
      ...undecided,
      id: newId('exc'),
      kind: one.kind,
      bucketDays: bucketOf(one),
      amount: one.amount,
      purpose: one.purpose,
      state: 'RAISED',
      raisedByUser: item.actor.userId,
      raisedByPerson: item.actor.personId,
      raisedOn: context.today,
      version: 1,
    };
    await addException(context, item, exception);
    tellException(context, item, exception);
    return { exceptionId: exception.id, state: exception.state, version: 1 };
  },
});
