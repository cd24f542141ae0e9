// What a rule refuses. A Failure is an answer, not an accident: it is created in hot paths,
// thousands per batch, so it carries no stack. A broken invariant is an assertion instead, never
// a Failure.

export type FailureKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'stale'
  | 'precondition'
  | 'refused'
  | 'busy'
  | 'too-large'
  | 'unsupported';

/** The one table from a kind of refusal to its HTTP status. */
export const httpStatus: Readonly<Record<FailureKind, number>> = Object.freeze({
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  stale: 412,
  precondition: 428,
  refused: 422,
  busy: 503,
  'too-large': 413,
  unsupported: 415,
});

/** One "no" that a module can say: its code, its kind and its title in both languages. */
export interface Refusal {
  readonly code: string;
  readonly kind: FailureKind;
  readonly zh: string;
  readonly en: string;
}

/** A refusal as a module declares it: the code is its key in the table. */
export type Wording = Omit<Refusal, 'code'>;

/** A module's closed list of refusals; each entry also knows the module that says it. */
export type Refusals<T extends Record<string, Wording>> = {
  readonly [Code in keyof T & string]: Refusal & { readonly code: Code; readonly module: string };
};

export type Facts = Readonly<Record<string, unknown>>;

/**
 * Declares a module's refusals. The order of declaration is the order of precedence, and
 * `Object.values` lists them in it; a code must therefore not look like a number, because
 * JavaScript moves such keys to the front. Throws TypeError on a code of another shape.
 */
export function refusals<const T extends Record<string, Wording>>(
  module: string,
  table: T,
): Refusals<T> {
  const entries = Object.entries(table).map(([code, { kind, zh, en }]) => {
    if (!/^[A-Za-z][\w-]*$/.test(code)) throw new TypeError(`${module}: not a code: '${code}'`);
    return [code, Object.freeze({ code, module, kind, zh, en })];
  });
  return Object.freeze(Object.fromEntries(entries)) as Refusals<T>;
}

/**
 * A refusal with its facts. Facts are what the reader needs to act (amounts as Money, ids, days);
 * they are shown to the caller as JSON, so nothing goes in that the caller may not see.
 */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly code: string;
  readonly facts: Facts;
  readonly title: { readonly zh: string; readonly en: string };

  constructor(definition: Refusal, facts: Facts = {}) {
    const frames = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`${definition.code}: ${definition.en}`);
    Error.stackTraceLimit = frames;
    this.kind = definition.kind;
    this.code = definition.code;
    this.facts = facts;
    this.title = { zh: definition.zh, en: definition.en };
  }

  /** The same refusal with more facts, or with others in place of its own. */
  with(facts: Facts): Failure {
    const { code, kind, title } = this;
    return new Failure({ code, kind, ...title }, { ...this.facts, ...facts });
  }

  override get name(): string {
    return 'Failure';
  }

  /** What is stored with an idempotency key, so that the same refusal can be said again. */
  toJSON(): { code: string; kind: FailureKind; title: { zh: string; en: string }; facts: Facts } {
    return { code: this.code, kind: this.kind, title: this.title, facts: this.facts };
  }

  /** The refusal that `toJSON` wrote. */
  static fromJSON(stored: unknown): Failure {
    const { code, kind, title, facts } = stored as ReturnType<Failure['toJSON']>;
    return new Failure({ code, kind, zh: title.zh, en: title.en }, facts);
  }
}

export function isFailure(x: unknown): x is Failure {
  return x instanceof Failure;
}
