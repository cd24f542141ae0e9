/**
 * First passwords that we invent. They are told once: the answer of a replay carries none, because
 * a stored answer never held it.
 */
import type { Actor, Operation } from '../platform/operation.ts';
import type { CallOptions, Outcome, Performer } from '../platform/perform.ts';
import { createUserOperation } from './operations/create-user.ts';
import { resetPasswordOperation } from './operations/reset-password.ts';
import { oneTimePassword } from './passwords.ts';

export interface Issued {
  readonly outcome: Outcome;
  /** Present when the outcome is done and new. */
  readonly oneTimePassword: string | undefined;
}

async function issue(
  performer: Performer,
  operation: Operation,
  actor: Actor,
  call: { input: object; key: string; options?: CallOptions },
): Promise<Issued> {
  const password = oneTimePassword();
  const input = { ...call.input, password };
  const outcome = await performer.perform(operation, actor, input, call.key, call.options);
  const told = outcome.kind === 'done' && !outcome.replayed;
  return { outcome, oneTimePassword: told ? password : undefined };
}

/** A person who is new (`name`) or already has an account elsewhere (`personId`). */
export interface NewUser {
  readonly username: string;
  readonly organisationId: string;
  readonly name?: string;
  readonly personId?: string;
  readonly roles?: readonly string[];
}

/** Performs `identity.create-user` with a first password of our making. */
export const createUser = (
  performer: Performer,
  actor: Actor,
  input: NewUser,
  key: string,
): Promise<Issued> => issue(performer, createUserOperation, actor, { input, key });

/** Performs `identity.reset-password` with a first password of our making. */
export const resetPassword = (
  performer: Performer,
  actor: Actor,
  input: { readonly userId: string; readonly version: number },
  key: string,
): Promise<Issued> =>
  issue(performer, resetPasswordOperation, actor, {
    input: { userId: input.userId },
    key,
    options: { expectedVersion: input.version },
  });
