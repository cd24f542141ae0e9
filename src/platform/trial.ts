/**
 * Trial before submit (试算): an operation is carried out by its own code and undone, and what it
 * would have done is told: its answer or refusal, whether a second person must agree, and its
 * effects as each module that keeps figures tells them. Nothing is written, so no key is asked for.
 */
import type { Failure } from '../kernel/failure.ts';
import { isFailure } from '../kernel/failure.ts';
import type { Day } from '../kernel/day.ts';
import { newId } from '../kernel/id.ts';
import type { Context, Item, Operation } from './operation.ts';
import type { Scope, Tx } from './transaction.ts';

export interface Trial {
  readonly operation: string;
  readonly outcome: 'done' | 'refused';
  readonly output?: unknown;
  readonly failure?: Failure;
  /** Whether a second person would have to agree before it is carried out. */
  readonly needsApproval: boolean;
  /** By module: what the operation did to its figures. */
  readonly effects: Readonly<Record<string, unknown>>;
}

/** The call whose effects are read. */
export interface Tried {
  readonly operationId: string;
  readonly now: Date;
  readonly today: Day;
  readonly scope: Scope;
}

/**
 * What an operation did, read inside its transaction; told once it is undone, so that a reader may
 * look at how things were before.
 */
export interface EffectReader {
  readonly name: string;
  read(tx: Tx, of: Tried): Promise<(undone: Tx) => Promise<unknown>>;
}

export interface TrialCall {
  readonly operation: Operation;
  readonly item: Item<unknown>;
  readonly needsApproval: boolean;
}

/** An item that no log will ever know. */
export const trialOperationId = (): string => newId('trial');

/** What came of a call that was carried out and undone. */
export interface Rehearsal {
  readonly answer: unknown;
  readonly effects: Trial['effects'];
}

/** Carries the call out behind a savepoint, reads its effects and undoes it. */
export async function rehearse(
  context: Context,
  { operation, item }: Pick<TrialCall, 'operation' | 'item'>,
  readers: readonly EffectReader[],
): Promise<Rehearsal> {
  const { tx, now, today } = context;
  const of = { operationId: item.operationId, now, today, scope: item.actor.scope };
  const read: [name: string, tell: (undone: Tx) => Promise<unknown>][] = [];
  const answer = await tx.attempt(
    async () => {
      const [given] = await operation.runMany(context, [item]);
      if (isFailure(given)) return given;
      for (const reader of readers) read.push([reader.name, await reader.read(tx, of)]);
      return given;
    },
    () => false,
  );
  const effects: Record<string, unknown> = {};
  for (const [name, tell] of read) effects[name] = await tell(tx);
  return { answer, effects };
}

/** The rehearsal in the words of whoever asked for a trial. */
export async function tryOut(
  context: Context,
  { operation, item, needsApproval }: TrialCall,
  readers: readonly EffectReader[],
): Promise<Trial> {
  const { answer, effects } = await rehearse(context, { operation, item }, readers);
  const told = { operation: operation.name, needsApproval, effects };
  if (isFailure(answer)) return { ...told, outcome: 'refused', failure: answer };
  return { ...told, outcome: 'done', output: operation.output.parse(answer) };
}
