/**
 * Reading a request's input. Beyond being JSON it must be something that survives the way to the
 * database and back: no NUL, no broken Unicode, no `__proto__`, no nesting without end. Schemas
 * check the rest; these are refused here because a schema may hold a part that it does not look
 * into.
 */
import { isUtf8 } from 'node:buffer';
import type { Request, Response } from 'express';
import express from 'express';
import { Failure } from '../kernel/failure.ts';
import type { Sentence } from '../kernel/sentence.ts';
import { sentence } from '../kernel/sentence.ts';
import { invalidInput, platformRefusals as no } from './refusals.ts';

/** 1 MB: a batch of a few thousand rows. */
export const bodyLimitBytes = 1024 * 1024;

/** Deep enough for every schema; a recursive schema would overflow the stack far beyond. */
const depthLimit = 32;

const parseJson = express.json({
  limit: bodyLimitBytes,
  strict: true,
  // The content type was looked at before.
  type: () => true,
  verify(_req, _res, bytes) {
    // Otherwise bad bytes would become U+FFFD in silence and be stored so.
    if (!isUtf8(bytes)) throw new Error('not UTF-8');
  },
});

export type Members = Readonly<Record<string, unknown>>;

/**
 * The JSON object in the body; empty when there is no body. Throws Failures and express.json's
 * errors.
 */
export async function readBody(req: Request, res: Response): Promise<Members> {
  const length = req.headers['content-length'];
  const chunked = req.headers['transfer-encoding'] !== undefined;
  if (!chunked && (length === undefined || length === '0')) return {};
  if (!/^application\/json[\t ]*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    throw new Failure(no['unsupported-media-type']);
  }
  await new Promise<void>((resolve, reject) => {
    parseJson(req, res, (problem?: unknown) => {
      if (problem === undefined) resolve();
      else reject(problem);
    });
  });
  const body: unknown = req.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidInput({
      path: '',
      message: sentence('请求体须为 JSON 对象', 'the body must be a JSON object'),
    });
  }
  return sound(body as Members);
}

/** The input, or invalid-input naming the first part of it that could not be stored faithfully. */
export function sound(input: Members): Members {
  const flaw = flawIn(input, 0);
  if (flaw) throw invalidInput({ path: flaw.path.join('.'), message: flaw.message });
  return input;
}

interface Flaw {
  readonly path: string[];
  readonly message: Sentence;
}

function flawIn(value: unknown, depth: number): Flaw | undefined {
  if (typeof value === 'string') return flawInText(value);
  if (typeof value === 'number') {
    return Number.isFinite(value)
      ? undefined
      : { path: [], message: sentence('不是有限的数', 'not a finite number') };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === depthLimit)
    return {
      path: [],
      message: sentence(`嵌套超过 ${depthLimit} 层`, `nested deeper than ${depthLimit}`),
    };
  // for…in over what JSON.parse and the query parser made: no inherited members.
  for (const name in value) {
    const flaw = flawInName(name) ?? flawIn((value as Members)[name], depth + 1);
    if (flaw) {
      flaw.path.unshift(name);
      return flaw;
    }
  }
  return undefined;
}

function flawInName(name: string): Flaw | undefined {
  if (name === '__proto__')
    return { path: [], message: sentence('不允许的成员名', 'a name that is not allowed') };
  return flawInText(name);
}

function flawInText(text: string): Flaw | undefined {
  if (text.includes('\0'))
    return { path: [], message: sentence('不允许 NUL 字符', 'NUL is not allowed') };
  if (/\p{Surrogate}/u.test(text))
    return { path: [], message: sentence('残缺的 Unicode', 'broken Unicode') };
  return undefined;
}

/**
 * `members` and the parameters of the path as one input. A member that repeats a parameter must say
 * the same; otherwise throws invalid-input.
 */
export function joined(members: Members, params: Members): Members {
  const names = Object.keys(params);
  const different = names.filter(
    (name) => Object.hasOwn(members, name) && members[name] !== params[name],
  );
  if (different.length > 0) {
    throw invalidInput(
      ...different.map((path) => ({
        path,
        message: sentence('与地址中的不一致', 'differs from the address'),
      })),
    );
  }
  return names.length === 0 ? members : { ...members, ...params };
}
