/**
 * The second person's word. Approving carries the operation out in this very transaction: if the
 * operation refuses now, the refusal is the answer and the request stays open, nothing half-done.
 */
import { z } from 'zod';
import { canonicalJson, isFailure, sentence } from '../../kernel/index.ts';
import type { Context, Item, Operation } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import type { Catalogue } from '../carry-out.ts';
import { carryOut, letGo } from '../carry-out.ts';
import type { Request } from '../model.ts';
import { nextStep, refuseDecision } from '../rules.ts';
import type { Closing } from '../store.ts';
import { close, lockedRequest } from '../store.ts';

const Decision = z
  .strictObject({
    approvalId: IdInput('appr'),
    decision: z.enum(['approve', 'reject']),
    reason: ReasonInput.optional(),
    version: z
      .number()
      .int()
      .min(1)
      .optional()
      .meta({ description: '所见的版本，可代替 If-Match；不填即当前版本' }),
  })
  .refine((input) => input.decision === 'approve' || input.reason !== undefined, {
    message: sentence('驳回须有理由', 'a rejection needs a reason'),
    path: ['reason'],
  });

export const decide = (catalogue: Catalogue): Operation =>
  operation({
    name: 'approvals.decide',
    title: { zh: '审批', en: 'Decide a request' },
    permission: 'approvals:decide',
    input: Decision,
    output: z.looseObject({}).meta({
      description: '通过：该业务本身的结果；驳回：审批的编号、状态与版本',
    }),
    async run(context, item) {
      const { approvalId, decision, version } = item.input;
      const request = await lockedRequest(context.tx, approvalId);
      const { personId, permissions } = item.actor;
      const expectedVersion = item.expectedVersion ?? version;
      const decider = { personId, permissions, expectedVersion };
      const refusal = refuseDecision(request, approvalId, decider, context.now);
      if (refusal || !request) throw refusal ?? new Error(`${approvalId} is nowhere.`);
      return decision === 'approve'
        ? approve(catalogue, context, request, item)
        : reject(catalogue, context, request, item);
    },
  });

type DecisionItem = Item<z.output<typeof Decision>>;

const closing = (
  context: Context,
  { actor, input, operationId }: DecisionItem,
): Omit<Closing, 'state' | 'result'> => ({
  by: actor,
  at: context.now,
  reason: input.reason,
  operationId,
});

async function approve(
  catalogue: Catalogue,
  context: Context,
  request: Request,
  item: DecisionItem,
): Promise<Record<string, unknown>> {
  // Before the operation's own news, whose zone is where the log entry belongs.
  announce(context, request, item, 'approvals.request-approved');
  const output = await carryOut(catalogue, context, request, item).catch(withNextStep(request));
  const result = canonicalJson(output);
  await close(context.tx, request.id, { ...closing(context, item), state: 'APPROVED', result });
  return output as Record<string, unknown>;
}

/** The request waits on: whoever hears the refusal is told what can be done with it. */
const withNextStep =
  ({ id: approvalId }: Request) =>
  (problem: unknown): never => {
    if (!isFailure(problem)) throw problem;
    throw problem.with({ approvalId, ...nextStep(problem.kind) });
  };

async function reject(
  catalogue: Catalogue,
  context: Context,
  request: Request,
  item: DecisionItem,
): Promise<Record<string, unknown>> {
  await letGo(catalogue, context, request, item);
  const state = 'REJECTED';
  const ending = { ...closing(context, item), state, result: undefined } as const;
  const version = await close(context.tx, request.id, ending);
  announce(context, request, item, 'approvals.request-rejected');
  return { approvalId: request.id, state, version };
}

function announce(context: Context, request: Request, item: DecisionItem, name: string): void {
  const { operation: requested, makerId } = request;
  context.emit(item, {
    name,
    zoneId: request.zoneId ?? platformChain,
    ownerId: request.ownerId,
    subjectId: request.id,
    payload: { operation: requested, makerId, decidedBy: item.actor.userId },
  });
}
