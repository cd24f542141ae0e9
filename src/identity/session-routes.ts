/**
 * Sign-in, refresh and sign-out over HTTP: the only writes without an idempotency key. Refusals are
 * thrown, for the application answers every problem in one shape.
 */
import express, { type RequestHandler, type Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import { z } from 'zod';
import { Failure, isFailure } from '../kernel/index.ts';
import { sendJson } from '../platform/answer.ts';
import { readBody } from '../platform/body.ts';
import { apiHeaders, bearerToken } from '../platform/headers.ts';
import { parseInput } from '../platform/perform.ts';
import { identityRefusals as no } from './refusals.ts';
import type { Sessions } from './sessions.ts';

const CredentialsInput = z.strictObject({
  username: z.string().min(1).max(100),
  password: z.string().min(1).max(200),
});
const RefreshInput = z.strictObject({ refreshToken: z.string().min(1).max(200) });
const TokensOutput = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresIn: z.number().int().meta({ description: '秒' }),
});

function parsed<I>(schema: z.ZodType<I>, raw: unknown): I {
  const input = parseInput(schema, raw);
  if (isFailure(input)) throw input;
  return input;
}

/** 0 or less: no limit. Counted per address and process. */
function signInLimit(perMinute: number): RequestHandler {
  if (perMinute <= 0) return (_request, _response, next) => next();
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    ipv6Subnet: 56,
    handler: (_request, _response, next) => next(new Failure(no['too-many-sign-ins'])),
  });
}

/** Mounted at `/api/v1/sessions`. */
export function sessionRoutes(options: {
  readonly sessions: Sessions;
  readonly signInsPerMinute: number;
}): Router {
  const { sessions } = options;
  const router = express.Router();
  router.post('/', signInLimit(options.signInsPerMinute), async (request, response) => {
    const { username, password } = parsed(CredentialsInput, await readBody(request, response));
    const tokens = await sessions.signIn(username, password, request.ip);
    sendJson(response, 201, JSON.stringify(tokens));
  });
  router.post('/refresh', async (request, response) => {
    const { refreshToken } = parsed(RefreshInput, await readBody(request, response));
    sendJson(response, 200, JSON.stringify(await sessions.refresh(refreshToken)));
  });
  router.delete('/current', async (request, response) => {
    const token = bearerToken(request.headers.authorization);
    await sessions.signOut(await sessions.authenticate(token));
    response.writeHead(204, apiHeaders).end();
  });
  return router;
}

const json = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io });
  return { 'application/json': { schema: shape } };
};

const described = (summary: string, input: z.ZodType, status: string) => ({
  tags: ['sessions'],
  summary,
  security: [],
  requestBody: { required: true, content: json(input, 'input') },
  responses: {
    [status]: { description: 'Signed in', content: json(TokensOutput, 'output') },
    default: { $ref: '#/components/responses/Problem' },
  },
});

/** The same addresses for the OpenAPI document. */
export const sessionPaths = {
  '/sessions': { post: described('登录', CredentialsInput, '201') },
  '/sessions/refresh': { post: described('续期', RefreshInput, '200') },
  '/sessions/current': {
    delete: {
      tags: ['sessions'],
      summary: '退出',
      responses: {
        '204': { description: 'Signed out' },
        default: { $ref: '#/components/responses/Problem' },
      },
    },
  },
} as const;
