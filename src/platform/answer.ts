/**
 * How an answer of the API leaves. It is written at once and past `res.json`, which would add
 * Express's weak ETag and a 304: a version says nothing about the figures computed beside it.
 */
import type { Response } from 'express';
import { apiHeaders } from './headers.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Sends JSON text with the constant headers of the API; `headers` are added to them or replace
 * them.
 */
export function sendJson(res: Response, status: number, text: string, headers?: Headers): void {
  res.writeHead(status, {
    ...apiHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  res.end(text);
}
