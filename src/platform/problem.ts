/**
 * Every "no" as RFC 9457 `application/problem+json`: the facts of a refusal stand at the top
 * level, so a client reads `binding` beside `status`. An unexpected error shows its trace id and
 * nothing else.
 */
import type { ErrorRequestHandler, Request, Response } from 'express';
import { canonicalJson } from '../kernel/canonical.ts';
import type { Refusal } from '../kernel/failure.ts';
import { Failure, httpStatus, isFailure } from '../kernel/failure.ts';
import type { InputProblem } from '../kernel/sentence.ts';
import { sentence } from '../kernel/sentence.ts';
import { sendJson } from './answer.ts';
import type { Log } from './log.ts';
import { traceOf } from './log.ts';
import type { Module } from './module.ts';
import { invalidInput, platformRefusals as no } from './refusals.ts';

export interface Problem {
  /** Resolves to the page of the refusal: see `refusalsFor`. */
  readonly type: string;
  readonly title: string;
  readonly titleEn: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly traceId: string;
  readonly instance: string;
  readonly [fact: string]: unknown;
}

const typeOf = (code: string): string => `/api/v1/problems/${code}`;

/** What the body of a request did wrong, by the `type` that express.json gives its errors. */
const bodyRefusals: Readonly<Record<string, Refusal>> = {
  'entity.too.large': no['body-too-large'],
  'entity.parse.failed': no['body-not-json'],
  'entity.verify.failed': no['body-not-json'],
  'request.aborted': no['body-not-json'],
  'request.size.invalid': no['body-not-json'],
  'charset.unsupported': no['unsupported-media-type'],
  'encoding.unsupported': no['unsupported-media-type'],
};

/** The refusal behind an error of Express or its body parser; undefined for an accident of ours. */
function refusalBehind(problem: unknown): Failure | undefined {
  if (isFailure(problem)) return problem;
  if (typeof problem !== 'object' || problem === null) return undefined;
  const { status, type } = problem as { status?: unknown; type?: unknown };
  const known = typeof type === 'string' ? bodyRefusals[type] : undefined;
  if (known) return new Failure(known);
  if (status === 404) return new Failure(no['route-missing']);
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
  return invalidInput({
    path: '',
    message: sentence('请求无法读取', 'the request cannot be read'),
  });
}

/**
 * A sentence for people beside the facts: a module may give `detail`; a wrong input names its
 * parts.
 */
function detailOf({ code, facts }: Failure): string | undefined {
  if (typeof facts['detail'] === 'string') return facts['detail'];
  if (code !== no['invalid-input'].code) return undefined;
  return (facts['problems'] as readonly InputProblem[])
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
}

/** The problem of a refusal. A fact that is named like a member of RFC 9457 gives way to it. */
export function problemOf(failure: Failure, traceId: string, instance: string): Problem {
  const detail = detailOf(failure);
  // Through canonical JSON, so that a refusal replayed from the log has the same text.
  const facts = JSON.parse(canonicalJson(failure.facts)) as Record<string, unknown>;
  const members = {
    type: typeOf(failure.code),
    title: failure.title.zh,
    titleEn: failure.title.en,
    status: httpStatus[failure.kind],
    code: failure.code,
    ...(detail === undefined ? {} : { detail }),
    traceId,
    instance,
  };
  return { ...members, ...facts, ...members };
}

/** No Refusal: nothing refuses here, something broke. */
const internal = {
  code: 'internal',
  status: 500,
  title: '系统内部错误',
  titleEn: 'Something went wrong inside the server',
};

const accident = (traceId: string, instance: string): Problem => ({
  type: typeOf(internal.code),
  ...internal,
  detail: `请把追踪号 ${traceId} 告诉管理员。 Please tell your administrator the trace id.`,
  traceId,
  instance,
});

const extraHeaders: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'Bearer realm="yuanxin"' },
  503: { 'retry-after': '1' },
};

/** Answers with the problem behind anything that was thrown; what nobody foresaw is logged. */
export function sendProblem(
  res: Response,
  thrown: unknown,
  log: Log,
  headers: Readonly<Record<string, string>> = {},
): void {
  const trace = traceOf(res);
  const instance = res.req.originalUrl.replace(/\?.*$/s, '');
  const failure = refusalBehind(thrown);
  if (!failure) log.error({ err: thrown, traceId: trace.id, route: trace.route }, 'unexpected');
  if (res.headersSent) {
    // Half an answer is out already; only breaking the connection tells the caller.
    res.destroy();
    return;
  }
  const problem = failure ? problemOf(failure, trace.id, instance) : accident(trace.id, instance);
  sendJson(res, problem.status, JSON.stringify(problem), {
    'content-type': 'application/problem+json; charset=utf-8',
    ...extraHeaders[problem.status],
    ...headers,
  });
}

/** The last middleware: whatever any route or middleware threw becomes a problem. */
export function problems(log: Log): ErrorRequestHandler {
  // Express knows an error middleware by its four parameters.
  return (thrown: unknown, _req: Request, res: Response, _next) => sendProblem(res, thrown, log);
}

export interface RefusalPage {
  readonly code: string;
  readonly module: string;
  readonly kind: string;
  readonly status: number;
  readonly title: string;
  readonly titleEn: string;
}

/** What `type` resolves to: every refusal of that code, or all of them in order of precedence. */
export function refusalsFor(modules: readonly Module[], code?: string): RefusalPage[] {
  const tables = [{ name: 'platform', refusals: Object.values<Refusal>(no) }, ...modules];
  const pages = tables.flatMap(({ name, refusals }) =>
    refusals.map(({ code: said, kind, zh, en }) => ({
      code: said,
      module: name,
      kind,
      status: httpStatus[kind],
      title: zh,
      titleEn: en,
    })),
  );
  return [...pages, { ...internal, module: 'platform', kind: 'internal' }].filter(
    (page) => code === undefined || page.code === code,
  );
}
