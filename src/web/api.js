/**
 * The client of the API. Tokens live in memory and in the tab's own storage: a reload stays signed
 * in, closing the tab ends it. A refresh token serves once, so all who need it share one exchange.
 */

const base = '/api/v1';
const storageKey = 'yuanxin.session';
/** Exchanged this long before its end, so that a call under way does not meet an ended token. */
const marginMs = 30_000;

/** What the server refused, or that it could not be reached. */
export class Refused extends Error {
  constructor({ status, code, title, detail, traceId }) {
    super(title);
    Object.assign(this, { name: 'Refused', status, code, title, detail, traceId });
  }
}

let tokens = stored();
let exchange;
/** Called when the session is over and nobody signed out. */
let whenEnded = () => undefined;

export const onSessionEnd = (listener) => {
  whenEnded = listener;
};

export const isSignedIn = () => tokens !== undefined;

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

function keep({ accessToken, refreshToken, expiresIn }) {
  tokens = { accessToken, refreshToken, endsAt: Date.now() + expiresIn * 1000 };
  sessionStorage.setItem(storageKey, JSON.stringify(tokens));
}

function forget() {
  tokens = undefined;
  sessionStorage.removeItem(storageKey);
}

async function send(path, init) {
  try {
    return await fetch(base + path, { ...init, cache: 'no-store' });
  } catch {
    throw new Refused({ status: 0, code: 'unreachable', title: '连接不到服务器' });
  }
}

/** The JSON of an answer and the server's own time of it. Throws Refused on any other status. */
async function read(response) {
  const text = await response.text();
  let body;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (response.ok) return { body, at: new Date(response.headers.get('date') ?? Date.now()) };
  throw new Refused({
    status: response.status,
    code: body?.code ?? 'unknown',
    title: body?.title ?? '服务器没有正常答复',
    detail: body?.detail,
    traceId: body?.traceId,
  });
}

const posted = (body) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export async function signIn(username, password) {
  keep((await read(await send('/sessions', posted({ username, password })))).body);
}

/** Ends the session on the server too; here it is over whatever the server says. */
export async function signOut() {
  const headers = tokens && { authorization: `Bearer ${tokens.accessToken}` };
  forget();
  if (headers)
    await send('/sessions/current', { method: 'DELETE', headers }).catch(() => undefined);
}

function renew() {
  exchange ??= exchanged().finally(() => {
    exchange = undefined;
  });
  return exchange;
}

const signInFirst = () => new Refused({ status: 401, code: 'not-signed-in', title: '请先登录' });

async function exchanged() {
  if (tokens === undefined) throw signInFirst();
  const { refreshToken } = tokens;
  try {
    const { body } = await read(await send('/sessions/refresh', posted({ refreshToken })));
    // Whoever signed out meanwhile stays signed out.
    if (tokens !== undefined) keep(body);
  } catch (problem) {
    if (problem.status === 401) sessionOver();
    throw problem;
  }
}

function sessionOver() {
  if (tokens === undefined) return;
  forget();
  whenEnded();
}

/**
 * Asks the API; `query` may hold undefined members, which are left out.
 * @returns {Promise<{ body: any, at: Date }>} the answer, and when the server gave it
 */
export async function ask(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given).toString();
  const address = text === '' ? path : `${path}?${text}`;
  if (tokens !== undefined && tokens.endsAt - Date.now() < marginMs) await renew();
  const once = () => {
    if (tokens === undefined) throw signInFirst();
    return send(address, { headers: { authorization: `Bearer ${tokens.accessToken}` } });
  };
  let response = await once();
  if (response.status === 401) {
    await renew();
    response = await once();
    if (response.status === 401) sessionOver();
  }
  return read(response);
}

/** Every row of a list, page after page: for what a chooser or a name needs whole. */
export async function askAll(path, query = {}) {
  const rows = [];
  let cursor;
  do {
    const { body } = await ask(path, { ...query, limit: 200, cursor });
    rows.push(...body.items);
    cursor = body.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
