/**
 * What follows from a decision. An approved operation runs in the transaction of the decision, as
 * its maker and under the maker's scope, but its postings and events name the decision as their
 * cause.
 */
import { Failure, isFailure } from '../kernel/index.ts';
import { accountOf } from '../identity/index.ts';
import type { Actor, Context, Item, Operation } from '../platform/operation.ts';
import { onBehalfOf } from '../platform/operation.ts';
import { parseInput } from '../platform/perform.ts';
import { everything, within } from '../platform/transaction.ts';
import type { Request } from './model.ts';
import { approvalRefusals as no } from './refusals.ts';

/** Every operation that can wait for approval, by name. */
export type Catalogue = () => readonly Operation[];

function operationOf(catalogue: Catalogue, { id, operation: name }: Request): Operation {
  const operation = catalogue().find((one) => one.name === name);
  if (!operation) throw new Error(`${id} asks for ${name}, which is not in the catalogue.`);
  return operation;
}

/** The maker's call as it was filed, now caused by the decision. */
function filedItem(
  operation: Operation,
  request: Request,
  maker: Actor,
  decision: Item<unknown>,
): Item<unknown> {
  const input = parseInput(operation.input, request.input);
  // Possible only when the program was upgraded while the request waited.
  if (isFailure(input)) throw input;
  return {
    input,
    actor: maker,
    operationId: decision.operationId,
    expectedVersion: request.expectedVersion ?? undefined,
    hold: request.hold ?? undefined,
  };
}

/**
 * The output of the approved operation. Throws its refusal, or that of a maker who lost the right.
 */
export async function carryOut(
  catalogue: Catalogue,
  context: Context,
  request: Request,
  decision: Item<unknown>,
): Promise<unknown> {
  const operation = operationOf(catalogue, request);
  const { makerId } = request;
  const maker = await accountOf(context.tx, makerId);
  if (maker?.state !== 'ACTIVE') throw new Failure(no['maker-inactive'], { makerId });
  if (!maker.actor.permissions.has(operation.permission)) {
    const { permission } = operation;
    throw new Failure(no['maker-not-permitted'], { makerId, permission });
  }
  const item = filedItem(operation, request, maker.actor, decision);
  const { scope } = maker.actor;
  const [output] = await within(context.tx, scope, decision.actor.scope, () =>
    operation.runMany(onBehalfOf(context, decision), [item]),
  );
  if (isFailure(output)) throw output;
  return operation.output.parse(output);
}

/**
 * Gives back what was set aside. It runs with full sight: the maker may have lost the scope since,
 * and only what we ourselves set aside is given back.
 */
export async function letGo(
  catalogue: Catalogue,
  context: Context,
  request: Request,
  decision: Item<unknown>,
): Promise<void> {
  const operation = operationOf(catalogue, request);
  const give = operation.approval?.letGo?.bind(operation.approval);
  if (request.hold === null || !give) return;
  const maker = await accountOf(context.tx, request.makerId);
  if (!maker) throw new Error(`${request.id} has lost its maker.`);
  const item = filedItem(operation, request, maker.actor, decision);
  await within(context.tx, everything, decision.actor.scope, () =>
    give(onBehalfOf(context, decision), item),
  );
}
