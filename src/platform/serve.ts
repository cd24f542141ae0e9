/**
 * From port to port: listening, and a stop that loses nobody's answer. Node closes only
 * connections that were idle at the moment of `close`, so those that fall idle later are closed
 * here, and so are those that a browser opened ahead of need and never used.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Application } from 'express';
import type { Log } from './log.ts';
import { StartError } from './start-error.ts';

export interface Serving {
  /** For people and browsers: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /**
   * Not ready at once, no new connection, running requests finish; after `graceMs` whatever still
   * runs is cut. Resolves when every connection is closed; calling it again changes nothing.
   */
  stop(graceMs: number): Promise<void>;
}

export interface ServeOptions {
  /** Its setting `draining` is enabled when it must not take requests any more. */
  readonly app: Application;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly log: Log;
}

/** Listens. Throws StartError when the address cannot be had. */
export async function serve({ app, host, port, log }: ServeOptions): Promise<Serving> {
  // Longer than the minute after which proxies drop an idle connection: the one that hangs up first
  // must not be the one that may still be sent a request.
  const server = createServer({ keepAliveTimeout: 65_000 }, app);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('clientError', refuseBytes);
  // Without a listener Node answers an unknown `Expect` itself, and not with a problem.
  server.on('checkExpectation', (req, res) => server.emit('request', req, res));
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw cannotListen(cause, host, port);
  }
  server.on('error', (err) => log.error({ err }, 'server'));
  const address = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${nameOf(host)}:${address.port}`,
    port: address.port,
    stop(graceMs) {
      app.enable('draining');
      return (stopped ??= drain(server, sockets, graceMs));
    },
  };
}

async function drain(server: Server, sockets: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

const unspecified = new Set(['0.0.0.0', '::']);

function nameOf(host: string): string {
  if (unspecified.has(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

const reasons: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  EADDRINUSE: [
    '已被占用，请停止占用它的程序，或用 PORT 另选端口',
    'is in use; free it or set PORT',
  ],
  EACCES: ['此用户无权使用，请用 PORT 另选端口', 'is not open to this user; set PORT'],
  EADDRNOTAVAIL: ['不是本机的地址，请检查 HOST', 'is not an address of this machine; check HOST'],
  ENOTFOUND: ['找不到这个主机名，请检查 HOST', 'has a host name that is not known; check HOST'],
};

function cannotListen(cause: unknown, host: string, port: number): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = reasons[code];
  if (!reason) return cause;
  const [zh, en] = reason;
  const place = `${host}:${port}`;
  return new StartError(`地址 ${place} ${zh}。`, `The address ${place} ${en}.`, { cause });
}

/** What is no HTTP at all never reaches Express; it gets its problem here. */
function refuseBytes(cause: NodeJS.ErrnoException, socket: NodeJS.WritableStream & Socket): void {
  if (cause.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title, titleEn] = bytesProblems[cause.code ?? ''] ?? notHttp;
  const body = JSON.stringify({
    type: 'about:blank',
    title,
    titleEn,
    status: parseInt(status, 10),
    code: 'not-http',
  });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\n` +
      'Content-Type: application/problem+json; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

type BytesProblem = readonly [status: string, zh: string, en: string];

const notHttp: BytesProblem = ['400 Bad Request', '不是有效的 HTTP 请求', 'Not valid HTTP'];

const bytesProblems: Readonly<Record<string, BytesProblem>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    '请求头过大',
    'The request headers are too large',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', '请求超时', 'The request took too long'],
};
