// Every write of the catalogue as a request that would be taken: whoever may send it, its
// address, a body made from its schema. What tests then damage starts from here.
import { z } from 'zod';
import type { Module, Route } from '../../src/platform/module.ts';
import type { Operation } from '../../src/platform/operation.ts';
import { modules } from '../../src/runtime.ts';
import type { DemoApp } from './demo-app.ts';
import type { Json, Members, Part } from './shape.ts';
import { optionsOf, partsOf, prefixOf, sampleOf } from './shape.ts';

type WriteRoute = Exclude<Route, { method: 'get' }>;

/** A request that schema and permission admit. */
export interface Write {
  readonly route: WriteRoute;
  readonly operation: Operation;
  readonly username: string;
  /** Body and path parameters together. */
  readonly input: Members;
  /** The names of the path's parameters. */
  readonly params: readonly string[];
  readonly parts: readonly Part[];
}

export const paramsOf = (path: string): string[] =>
  [...path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);

export const writeRoutes: readonly WriteRoute[] = modules
  .flatMap((module: Module) => module.routes)
  .filter((route): route is WriteRoute => route.method !== 'get');

export const readRoutes = modules
  .flatMap((module: Module) => module.routes)
  .filter((route) => route.method === 'get');

export const inputSchema = (schema: z.ZodType): Json =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/** Optional members that exclude others of the same body. */
const without: Readonly<Record<string, readonly string[]>> = {
  'credit.record-diligence': ['statementsCsv'],
  // A new person is named, a known one is given by id.
  'identity.create-user': ['personId'],
  // Whose quota it is: the caller's own.
  'credit.set-exception-quota': ['bankId'],
  // An exception is of one line, and another line may come first among the caller's.
  'credit.draw-down': ['exceptionIds'],
};

/** The writes of a route, one for each shape that its input may have. */
export function writesOf(app: DemoApp, route: WriteRoute): Write[] {
  const { operation, path } = route;
  const username = app.personWith(operation.permission);
  if (username === undefined) throw new Error(`Nobody of the demo may ${operation.permission}.`);
  const left = new Set(without[operation.name]);
  return optionsOf(inputSchema(operation.input)).map((shape) => {
    // Of what the demo has none, an id of the right shape: what is above it is asked for first.
    const findId = (prefix: string, member: string) =>
      app.ownId(username, prefix, member) ?? `${prefix}_${noRow}`;
    const input = sampleOf(shape, findId, '', left) as Members;
    const parts = partsOf(shape, input);
    return { route, operation, username, input, params: paramsOf(path), parts };
  });
}

const noRow = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

/** The address with this input's parameters in it. */
export const addressOf = ({ route, params }: Write, input: Members): string =>
  params.reduce(
    (path, name) => path.replace(`:${name}`, encodeURIComponent(String(input[name]))),
    route.path,
  );

/** The input without what the address says. */
export const bodyOf = ({ params }: Pick<Write, 'params'>, input: Members): Members =>
  Object.fromEntries(Object.entries(input).filter(([name]) => !params.includes(name)));

/** Of the right shape, and no row has it. */
export const unknownId = (part: Part): string => `${prefixOf(part.schema)}_${noRow}`;

let sent = 0;

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The request for an input; parts of it may be replaced. */
export function requestOf(write: Write, input: Members = write.input): Sent {
  sent += 1;
  const { route, operation } = write;
  const body = bodyOf(write, input);
  return {
    method: route.method.toUpperCase(),
    path: addressOf(write, input),
    headers: {
      'idempotency-key': `bad-input-${sent}`,
      ...(operation.versioned ? { 'if-match': '"1"' } : {}),
    },
    body: Object.keys(body).length === 0 ? undefined : body,
  };
}
