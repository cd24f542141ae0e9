/**
 * A statement and its values as they travel. Lists are written here and not by the driver, whose
 * way cost a tenth of a batch; lists of texts go in PostgreSQL's binary form, which the server
 * takes in without looking at each letter.
 */

/** SQL with a name, prepared once per connection. Names are `module.verb-noun`. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** Places of the parameters that are `text[]`: such arrays travel in PostgreSQL's binary form. */
  readonly textArrays?: ReadonlySet<number>;
}

const textArrayPlace = /\$(\d+)::text\[\]/g;

const named = new Map<string, string>();

/**
 * Throws when another statement has the name already: a connection that prepared the one would
 * refuse the other, now and then and far from here. Without a name it is prepared each time.
 */
export function statement(name: string, text: string): Statement {
  if (name !== '' && (named.get(name) ?? text) !== text) {
    throw new Error(`Two statements are called ${name}.`);
  }
  named.set(name, text);
  const places = [...text.matchAll(textArrayPlace)].map(([, place = '']) => parseInt(place, 10));
  return { name, text, textArrays: new Set(places.map((place) => place - 1)) };
}

const plain = /^[\w.:+-]+$/;

type Element = string | number | bigint | boolean | { toString(): string } | null | undefined;

const elementText = (element: Element): string => {
  if (element === null || element === undefined) return 'NULL';
  const text = element.toString();
  // A bare word would be read as NULL, whatever its case.
  if (plain.test(text) && !(text.length === 4 && text.toUpperCase() === 'NULL')) return text;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
};

/** A flat array as PostgreSQL writes it. */
const arrayText = (elements: readonly Element[]): string =>
  `{${elements.map(elementText).join(',')}}`;

const textType = 25;
const headBytes = 20;

/**
 * A flat array of texts in PostgreSQL's binary form: dimensions, whether there are nulls, the type,
 * length and lower bound, then each element behind its length.
 */
function arrayBytes(elements: readonly Element[]): Buffer {
  const texts = elements.map((one) => (one === null || one === undefined ? null : String(one)));
  const size = texts.reduce((sum, one) => sum + 4 + Buffer.byteLength(one ?? ''), headBytes);
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(1, 4);
  bytes.writeInt32BE(textType, 8);
  bytes.writeInt32BE(texts.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = headBytes;
  for (const one of texts) {
    const length = one === null ? -1 : bytes.write(one, at + 4);
    bytes.writeInt32BE(length, at);
    at += 4 + Math.max(length, 0);
  }
  return bytes;
}

const parameter = (value: unknown, isTexts: boolean): unknown => {
  if (!Array.isArray(value)) return value;
  return isTexts && value.length > 0 ? arrayBytes(value) : arrayText(value);
};

/** A statement with its values, as the driver takes it. */
export const queryOf = ({ name, text, textArrays }: Statement, values: readonly unknown[]) => ({
  name,
  text,
  values: values.map((value, i) => parameter(value, textArrays?.has(i) === true)),
});

/** What the driver passes on as it is, so that it cannot fail between us and the server. */
export function demandPlain(values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
      throw new TypeError('A value sent without waiting must be text, a number or a list.');
    }
  }
}
