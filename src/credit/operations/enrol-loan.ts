/** Enrols a drawdown that was paid out before (入库备案). */
import { z } from 'zod';
import { Failure, isFailure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText } from '../../platform/schemas.ts';
import { enrolLoans } from '../../risk-pool/index.ts';
import { EnrolInput } from '../enrol.ts';
import type { Drawdown } from '../model.ts';
import { creditRefusals as no } from '../refusals.ts';
import { lockDrawdownsById, saveDrawdowns } from '../store-loans.ts';

const input = EnrolInput.extend({ drawdownId: IdInput('draw'), enrolledOn: DayInput });
type Input = z.output<typeof input>;

function refuse(drawdown: Drawdown | undefined, one: Input, today: string): Failure | undefined {
  const { drawdownId, enrolledOn } = one;
  if (!drawdown) return new Failure(no['drawdown-missing'], { drawdownId });
  if (enrolledOn > today) return new Failure(no['value-day-in-future'], { enrolledOn, today });
  if (enrolledOn < drawdown.valueOn) {
    return new Failure(no['value-day-before-drawdown'], { enrolledOn, drawnOn: drawdown.valueOn });
  }
  if (drawdown.state === 'REPAID' || drawdown.state === 'REVERSED') {
    return new Failure(no['drawdown-settled'], { drawdownId });
  }
  if (drawdown.state === 'NPL') return new Failure(no['drawdown-defaulted'], { drawdownId });
  if (drawdown.enrolmentId !== undefined) {
    return new Failure(no['drawdown-enrolled'], { drawdownId });
  }
  return undefined;
}

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<({ enrolmentId: string; drawdownId: string } | Failure)[]> {
  const drawdowns = await lockDrawdownsById(
    context.tx,
    items.map((item) => item.input.drawdownId),
  );
  const seen = new Set<string>();
  const decided = items.map((item) => {
    const drawdown = drawdowns.get(item.input.drawdownId);
    if (drawdown) context.concern(item, drawdown.zoneId);
    const refusal = refuse(drawdown, item.input, context.today);
    if (refusal || !drawdown) return refusal ?? new Failure(no['drawdown-missing']);
    if (seen.has(drawdown.id)) {
      return new Failure(no['drawdown-enrolled'], { drawdownId: drawdown.id });
    }
    seen.add(drawdown.id);
    return { item, drawdown };
  });
  const wanted = decided.flatMap((one) => (isFailure(one) ? [] : [one]));
  const enrolled = await enrolLoans(
    context,
    wanted.map(({ item, drawdown }) => ({
      item,
      poolId: item.input.poolId,
      bankId: drawdown.ownerId,
      zoneId: drawdown.zoneId,
      drawdownId: drawdown.id,
      enterpriseId: drawdown.enterpriseId,
      loanAmount: drawdown.amount,
      outstanding: drawdown.outstanding,
      enrolledOn: item.input.enrolledOn,
      ratio: item.input.ratio,
      flags: item.input.flags,
    })),
  );
  const answers = new Map(wanted.map((one, i) => [one, enrolled[i]]));
  const changed: Drawdown[] = [];
  const results = decided.map((one) => {
    if (isFailure(one)) return one;
    const answer = answers.get(one);
    if (answer === undefined) throw new Error('An enrolment got no answer.');
    if (isFailure(answer)) return answer;
    changed.push({ ...one.drawdown, enrolmentId: answer.enrolmentId });
    return { enrolmentId: answer.enrolmentId, drawdownId: one.drawdown.id };
  });
  saveDrawdowns(context.tx, changed);
  return results;
}

export const enrolLoan = hotOperation({
  name: 'credit.enrol-loan',
  title: { zh: '贷款入库备案', en: 'Enrol a loan in a pool' },
  permission: 'pool:enrol',
  input,
  output: z.object({ enrolmentId: IdText, drawdownId: IdText }),
  gatherKey: (one: Input) => one.poolId,
  runMany,
});
