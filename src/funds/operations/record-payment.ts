/**
 * Records cash received against a capital call (实缴). When the partner is a fund, the same money
 * leaves that fund: its investment rises as the sub-fund's capital does, each in its own book.
 */
import { z } from 'zod';
import { Failure, Money, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
} from '../../platform/schemas.ts';
import type { CallItem, CapitalCall, Fund, Investment, Receipt } from '../model.ts';
import { callState } from '../model.ts';
import { investmentJournal, receiptJournal } from '../postings.ts';
import { fundRefusals as no } from '../refusals.ts';
import { leastFrom } from '../rules/dated.ts';
import { refuseOutlay, refusePayment, refuseState } from '../rules/decisions.ts';
import { fundById, lockFunds, partnersOf, saveFundState } from '../store.ts';
import { callById, cashChanges, insertInvestment, insertReceipt, itemsOf } from '../store-money.ts';

const input = z.strictObject({
  callId: IdInput('call'),
  partnerId: IdInput('partner'),
  amount: PositiveAmountInput,
  valueOn: DayInput,
});
type Input = z.output<typeof input>;

interface Loaded {
  readonly fund: Fund;
  /** The fund that pays, when the partner is one. */
  readonly payer: Fund | undefined;
  readonly call: CapitalCall;
  readonly items: readonly CallItem[];
  readonly item: CallItem;
}

/** Locks the fund and the paying fund before it reads what other payments change. */
async function load(context: Context, item: Item<Input>): Promise<Loaded> {
  const { tx } = context;
  const { callId, partnerId } = item.input;
  const call = await callById(tx, callId);
  const fundOfCall = call && (await fundById(tx, call.fundId));
  if (!call || !fundOfCall) throw new Failure(no['call-missing'], { callId });
  context.concern(item, fundOfCall.zoneId);
  const partner = (await partnersOf(tx, call.fundId)).find(({ id }) => id === partnerId);
  if (!partner) throw new Failure(no['partner-missing'], { partnerId });
  const { partnerFundId } = partner;
  const ids = partnerFundId === undefined ? [call.fundId] : [call.fundId, partnerFundId];
  const funds = await lockFunds(tx, ids);
  const payer = partnerFundId === undefined ? undefined : funds.get(partnerFundId);
  if (partnerFundId !== undefined && !payer) {
    throw new Failure(no['partner-fund-missing'], { partnerFundId });
  }
  const items = await itemsOf(tx, callId);
  const asked = items.find((one) => one.partnerId === partnerId);
  if (!asked) throw new Failure(no['call-item-missing'], { callId, partnerId });
  return { fund: funds.get(call.fundId) as Fund, payer, call, items, item: asked };
}

async function refuse(
  { tx, today }: Context,
  { payer, call, item }: Loaded,
  { amount, valueOn }: Input,
): Promise<Failure | undefined> {
  const refusal = payer && refuseState(payer);
  const wrong = refusal ?? refusePayment(call, item, { amount, valueOn, today });
  if (wrong || !payer) return wrong;
  return refuseOutlay(payer, amount, leastFrom(await cashChanges(tx, payer.id), valueOn));
}

/** What leaves the paying fund. */
async function payOut(
  { tx, now }: Context,
  item: Item<Input>,
  payer: Fund,
  subFund: Fund,
): Promise<Investment> {
  const investment: Investment = {
    id: newId('inv'),
    fundId: payer.id,
    subFundId: subFund.id,
    project: undefined,
    enterpriseId: undefined,
    round: undefined,
    amount: item.input.amount,
    valueOn: item.input.valueOn,
  };
  await insertInvestment(tx, payer, investment, { operationId: item.operationId, now });
  await saveFundState(tx, payer, 'INVESTING');
  return investment;
}

export const recordPayment = operation({
  name: 'funds.record-payment',
  title: { zh: '登记实缴', en: 'Record a payment' },
  permission: 'funds:pay-in',
  input,
  output: z.object({
    receiptId: IdText,
    callId: IdText,
    partnerId: IdText,
    investmentId: IdText.optional(),
    amount: MoneyText,
    paid: MoneyText,
    outstanding: MoneyText,
    state: z.string(),
    version: z.number().int(),
  }),
  async run(context, item) {
    const { tx, now } = context;
    const loaded = await load(context, item);
    const refusal = await refuse(context, loaded, item.input);
    if (refusal) throw refusal;
    const { fund, payer, call, items, item: asked } = loaded;
    const { amount, valueOn, partnerId } = item.input;
    const investment = payer && (await payOut(context, item, payer, fund));
    const receipt: Receipt = {
      id: newId('rcpt'),
      callId: call.id,
      partnerId,
      amount,
      valueOn,
      investmentId: investment?.id,
    };
    const paidOfCall = Money.sum(items.map(({ paid }) => paid)).plus(amount);
    const state = callState(call.amount, paidOfCall);
    await insertReceipt(tx, fund, receipt, state, { operationId: item.operationId, now });
    const { operationId } = item;
    const journals = [receiptJournal(fund, receipt, operationId)];
    if (payer && investment) journals.push(investmentJournal(payer, investment, operationId));
    await post(tx, journals, now);
    context.emit(item, {
      name: 'funds.payment-received',
      zoneId: fund.zoneId,
      ownerId: fund.ownerId,
      subjectId: receipt.id,
      payload: { fundId: fund.id, callId: call.id, partnerId, amount, valueOn },
    });
    const paid = asked.paid.plus(amount);
    return {
      receiptId: receipt.id,
      callId: call.id,
      partnerId,
      ...(investment ? { investmentId: investment.id } : {}),
      amount: amount.toString(),
      paid: paid.toString(),
      outstanding: asked.amount.minus(paid).toString(),
      state,
      version: call.version + 1,
    };
  },
});
