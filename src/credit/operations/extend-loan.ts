/**
 * Extends a loan (贷款展期): before it is due, with nothing overdue, and no further than the rule for
 * its first term allows. What fell due is untouched; the rest is repaid by a later timetable.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  MoneyText,
  ReasonInput,
} from '../../platform/schemas.ts';
import type { LockedLoan } from '../loan-change.ts';
import { lockOpenLoan } from '../loan-change.ts';
import { PlanInput } from '../loan-plan.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { extension1996 as pack } from '../packs/extension-1996.ts';
import { creditRefusals } from '../refusals.ts';
import { demandDays, rescheduleLoan, standBefore } from '../reschedule-loan.ts';
import { latestExtension } from '../rules/extension.ts';
import { LoanRateInput } from '../schedule-input.ts';

export const rescheduleInput = {
  drawdownId: IdInput('draw'),
  agreedOn: DayInput,
  dueOn: DayInput,
  /** What it leaves out stays as agreed. */
  plan: PlanInput.prefault({}),
  /** Fixed from the day on; without it the rate and its repricing go on. */
  rateAnnual: LoanRateInput.optional(),
  reason: ReasonInput,
};
const input = z.strictObject(rescheduleInput);

export const rescheduleOutput = z.object({
  drawdownId: IdText,
  dueOn: DayText,
  instalmentsLeft: z.int(),
  nextDueOn: DayText,
  nextInstalment: MoneyText,
  outstanding: MoneyText,
});

function refuse(locked: LockedLoan, one: z.output<typeof input>): Failure | undefined {
  const { drawdown, loan } = locked;
  const { agreedOn, dueOn } = one;
  const { valueOn, dueOn: dueOnBefore, id: drawdownId } = drawdown;
  if (drawdown.state === 'NPL') {
    return new Failure(creditRefusals['drawdown-defaulted'], { drawdownId });
  }
  if (agreedOn >= dueOnBefore) {
    return new Failure(no['extension-after-due-day'], { agreedOn, dueOn: dueOnBefore });
  }
  if (dueOn <= dueOnBefore) {
    return new Failure(no['extension-not-later'], { dueOn, dueOnBefore });
  }
  const { overdueSince } = standBefore(locked, agreedOn);
  if (overdueSince !== null && overdueSince < agreedOn) {
    return new Failure(no['extension-overdue'], { overdueSince });
  }
  const firstDueOn = loan.reschedules[0]?.dueOnBefore ?? dueOnBefore;
  const { latestDueOn, term } = latestExtension({ valueOn, firstDueOn }, pack.parameters);
  if (dueOn <= latestDueOn) return undefined;
  const clause = pack.clauses[`terms.${term}`]?.text ?? '';
  return new Failure(no['extension-too-long'], { dueOn, latestDueOn, clause });
}

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const one = item.input;
  const locked = await lockOpenLoan(context, item, one.drawdownId);
  demandDays(locked, one, context.today);
  const refusal = refuse(locked, one);
  if (refusal) throw refusal;
  const quoted = { pack: pack.scheme, version: String(pack.version), clause: 'terms' };
  context.quote(item, quoted);
  const { stand, outstanding } = await rescheduleLoan(context, item, locked, {
    ...one,
    kind: 'EXTENSION',
  });
  const { zoneId, ownerId, id: drawdownId } = locked.drawdown;
  const payload = { agreedOn: one.agreedOn, dueOn: one.dueOn, reason: one.reason };
  context.emit(item, {
    name: 'credit.loan-extended',
    zoneId,
    ownerId,
    subjectId: drawdownId,
    payload,
  });
  return answerOf(drawdownId, one, stand, outstanding);
}

export function answerOf(
  drawdownId: string,
  { agreedOn, dueOn }: Pick<z.output<typeof input>, 'agreedOn' | 'dueOn'>,
  { instalments }: ReturnType<typeof standBefore>,
  outstanding: { toString(): string },
): z.output<typeof rescheduleOutput> {
  const left = instalments.filter((one) => one.dueOn > agreedOn);
  const [next] = left;
  if (!next) throw new Error('A rescheduled loan has no instalment left.');
  return {
    drawdownId,
    dueOn,
    instalmentsLeft: left.length,
    nextDueOn: next.dueOn,
    nextInstalment: next.interest.plus(next.principal).toString(),
    outstanding: outstanding.toString(),
  };
}

export const extendLoan = operation({
  name: 'credit.extend-loan',
  title: { zh: '贷款展期', en: 'Extend a loan' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve', stake: 'outstanding' },
  input,
  output: rescheduleOutput,
  run,
});
