/** Gives a user who forgot the password a new first one, which must be changed; sessions end. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { PasswordInput, UserInput, UserVersion, administeredUser } from '../administration.ts';
import { hashPassword } from '../passwords.ts';
import { identityRefusals as no } from '../refusals.ts';
import { refusePassword } from '../rules.ts';
import { readSettings, revokeSessionsOf } from '../session-store.ts';
import { replacePassword } from '../store.ts';

export const resetPasswordOperation = operation({
  name: 'identity.reset-password',
  title: { zh: '重置口令', en: 'Reset a password' },
  permission: 'users:manage',
  versioned: true,
  input: z.strictObject({ ...UserInput.shape, password: PasswordInput }),
  output: UserVersion,
  secret: ['password'],
  async run({ tx, now: at }, item) {
    const { userId, password } = item.input;
    const user = await administeredUser(tx, item, userId);
    if (user.state !== 'ACTIVE') throw new Failure(no['user-disabled'], { userId });
    const refusal = refusePassword(password, user, await readSettings(tx));
    if (refusal) throw refusal;
    const hash = await hashPassword(password);
    const version = await replacePassword(tx, userId, { hash, at, mustChange: true });
    await revokeSessionsOf(tx, userId, { at, reason: 'password-changed' });
    return { userId, version };
  },
});
