/**
 * Records that a loan has defaulted (违约): it becomes non-performing and, when a pool backs it, the
 * pool learns the outstanding principal that a claim may rest on. Nothing moves in the ledger.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, MoneyText } from '../../platform/schemas.ts';
import { recordDefaults } from '../../risk-pool/index.ts';
import type { Drawdown } from '../model.ts';
import { creditRefusals as no } from '../refusals.ts';
import { watchLoans } from '../store-loan-classes.ts';
import { lockDrawdownsById, saveDrawdowns } from '../store-loans.ts';
import { outdateFindings } from '../store-take-backs.ts';

const input = z.strictObject({ drawdownId: IdInput('draw'), defaultedOn: DayInput });
type Input = z.output<typeof input>;

const output = z.object({
  drawdownId: IdText,
  enrolmentId: IdText.nullable(),
  outstanding: MoneyText,
});

function refuse(drawdown: Drawdown | undefined, one: Input, today: string): Failure | undefined {
  const { drawdownId, defaultedOn } = one;
  if (!drawdown) return new Failure(no['drawdown-missing'], { drawdownId });
  if (defaultedOn > today) return new Failure(no['value-day-in-future'], { defaultedOn, today });
  if (defaultedOn < drawdown.valueOn) {
    return new Failure(no['value-day-before-drawdown'], { defaultedOn, drawnOn: drawdown.valueOn });
  }
  if (drawdown.state === 'REPAID' || drawdown.state === 'REVERSED') {
    return new Failure(no['drawdown-settled'], { drawdownId });
  }
  if (drawdown.state === 'NPL') return new Failure(no['drawdown-defaulted'], { drawdownId });
  return undefined;
}

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(z.output<typeof output> | Failure)[]> {
  const drawdowns = await lockDrawdownsById(
    context.tx,
    items.map((item) => item.input.drawdownId),
  );
  const defaulted: { item: Item<Input>; drawdown: Drawdown }[] = [];
  const answers = items.map((item) => {
    const drawdown = drawdowns.get(item.input.drawdownId);
    if (drawdown) context.concern(item, drawdown.zoneId);
    const refusal = refuse(drawdown, item.input, context.today);
    if (refusal || !drawdown) return refusal ?? new Failure(no['drawdown-missing']);
    const bad: Drawdown = { ...drawdown, state: 'NPL' };
    drawdowns.set(bad.id, bad);
    defaulted.push({ item, drawdown: bad });
    context.emit(item, {
      name: 'credit.loan-defaulted',
      zoneId: bad.zoneId,
      ownerId: bad.ownerId,
      subjectId: bad.id,
      payload: { defaultedOn: item.input.defaultedOn, outstanding: bad.outstanding },
    });
    return {
      drawdownId: bad.id,
      enrolmentId: bad.enrolmentId ?? null,
      outstanding: bad.outstanding.toString(),
    };
  });
  saveDrawdowns(
    context.tx,
    defaulted.map(({ item, drawdown }) => ({
      ...drawdown,
      defaultedOn: item.input.defaultedOn,
    })),
  );
  const scheduled = defaulted.filter(({ drawdown }) => drawdown.scheduled === true);
  watchLoans(
    context.tx,
    scheduled.map(({ drawdown }) => drawdown.id),
  );
  outdateFindings(
    context.tx,
    scheduled.map(({ item, drawdown }) => ({
      drawdownId: drawdown.id,
      operationId: item.operationId,
    })),
  );
  await recordDefaults(
    context,
    defaulted.flatMap(({ item, drawdown }) =>
      drawdown.enrolmentId === undefined
        ? []
        : [
            {
              item,
              enrolmentId: drawdown.enrolmentId,
              defaultedOn: item.input.defaultedOn,
              outstanding: drawdown.outstanding,
            },
          ],
    ),
  );
  return answers;
}

export const markDefault = hotOperation({
  name: 'credit.mark-default',
  title: { zh: '登记违约', en: 'Record a default' },
  permission: 'credit:mark-default',
  input,
  output,
  gatherKey: () => '',
  runMany,
});
