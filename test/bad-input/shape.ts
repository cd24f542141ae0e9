// A body for any operation, made from the schema that validates it: what each part is (an id, an
// amount, a day …) follows from its JSON Schema, and ids are filled in with things that exist.
import { makeUscc } from '../../src/kernel/index.ts';

export type Json = Readonly<Record<string, unknown>>;
export type Members = Readonly<Record<string, unknown>>;

export type Kind =
  | 'id'
  | 'amount'
  | 'rate'
  | 'day'
  | 'instant'
  | 'choice'
  | 'flag'
  | 'count'
  | 'list'
  | 'object'
  | 'text';

/** One part of a body: where it stands, and what may stand there. */
export interface Part {
  readonly path: readonly (string | number)[];
  readonly kind: Kind;
  readonly schema: Json;
  readonly required: boolean;
}

/** An id that exists, for a member of this name and this prefix; undefined when there is none. */
export type FindId = (prefix: string, member: string) => string | undefined;

const descriptions: readonly (readonly [start: string, kind: Kind])[] = [
  ['标识 ', 'id'],
  ['金额', 'amount'],
  ['利率或比例', 'rate'],
  ['日期 ', 'day'],
  ['数据日期', 'day'],
];

export function kindOf(schema: Json): Kind {
  const { type, description, format } = schema;
  if ('enum' in schema || 'const' in schema) return 'choice';
  if (type === 'boolean') return 'flag';
  if (type === 'integer' || type === 'number') return 'count';
  if (type === 'array') return 'list';
  if (type === 'object') return 'object';
  if (format === 'date-time') return 'instant';
  const text = typeof description === 'string' ? description : '';
  return descriptions.find(([start]) => text.startsWith(start))?.[1] ?? 'text';
}

/** `line` of an id's schema. */
export const prefixOf = (schema: Json): string =>
  /标识 ([a-z-]+)_/.exec(String(schema['description']))?.[1] ?? '';

/** The shapes of which one is wanted, null aside; one shape when there is no choice. */
export function optionsOf(schema: Json): Json[] {
  const options = (schema['oneOf'] ?? schema['anyOf']) as readonly Json[] | undefined;
  return (options ?? [schema]).filter((option) => option['type'] !== 'null');
}

export const mayBeNull = (schema: Json): boolean =>
  ((schema['anyOf'] ?? []) as readonly Json[]).some((option) => option['type'] === 'null');

const membersOf = (schema: Json): [string, Json][] =>
  Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
const requiredOf = (schema: Json): readonly string[] => (schema['required'] ?? []) as string[];

/** Text that some pattern of the catalogue takes; tried in order. */
const texts = [
  '示例文本',
  'demo-park',
  'leverage',
  'credit:approve',
  'sample.user',
  'ab'.repeat(32),
  '1',
  '11-20',
] as const;

/** What a bare text must be to make sense. */
const textOf: Readonly<Record<string, string>> = {
  name: 'leverage',
  uscc: makeUscc('000000', 777_777),
  role: 'bank-maker',
  roles: 'bank-maker',
  operation: 'credit.draw-down',
  password: 'Vq8-Ln4x-Ty6p',
  newPassword: 'Vq8-Ln4x-Ty6p',
};

/** Levels of collateral must follow each other. */
const rateOf: Readonly<Record<string, string>> = {
  initial: '0.4',
  liquidation: '0.6',
  buffer: '0.1',
};

/** No fact of the demo is later, so what happens on this day contradicts none. */
const usualDay = '2026-11-20';
const lateDay = '2027-11-20';
const lateDays = new Set(['endsOn', 'expiresOn', 'dueOn', 'validTo', 'until']);

function textSample(schema: Json, member: string): string {
  const known = textOf[member];
  if (known !== undefined) return known;
  const { pattern } = schema;
  if (typeof pattern !== 'string') return texts[0];
  const found = texts.find((text) => new RegExp(pattern, 'u').test(text));
  if (found === undefined) throw new Error(`No sample for ${pattern} (${member}).`);
  return found;
}

function countSample(schema: Json, member: string): number {
  if (member === 'year') return 2026;
  return Math.max(Number(schema['minimum'] ?? 1), 1);
}

/** A value that the schema takes. `without`: optional members that do not go with the others. */
export function sampleOf(
  schema: Json,
  findId: FindId,
  member = '',
  without: ReadonlySet<string> = new Set(),
): unknown {
  const [shape = schema] = optionsOf(schema);
  switch (kindOf(shape)) {
    case 'id':
      return findId(prefixOf(shape), member);
    case 'amount':
      return '1.00';
    case 'rate':
      return rateOf[member] ?? '0.5';
    case 'day':
      return lateDays.has(member) ? lateDay : usualDay;
    case 'instant':
      return '2099-01-01T00:00:00Z';
    case 'choice':
      return shape['const'] ?? (shape['enum'] as readonly unknown[])[0];
    case 'flag':
      return false;
    case 'count':
      return countSample(shape, member);
    case 'list': {
      const item = sampleOf(shape['items'] as Json, findId, member);
      return item === undefined ? [] : [item];
    }
    case 'object': {
      const members = membersOf(shape)
        .filter(([name]) => !without.has(name))
        .map(([name, inner]) => [name, sampleOf(inner, findId, name)] as const)
        .filter(([, value]) => value !== undefined);
      return Object.fromEntries(members);
    }
    case 'text':
      return textSample(shape, member);
  }
}

/** Every part of a sample, itself first; only what stands in the sample. */
export function partsOf(
  schema: Json,
  value: unknown,
  path: readonly (string | number)[] = [],
  required = true,
): Part[] {
  const [shape = schema] = optionsOf(schema);
  const kind = kindOf(shape);
  const own: Part = { path, kind, schema: mayBeNull(schema) ? schema : shape, required };
  if (kind === 'list' && Array.isArray(value) && value.length > 0) {
    return [own, ...partsOf(shape['items'] as Json, value[0], [...path, 0])];
  }
  if (kind !== 'object') return [own];
  const needed = requiredOf(shape);
  return [
    own,
    ...membersOf(shape).flatMap(([name, inner]) =>
      Object.hasOwn(value as object, name)
        ? partsOf(inner, (value as Members)[name], [...path, name], needed.includes(name))
        : [],
    ),
  ];
}

export const partAt = (value: unknown, path: Part['path']): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown>)[step], value);

/** The value with one part replaced; `undefined` takes a member away. */
export function withPart(value: unknown, path: Part['path'], part: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return part;
  if (Array.isArray(value)) {
    return value.map((item: unknown, i) => (i === first ? withPart(item, rest, part) : item));
  }
  const members = { ...(value as Record<string, unknown>) };
  const next = withPart(members[first], rest, part);
  if (next === undefined) delete members[first];
  else members[first] = next;
  return members;
}
