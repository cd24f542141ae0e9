/**
 * Work on a list of which one member may be broken: all at once, and when that fails, by halves
 * down to the one that fails alone. What breaks everybody (a lost connection, a missing table) is
 * thrown.
 */
import { isFailure } from '../kernel/failure.ts';
import type { Tx } from './transaction.ts';
import { isRetryable } from './transaction.ts';

export interface Broken<T> {
  readonly one: T;
  readonly problem: unknown;
}

/** Values that do not fit (class 22), constraints (23) and the checks of our triggers (YX). */
const ofValues = /^(22|23|YX)[0-9A-Z]{3}$/;

/** Whether the figures of a member may have brought it about: a refusal or a broken rule, too. */
function mayBeOfOne(problem: unknown): boolean {
  if (isFailure(problem)) return true;
  if (isRetryable(problem)) return false;
  const { code } = (problem ?? {}) as { code?: unknown };
  return typeof code !== 'string' || code === 'ERR_ASSERTION' || ofValues.test(code);
}

/**
 * @param work writes for its part of the list; it is undone when it throws, so it must leave
 * nothing outside the transaction.
 * @returns what each part came to, in the order of the list, and the members that fail alone.
 */
export async function eachApart<T, R>(
  tx: Tx,
  list: readonly T[],
  work: (part: readonly T[]) => Promise<R>,
): Promise<{ readonly results: R[]; readonly broken: Broken<T>[] }> {
  const [one] = list;
  if (one === undefined) return { results: [], broken: [] };
  try {
    const result = await tx.attempt(
      () => work(list),
      () => true,
    );
    return { results: [result], broken: [] };
  } catch (problem) {
    if (!mayBeOfOne(problem)) throw problem;
    if (list.length === 1) return { results: [], broken: [{ one, problem }] };
  }
  const half = Math.ceil(list.length / 2);
  const first = await eachApart(tx, list.slice(0, half), work);
  const second = await eachApart(tx, list.slice(half), work);
  return {
    results: [...first.results, ...second.results],
    broken: [...first.broken, ...second.broken],
  };
}
