// What must not stand in a part of a body, by what the part is. Every value here is refused with
// 400 whatever the rest of the request says.
import type { Json, Kind, Part } from './shape.ts';
import { mayBeNull, optionsOf } from './shape.ts';

/** Not text, not a number where one is wanted, and so on. */
const wrongTypes: Readonly<Record<Kind, readonly unknown[]>> = {
  id: [42, true, null, [], {}],
  amount: [42, 1.25, true, null, ['1.00'], { yuan: '1.00' }],
  rate: [0.5, true, null, []],
  day: [20260302, true, null, {}],
  instant: [1_790_000_000, null, {}],
  choice: [42, null, [], {}],
  flag: ['yes', 'false', 1, null, []],
  count: ['1', 1.5, true, null, [1]],
  list: [{}, 'text', 1, null],
  object: [[], 'text', 1, null],
  text: [42, true, null, ['text'], { text: 'text' }],
};

const long = 'x'.repeat(100_000);

/** Text of the right type that says something impossible. */
const wrongTexts: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  id: ['', 'a b', '../../etc', "'; drop table parties_zones; --", 'x'.repeat(61), long],
  amount: [
    '-1.00',
    '-0.01',
    '1.005',
    '0.001',
    '10000000000000000',
    '10000000000000000.00',
    '99999999999999999999.00',
    '1e3',
    '1,000.00',
    '１００',
    ' 1.00',
    '1.',
    '0x10',
    'NaN',
    'Infinity',
    '',
    long,
  ],
  rate: ['-0.1', '1e-3', '.5', '0,5', '50%', 'NaN', '', long],
  day: [
    '2026-02-30',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '0000-01-01',
    '2026-3-2',
    '20260302',
    '2026-03-02T00:00:00Z',
    '02/03/2026',
    '10000-01-01',
    'today',
    '',
    long,
  ],
  instant: [
    '2026-02-30T00:00:00Z',
    '2026-03-02',
    '2026-03-02T25:00:00Z',
    // Well-formed, and outside what the database can write down.
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-23:59',
    'now',
    '',
    long,
  ],
  choice: ['NO_SUCH_CHOICE', '', long],
};

/** What no text may hold, whatever it is: neither survives database and hash chain unchanged. */
const unsound = ['a\0b', '\ud800', '\udc00x'];

function wrongByBounds(schema: Json): unknown[] {
  const { minLength, maxLength, minItems, maxItems, minimum, maximum, pattern } = schema as {
    minLength?: number;
    maxLength?: number;
    minItems?: number;
    maxItems?: number;
    minimum?: number;
    maximum?: number;
    pattern?: string;
  };
  return [
    ...(minLength === undefined || minLength === 0 ? [] : ['']),
    ...(maxLength === undefined ? [] : ['长'.repeat(maxLength + 1), long]),
    ...(pattern === undefined ? [] : ['! ?', long]),
    ...(minItems === undefined || minItems === 0 ? [] : [[]]),
    ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, () => 'x')]),
    ...(minimum === undefined ? [] : [minimum - 1, -1e300]),
    ...(maximum === undefined ? [] : [maximum + 1, 1e300]),
  ];
}

/** Values for which the part refuses the request with 400. */
export function wrongValues({ kind, schema }: Part): unknown[] {
  const [shape = schema] = optionsOf(schema);
  const isText = !['flag', 'count', 'list', 'object'].includes(kind);
  const isChoiceOfOther = kind === 'choice' && typeof shape['const'] === 'number';
  const all = [
    ...wrongTypes[kind],
    ...(wrongTexts[kind] ?? []),
    ...(kind === 'text' || kind === 'list' || kind === 'count' ? wrongByBounds(shape) : []),
    ...(isText && !isChoiceOfOther ? unsound : []),
  ];
  return mayBeNull(schema) ? all.filter((value) => value !== null) : all;
}
