/**
 * The OpenAPI 3.1 document, made from the schemas that validate, so it cannot say anything else.
 * Each input and output is a component named after its operation; what a schema refers to inside
 * itself is lifted out beside it, because `#/$defs` means another place in this document.
 */
import { z } from 'zod';
import { apiBase, routesOf } from './http.ts';
import type { Module, Route } from './module.ts';
import type { Operation } from './operation.ts';

type Json = Readonly<Record<string, unknown>>;

export interface ApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Json;
  readonly servers: readonly Json[];
  readonly tags: readonly Json[];
  readonly security: readonly Json[];
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: Json;
}

const text: Json = { type: 'string' };

const reference = (kind: string, name: string): Json => ({ $ref: `#/components/${kind}/${name}` });

/** Collects the components while the paths are written. */
class Schemas {
  readonly all: Record<string, Json> = {};

  /** Adds the schema and all that it refers to, and answers its JSON Schema with rewritten refs. */
  add(name: string, schema: z.ZodType, io: 'input' | 'output'): Json {
    const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
    const { $schema: _, $defs = {}, ...root } = relinked(made, name) as Record<string, unknown>;
    for (const [inner, definition] of Object.entries($defs as Record<string, Json>)) {
      this.all[`${name}.${inner}`] = definition;
    }
    this.all[name] = root;
    return root;
  }
}

/** The same JSON with `#` and `#/$defs/X` turned into the components that they become. */
function relinked(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => relinked(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]: [string, unknown]) => {
      if (key !== '$ref' || typeof member !== 'string') return [key, relinked(member, name)];
      const inner = member.replace(/^#(\/\$defs\/)?/, '');
      return [key, `#/components/schemas/${inner === '' ? name : `${name}.${inner}`}`];
    }),
  );
}

const parameterNames = (path: string): string[] =>
  [...path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);

const propertiesOf = (schema: Json): Readonly<Record<string, Json>> =>
  (schema['properties'] ?? {}) as Record<string, Json>;

const requiredOf = (schema: Json): readonly string[] => (schema['required'] ?? []) as string[];

function pathParameters(route: Route, input: Json): Json[] {
  return parameterNames(route.path).map((name) => {
    // An input that is a choice of shapes has no properties of its own.
    const schema = input['properties'] === undefined ? text : propertiesOf(input)[name];
    if (schema) return { name, in: 'path', required: true, schema };
    throw new Error(`${route.path} has :${name}, which its input does not take.`);
  });
}

function queryParameters(route: Route, input: Json): Json[] {
  const inPath = new Set(parameterNames(route.path));
  const required = new Set(requiredOf(input));
  return Object.entries(propertiesOf(input))
    .filter(([name]) => !inPath.has(name))
    .map(([name, schema]) => ({ name, in: 'query', required: required.has(name), schema }));
}

/** The input without what the path says; undefined when nothing is left. */
function bodySchema(route: Route, input: Json, schemas: Schemas, name: string): Json | undefined {
  const inPath = parameterNames(route.path);
  if (inPath.length === 0 || input['properties'] === undefined)
    return reference('schemas', `${name}.input`);
  const properties = Object.fromEntries(
    Object.entries(propertiesOf(input)).filter(([member]) => !inPath.includes(member)),
  );
  if (Object.keys(properties).length === 0) return undefined;
  const required = requiredOf(input).filter((member) => !inPath.includes(member));
  schemas.all[`${name}.body`] = { ...input, properties, required };
  return reference('schemas', `${name}.body`);
}

const jsonOf = (schema: Json): Json => ({ 'application/json': { schema } });

/** Refusals of these statuses, and whatever else may go wrong. */
export const problemResponses = (...statuses: readonly string[]): Json =>
  Object.fromEntries(
    [...statuses, 'default'].map((status) => [status, reference('responses', 'Problem')]),
  );

function writing(route: Exclude<Route, { method: 'get' }>, input: Json, schemas: Schemas): Json {
  const { operation, path } = route;
  const body = bodySchema(route, input, schemas, operation.name);
  const status = String(route.status ?? (route.method === 'post' ? 201 : 200));
  // A version that nobody asks for is held to as well: in If-Match, of what is addressed, or where
  // the input has a member for it.
  const stale = parameterNames(path).length > 0 || takesVersion(input);
  return {
    parameters: [
      ...pathParameters(route, input),
      reference('parameters', 'IdempotencyKey'),
      ...(operation.versioned ? [reference('parameters', 'IfMatch')] : []),
    ],
    ...(body ? { requestBody: { required: true, content: jsonOf(body) } } : {}),
    responses: {
      [status]: {
        description: 'Done',
        headers: { 'Idempotent-Replayed': reference('headers', 'IdempotentReplayed') },
        content: jsonOf(reference('schemas', `${operation.name}.output`)),
      },
      ...(operation.approval ? { '202': reference('responses', 'Submitted') } : {}),
      // What a write names may be missing, wherever it is named: address, body or book.
      ...problemResponses('400', '401', '403', '404', '409', '422'),
      ...(stale ? problemResponses('412') : {}),
      ...(operation.versioned ? problemResponses('428') : {}),
    },
    ...approvalOf(operation),
  };
}

/** Whether the input has a member for a version, itself or in the entries of a batch. */
const takesVersion = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  (Object.hasOwn(propertiesOf(schema as Json), 'version') ||
    Object.values(schema).some(takesVersion));

function approvalOf({ approval }: Operation): Json {
  if (!approval) return {};
  const byInput = approval.needed ? 'input' : 'amount';
  const by = approval.always === true ? 'always' : byInput;
  return { 'x-approval': { by, permission: approval.permission } };
}

/** A filter by an id that is not there finds nothing; only what an address names is missing. */
function reading(route: Extract<Route, { method: 'get' }>, input: Json): Json {
  const missing = parameterNames(route.path).length > 0 ? ['404'] : [];
  // A day may be ahead of what can be told.
  const ahead = Object.hasOwn(propertiesOf(input), 'asOf') ? ['422'] : [];
  return {
    parameters: [...pathParameters(route, input), ...queryParameters(route, input)],
    responses: {
      '200': {
        description: 'Found',
        content: jsonOf(reference('schemas', `${route.query.name}.output`)),
      },
      ...problemResponses('400', '401', '403', ...missing, ...ahead),
    },
  };
}

/** The OpenAPI Operation Object of a route. */
function described(route: Route, tag: string, schemas: Schemas): Json {
  const { name, title, permission, input, output } =
    route.method === 'get' ? route.query : route.operation;
  if (Object.hasOwn(schemas.all, `${name}.input`)) throw new Error(`${name} has two routes.`);
  const shape = schemas.add(`${name}.input`, input, 'input');
  schemas.add(`${name}.output`, output, 'output');
  return {
    operationId: name,
    tags: [tag],
    summary: title.zh,
    description: title.en,
    'x-permission': permission,
    ...(route.method === 'get' ? reading(route, shape) : writing(route, shape, schemas)),
  };
}

const openPath = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

/**
 * The document of these modules. Throws when a path has a parameter that the input does not take,
 * or when one operation has two routes.
 * @param more paths that no module declares (sessions), ready-made
 */
export function apiDocument(
  modules: readonly Module[],
  version: string,
  more: Readonly<Record<string, Json>> = {},
): ApiDocument {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const module of modules) {
    for (const route of routesOf([module])) {
      const item = (paths[openPath(route.path)] ??= {});
      item[route.method] = described(route, module.name, schemas);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: '园信 Yuanxin', version },
    servers: [{ url: apiBase }],
    tags: modules.filter((m) => m.routes.length > 0).map(({ name }) => ({ name })),
    security: [{ bearer: [] }],
    paths: { ...paths, ...more },
    components: { ...sharedComponents, schemas: { ...sharedSchemas, ...schemas.all } },
  };
}

const sharedSchemas: Readonly<Record<string, Json>> = {
  Problem: {
    type: 'object',
    description: 'RFC 9457, with the facts of the refusal as further members',
    properties: {
      type: { ...text, format: 'uri-reference' },
      title: text,
      titleEn: text,
      status: { type: 'integer' },
      code: text,
      detail: text,
      traceId: text,
      instance: { ...text, format: 'uri-reference' },
    },
    required: ['type', 'title', 'titleEn', 'status', 'code', 'traceId', 'instance'],
  },
  Submitted: {
    type: 'object',
    properties: { approvalId: text },
    required: ['approvalId'],
    additionalProperties: false,
  },
};

const sharedComponents: Json = {
  securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: true,
      description: 'A repeated key gets the first answer again',
      schema: { ...text, pattern: '^[\\x21-\\x7e]{1,200}$' },
    },
    IfMatch: {
      name: 'If-Match',
      in: 'header',
      required: true,
      description: 'The version that the change was decided on, from ETag or `version`',
      schema: { ...text, examples: ['"7"'] },
    },
  },
  headers: {
    IdempotentReplayed: {
      description: '`true` when this is the stored answer of an earlier request',
      schema: { ...text, enum: ['true'] },
    },
  },
  responses: {
    Problem: {
      description: 'A refusal or an accident',
      content: { 'application/problem+json': { schema: reference('schemas', 'Problem') } },
    },
    Submitted: {
      description: 'Waits for a second person',
      headers: { Location: { description: 'The approval', schema: text } },
      content: jsonOf(reference('schemas', 'Submitted')),
    },
  },
};
