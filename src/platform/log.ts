/**
 * The log: JSON lines on stderr, one per request, never a body, a header or a query. An error is
 * written without its other members, because PostgreSQL puts the values of rows into `detail`.
 */
import type { RequestHandler, Response } from 'express';
import type { DestinationStream, Logger } from 'pino';
import { pino, stdTimeFunctions } from 'pino';
import { headerText, traceIdOf } from './headers.ts';
import type { Metrics } from './metrics.ts';

export type Log = Logger;

/** @param level one of pino's levels or `silent`. @param to stderr unless a test listens. */
export function makeLog(level: string, to: DestinationStream = pino.destination(2)): Log {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: errorFacts },
    },
    to,
  );
}

function errorFacts(problem: unknown): unknown {
  if (!(problem instanceof Error)) return { message: String(problem) };
  const { code, constraint } = problem as { code?: unknown; constraint?: unknown };
  return { name: problem.name, message: problem.message, code, constraint, stack: problem.stack };
}

/** What is known of a request while it runs; a route fills in its pattern and the user. */
export interface Trace {
  readonly id: string;
  readonly startedAt: number;
  /** The pattern, not the path: ids belong neither in labels nor in log lines. */
  route: string;
  userId: string | undefined;
}

/** The trace that `traced` put on the answer. */
export const traceOf = (res: Response): Trace => res.locals['trace'] as Trace;

/**
 * The first middleware: names the trace, and when the answer is out counts it and logs one line.
 */
export function traced(log: Log, metrics: Metrics): RequestHandler {
  function closed(this: Response): void {
    const { id, startedAt, route, userId } = traceOf(this);
    const milliseconds = performance.now() - startedAt;
    const { method } = this.req;
    // 499, as nginx has it: the caller went away before the answer was out.
    const status = this.writableFinished ? this.statusCode : 499;
    metrics.observeRequest(method, route, status, milliseconds / 1000);
    const ms = Math.round(milliseconds * 10) / 10;
    log.info({ method, route, status, ms, traceId: id, userId }, 'request');
  }
  return (req, res, next) => {
    const id = traceIdOf(headerText(req.headers['traceparent']));
    const trace: Trace = { id, startedAt: performance.now(), route: 'other', userId: undefined };
    res.locals['trace'] = trace;
    res.setHeader('x-trace-id', id);
    res.on('close', closed);
    next();
  };
}
