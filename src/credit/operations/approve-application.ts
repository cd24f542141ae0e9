/**
 * The bank's word on an application (批复): amount, price, conditions, and until when it holds. The
 * relationship manager proposes and a second person decides, so the manager never does.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  PositiveAmountInput,
  RateInput,
  ReasonInput,
  TextInput,
} from '../../platform/schemas.ts';
import {
  ApplicationChanged,
  applicationStep,
  applicationToChange,
  moveApplication,
} from '../application-change.ts';
import { demandRefusals as no } from '../demand-refusals.ts';
import type { Application } from '../model-demands.ts';
import { primeTerms } from '../model-demands.ts';
import { contractRate } from '../rules/pricing.ts';
import { addConditions, lastDiligence } from '../store-applications.ts';
import { fixingsOf } from '../store-loan-facts.ts';

const input = z.strictObject({
  applicationId: IdInput('appl'),
  amount: PositiveAmountInput,
  primeTerm: z.enum(primeTerms),
  /** Basis points on the prime rate, either sign. */
  spreadBp: z.number().int().min(-2000).max(2000),
  collateralBasis: z.enum(['LINE', 'MIN']).default('LINE'),
  /** Why more is granted than the sizing allows. */
  exception: ReasonInput.optional(),
  /** Of the commitment fee on what will not be drawn. */
  commitmentRateAnnual: RateInput.optional(),
  validUntil: DayInput,
  conditions: z
    .array(z.strictObject({ kind: z.enum(['precedent', 'covenant']), wording: TextInput(300) }))
    .max(50)
    .default([]),
  reason: ReasonInput,
});
type Input = z.output<typeof input>;

function refusePerson(application: Application, { actor }: Item<Input>): void {
  const { id: applicationId, managerUser, managerPerson } = application;
  if (managerPerson === actor.personId || actor.scope.zones === '*') return;
  throw new Failure(no['manager-proposes'], { applicationId, managerUser });
}

/** Throws when more is granted than was asked for, than is needed, or than is secured. */
async function refuseAmount(
  { tx }: Context,
  { id, amount: asked }: Application,
  { amount, exception, collateralBasis }: Input,
): Promise<void> {
  if (amount.moreThan(asked)) {
    const shortBy = amount.minus(asked);
    throw new Failure(no['approval-above-application'], { requested: amount, asked, shortBy });
  }
  const found = await lastDiligence(tx, id);
  if (!found) throw new Error(`${id} is past its diligence and has none.`);
  const { newLoan, counted } = found;
  if (exception === undefined && amount.moreThan(newLoan)) {
    const shortBy = amount.minus(newLoan);
    throw new Failure(no['approval-above-need'], { requested: amount, newLoan, shortBy });
  }
  if (collateralBasis === 'MIN' && amount.moreThan(counted)) {
    const shortBy = amount.minus(counted);
    throw new Failure(no['collateral-short'], { requested: amount, counted, shortBy });
  }
}

export const approveApplication = operation({
  name: 'credit.approve-application',
  title: { zh: '授信批复', en: 'Approve an application' },
  permission: 'application:work',
  approval: { amount: (one: Input) => one.amount, always: true, permission: 'credit:approve' },
  versioned: true,
  input,
  output: ApplicationChanged.extend({ rateAnnual: z.string(), conditionIds: z.array(IdText) }),
  async run(context, item) {
    const { tx, today } = context;
    const application = await applicationToChange(context, item);
    refusePerson(application, item);
    applicationStep(application, 'APPROVED');
    const { applicationId: _, conditions, exception, reason, ...terms } = item.input;
    const { commitmentRateAnnual, ...granted } = terms;
    const { validUntil, primeTerm, spreadBp } = granted;
    if (validUntil < today) throw new Failure(no['validity-in-past'], { validUntil, today });
    await refuseAmount(context, application, item.input);
    const rateAnnual = contractRate(await fixingsOf(tx, primeTerm), spreadBp, today);
    if (rateAnnual === undefined) {
      throw new Failure(no['prime-rate-missing'], { primeTerm, on: today, spreadBp });
    }
    const listed = conditions.map((one) => ({ ...one, id: newId('cond') }));
    addConditions(tx, application, listed);
    const approval = {
      ...granted,
      commitmentRateAnnual: commitmentRateAnnual?.toString() ?? null,
      exception: exception ?? null,
      rateAnnual,
      approvedOn: today,
    };
    const set = { approval, reason };
    const moved = await moveApplication(context, item, application, 'APPROVED', set);
    return { ...moved, rateAnnual, conditionIds: listed.map(({ id }) => id) };
  },
});
