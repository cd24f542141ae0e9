/** Takes a role from a user; open sessions feel it within five seconds. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { RoleInput, UserInput, UserVersion, administeredUser } from '../administration.ts';
import { identityRefusals as no } from '../refusals.ts';
import { takeRole } from '../store.ts';

export const revokeRole = operation({
  name: 'identity.revoke-role',
  title: { zh: '收回角色', en: 'Revoke a role' },
  permission: 'users:grant',
  versioned: true,
  input: z.strictObject({ ...UserInput.shape, role: RoleInput }),
  output: UserVersion,
  async run({ tx, now: at }, item) {
    const { userId, role } = item.input;
    await administeredUser(tx, item, userId);
    const version = await takeRole(tx, userId, { role, by: item.actor.userId, at });
    if (version === undefined) throw new Failure(no['role-not-held'], { userId, role });
    return { userId, version };
  },
});
