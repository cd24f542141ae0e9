// Speaks HTTP byte for byte: unlike fetch it sends repeated headers, odd methods and broken bodies,
// and it shows the answer's text beside its JSON.
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Text or bytes go out as they are, anything else as JSON with its content type. */
  readonly body?: unknown;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined when the text is not JSON. */
  readonly body: unknown;
}

export async function ask(url: string, { method = 'GET', path, headers, body }: Asked) {
  const raw = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = raw || body === undefined ? body : JSON.stringify(body);
  const { hostname, port } = new URL(url);
  const sent: OutgoingHttpHeaders = { ...headers };
  if (!raw && body !== undefined) sent['content-type'] ??= 'application/json';
  if (bytes !== undefined && sent['transfer-encoding'] === undefined) {
    sent['content-length'] ??= Buffer.byteLength(bytes);
  }
  return new Promise<Answered>((resolve, reject) => {
    const out = request({ hostname, port, method, path, headers: sent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text,
          body: jsonOrNothing(text),
        });
      });
    });
    out.on('error', reject);
    out.end(bytes);
  });
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
