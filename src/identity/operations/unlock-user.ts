/** Forgets the wrong passwords of a user, so that a lock-out ends before its time. */
import { operation } from '../../platform/operation.ts';
import { UserInput, UserVersion, administeredUser } from '../administration.ts';
import { unlock } from '../store.ts';

export const unlockUser = operation({
  name: 'identity.unlock-user',
  title: { zh: '解锁用户', en: 'Unlock a user' },
  permission: 'users:manage',
  versioned: true,
  input: UserInput,
  output: UserVersion,
  async run({ tx }, item) {
    const { userId } = item.input;
    await administeredUser(tx, item, userId);
    return { userId, version: await unlock(tx, userId) };
  },
});
