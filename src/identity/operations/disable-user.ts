/** Closes an account for good and ends its sessions; what the user did stays under the name. */
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { UserInput, UserVersion, administeredUser } from '../administration.ts';
import { identityRefusals as no } from '../refusals.ts';
import { revokeSessionsOf } from '../session-store.ts';
import { disable } from '../store.ts';

export const disableUser = operation({
  name: 'identity.disable-user',
  title: { zh: '停用用户', en: 'Disable a user' },
  permission: 'users:manage',
  versioned: true,
  input: UserInput,
  output: UserVersion,
  async run({ tx, now }, item) {
    const { userId } = item.input;
    const user = await administeredUser(tx, item, userId);
    if (user.state !== 'ACTIVE') throw new Failure(no['user-disabled'], { userId });
    const version = await disable(tx, userId);
    await revokeSessionsOf(tx, userId, { at: now, reason: 'user-disabled' });
    return { userId, version };
  },
});
