/**
 * Pure decisions of approvals: whether a second person is needed, and whether this one may decide.
 */
import type { Day, FailureKind, Money } from '../kernel/index.ts';
import { Failure } from '../kernel/index.ts';
import type { Need, Request, Tier } from './model.ts';
import { approvalRefusals as no } from './refusals.ts';

/** What the operation says about its approval, with the amount of this input. */
export interface Asked {
  readonly operation: string;
  readonly amount: Money | undefined;
  readonly always: boolean;
  readonly permission: string;
}

/**
 * The tier in force for this owner today: its own before the default, the newest version of each.
 */
export function tierInForce(
  tiers: readonly Tier[],
  asked: { readonly operation: string; readonly ownerId: string; readonly today: Day },
): Tier | undefined {
  const inForce = tiers.filter(
    (tier) => tier.operation === asked.operation && tier.validFrom <= asked.today,
  );
  const newest = (ownerId: string | null): Tier | undefined =>
    inForce
      .filter((tier) => tier.ownerId === ownerId)
      .reduce<Tier | undefined>((a, b) => (a && a.version > b.version ? a : b), undefined);
  return newest(asked.ownerId) ?? newest(null);
}

/**
 * Undefined when the maker may act alone. An operation that names an amount but has no tier always
 * needs a second person: forgetting to set a tier must not open a door.
 */
export function needOf(asked: Asked, tier: Tier | undefined): Need | undefined {
  const { amount, always, permission } = asked;
  if (amount === undefined || !tier) {
    const needed = always || amount !== undefined;
    return needed ? { amount, permission, tierVersion: undefined } : undefined;
  }
  const band = tier.bands.findLast((one) => amount.moreThan(one.fromAmount));
  if (!band && !always) return undefined;
  return { amount, permission: band?.permission ?? permission, tierVersion: tier.version };
}

/** Who would change a request, and which version of it they saw. */
export interface Decider {
  readonly personId: string;
  readonly permissions: ReadonlySet<string>;
  readonly expectedVersion: number | undefined;
}

function refuseClosed(
  request: Request,
  decider: Pick<Decider, 'expectedVersion'>,
): Failure | undefined {
  const { id: approvalId, version, state } = request;
  if (decider.expectedVersion !== undefined && decider.expectedVersion !== version) {
    return new Failure(no['approval-stale'], { approvalId, version, state });
  }
  if (state !== 'PENDING') return new Failure(no['approval-decided'], { approvalId, state });
  return undefined;
}

/** Whether this person may decide the request now; undefined: yes. */
export function refuseDecision(
  request: Request | undefined,
  approvalId: string,
  decider: Decider,
  now: Date,
): Failure | undefined {
  if (!request) return new Failure(no['approval-missing'], { approvalId });
  const closed = refuseClosed(request, decider);
  if (closed) return closed;
  if (request.expiresAt <= now) {
    const expiredAt = request.expiresAt.toISOString();
    return new Failure(no['approval-expired'], { approvalId, expiredAt });
  }
  if (decider.personId === request.makerPersonId) {
    return new Failure(no['same-person'], { approvalId });
  }
  if (!decider.permissions.has(request.permission)) {
    const { permission } = request;
    return new Failure(no['decider-not-permitted'], { approvalId, permission });
  }
  return undefined;
}

const wayOut = {
  zh: '请驳回，或由经办人撤回（POST /approvals/{approvalId}/withdrawals）后重新提交',
  en:
    'reject it, or let its maker withdraw it (POST /approvals/{approvalId}/withdrawals) ' +
    'and send it again',
};

/**
 * What to do with a request whose operation was refused. The version that its maker saw stands in
 * it, so what has moved on since never comes back; any other reason may pass.
 */
export function nextStep(kind: FailureKind): { nextStep: string; nextStepEn: string } {
  if (kind === 'stale') {
    return {
      nextStep: `所依据的内容在提交后已变，此单不能再通过：${wayOut.zh}`,
      nextStepEn: `What it was made on has changed, so it can no longer be approved: ${wayOut.en}`,
    };
  }
  return {
    nextStep: `此单现在不能执行，仍待审批；原因若不会消除：${wayOut.zh}`,
    nextStepEn: `It cannot be carried out now and waits on; if the reason stays: ${wayOut.en}`,
  };
}

/** Whether this person may take the request back; an expired one may still be withdrawn. */
export function refuseWithdrawal(
  request: Request | undefined,
  approvalId: string,
  maker: Pick<Decider, 'personId' | 'expectedVersion'>,
): Failure | undefined {
  if (!request) return new Failure(no['approval-missing'], { approvalId });
  const closed = refuseClosed(request, maker);
  if (closed) return closed;
  return maker.personId === request.makerPersonId
    ? undefined
    : new Failure(no['not-the-maker'], { approvalId });
}
