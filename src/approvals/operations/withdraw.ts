/**
 * The maker takes a request back, through any account of the same person; what was held is free.
 */
import { z } from 'zod';
import type { Operation } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import type { Catalogue } from '../carry-out.ts';
import { letGo } from '../carry-out.ts';
import { refuseWithdrawal } from '../rules.ts';
import { close, lockedRequest } from '../store.ts';

export const withdraw = (catalogue: Catalogue): Operation =>
  operation({
    name: 'approvals.withdraw',
    title: { zh: '撤回审批', en: 'Withdraw a request' },
    permission: 'approvals:withdraw',
    input: z.strictObject({
      approvalId: IdInput('appr'),
      reason: ReasonInput.optional(),
      version: z.number().int().min(1).optional(),
    }),
    output: z.object({ approvalId: IdText, state: z.string(), version: z.number().int() }),
    async run(context, item) {
      const { tx, now: at } = context;
      const { approvalId, reason } = item.input;
      const request = await lockedRequest(tx, approvalId);
      const expectedVersion = item.expectedVersion ?? item.input.version;
      const maker = { personId: item.actor.personId, expectedVersion };
      const refusal = refuseWithdrawal(request, approvalId, maker);
      if (refusal || !request) throw refusal ?? new Error(`${approvalId} is nowhere.`);
      await letGo(catalogue, context, request, item);
      const state = 'WITHDRAWN';
      const { operationId, actor: by } = item;
      const closing = { state, by, at, reason, result: undefined, operationId } as const;
      const version = await close(tx, approvalId, closing);
      context.emit(item, {
        name: 'approvals.request-withdrawn',
        zoneId: request.zoneId ?? platformChain,
        ownerId: request.ownerId,
        subjectId: approvalId,
        payload: { operation: request.operation, makerId: request.makerId },
      });
      return { approvalId, state, version };
    },
  });
