/**
 * What every change of an application shares: lock, version, and its way through the table of
 * states, each step kept with its reason and told as news.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { IdText } from '../platform/schemas.ts';
import { demandRefusals as no } from './demand-refusals.ts';
import type { Application, ApplicationState, Approval } from './model-demands.ts';
import { applicationMoves, applicationStates } from './model-demands.ts';
import { creditRefusals } from './refusals.ts';
import { lockApplicationById, saveApplication } from './store-applications.ts';

export const ApplicationChanged = z.object({
  applicationId: IdText,
  state: z.enum(applicationStates),
  version: z.number().int(),
});

/** Throws `application-missing` or `version-stale`. */
export async function applicationToChange(
  { tx, concern }: Context,
  item: Item<{ readonly applicationId: string }>,
): Promise<Application> {
  const { applicationId } = item.input;
  const application = await lockApplicationById(tx, applicationId);
  if (!application) throw new Failure(no['application-missing'], { applicationId });
  concern(item, application.zoneId);
  const { version, state } = application;
  if (item.expectedVersion !== undefined && item.expectedVersion !== version) {
    throw new Failure(creditRefusals['version-stale'], { applicationId, version, state });
  }
  return application;
}

/** Throws `application-step` when the table of states has no such way. */
export function applicationStep({ id, state }: Application, to: ApplicationState): void {
  const possible = applicationMoves[state];
  if (possible.includes(to)) return;
  throw new Failure(no['application-step'], { applicationId: id, state, to, possible });
}

/** The approval while it holds; throws `approval-lapsed`. Its last day belongs to it. */
export function approvalInForce({ today }: Context, { id, approval }: Application): Approval {
  if (!approval) throw new Error(`${id} is past its approval and has none.`);
  const { validUntil } = approval;
  if (today <= validUntil) return approval;
  throw new Failure(no['approval-lapsed'], { applicationId: id, validUntil });
}

const eventNames: Readonly<Record<ApplicationState, string>> = {
  APPLIED: 'credit.application-made',
  DUE_DILIGENCE: 'credit.application-examined',
  APPROVED: 'credit.application-approved',
  SIGNED: 'credit.application-signed',
  EFFECTIVE: 'credit.application-effective',
  DECLINED: 'credit.application-declined',
  WITHDRAWN: 'credit.application-withdrawn',
  LAPSED: 'credit.application-lapsed',
};

export function tellApplication(context: Context, item: Item<unknown>, a: Application): void {
  const { id: subjectId, zoneId, ownerId, enterpriseId, demandId, lineId, reason } = a;
  const payload = { enterpriseId, demandId, lineId, reason };
  context.emit(item, { name: eventNames[a.state], zoneId, ownerId, subjectId, payload });
}

const closing: readonly ApplicationState[] = ['EFFECTIVE', 'DECLINED', 'WITHDRAWN', 'LAPSED'];

/** Moves a locked application, with its step and its news; throws `application-step`. */
export async function moveApplication(
  context: Context,
  item: Item<unknown>,
  application: Application,
  to: ApplicationState,
  set: Partial<Application> = {},
): Promise<z.output<typeof ApplicationChanged>> {
  applicationStep(application, to);
  const after: Application = {
    ...application,
    reason: null,
    ...set,
    state: to,
    closedOn: closing.includes(to) ? context.today : null,
    version: application.version + 1,
  };
  await saveApplication(context, item, after);
  tellApplication(context, item, after);
  return { applicationId: after.id, state: to, version: after.version };
}

/** Keeps a fact about a locked application that stays where it is, as a step with its reason. */
export async function noteApplication(
  context: Context,
  item: Item<unknown>,
  application: Application,
  reason: string,
): Promise<z.output<typeof ApplicationChanged>> {
  const after: Application = { ...application, reason, version: application.version + 1 };
  await saveApplication(context, item, after);
  return { applicationId: after.id, state: after.state, version: after.version };
}
