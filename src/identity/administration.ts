/**
 * What every operation on somebody else's account asks first: does it exist within reach, is it the
 * version that was seen, and is it not the administrator's own.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Item } from '../platform/operation.ts';
import { IdInput, IdText } from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import type { User } from './model.ts';
import { identityRefusals as no } from './refusals.ts';
import { reachesUsersOf } from './scope.ts';
import { lockedUser } from './store.ts';

export const UserInput = z.strictObject({ userId: IdInput('user') });

export const UserVersion = z.object({ userId: IdText, version: z.number().int() });

/** A password as it arrives; whether it is strong enough is a rule's matter. */
export const PasswordInput = z.string().min(1).max(200).meta({ description: '口令' });

export const RoleInput = z
  .string()
  .max(40)
  .meta({ description: '角色', examples: ['bank-maker'] });

/** The user, locked. Throws `user-missing`, `version-stale` or `own-account`. */
export async function administeredUser(tx: Tx, item: Item<unknown>, userId: string): Promise<User> {
  const user = await lockedUser(tx, userId);
  if (!user || !reachesUsersOf(item.actor, user.organisationId)) {
    throw new Failure(no['user-missing'], { userId });
  }
  if (item.expectedVersion !== undefined && item.expectedVersion !== user.version) {
    throw new Failure(no['version-stale'], { userId, version: user.version });
  }
  if (user.personId === item.actor.personId) throw new Failure(no['own-account'], { userId });
  return user;
}
