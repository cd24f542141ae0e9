/**
 * Issues a capital call (出资通知): one amount, split among the partners by commitment. The first call
 * of a fund keeps the minimum that its terms set, and the decision quotes the clause.
 */
import { z } from 'zod';
import { Failure, Money, isFailure, newId } from '../../kernel/index.ts';
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
import type { CapitalCall, Fund } from '../model.ts';
import { fundRefusals as no } from '../refusals.ts';
import type { CallPart, CallPartner, CallSplit } from '../rules/call-allocation.ts';
import { splitCall } from '../rules/call-allocation.ts';
import { leastFrom, sumOn } from '../rules/dated.ts';
import { firstCallOf, refuseFirstCall, refuseState, refuseValueDay } from '../rules/decisions.ts';
import type { CalculationStep } from '../rules/steps.ts';
import { StepOutput } from '../step-output.ts';
import { lockFunds, partnerChanges, partnersOf } from '../store.ts';
import { countCalls, insertCall } from '../store-money.ts';

const input = z.strictObject({
  fundId: IdInput('fund'),
  amount: PositiveAmountInput,
  issuedOn: DayInput,
  dueOn: DayInput,
  purpose: TextInput(200).optional(),
});
type Input = z.output<typeof input>;

const output = z.object({
  callId: IdText,
  fundId: IdText,
  number: z.number().int(),
  amount: MoneyText,
  state: z.string(),
  items: z.array(
    z.object({ itemId: IdText, partnerId: IdText, name: z.string(), amount: MoneyText }),
  ),
  steps: z.array(StepOutput),
  version: z.number().int(),
});

/** The partners with their weight and their room on the day of the call. */
async function callPartners({ tx }: Context, fund: Fund, one: Input): Promise<CallPartner[]> {
  const changesOf = await partnerChanges(tx, fund.id);
  return (await partnersOf(tx, fund.id)).map(({ id, name }) => {
    const { committed, unfunded } = changesOf(id);
    return {
      partnerId: id,
      name,
      committed: sumOn(committed, one.issuedOn),
      unfunded: leastFrom(unfunded, one.issuedOn),
    };
  });
}

/** The split, or the first rule that refuses the call. */
async function decide(
  context: Context,
  item: Item<Input>,
  fund: Fund,
  number: number,
): Promise<CallSplit> {
  const { amount, issuedOn, dueOn } = item.input;
  const early = refuseState(fund) ?? refuseValueDay(fund, issuedOn, context.today);
  if (early) throw early;
  if (dueOn < issuedOn) throw new Failure(no['due-before-issue'], { issuedOn, dueOn });
  const partners = await callPartners(context, fund, item.input);
  const split = splitCall(amount, partners);
  if (isFailure(split) && split.code === no['nothing-committed'].code) throw split;
  const first = number === 1 ? firstCallOf(fund, partners) : undefined;
  if (first) {
    const version = String(fund.version);
    context.quote(item, { pack: 'fund-terms', version, clause: first.step.clause });
  }
  const refusal = refuseFirstCall(amount, first);
  if (refusal) throw refusal;
  if (isFailure(split)) throw split;
  const steps: readonly CalculationStep[] = first ? [first.step, ...split.steps] : split.steps;
  return { ...split, steps };
}

export const issueCall = operation({
  name: 'funds.issue-call',
  title: { zh: '发出缴款通知', en: 'Issue a capital call' },
  permission: 'funds:call',
  approval: { always: true, permission: 'funds:approve' },
  input,
  output,
  async run(context, item) {
    const { tx, now } = context;
    const { fundId, amount, issuedOn, dueOn, purpose } = item.input;
    const fund = (await lockFunds(tx, [fundId])).get(fundId);
    if (!fund) throw new Failure(no['fund-missing'], { fundId });
    context.concern(item, fund.zoneId);
    const number = (await countCalls(tx, fundId)) + 1;
    const { parts, steps } = await decide(context, item, fund, number);
    const callId = newId('call');
    const call: CapitalCall = {
      id: callId,
      fundId,
      number,
      amount,
      issuedOn,
      dueOn,
      purpose,
      version: 1,
    };
    const items = parts.map((part) => ({
      id: newId('callitem'),
      callId,
      partnerId: part.partner.partnerId,
      amount: part.amount,
      paid: Money.zero,
    }));
    await insertCall(tx, fund, call, items, { operationId: item.operationId, now });
    context.emit(item, {
      name: 'funds.call-issued',
      zoneId: fund.zoneId,
      ownerId: fund.ownerId,
      subjectId: callId,
      payload: { fundId, number, amount, issuedOn, dueOn },
    });
    return {
      callId,
      fundId,
      number,
      amount: amount.toString(),
      state: 'ISSUED',
      items: items.map((one, i) => ({
        itemId: one.id,
        partnerId: one.partnerId,
        name: (parts[i] as CallPart).partner.name,
        amount: one.amount.toString(),
      })),
      steps: [...steps],
      version: 1,
    };
  },
});
