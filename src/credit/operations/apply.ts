/**
 * A relationship manager opens an application (授信申请), from a demand that the bank has claimed or
 * by itself. Who opens it is its manager from then on.
 */
import { z } from 'zod';
import { Failure, addDays, newId } from '../../kernel/index.ts';
import { enterprisesById } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, PositiveAmountInput, TextInput } from '../../platform/schemas.ts';
import { ApplicationChanged, tellApplication } from '../application-change.ts';
import { demandClaimant } from '../demand-change.ts';
import { agreementRefusals as agreementNo } from '../agreement-refusals.ts';
import { demandRefusals as no } from '../demand-refusals.ts';
import type { Application } from '../model-demands.ts';
import { clocks } from '../packs/clocks.ts';
import { creditRefusals } from '../refusals.ts';
import { programmeById } from '../store-agreements.ts';
import { addApplication } from '../store-applications.ts';
import { lockDemandById } from '../store-demands.ts';
import type { SegmentTerms } from '../store-terms.ts';
import { segmentsById } from '../store-terms.ts';
import { isWhitelisted } from '../store-whitelist.ts';

const input = z.strictObject({
  segmentId: IdInput('seg'),
  enterpriseId: IdInput('ent'),
  demandId: IdInput('dmd').optional(),
  product: TextInput(60),
  amount: PositiveAmountInput,
  termMonths: z.number().int().min(1).max(600),
  purpose: TextInput(200),
  revolving: z.enum(['R', 'NR', 'NRS']).default('R'),
  /** The priority programme of the agreement for which the line shall count. */
  programmeId: IdInput('prio').optional(),
});
type Input = z.output<typeof input>;

/** The segment, which is the caller's own; throws `segment-missing` or `enterprise-missing`. */
async function segmentOf(context: Context, item: Item<Input>): Promise<SegmentTerms> {
  const { segmentId, enterpriseId } = item.input;
  const segment = (await segmentsById(context.tx, [segmentId])).get(segmentId);
  const { organisationId, scope } = item.actor;
  const own = segment && (segment.ownerId === organisationId || scope.zones === '*');
  if (!own) throw new Failure(creditRefusals['segment-missing'], { segmentId });
  const enterprise = (await enterprisesById(context.tx, [enterpriseId])).get(enterpriseId);
  if (enterprise?.zoneId !== segment.zoneId) {
    throw new Failure(creditRefusals['enterprise-missing'], { enterpriseId });
  }
  return segment;
}

/** Throws when the demand is not there, not claimed by the caller's bank, or of another firm. */
async function refuseDemand({ tx }: Context, item: Item<Input>): Promise<void> {
  const { demandId, enterpriseId } = item.input;
  if (demandId === undefined) return;
  const demand = await lockDemandById(tx, demandId);
  if (!demand) throw new Failure(no['demand-missing'], { demandId });
  demandClaimant(demand, item);
  if (demand.state !== 'CLAIMED') {
    throw new Failure(no['demand-step'], { demandId, state: demand.state });
  }
  if (demand.enterpriseId !== enterpriseId) {
    throw new Failure(no['demand-other-firm'], { demandId, enterpriseId: demand.enterpriseId });
  }
}

/** Days in which the bank decides: those of the programme, else the rule's. */
async function clockOf(
  { tx, quote }: Context,
  item: Item<Input>,
  agreementId: string,
): Promise<number> {
  const { programmeId } = item.input;
  if (programmeId === undefined) {
    const { scheme: pack, version } = clocks;
    quote(item, { pack, version: String(version), clause: 'decision' });
    return clocks.parameters.decision.days;
  }
  const programme = await programmeById(tx, programmeId);
  if (!programme) throw new Failure(agreementNo['programme-missing'], { programmeId });
  if (programme.agreementId !== agreementId) {
    throw new Failure(agreementNo['programme-other-agreement'], { programmeId, agreementId });
  }
  if (programme.terms.state === 'OPEN') return programme.terms.decisionClockDays;
  throw new Failure(agreementNo['programme-closed'], { programmeId });
}

export const apply = operation({
  name: 'credit.apply',
  title: { zh: '授信申请', en: 'Apply for a line' },
  permission: 'application:work',
  input,
  /** Warns of what will ask for more later; it refuses nothing now. */
  output: ApplicationChanged.extend({ warnings: z.array(z.enum(['not-whitelisted'])) }),
  async run(context, item) {
    const segment = await segmentOf(context, item);
    const { zoneId, ownerId } = segment;
    context.concern(item, zoneId);
    const clock = await clockOf(context, item, segment.agreementId);
    await refuseDemand(context, item);
    const { demandId = null, programmeId = null, ...wanted } = item.input;
    const application: Application = {
      ...wanted,
      id: newId('appl'),
      zoneId,
      ownerId,
      demandId,
      programmeId,
      decisionDueOn: addDays(context.today, clock),
      state: 'APPLIED',
      managerUser: item.actor.userId,
      managerPerson: item.actor.personId,
      appliedOn: context.today,
      approval: undefined,
      contractNo: null,
      signedOn: null,
      lineId: null,
      closedOn: null,
      reason: null,
      version: 1,
    };
    if (!(await addApplication(context, item, application))) {
      throw new Failure(no['demand-in-application'], { demandId });
    }
    tellApplication(context, item, application);
    const listed = await isWhitelisted(context.tx, application, context.today);
    return {
      applicationId: application.id,
      state: application.state,
      version: 1,
      warnings: listed ? [] : ['not-whitelisted' as const],
    };
  },
});
