/**
 * Invests a fund's cash in a project (投资). What is paid is there on its day and on every later one;
 * one project takes no more of the fund than the cap of the fund's terms.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import { enterprisesById } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
  TextInput,
} from '../../platform/schemas.ts';
import type { Fund, Investment } from '../model.ts';
import { investmentJournal } from '../postings.ts';
import { fundRefusals as no } from '../refusals.ts';
import { leastFrom, sumOn } from '../rules/dated.ts';
import {
  capOf,
  refuseConcentration,
  refuseOutlay,
  refuseRound,
  refuseState,
  refuseValueDay,
} from '../rules/decisions.ts';
import type { CalculationStep } from '../rules/steps.ts';
import { StepOutput } from '../step-output.ts';
import { commitmentChanges, lockFunds, saveFundState } from '../store.ts';
import { cashChanges, costIn, insertInvestment, partsOfRound } from '../store-money.ts';

const input = z.strictObject({
  fundId: IdInput('fund'),
  project: TextInput(200),
  enterpriseId: IdInput('ent').optional(),
  amount: PositiveAmountInput,
  valueOn: DayInput,
  /** The financing round, which counts once however many funds take part. */
  round: z.strictObject({ name: TextInput(80), total: PositiveAmountInput }).optional(),
});
type Input = z.output<typeof input>;

/** Throws the first refusal; answers how the cap was computed, when there is one. */
async function decide(
  context: Context,
  item: Item<Input>,
  fund: Fund,
): Promise<CalculationStep | undefined> {
  const { tx, today } = context;
  const { project, enterpriseId, amount, valueOn, round } = item.input;
  const target = { project, enterpriseId };
  const early = refuseState(fund) ?? refuseValueDay(fund, valueOn, today);
  if (early) throw early;
  const recorded = round ? await partsOfRound(tx, target, round.name) : [];
  const cash = leastFrom(await cashChanges(tx, fund.id), valueOn);
  const committed = sumOn(await commitmentChanges(tx, fund.id), valueOn);
  const cap = capOf(fund, committed, await costIn(tx, fund.id, target));
  if (cap) {
    const version = String(fund.version);
    context.quote(item, { pack: 'fund-terms', version, clause: cap.step.clause });
  }
  const refusal =
    refuseRound(amount, round, recorded) ??
    refuseConcentration(amount, cap, cash) ??
    refuseOutlay(fund, amount, cash);
  if (refusal) throw refusal;
  return cap?.step;
}

export const invest = operation({
  name: 'funds.invest',
  title: { zh: '项目投资', en: 'Invest in a project' },
  permission: 'funds:invest',
  approval: { always: true, permission: 'funds:approve' },
  input,
  output: z.object({
    investmentId: IdText,
    fundId: IdText,
    amount: MoneyText,
    state: z.string(),
    steps: z.array(StepOutput),
  }),
  async run(context, item) {
    const { tx, now } = context;
    const { fundId, project, enterpriseId, amount, valueOn, round } = item.input;
    const fund = (await lockFunds(tx, [fundId])).get(fundId);
    if (!fund) throw new Failure(no['fund-missing'], { fundId });
    context.concern(item, fund.zoneId);
    if (
      enterpriseId !== undefined &&
      !(await enterprisesById(tx, [enterpriseId])).has(enterpriseId)
    ) {
      throw new Failure(no['enterprise-missing'], { enterpriseId });
    }
    const step = await decide(context, item, fund);
    const investment: Investment = {
      id: newId('inv'),
      fundId,
      subFundId: undefined,
      project,
      enterpriseId,
      round,
      amount,
      valueOn,
    };
    const { operationId } = item;
    await insertInvestment(tx, fund, investment, { operationId, now });
    await saveFundState(tx, fund, 'INVESTING');
    await post(tx, [investmentJournal(fund, investment, operationId)], now);
    context.emit(item, {
      name: 'funds.investment-made',
      zoneId: fund.zoneId,
      ownerId: fund.ownerId,
      subjectId: investment.id,
      payload: { fundId, project, enterpriseId: enterpriseId ?? null, amount, valueOn },
    });
    return {
      investmentId: investment.id,
      fundId,
      amount: amount.toString(),
      state: 'INVESTING',
      steps: step ? [step] : [],
    };
  },
});
