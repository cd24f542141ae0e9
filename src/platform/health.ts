/**
 * Whether the process is alive and whether it takes requests. `/readyz` asks each time; a request
 * is let in from the first yes on, since a later trouble of the database has its own answer
 * (busy).
 */
import type { Application } from 'express';
import { Failure } from '../kernel/failure.ts';
import { sendJson } from './answer.ts';
import { traceOf } from './log.ts';
import { platformRefusals as no } from './refusals.ts';

export type IsReady = () => boolean | Promise<boolean>;

export class Readiness {
  readonly #isReady: IsReady;
  readonly #isDraining: () => boolean;
  #started = false;

  constructor(isReady: IsReady, isDraining: () => boolean) {
    this.#isReady = isReady;
    this.#isDraining = isDraining;
  }

  /** Throws not-ready before the first yes and while draining; afterwards it costs nothing. */
  async admit(): Promise<void> {
    if (!this.#started) this.#started = await this.#ask();
    if (!this.#started || this.#isDraining()) throw new Failure(no['not-ready']);
  }

  /** Throws not-ready unless everything answers at this moment. */
  async check(): Promise<void> {
    const ready = await this.#ask();
    if (!ready || this.#isDraining()) throw new Failure(no['not-ready']);
  }

  async #ask(): Promise<boolean> {
    try {
      return await this.#isReady();
    } catch {
      return false;
    }
  }
}

/**
 * `/healthz` touches nothing but the event loop; `/readyz` is 503 before ready and while draining.
 */
export function addHealth(app: Application, readiness: Readiness): void {
  app.get('/healthz', (_req, res) => {
    traceOf(res).route = '/healthz';
    sendJson(res, 200, '{"status":"alive"}');
  });
  app.get('/readyz', async (_req, res) => {
    traceOf(res).route = '/readyz';
    await readiness.check();
    sendJson(res, 200, '{"status":"ready"}');
  });
}
