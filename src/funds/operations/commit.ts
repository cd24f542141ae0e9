/**
 * Commits (认缴): a partner's first commitment, an increase, or a reduction that leaves what was
 * called. Events are appended; a mother fund becomes a partner of its sub-fund here, and a circle
 * is refused.
 */
import { z } from 'zod';
import { Failure, Money, newId } from '../../kernel/index.ts';
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
import type { Tx } from '../../platform/transaction.ts';
import type { Fund, Partner } from '../model.ts';
import { sources } from '../model.ts';
import { fundRefusals as no } from '../refusals.ts';
import { leastFrom } from '../rules/dated.ts';
import { refuseReduction, refuseState, refuseValueDay } from '../rules/decisions.ts';
import { ownersFirst } from '../rules/look-through.ts';
import {
  insertCommitment,
  insertPartner,
  lockFunds,
  lockOwnership,
  partnerChanges,
  partnersOf,
} from '../store.ts';

const shared = { fundId: IdInput('fund'), amount: PositiveAmountInput, valueOn: DayInput };

const initial = z.strictObject({
  kind: z.literal('initial'),
  ...shared,
  /** Another fund, or a named party with the source of its money. */
  partner: z.union([
    z.strictObject({ fundId: IdInput('fund') }),
    z.strictObject({ name: TextInput(120), source: z.enum(sources) }),
  ]),
  generated: z.boolean().default(false),
});
const change = z.strictObject({
  kind: z.enum(['increase', 'reduce']),
  ...shared,
  partnerId: IdInput('partner'),
});
const input = z.discriminatedUnion('kind', [initial, change]);
type Initial = z.output<typeof initial>;
type Change = z.output<typeof change>;

const partnerFundOf = (one: Initial | Change): string | undefined =>
  one.kind === 'initial' && 'fundId' in one.partner ? one.partner.fundId : undefined;

/** Locks the fund and the fund that commits to it; the order of ids is the order of the locks. */
async function lockedFunds(context: Context, item: Item<Initial | Change>) {
  const { fundId } = item.input;
  const partnerFundId = partnerFundOf(item.input);
  const owners = partnerFundId === undefined ? undefined : await lockOwnership(context.tx);
  const ids = partnerFundId === undefined ? [fundId] : [fundId, partnerFundId];
  const funds = await lockFunds(context.tx, ids);
  const fund = funds.get(fundId);
  if (!fund) throw new Failure(no['fund-missing'], { fundId });
  context.concern(item, fund.zoneId);
  if (partnerFundId === undefined || !owners) return { fund, partnerFund: undefined };
  const partnerFund = funds.get(partnerFundId);
  if (!partnerFund) throw new Failure(no['partner-fund-missing'], { partnerFundId });
  return { fund, partnerFund, owners };
}

function refuseCircle(owners: ReadonlyMap<string, string[]>, fund: Fund, partner: Fund): void {
  const after = new Map(owners).set(fund.id, [...(owners.get(fund.id) ?? []), partner.id]);
  const sorted = ownersFirst(after);
  if ('cycle' in sorted) throw new Failure(no['fund-cycle'], { path: sorted.cycle });
}

/** The new partner, in the last place; throws when it is a partner already. */
function newPartner(
  { id: fundId }: Fund,
  one: Initial,
  partnerFund: Fund | undefined,
  partners: readonly Partner[],
): Partner {
  const name = 'name' in one.partner ? one.partner.name : (partnerFund as Fund).name;
  const known = partners.find(
    (partner) =>
      partner.name === name ||
      (partnerFund !== undefined && partner.partnerFundId === partnerFund.id),
  );
  if (known) throw new Failure(no['partner-exists'], { partnerId: known.id, name: known.name });
  return {
    id: newId('partner'),
    fundId,
    place: partners.length + 1,
    name,
    partnerFundId: partnerFund?.id,
    source: 'source' in one.partner ? one.partner.source : undefined,
    committed: Money.zero,
    called: Money.zero,
    paidIn: Money.zero,
  };
}

/** The partner whose commitment changes; throws when the fund has no such partner. */
function knownPartner(one: Change, partners: readonly Partner[]): Partner {
  const partner = partners.find(({ id }) => id === one.partnerId);
  if (!partner) throw new Failure(no['partner-missing'], { partnerId: one.partnerId });
  return partner;
}

async function reductionRefused(tx: Tx, one: Change, partner: Partner) {
  const changesOf = await partnerChanges(tx, partner.fundId);
  const unfunded = leastFrom(changesOf(partner.id).unfunded, one.valueOn);
  const { committed, called, paidIn } = partner;
  return refuseReduction(one.amount, unfunded, { committed, called, paidIn });
}

export const commit = operation({
  name: 'funds.commit',
  title: { zh: '认缴', en: 'Commit to a fund' },
  permission: 'funds:commit',
  input,
  output: z.object({
    commitmentId: IdText,
    fundId: IdText,
    partnerId: IdText,
    committed: MoneyText,
    called: MoneyText,
    paidIn: MoneyText,
  }),
  async run(context, item) {
    const { tx, now, today } = context;
    const one = item.input;
    const { fund, partnerFund, owners } = await lockedFunds(context, item);
    const partners = await partnersOf(tx, fund.id);
    const partner =
      one.kind === 'initial'
        ? newPartner(fund, one, partnerFund, partners)
        : knownPartner(one, partners);
    if (partnerFund) refuseCircle(owners, fund, partnerFund);
    const refusal =
      refuseState(fund) ??
      refuseValueDay(fund, one.valueOn, today) ??
      (one.kind === 'reduce' ? await reductionRefused(tx, one, partner) : undefined);
    if (refusal) throw refusal;
    if (one.kind === 'initial') await insertPartner(tx, fund, partner, one.generated);
    const commitmentId = newId('commitment');
    const amount = one.kind === 'reduce' ? one.amount.negated() : one.amount;
    await insertCommitment(
      tx,
      fund,
      {
        id: commitmentId,
        partnerId: partner.id,
        kind: one.kind,
        change: amount,
        valueOn: one.valueOn,
      },
      { operationId: item.operationId, now },
    );
    const committed = partner.committed.plus(amount).toString();
    context.emit(item, {
      name: 'funds.commitment-changed',
      zoneId: fund.zoneId,
      ownerId: fund.ownerId,
      subjectId: commitmentId,
      payload: { fundId: fund.id, partnerId: partner.id, change: amount, valueOn: one.valueOn },
    });
    return {
      commitmentId,
      fundId: fund.id,
      partnerId: partner.id,
      committed,
      called: partner.called.toString(),
      paidIn: partner.paidIn.toString(),
    };
  },
});
