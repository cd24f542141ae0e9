/**
 * The bank's word on an exception (例外审批·批准): how much, until when. The one who raised it
 * proposes and a second person decides. A missing limit gets a line of that amount, which does not
 * revolve and ends with the exception; any other raises what the table lets through.
 */
import { z } from 'zod';
import type { Money } from '../../kernel/index.ts';
import { Failure, isFailure } from '../../kernel/index.ts';
import { allowExcess, termCause, touchedNodes } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  PositiveAmountInput,
  ReasonInput,
} from '../../platform/schemas.ts';
import {
  ExceptionChanged,
  exceptionToChange,
  moveException,
  raiserOnly,
  refuseClosedPath,
} from '../exception-change.ts';
import { exceptionRefusals as no } from '../exception-refusals.ts';
import type { LimitException } from '../model-exceptions.ts';
import { openLineFor } from '../open-line-for.ts';
import { linesById } from '../store-loans.ts';

const input = z.strictObject({
  exceptionId: IdInput('exc'),
  amount: PositiveAmountInput,
  /** Its last day. */
  expiresOn: DayInput,
  reason: ReasonInput,
});
type Input = z.output<typeof input>;

type Place = Pick<LimitException, 'lineId' | 'nodeId'>;

async function openMissing(
  context: Context,
  item: Item<Input>,
  exception: LimitException,
): Promise<Place> {
  const { segmentId, enterpriseId, product, rateAnnual } = exception;
  const { amount, expiresOn } = item.input;
  if (segmentId === null || product === null || rateAnnual === null) {
    throw new Error(`${exception.id} lacks a limit and does not say which.`);
  }
  const opened = await openLineFor(context, item, {
    segmentId,
    enterpriseId,
    product,
    amount,
    rateAnnual,
    revolving: 'NR',
    startsOn: context.today,
    expiresOn,
    whitelistRequired: false,
    renewal: false,
  });
  if (isFailure(opened)) throw opened;
  return opened;
}

function refuse(
  { id, amount: asked }: LimitException,
  { amount, expiresOn }: Input,
  today: string,
) {
  if (amount.moreThan(asked)) {
    const shortBy = amount.minus(asked);
    throw new Failure(no['exception-above-request'], { requested: amount, asked, shortBy });
  }
  if (expiresOn < today) {
    throw new Failure(no['exception-expiry-past'], { exceptionId: id, expiresOn, today });
  }
}

async function refuseClosedLine({ tx }: Context, { lineId }: LimitException): Promise<void> {
  if (lineId === null) return;
  const line = (await linesById(tx, [lineId])).get(lineId);
  if (line) refuseClosedPath(await touchedNodes(tx, [line.nodeId]));
}

/** What the table lets through more; a bucket is not the table's affair. */
const raised = ({ kind, nodeId }: LimitException, amount: Money): ReadonlyMap<string, Money> =>
  kind === 'excess' && nodeId !== null ? new Map([[nodeId, amount]]) : new Map();

export const approveException = operation({
  name: 'credit.approve-exception',
  title: { zh: '批准例外', en: 'Approve an exception' },
  permission: 'exception:raise',
  approval: { amount: (one: Input) => one.amount, always: true, permission: 'credit:approve' },
  versioned: true,
  input,
  output: ExceptionChanged.extend({ lineId: IdText.nullable() }),
  async run(context, item) {
    const exception = await exceptionToChange(context, item);
    raiserOnly(exception, item);
    const { amount, expiresOn, reason } = item.input;
    if (exception.state === 'JUSTIFIED') {
      refuse(exception, item.input, context.today);
      await refuseClosedLine(context, exception);
    }
    const set = { approvedAmount: amount, approvedOn: context.today, expiresOn, reason };
    const opens = exception.kind === 'missing-limit' && exception.state === 'JUSTIFIED';
    const { lineId, nodeId } = opens ? await openMissing(context, item, exception) : exception;
    const place = { lineId, nodeId };
    const moved = await moveException(context, item, exception, 'APPROVED', { ...set, ...place });
    await allowExcess(context.tx, raised(exception, amount), termCause(context, item, reason));
    return { ...moved, lineId };
  },
});
