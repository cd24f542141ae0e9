/**
 * The Express app: API, session router, document, health, metrics and the pages of the web client,
 * in the order in which an address is looked up. It opens no port and no connection: see serve.ts.
 */
import path from 'node:path';
import type { Application, Request, RequestHandler, Response, Router } from 'express';
import express from 'express';
import helmet from 'helmet';
import { Failure } from './kernel/failure.ts';
import { sendJson } from './platform/answer.ts';
import { apiHeaders } from './platform/headers.ts';
import { calcEndpoint } from './platform/calc-route.ts';
import type { Calculation } from './platform/calculation.ts';
import type { IsReady } from './platform/health.ts';
import { Readiness, addHealth } from './platform/health.ts';
import type { ApiParts } from './platform/http.ts';
import { apiBase, routerOf } from './platform/http.ts';
import { traceOf, traced } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import { apiDocument } from './platform/openapi.ts';
import { problems, refusalsFor } from './platform/problem.ts';
import { trialEndpoint } from './platform/trial-route.ts';
import { platformRefusals as no } from './platform/refusals.ts';

export { serve, type Serving } from './platform/serve.ts';

export interface AppParts extends Omit<ApiParts, 'readiness'> {
  /** Trial calculations, served below `/calc`. */
  readonly calculations?: readonly Calculation[];
  readonly metrics: Metrics;
  /**
   * Whether everything answers; asked by `/readyz` each time and by the API until its first yes.
   */
  readonly ready: IsReady;
  /** Mounted at `/api/v1/sessions`; it reads its own bodies and may throw Failures. */
  readonly sessions: Router;
  /** Its addresses for the document: OpenAPI Path Items below `/api/v1`. */
  readonly sessionPaths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Of the program, for the document. */
  readonly version: string;
  /** The folder of the built web client; without it there are no pages. */
  readonly web?: string | undefined;
}

/** Makes the app. Its setting `draining`, which `serve` enables, makes it refuse requests. */
export function makeApp(parts: AppParts): Application {
  const { log, metrics } = parts;
  const app = express();
  const readiness = new Readiness(parts.ready, () => app.enabled('draining'));
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(traced(log, metrics));
  addHealth(app, readiness);
  app.get('/metrics', named('/metrics'), async (_req, res) => {
    const text = await metrics.text();
    res.writeHead(200, { ...apiHeaders, 'content-type': metrics.contentType });
    res.end(text);
  });
  addDocuments(app, parts);
  app.use(`${apiBase}/sessions`, named(`${apiBase}/sessions`), async (_req, res, next) => {
    await readiness.admit();
    for (const [name, value] of Object.entries(apiHeaders)) res.setHeader(name, value);
    next();
  });
  app.use(`${apiBase}/sessions`, parts.sessions);
  app.post(
    `${apiBase}/calc/:name`,
    calcEndpoint({ ...parts, readiness }, parts.calculations ?? []),
  );
  app.post(`${apiBase}/trials`, trialEndpoint({ ...parts, readiness }));
  app.use(apiBase, routerOf({ ...parts, readiness }));
  app.use('/api', noSuchRoute);
  if (parts.web !== undefined) app.use(pages(parts.web));
  app.use(noSuchRoute);
  app.use(problems(log));
  return app;
}

const named =
  (route: string): RequestHandler =>
  (_req, res, next) => {
    traceOf(res).route = route;
    next();
  };

function noSuchRoute(): never {
  throw new Failure(no['route-missing']);
}

/** What the API says about itself; readable without signing in, as it holds nobody's figures. */
function addDocuments(app: Application, { modules, version, sessionPaths }: AppParts): void {
  let text: string | undefined;
  app.get(`${apiBase}/openapi.json`, named(`${apiBase}/openapi.json`), (_req, res) => {
    text ??= JSON.stringify(apiDocument(modules, version, sessionPaths));
    sendJson(res, 200, text);
  });
  app.get(`${apiBase}/problems`, named(`${apiBase}/problems`), (_req, res) => {
    sendJson(res, 200, JSON.stringify(refusalsFor(modules)));
  });
  app.get(
    `${apiBase}/problems/:code`,
    named(`${apiBase}/problems/:code`),
    (req: Request<{ code: string }>, res) => {
      const found = refusalsFor(modules, req.params.code);
      if (found.length === 0) noSuchRoute();
      sendJson(res, 200, JSON.stringify(found));
    },
  );
}

/** The files of the client, and its one page for every address that the client itself knows. */
function pages(folder: string): Router {
  const router = express.Router();
  router.use(named('pages'));
  router.use(
    helmet({
      // The product is served over plain HTTP inside a zone's network, where this would break it.
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  );
  // The builder puts a hash into the names below /assets.
  const assets = express.static(path.join(folder, 'assets'), {
    immutable: true,
    maxAge: '1y',
    fallthrough: false,
    index: false,
  });
  router.use('/assets', assets);
  router.use(express.static(folder, { index: false, cacheControl: false }));
  router.get('/{*page}', (_req: Request, res: Response) => {
    res.set('cache-control', 'no-cache');
    res.sendFile('index.html', { root: path.resolve(folder), cacheControl: false });
  });
  return router;
}
