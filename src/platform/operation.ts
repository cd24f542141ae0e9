/**
 * What an operation is: a plain value that says who may do it, what it takes and gives, when a
 * second person must agree, and how it runs. `perform` does everything around it. A hot operation
 * is written for a list (`runMany`); a cold one for a single item (`run`) and is lifted to a list
 * here.
 */
import type { z } from 'zod';
import { Failure, isFailure } from '../kernel/failure.ts';
import type { Day } from '../kernel/day.ts';
import type { Money } from '../kernel/money.ts';
import type { Scope, Tx } from './transaction.ts';

/** Who acts: a signed-in user or a job. Permissions are those of the roles held at this moment. */
export interface Actor {
  readonly userId: string;
  /** The natural person behind the account: four-eyes compares persons, not accounts. */
  readonly personId: string;
  readonly organisationId: string;
  readonly permissions: ReadonlySet<string>;
  readonly scope: Scope;
}

/** One call inside a batch. */
export interface Item<I> {
  readonly input: I;
  readonly actor: Actor;
  /** Names the log entry; postings and movements carry it, so every figure finds its cause. */
  readonly operationId: string;
  /** The version the caller saw (`If-Match`), when the operation changes an existing thing. */
  readonly expectedVersion?: number | undefined;
  /** What was set aside when the item went to approval, for instance a reservation. */
  readonly hold?: string | undefined;
}

/** News that leaves with the commit. */
export interface DomainEvent {
  readonly name: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly subjectId: string;
  readonly payload: unknown;
}

/** A rule that decided something: pack, clause and the version that was in force. */
export interface RuleQuote {
  readonly pack: string;
  readonly version: string;
  readonly clause: string;
}

export interface Context {
  readonly tx: Tx;
  readonly now: Date;
  /** The business day in Asia/Shanghai. */
  readonly today: Day;
  readonly emit: (item: Item<unknown>, event: DomainEvent) => void;
  /** Puts the item's log entry on this zone's chain. */
  readonly concern: (item: Item<unknown>, zoneId: string) => void;
  readonly quote: (item: Item<unknown>, rule: RuleQuote) => void;
  /**
   * True when the whole list is expected to be admitted: an operation may then write rows before
   * it has decided, and throws `NotAsExpected` when one is refused after all. The transaction is
   * undone and run again with this off.
   */
  readonly optimistic: boolean;
  /** Sends the events emitted so far; for an optimistic run, before it locks. */
  readonly sendEvents: () => void;
  /** Sends the lock of the log; for an optimistic run, after the last of its own locks. */
  readonly lockLog: () => void;
}

/**
 * The context of an operation that another one carries out: what it emits, concerns and quotes is
 * recorded with the call that was made.
 */
export const onBehalfOf = (context: Context, call: Item<unknown>): Context => ({
  ...context,
  optimistic: false,
  emit: (_item, event) => context.emit(call, event),
  concern: (_item, zoneId) => context.concern(call, zoneId),
  quote: (_item, rule) => context.quote(call, rule),
});

/** What an optimistic run throws when it must be undone and decided in the careful order. */
export class NotAsExpected extends Error {
  override readonly name = 'NotAsExpected';
}

/**
 * When a second person must agree, by the amount at stake; tiers themselves are data. Members here
 * and below are methods, so that an operation of any type fits a catalogue of `Operation`.
 */
export interface ApprovalRule<I> {
  /** The amount compared with the tiers; undefined: never needs approval by amount. */
  amount?(input: I): Money | undefined;
  /** Ask for approval whatever the amount. */
  readonly always?: boolean;
  /** Ask for it for such an input, whatever the amount. */
  needed?(input: I): boolean;
  /** Permission that the deciding person needs. */
  readonly permission: string;
  /**
   * The member of the answer that tells how much a request is about, where no amount is weighed
   * or asked for: what such an operation posts may be a mere consequence.
   */
  readonly stake?: string;
  /** Sets something aside at submission, so that two pending approvals cannot both pass. */
  hold?(context: Context, item: Item<I>): Promise<string | undefined>;
  /** Gives it back when the approval is rejected, withdrawn or expires. */
  letGo?(context: Context, item: Item<I>): Promise<void>;
}

export interface Operation<I = unknown, O = unknown> {
  readonly name: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly permission: string;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  readonly approval?: ApprovalRule<I>;
  /** True when it changes an existing thing: HTTP then demands `If-Match`. */
  readonly versioned: boolean;
  /** Concurrent calls with one key share a transaction; the key is the root they contend for. */
  gatherKey?(input: I): string;
  /** Keys of the input that never reach the log. */
  readonly secret: readonly string[];
  runMany(context: Context, items: readonly Item<I>[]): Promise<readonly (O | Failure)[]>;
}

interface Common<I, O> {
  readonly name: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly permission: string;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  readonly approval?: ApprovalRule<I>;
  readonly versioned?: boolean;
  readonly secret?: readonly string[];
}

/** A hot operation: `runMany` decides a list and must write nothing for an item it refuses. */
export function hotOperation<I, O>(
  definition: Common<I, O> & Pick<Operation<I, O>, 'runMany' | 'gatherKey'>,
): Operation<I, O> {
  return { versioned: false, secret: [], ...definition };
}

/**
 * A cold operation: `run` handles one item and throws a Failure to refuse; its writes are undone.
 */
export function operation<I, O>(
  definition: Common<I, O> & {
    readonly run: (context: Context, item: Item<I>) => Promise<O>;
  },
): Operation<I, O> {
  const { run, ...rest } = definition;
  const runOne = async (context: Context, item: Item<I>): Promise<O | Failure> => {
    try {
      return await context.tx.attempt(
        () => run(context, item),
        () => true,
      );
    } catch (problem) {
      if (isFailure(problem)) return problem;
      throw problem;
    }
  };
  return {
    versioned: false,
    secret: [],
    ...rest,
    async runMany(context, items) {
      const outcomes: (O | Failure)[] = [];
      for (const item of items) outcomes.push(await runOne(context, item));
      return outcomes;
    },
  };
}

/** A read: the same permission and scope, its own input and output, and never a write. */
export interface Query<I = unknown, O = unknown> {
  readonly name: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly permission: string;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  /** True when every statement finds its rows by key, so that plans may be kept. */
  readonly byKey?: boolean;
  run(context: QueryContext, input: I): Promise<O>;
}

export interface QueryContext {
  readonly tx: Tx;
  readonly actor: Actor;
  readonly now: Date;
  readonly today: Day;
}

export const query = <I, O>(definition: Query<I, O>): Query<I, O> => definition;
