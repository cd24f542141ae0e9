/**
 * The API: one Express route per `Route` of the catalogue. Each runs in the same order, which is
 * the order of precedence: ready, signed in, body, then what `perform` asks. Errors are answered
 * right here instead of through `next`, which would walk along all the routes that follow.
 */
import type { Request, RequestHandler, Response } from 'express';
import express from 'express';
import { canonicalJson } from '../kernel/canonical.ts';
import { sentence } from '../kernel/sentence.ts';
import { sendJson } from './answer.ts';
import type { Members } from './body.ts';
import { joined, readBody, sound } from './body.ts';
import { bearerToken, etagOf, expectedVersion, headerText } from './headers.ts';
import type { Readiness } from './health.ts';
import type { Log } from './log.ts';
import { traceOf } from './log.ts';
import type { Module, Route } from './module.ts';
import type { Actor } from './operation.ts';
import type { Outcome, Performer } from './perform.ts';
import { sendProblem } from './problem.ts';
import { invalidInput } from './refusals.ts';

export const apiBase = '/api/v1';

export interface ApiParts {
  readonly modules: readonly Module[];
  readonly performer: Performer;
  /** Who the bearer of an access token is; throws an `unauthenticated` Failure. */
  readonly authenticate: (token: string) => Promise<Actor>;
  readonly readiness: Readiness;
  readonly log: Log;
}

/** Routes with their literal segments before those with a parameter in the same place. */
export function routesOf(modules: readonly Module[]): Route[] {
  // ':' would sort before letters; '~' sorts after them.
  const place = ({ path }: Route): string => path.replaceAll(':', '~');
  return modules
    .flatMap(({ routes }) => routes)
    .toSorted((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
}

/** The router to be mounted at `apiBase`. */
export function routerOf(parts: ApiParts): express.Router {
  const router = express.Router({ caseSensitive: true });
  for (const route of routesOf(parts.modules)) {
    router[route.method](route.path, endpoint(route, parts));
  }
  return router;
}

function endpoint(route: Route, parts: ApiParts): RequestHandler {
  const { performer, authenticate, readiness, log } = parts;
  return async (req, res) => {
    const trace = traceOf(res);
    trace.route = `${apiBase}${route.path}`;
    try {
      await readiness.admit();
      const actor = await authenticate(bearerToken(req.headers.authorization));
      trace.userId = actor.userId;
      if ('query' in route) {
        const answer = await performer.ask(route.query, actor, asked(req));
        sendJson(res, 200, JSON.stringify(answer), versionHeader(answer));
        return;
      }
      const input = joined(await readBody(req, res), sound(req.params));
      refuseQueryText(req);
      const outcome = await performer.perform(
        route.operation,
        actor,
        input,
        headerText(req.headers['idempotency-key']),
        { expectedVersion: expectedVersion(headerText(req.headers['if-match'])) },
      );
      sendOutcome(res, outcome, route.status ?? (route.method === 'post' ? 201 : 200), log);
    } catch (problem) {
      sendProblem(res, problem, log);
    }
  };
}

/** The input of a query: the text of the query string and of the path. */
const asked = (req: Request): Members => joined(sound(req.query), sound(req.params));

/**
 * A write takes its input from the body; a parameter in the query string would be lost in silence.
 */
function refuseQueryText(req: Request): void {
  const names = Object.keys(req.query);
  if (names.length === 0) return;
  throw invalidInput(
    ...names.map((path) => ({
      path,
      message: sentence('写操作不从查询字符串取值', 'a write takes nothing from the query string'),
    })),
  );
}

const versionHeader = (answer: unknown): Readonly<Record<string, string>> => {
  const etag = etagOf(answer);
  return etag === undefined ? {} : { etag };
};

function sendOutcome(res: Response, outcome: Outcome, doneStatus: number, log: Log): void {
  const replayed: Readonly<Record<string, string>> = outcome.replayed
    ? { 'idempotent-replayed': 'true' }
    : {};
  switch (outcome.kind) {
    case 'done': {
      // Canonical, so that the first answer and its replay from the log are the same bytes.
      const text = canonicalJson(outcome.output);
      sendJson(res, doneStatus, text, { ...versionHeader(outcome.output), ...replayed });
      return;
    }
    case 'submitted': {
      const { approvalId } = outcome;
      const location = `${apiBase}/approvals/${approvalId}`;
      sendJson(res, 202, JSON.stringify({ approvalId }), { location, ...replayed });
      return;
    }
    case 'refused':
      sendProblem(res, outcome.failure, log, replayed);
  }
}
