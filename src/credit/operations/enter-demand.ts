/**
 * Enters a financing demand (融资需求): the zone office for any firm of its zone, a firm for itself.
 * The clock runs from this day, 30 calendar days unless the caller says otherwise.
 */
import { z } from 'zod';
import { Failure, addDays, makeCalendar, newId } from '../../kernel/index.ts';
import { calendarOf, enterprisesById, officeOf } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayText,
  IdInput,
  IdText,
  PositiveAmountInput,
  TextInput,
} from '../../platform/schemas.ts';
import { agreementRefusals as agreementNo } from '../agreement-refusals.ts';
import { demandRefusals } from '../demand-refusals.ts';
import type { Demand } from '../model-demands.ts';
import { clocks } from '../packs/clocks.ts';
import { ClockRuleInput } from '../packs/rule-shapes.ts';
import { creditRefusals as no } from '../refusals.ts';
import { decisionDueOn } from '../rules/clock.ts';
import { addDemand, entrantOf, programmeClock } from '../store-demands.ts';

const input = z.strictObject({
  enterpriseId: IdInput('ent'),
  amount: PositiveAmountInput,
  purpose: TextInput(200),
  termMonths: z.number().int().min(1).max(600),
  /** A priority programme of the zone, by name: the demand stands in its place of the queue. */
  programme: TextInput(100).optional(),
  /** How long the banks have; what is left out is the programme's, else the rule's. */
  clock: ClockRuleInput.shape.decision.optional(),
});
type Input = z.output<typeof input>;

/** Whose demand it is; throws `demand-not-yours` for a bank, a fund or another firm. */
async function ownerOf(context: Context, item: Item<Input>, zoneId: string): Promise<string> {
  const { actor, input: one } = item;
  const refusal = () =>
    new Failure(demandRefusals['demand-not-yours'], { enterpriseId: one.enterpriseId });
  if (actor.scope.zones === '*') {
    const office = await officeOf(context.tx, zoneId);
    if (office === undefined) throw refusal();
    return office;
  }
  const entrant = await entrantOf(context.tx, actor.organisationId, one.enterpriseId);
  const itself = entrant?.kind === 'enterprise' && entrant.own;
  if (entrant?.kind !== 'zone_office' && !itself) throw refusal();
  return actor.organisationId;
}

/** Years without a calendar are warned of only when the clock counts working days. */
async function dueOn(context: Context, item: Item<Input>, zoneId: string) {
  const { programme } = item.input;
  const shorter =
    programme === undefined ? undefined : await programmeClock(context.tx, zoneId, programme);
  if (programme !== undefined && shorter === undefined) {
    throw new Failure(agreementNo['programme-missing'], { programme });
  }
  if (item.input.clock === undefined && shorter !== undefined) {
    return addDays(context.today, shorter);
  }
  const clock = item.input.clock ?? clocks.parameters.decision;
  if (item.input.clock === undefined) {
    const { scheme: pack, version } = clocks;
    context.quote(item, { pack, version: String(version), clause: 'decision' });
  }
  const calendar =
    clock.unit === 'working-days'
      ? await calendarOf(context.tx)
      : makeCalendar({ holidays: [], workingDays: [] });
  return decisionDueOn(context.today, clock, calendar).day;
}

export const enterDemand = operation({
  name: 'credit.enter-demand',
  title: { zh: '登记融资需求', en: 'Enter a financing demand' },
  permission: 'demand:enter',
  input,
  output: z.object({ demandId: IdText, state: z.string(), dueOn: DayText }),
  async run(context, item) {
    const { clock: _, programme = null, ...wanted } = item.input;
    const { enterpriseId, amount } = wanted;
    const enterprise = (await enterprisesById(context.tx, [enterpriseId])).get(enterpriseId);
    if (!enterprise) throw new Failure(no['enterprise-missing'], { enterpriseId });
    const { zoneId } = enterprise;
    context.concern(item, zoneId);
    const demand: Demand = {
      ...wanted,
      id: newId('dmd'),
      zoneId,
      ownerId: await ownerOf(context, item, zoneId),
      state: 'OPEN',
      enteredOn: context.today,
      dueOn: await dueOn(context, item, zoneId),
      programme,
      claimedBy: null,
      claimedOn: null,
      closedOn: null,
      reason: null,
      version: 1,
    };
    await addDemand(context, item, demand);
    const { id, ownerId, state } = demand;
    const payload = { enterpriseId, amount, dueOn: demand.dueOn };
    context.emit(item, {
      name: 'credit.demand-entered',
      zoneId,
      ownerId,
      subjectId: id,
      payload,
    });
    return { demandId: id, state, dueOn: demand.dueOn };
  },
});
