/** `POST /trials {operation, input, version}`: what the operation would do; nothing is written. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { Failure, isFailure } from '../kernel/failure.ts';
import { sendJson } from './answer.ts';
import { readBody } from './body.ts';
import { bearerToken } from './headers.ts';
import type { ApiParts } from './http.ts';
import { apiBase } from './http.ts';
import { traceOf } from './log.ts';
import { problemResponses } from './openapi.ts';
import { parseInput } from './perform.ts';
import { problemOf, sendProblem } from './problem.ts';
import { platformRefusals as no } from './refusals.ts';

export const trialInput = z.strictObject({
  operation: z
    .string()
    .min(1)
    .max(100)
    .meta({
      description: '操作名，即各操作的 operationId The name of the operation, its operationId',
      examples: ['credit.draw-down'],
    }),
  input: z.record(z.string(), z.unknown()).meta({
    description: '地址与请求体中的全部参数 Its whole input: what path and body give together',
  }),
  version: z
    .int()
    .min(1)
    .optional()
    .meta({
      description:
        '所见对象的版本，凡该操作须带 If-Match 者必填 ' +
        'Of the thing as the caller saw it; needed where the operation asks for If-Match',
    }),
});

export function trialEndpoint(parts: ApiParts): RequestHandler {
  const byName = new Map(
    parts.modules.flatMap(({ operations }) => operations).map((one) => [one.name, one]),
  );
  const known = [...byName.keys()].sort();
  return async (req, res) => {
    const trace = traceOf(res);
    trace.route = `${apiBase}/trials`;
    try {
      await parts.readiness.admit();
      const actor = await parts.authenticate(bearerToken(req.headers.authorization));
      trace.userId = actor.userId;
      const asked = parseInput(trialInput, await readBody(req, res));
      if (isFailure(asked)) throw asked;
      const operation = byName.get(asked.operation);
      if (!operation) {
        throw new Failure(no['operation-missing'], { operation: asked.operation, known });
      }
      const { failure, ...trial } = await parts.performer.tryOut(operation, actor, asked.input, {
        expectedVersion: asked.version,
      });
      const problem = failure && problemOf(failure, trace.id, `${apiBase}/trials`);
      sendJson(res, 200, JSON.stringify(problem ? { ...trial, problem } : trial));
    } catch (problem) {
      sendProblem(res, problem, parts.log);
    }
  };
}

const { $schema: _, ...schema } = z.toJSONSchema(trialInput, { io: 'input' });

/** Its address for the OpenAPI document. */
export const trialPaths: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/trials': {
    post: {
      operationId: 'platform.try-out',
      tags: ['trials'],
      summary: '试算：执行并撤销，不写入 Carry an operation out and undo it',
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: {
        '200': {
          description: 'Its answer or refusal, whether it needs approval, and its effects',
          content: { 'application/json': { schema: { type: 'object' } } },
        },
        ...problemResponses('400', '401', '403', '404', '428'),
      },
    },
  },
};
