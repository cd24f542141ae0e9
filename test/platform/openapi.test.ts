// The document against OpenAPI 3.1: every reference leads somewhere, every parameter is declared,
// and what the schemas say is what the document says.
import { expect } from 'chai';
import { z } from 'zod';
import { defineModule } from '../../src/platform/module.ts';
import { operation, query } from '../../src/platform/operation.ts';
import { apiDocument, type ApiDocument } from '../../src/platform/openapi.ts';
import { IdInput, RateInput, ReasonInput } from '../../src/platform/schemas.ts';
import { toysModule } from './toys.ts';

type Json = Readonly<Record<string, unknown>>;

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Where a JSON pointer leads. */
function at(document: unknown, pointer: string): unknown {
  return pointer
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((place, step) => (place as Json | undefined)?.[step], document);
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
    key === '$ref' && typeof member === 'string' ? [member] : references(member),
  );
}

interface Described {
  readonly path: string;
  readonly method: string;
  readonly operation: Json;
}

const operationsOf = (document: ApiDocument): Described[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, described]) => ({
      path,
      method,
      operation: described as Json,
    })),
  );

/** A parameter as it stands or where its reference leads. */
const resolved = (document: ApiDocument, part: Json): Json =>
  typeof part['$ref'] === 'string' ? (at(document, part['$ref']) as Json) : part;

const parametersOf = (document: ApiDocument, { operation: described }: Described): Json[] =>
  (described['parameters'] as Json[]).map((parameter) => resolved(document, parameter));

/** Throws when the document is not sound, whatever the modules. */
function expectSound(document: ApiDocument): void {
  expect(document.openapi).to.equal('3.1.0');
  const found = references(document);
  expect(found.length).to.be.greaterThan(10);
  for (const pointer of found) expect(at(document, pointer), pointer).to.be.an('object');
  const described = operationsOf(document);
  const ids = described.map(({ operation: { operationId } }) => operationId);
  expect(new Set(ids).size).to.equal(ids.length);
  for (const one of described) {
    const where = `${one.method} ${one.path}`;
    expect(methods, where).to.include(one.method);
    const parameters = parametersOf(document, one);
    const inPath = parameters.filter((parameter) => parameter['in'] === 'path');
    const named = [...one.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect(
      inPath.map(({ name }) => name),
      where,
    ).to.have.members(named);
    for (const { name, schema } of parameters)
      expect(schema, `${where} ${String(name)}`).to.be.an('object');
    const names = parameters.map((parameter) =>
      JSON.stringify([parameter['in'], parameter['name']]),
    );
    expect(new Set(names).size, where).to.equal(names.length);
    const bodySchema = at(one.operation, '#/requestBody/content');
    if (one.operation['requestBody'] !== undefined) {
      const { schema } = (bodySchema as Record<string, Json>)['application/json'] as {
        schema: Json;
      };
      expect(resolved(document, schema), where).to.include({ type: 'object' });
    }
    const responses = one.operation['responses'] as Record<string, Json>;
    expect(Object.keys(responses), where).to.include('default');
    for (const [status, response] of Object.entries(responses)) {
      const { description } = resolved(document, response);
      expect(description, `${where} ${status}`).to.be.a('string');
    }
  }
}

describe('the OpenAPI document', () => {
  const document = apiDocument([toysModule], '1.2.3');
  const find = (id: string): Described => {
    const found = operationsOf(document).find(({ operation: o }) => o['operationId'] === id);
    if (!found) throw new Error(id);
    return found;
  };

  it('is sound and has every route', () => {
    expectSound(document);
    expect(operationsOf(document)).to.have.length(toysModule.routes.length);
    expect(JSON.parse(JSON.stringify(document))).to.deep.equal(document);
  });

  it('gives a write its key, its version, its body without the path, and all its answers', () => {
    const { path, operation: rename } = find('toys.rename-pot');
    expect(path).to.equal('/pots/{potId}');
    expect(rename).to.include({ summary: '改名', 'x-permission': 'toys:write' });
    const parameters = parametersOf(document, find('toys.rename-pot'));
    expect(parameters.map(({ name }) => name)).to.have.members([
      'potId',
      'Idempotency-Key',
      'If-Match',
    ]);
    const body = at(document, '#/components/schemas/toys.rename-pot.body') as Json;
    expect(body).to.deep.include({ required: ['name'], additionalProperties: false });
    expect(body['properties']).to.have.all.keys('name');
    expect(Object.keys(rename['responses'] as Json)).to.have.members([
      '200',
      '400',
      '401',
      '403',
      '404',
      '409',
      '412',
      '422',
      '428',
      'default',
    ]);
  });

  it('tells that a write may wait for a second person', () => {
    const { operation: take } = find('toys.take');
    expect(take['x-approval']).to.deep.equal({ by: 'amount', permission: 'toys:approve' });
    expect(take['responses']).to.have.any.keys('202');
    const responses = find('toys.open-pot').operation['responses'];
    expect(responses).to.have.any.keys('201').and.not.have.any.keys('202');
  });

  it('lists what may be missing for every write, and a version that the body may tell', () => {
    const responses = (id: string) => Object.keys(find(id).operation['responses'] as Json);
    expect(responses('toys.open-pot')).to.include('404').and.not.include('412');
    expect(responses('toys.list-pots')).to.not.include('404');
    // A version that is not asked for may be told all the same.
    expect(responses('toys.take')).to.include('412').and.not.include('428');
    const versioned = operation({
      name: 'odd.decide',
      title: { zh: '审', en: 'Decide' },
      permission: 'odd:write',
      input: z.strictObject({
        reason: ReasonInput,
        entries: z.array(z.strictObject({ version: z.int().optional() })),
      }),
      output: z.object({}),
      run: () => Promise.resolve({}),
    });
    const routes = [{ method: 'post' as const, path: '/odd', operation: versioned }];
    const odd = apiDocument([defineModule({ name: 'odd', routes })], '1');
    const [one] = operationsOf(odd);
    expect(Object.keys(one?.operation['responses'] as Json)).to.include('412');
    expect(one?.operation['responses']).to.not.have.property('428');
    const input = at(odd, '#/components/schemas/odd.decide.input') as Json;
    const { reason } = input['properties'] as Record<string, Json>;
    expect(reason).to.deep.include({ minLength: 2, description: '理由，至少两个字' });
  });

  it('shows no body where the path says everything, and none for a query', () => {
    expect(find('toys.break-pot').operation).to.not.have.property('requestBody');
    const { operation: list } = find('toys.list-pots');
    expect(list).to.not.have.property('requestBody');
    const parameters = list['parameters'] as Json[];
    const size = parameters.find(({ name }) => name === 'pageSize');
    expect(size).to.deep.include({ in: 'query', required: false });
    expect(size?.['schema']).to.include({ type: 'integer', minimum: 1, maximum: 200 });
  });

  it('lifts what schemas refer to out of them: shared, recursive, and both at once', () => {
    const Step = z.strictObject({
      rule: z.string().meta({ id: 'RuleName' }),
      rate: RateInput,
      get steps() {
        return z.array(Step);
      },
    });
    const read = query({
      name: 'deep.explain',
      title: { zh: '解释', en: 'Explain' },
      permission: 'deep:read',
      input: z.strictObject({ id: IdInput('deep') }),
      output: z.object({ root: z.object({ top: z.array(z.string()) }), step: z.unknown() }),
      run: () => Promise.reject(new Error('never asked')),
    });
    const write = operation({
      name: 'deep.note',
      title: { zh: '记', en: 'Note' },
      permission: 'deep:write',
      input: Step,
      output: z.object({}),
      run: () => Promise.resolve({}),
    });
    const choice = operation({
      name: 'deep.choose',
      title: { zh: '选', en: 'Choose' },
      permission: 'deep:write',
      input: z.union([
        z.strictObject({ id: z.string() }),
        z.strictObject({ id: z.string(), b: Step }),
      ]),
      output: z.object({}),
      run: () => Promise.resolve({}),
    });
    const deep = apiDocument(
      [
        defineModule({
          name: 'deep',
          routes: [
            { method: 'get', path: '/deep/:id', query: read },
            { method: 'post', path: '/deep', operation: write },
            { method: 'post', path: '/deep/:id/choices', operation: choice },
          ],
        }),
      ],
      '1',
    );
    for (const pointer of references(deep)) expect(at(deep, pointer), pointer).to.be.an('object');
    expect(JSON.stringify(deep)).to.not.contain('$defs');
    expect(deep.components['schemas']).to.include.all.keys('deep.note.input');
    expect(references(deep)).to.include('#/components/schemas/deep.note.input');
  });

  it('refuses a path parameter that the input does not take, and a second route', () => {
    const [first] = toysModule.routes;
    if (!first || !('operation' in first)) throw new Error('toys changed');
    const odd = { ...first, path: '/pots/:other' };
    const make = (routes: typeof toysModule.routes) => () =>
      apiDocument([defineModule({ name: 'odd', routes })], '1');
    expect(make([odd])).to.throw(':other');
    expect(make([first, { ...first, path: '/again' }])).to.throw('two routes');
  });
});
