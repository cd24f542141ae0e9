/** `POST /calc/NAME`: a trial calculation for anybody signed in; no key, nothing is written. */
import type { RequestHandler } from 'express';
import { Failure } from '../kernel/failure.ts';
import { sendJson } from './answer.ts';
import { readBody, sound } from './body.ts';
import type { Calculation } from './calculation.ts';
import { calculate } from './calculation.ts';
import { bearerToken } from './headers.ts';
import type { ApiParts } from './http.ts';
import { apiBase } from './http.ts';
import { traceOf } from './log.ts';
import { sendProblem } from './problem.ts';
import { platformRefusals as no } from './refusals.ts';

export function calcEndpoint(
  parts: Pick<ApiParts, 'authenticate' | 'readiness' | 'log'>,
  calculations: readonly Calculation[],
): RequestHandler {
  const byName = new Map(calculations.map((one) => [one.name, one]));
  return async (req, res) => {
    const trace = traceOf(res);
    trace.route = `${apiBase}/calc/:name`;
    try {
      await parts.readiness.admit();
      const actor = await parts.authenticate(bearerToken(req.headers.authorization));
      trace.userId = actor.userId;
      const name = String(sound(req.params)['name']);
      const one = byName.get(name);
      if (!one) throw new Failure(no['calculation-missing'], { name, known: [...byName.keys()] });
      sendJson(res, 200, JSON.stringify(calculate(one, await readBody(req, res))));
    } catch (problem) {
      sendProblem(res, problem, parts.log);
    }
  };
}
