/**
 * Gives a user a role. Conflicts count over all accounts of the person, so the person is locked.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { organisationsById } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import { RoleInput, UserInput, UserVersion, administeredUser } from '../administration.ts';
import { mayReceive } from '../grants.ts';
import { identityRefusals as no } from '../refusals.ts';
import { grantRoles, lockedPerson, rolesOfPerson } from '../store.ts';

export const grantRole = operation({
  name: 'identity.grant-role',
  title: { zh: '授予角色', en: 'Grant a role' },
  permission: 'users:grant',
  versioned: true,
  input: z.strictObject({ ...UserInput.shape, role: RoleInput }),
  output: UserVersion,
  async run({ tx, now: at }, item) {
    const { userId, role } = item.input;
    const user = await administeredUser(tx, item, userId);
    const { personId } = user;
    if (user.state !== 'ACTIVE') throw new Failure(no['user-disabled'], { userId });
    await lockedPerson(tx, personId);
    const held = await rolesOfPerson(tx, personId);
    if (held.some((row) => row.userId === userId && row.role === role)) {
      throw new Failure(no['role-held'], { userId, role });
    }
    const [organisation] = await organisationsById(tx, [user.organisationId]);
    if (!organisation) throw new Error(`${userId} has lost its organisation.`);
    await mayReceive(tx, { role, organisationKind: organisation.kind, personId });
    const version = await grantRoles(tx, userId, { roles: [role], by: item.actor.userId, at });
    return { userId, version };
  },
});
