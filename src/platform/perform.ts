/**
 * `perform` is the one way to change anything. It owns input validation, permission, data scope,
 * idempotency, gathering, the transaction, the log, the outbox and retry; an operation only
 * decides. The result of a business refusal is stored like a success, so a late duplicate gets the
 * same answer.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import { canonicalJson, sha256Hex } from '../kernel/canonical.ts';
import { dayInShanghai } from '../kernel/day.ts';
import { Failure, isFailure } from '../kernel/failure.ts';
import { newId } from '../kernel/id.ts';
import type { InputProblem, Sentence } from '../kernel/sentence.ts';
import { problemOfFault } from '../kernel/sentence.ts';
import { freshContext, runBatch } from './batch.ts';
import { Gatherer } from './gather.ts';
import { Optimism } from './optimism.ts';
import type { Actor, Context, Item, Operation, Query } from './operation.ts';
import { platformRefusals as no } from './refusals.ts';
import type { EffectReader, Trial } from './trial.ts';
import { trialOperationId, tryOut } from './trial.ts';
import { isOutOfRange, isRetryable, scopeKey, withTransaction } from './transaction.ts';

export type Outcome =
  | { readonly kind: 'done'; readonly output: unknown; readonly replayed: boolean }
  | { readonly kind: 'refused'; readonly failure: Failure; readonly replayed: boolean }
  | { readonly kind: 'submitted'; readonly approvalId: string; readonly replayed: boolean };

/** A call that broke an invariant while its neighbours in the batch were answered. */
interface Broken {
  readonly kind: 'broken';
  readonly problem: unknown;
}

function settled(answer: Outcome | Broken): Outcome {
  if (answer.kind === 'broken') throw answer.problem;
  return answer;
}

/**
 * The answer of the one call whose transaction broke. Amounts that are valid each can add up to a
 * figure that no column holds: that is the caller's fault, not an accident, and nothing was kept.
 */
function brokenBy(problem: unknown): Outcome | Broken {
  if (!isOutOfRange(problem)) return { kind: 'broken', problem };
  return { kind: 'refused', failure: new Failure(no['figure-out-of-range']), replayed: false };
}

/** What `runtime.ts` plugs in, so that this rung need not know identity or approvals. */
export interface Ports {
  /** Undefined when the actor holds the permission now. */
  authorise(actor: Actor, permission: string): Failure | undefined;
  /** Whether this input of this actor needs a second person. */
  needsApproval(operation: Operation, actor: Actor, input: unknown): boolean | Promise<boolean>;
  /** Files the rehearsed item for approval and returns the approval's id. */
  submit(
    context: Context,
    operation: Operation,
    item: Item<unknown>,
    filing: {
      raw: unknown;
      hold: string | undefined;
      rehearsed: unknown;
      /** What the rehearsal did to figures, as a trial tells it. */
      effects: Trial['effects'];
      /** Where the rehearsal put the item, when it said so. */
      zoneId: string | undefined;
    },
  ): Promise<string>;
  /** How each module that keeps figures tells what an operation did to them. */
  readonly effects?: readonly EffectReader[];
  /** Counts and times for the metrics; called once per call. */
  observe(operation: string, outcome: string, seconds: number): void;
  /** How many calls shared a transaction. */
  observeBatch?(operation: string, size: number): void;
}

/** One prepared call: parsed, permitted, hashed, and waiting for its transaction. */
export interface Call {
  readonly operation: Operation;
  readonly item: Item<unknown>;
  readonly raw: unknown;
  readonly key: string;
  readonly payloadHash: string;
  /** Canonical JSON of the input without its secrets. */
  readonly logged: string;
  readonly submitOnly: boolean;
}

export interface CallOptions {
  readonly expectedVersion?: number | undefined;
}

const keyPattern = /^[\x21-\x7e]{1,200}$/;

function withoutSecrets(raw: unknown, secret: readonly string[]): unknown {
  if (secret.length === 0 || typeof raw !== 'object' || raw === null) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([name]) => !secret.includes(name)));
}

/** What a schema itself words; a rule brings its own sentence, in both languages. */
const worded = z.locales.zhCN().localeError;
const chinese: typeof worded = (issue) =>
  issue.code === 'invalid_type' && issue.input === undefined ? '必填' : worded(issue);
const english: typeof worded = (issue) =>
  issue.code === 'invalid_type' && issue.input === undefined ? 'required' : undefined;

/**
 * The parsed input, or the refusal that lists every problem with its path. What is wrong is worded
 * by parsing once more, because a schema words its problems in one language at a time.
 */
export function parseInput<I>(schema: Operation<I>['input'], raw: unknown): I | Failure {
  const parsed = schema.safeParse(raw, { error: english });
  if (parsed.success) return parsed.data;
  const inChinese = schema.safeParse(raw, { error: chinese }).error?.issues ?? [];
  return new Failure(no['invalid-input'], {
    problems: parsed.error.issues.slice(0, 20).map((issue, i): InputProblem => {
      const [path, messageEn] = [issue.path.map(String).join('.'), issue.message];
      const message = inChinese[i]?.message ?? messageEn;
      return message === messageEn
        ? problemOfFault({ path, message: messageEn as Sentence })
        : { path, message, messageEn };
    }),
  });
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Tries again on deadlock, serialization failure or a lost connection; then says "busy". */
export async function withRetry<T>(work: () => Promise<T>, attempts = 6): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (problem) {
      if (!isRetryable(problem)) throw problem;
      if (attempt >= attempts) throw new Failure(no.busy);
      await wait(2 ** attempt * 5 + Math.random() * 20);
    }
  }
}

/** A few calls are decided as quickly in the careful order, where a refusal costs nothing. */
const worthOptimism = 8;

export class Performer {
  readonly #db: Knex;
  readonly #ports: Ports;
  readonly #gatherers = new Map<string, Gatherer<Call, Outcome | Broken>>();
  readonly #running = new Set<string>();
  readonly #optimism = new Optimism();

  constructor(db: Knex, ports: Ports) {
    this.#db = db;
    this.#ports = ports;
  }

  /** Performs one call. A Failure in the outcome was stored; a thrown Failure was not. */
  async perform(
    operation: Operation,
    actor: Actor,
    raw: unknown,
    key: string | undefined,
    options: CallOptions = {},
  ): Promise<Outcome> {
    const started = performance.now();
    let outcome = 'error';
    try {
      const result = await this.#performOnce(operation, actor, raw, key, options);
      outcome = result.kind;
      return result;
    } catch (problem) {
      if (isFailure(problem)) outcome = problem.kind;
      throw problem;
    } finally {
      this.#ports.observe(operation.name, outcome, (performance.now() - started) / 1000);
    }
  }

  async #performOnce(
    operation: Operation,
    actor: Actor,
    raw: unknown,
    key: string | undefined,
    options: CallOptions,
  ): Promise<Outcome> {
    const call = await this.#prepare(operation, actor, raw, key, options);
    const slot = `${actor.userId}\n${operation.name}\n${call.key}`;
    if (this.#running.has(slot)) throw new Failure(no['key-in-progress'], { key: call.key });
    this.#running.add(slot);
    try {
      if (operation.gatherKey && !call.submitOnly)
        return settled(await this.#gather(operation, call));
      const [answer] = await this.#transact([call]);
      return settled(answer as Outcome | Broken);
    } finally {
      this.#running.delete(slot);
    }
  }

  /**
   * Performs a long list of calls of one operation in one transaction, each admitted or refused on
   * its own: imports, replay, batch approval. A malformed input is an outcome here, not a throw.
   */
  async performMany(
    operation: Operation,
    actor: Actor,
    entries: readonly { readonly raw: unknown; readonly key: string }[],
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = Array.from({ length: entries.length });
    const calls: Call[] = [];
    const places: number[] = [];
    for (const [place, entry] of entries.entries()) {
      try {
        calls.push(await this.#prepare(operation, actor, entry.raw, entry.key, {}));
        places.push(place);
      } catch (problem) {
        if (!isFailure(problem)) throw problem;
        outcomes[place] = { kind: 'refused', failure: problem, replayed: false };
      }
    }
    const results = calls.length > 0 ? await this.#transact(calls) : [];
    results.forEach((outcome, i) => {
      outcomes[places[i] as number] = settled(outcome);
    });
    return outcomes;
  }

  /**
   * Carries the call out and undoes it. Throws what would keep it from being tried at all: no
   * permission, a malformed input.
   */
  async tryOut(
    operation: Operation,
    actor: Actor,
    raw: unknown,
    { expectedVersion }: CallOptions = {},
  ): Promise<Trial> {
    const denied = this.#ports.authorise(actor, operation.permission);
    if (denied) throw denied;
    if (operation.versioned && expectedVersion === undefined) {
      throw new Failure(no['trial-version-missing'], { member: 'version' });
    }
    const input = parseInput(operation.input, raw);
    if (isFailure(input)) throw input;
    const item: Item<unknown> = { input, actor, operationId: trialOperationId(), expectedVersion };
    const needsApproval =
      operation.approval !== undefined &&
      (await this.#ports.needsApproval(operation, actor, input));
    const readers = this.#ports.effects ?? [];
    return withRetry(() =>
      withTransaction(this.#db, actor.scope, (tx) =>
        tryOut(freshContext(tx), { operation, item, needsApproval }, readers),
      ),
    );
  }

  /** Answers a query inside the actor's scope; the transaction is read only. */
  async ask<I, O>(question: Query<I, O>, actor: Actor, raw: unknown): Promise<O> {
    const denied = this.#ports.authorise(actor, question.permission);
    if (denied) throw denied;
    const input = parseInput(question.input, raw);
    if (isFailure(input)) throw input;
    const now = new Date();
    return withRetry(() =>
      withTransaction(
        this.#db,
        actor.scope,
        (tx) => question.run({ tx, actor, now, today: dayInShanghai(now) }, input),
        { readOnly: true, byKey: question.byKey === true },
      ),
    );
  }

  async #prepare(
    operation: Operation,
    actor: Actor,
    raw: unknown,
    key: string | undefined,
    { expectedVersion }: CallOptions,
  ): Promise<Call> {
    const denied = this.#ports.authorise(actor, operation.permission);
    if (denied) throw denied;
    if (key === undefined) throw new Failure(no['idempotency-key-missing']);
    if (!keyPattern.test(key)) throw new Failure(no['idempotency-key-malformed']);
    if (operation.versioned && expectedVersion === undefined) {
      throw new Failure(no['if-match-missing']);
    }
    const input = parseInput(operation.input, raw);
    if (isFailure(input)) throw input;
    const logged = canonicalJson(withoutSecrets(raw, operation.secret));
    const item: Item<unknown> = { input, actor, operationId: newId('op'), expectedVersion };
    const submitOnly =
      operation.approval !== undefined &&
      (await this.#ports.needsApproval(operation, actor, input));
    const payloadHash = sha256Hex(`${logged}\n${expectedVersion ?? ''}`);
    return { operation, item, raw, key, payloadHash, logged, submitOnly };
  }

  #gather(operation: Operation, call: Call): Promise<Outcome | Broken> {
    let gatherer = this.#gatherers.get(operation.name);
    if (!gatherer) {
      gatherer = new Gatherer<Call, Outcome | Broken>(
        { batchSize: 128, inFlight: 2, queueLength: 4096 },
        (calls, queue) => {
          this.#ports.observeBatch?.(operation.name, calls.length);
          return this.#transact(calls, queue);
        },
        () => new Failure(no.busy),
      );
      this.#gatherers.set(operation.name, gatherer);
    }
    const root = operation.gatherKey?.(call.item.input) ?? '';
    return gatherer.submit(`${root}|${scopeKey(call.item.actor.scope)}`, call);
  }

  /** One transaction for all; if something unexpected breaks it, each call is tried by itself. */
  async #transact(calls: readonly Call[], queue?: string): Promise<readonly (Outcome | Broken)[]> {
    const ports = this.#ports;
    const gathered = queue !== undefined;
    const run = (optimistic: boolean) =>
      withRetry(() => runBatch(this.#db, ports, calls, { gathered, optimistic }));
    try {
      if (!gathered || calls.length < worthOptimism) return await run(false);
      return await this.#optimism.run(queue, run);
    } catch (problem) {
      if (isFailure(problem)) throw problem;
      if (calls.length === 1) return [brokenBy(problem)];
      const outcomes: (Outcome | Broken)[] = [];
      for (const call of calls) {
        try {
          outcomes.push(...(await withRetry(() => runBatch(this.#db, ports, [call]))));
        } catch (alone) {
          outcomes.push(brokenBy(alone));
        }
      }
      return outcomes;
    }
  }
}
