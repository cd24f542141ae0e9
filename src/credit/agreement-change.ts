/**
 * What every change of an agreement, its segments and its programmes shares. The agreement is
 * locked first, whichever of them changes, then nodes of the limit tree, the deepest first: two
 * changes under one agreement follow each other.
 */
import type { Day } from '../kernel/index.ts';
import { Failure } from '../kernel/index.ts';
import type { TermChange } from '../limits/index.ts';
import { changeTerms, lockNode, raiseOf, refuseGrants, termCause } from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { DayInput, ReasonInput } from '../platform/schemas.ts';
import { agreementRefusals as no } from './agreement-refusals.ts';
import { creditRefusals } from './refusals.ts';
import { differences, refuseValueDay } from './rules/terms.ts';
import type { Agreement, KeptTerms, Why } from './store-agreements.ts';
import { lockAgreementById, termsSince } from './store-agreements.ts';

/** Why a thing changes, and from which day on: today when absent. */
export const changeShape = { reason: ReasonInput, effectiveOn: DayInput.optional() };

interface Reasoned {
  readonly reason: string;
  readonly effectiveOn?: Day | undefined;
}

export const whyOf = ({ today, now }: Context, { input, operationId }: Item<Reasoned>): Why => ({
  valueOn: input.effectiveOn ?? today,
  now,
  reason: input.reason,
  operationId,
});

/** What was changed from version to version, so that whoever is too late sees it. */
const changesOf = (versions: readonly KeptTerms[]) =>
  versions.slice(1).map(({ version, change, valueOn, recordedAt, reason, terms }, i) => ({
    version,
    change,
    valueOn,
    recordedAt: recordedAt.toISOString(),
    reason,
    fields: differences(versions[i]?.terms ?? {}, terms),
  }));

/**
 * Throws `version-stale` with what has changed since; then what makes the value day impossible.
 */
export async function expectCurrent(
  context: Context,
  item: Item<Reasoned>,
  subject: { readonly id: string; readonly version: number },
): Promise<void> {
  const { id, version } = subject;
  const expected = item.expectedVersion ?? version;
  const versions = await termsSince(context.tx, id, Math.min(expected, version));
  if (expected !== version) {
    const changes = changesOf(versions);
    throw new Failure(creditRefusals['version-stale'], { id, version, expected, changes });
  }
  const last = versions.at(-1);
  if (!last) throw new Error(`${id} has no terms of version ${version}.`);
  const { valueOn } = whyOf(context, item);
  const refusal = refuseValueDay(valueOn, last.valueOn, context.today);
  if (refusal) throw refusal;
}

/** The agreement, locked. Throws `agreement-missing`. */
export async function agreementLocked(
  context: Context,
  item: Item<unknown>,
  agreementId: string,
): Promise<Agreement> {
  const agreement = await lockAgreementById(context.tx, agreementId);
  if (!agreement) throw new Failure(creditRefusals['agreement-missing'], { agreementId });
  context.concern(item, agreement.zoneId);
  return agreement;
}

export function refuseEnded({ id, terms }: Agreement): Failure | undefined {
  if (terms.endedOn === null) return undefined;
  return new Failure(no['agreement-ended'], { agreementId: id, endedOn: terms.endedOn });
}

/**
 * Changes the limits of nodes, given deepest first. A cut below use is carried out and opens its
 * incident, as everywhere in the limit tree; a raise is held to the policy of the limit above.
 */
export async function changeNodes(
  context: Context,
  item: Item<unknown>,
  nodes: readonly { readonly nodeId: string; readonly change: TermChange }[],
  why: Why,
): Promise<void> {
  for (const { nodeId, change } of nodes) {
    const node = await lockNode(context.tx, nodeId);
    if (!node) throw new Error(`The limit ${nodeId} of an agreement is gone.`);
    const { limit } = change;
    const raise = limit === undefined ? [] : [raiseOf(node, { granted: limit })];
    const [over] = await refuseGrants(context, item.actor.scope, raise);
    if (over) throw over;
    await changeTerms(context.tx, node, change, {
      ...termCause(context, item, why.reason),
      valueOn: why.valueOn,
    });
  }
}
