// Some modules in the real app over HTTP, and people who sign in to it and ask by their names.
import { makeApp, serve } from '../../src/app.ts';
import { sessionPaths, sessionRoutes } from '../../src/identity/index.ts';
import { makeLog } from '../../src/platform/log.ts';
import { makeMetrics } from '../../src/platform/metrics.ts';
import type { Answered, Asked } from '../support/http.ts';
import { ask } from '../support/http.ts';
import type { People } from './people.ts';
import { freshKey, password } from './people.ts';

type App = Parameters<typeof makeApp>[0];

export interface Served {
  signIn(...usernames: readonly string[]): Promise<void>;
  /** Whatever is asked below /api/v1, and nothing besides. */
  ask(username: string, asked: Asked): Promise<Answered>;
  get(username: string, path: string): Promise<Answered>;
  /** With a key of its own. */
  post(username: string, path: string, body: unknown, headers?: object): Promise<Answered>;
  stop(): Promise<void>;
}

export async function serveTo(
  { performer, sessions }: Pick<App, 'performer'> & Pick<People, 'sessions'>,
  modules: App['modules'],
): Promise<Served> {
  const tokens = new Map<string, string>();
  const log = makeLog('error', { write: () => undefined });
  const app = makeApp({
    modules,
    performer,
    authenticate: (token) => sessions.authenticate(token),
    sessions: sessionRoutes({ sessions, signInsPerMinute: 0 }),
    sessionPaths,
    ready: () => true,
    log,
    metrics: makeMetrics({ outboxLagSeconds: () => Promise.resolve(0) }),
    version: '0.0.0',
  });
  const serving = await serve({ app, host: '127.0.0.1', port: 0, log });
  const asked: Served['ask'] = (username, { path, headers, ...more }) =>
    ask(serving.url, {
      ...more,
      path: `/api/v1${path}`,
      headers: { ...headers, authorization: `Bearer ${tokens.get(username)}` },
    });
  return {
    async signIn(...usernames) {
      const path = '/api/v1/sessions';
      for (const username of usernames) {
        const body = { username, password };
        const answer = await ask(serving.url, { method: 'POST', path, body });
        tokens.set(username, (answer.body as { accessToken: string }).accessToken);
      }
    },
    ask: asked,
    get: (username, path) => asked(username, { path }),
    post: (username, path, body, headers) =>
      asked(username, {
        method: 'POST',
        path,
        headers: { 'idempotency-key': freshKey(), ...headers },
        body,
      }),
    stop: () => serving.stop(0),
  };
}
