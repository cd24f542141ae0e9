/**
 * A user's own new password. Wrong guesses of the current one are counted in the log of operations,
 * because a refused operation leaves nothing else behind; every other session of the user ends.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import type { Tx } from '../../platform/transaction.ts';
import { statement } from '../../platform/transaction.ts';
import { ownAccount } from '../actors.ts';
import { PasswordInput, UserVersion } from '../administration.ts';
import type { Settings, User } from '../model.ts';
import { hashPassword, passwordMatches } from '../passwords.ts';
import { identityRefusals as no } from '../refusals.ts';
import { minutesAfter, refusePassword } from '../rules.ts';
import { readSettings, revokeSessionsOf } from '../session-store.ts';
import { lockedUser, oldPasswords, replacePassword } from '../store.ts';

const name = 'identity.change-password';

export const changePassword = operation({
  name,
  title: { zh: '修改口令', en: 'Change my password' },
  permission: ownAccount,
  input: z.strictObject({ currentPassword: PasswordInput, newPassword: PasswordInput }),
  output: UserVersion,
  secret: ['currentPassword', 'newPassword'],
  async run({ tx, now: at }, item) {
    const { currentPassword, newPassword } = item.input;
    const { userId } = item.actor;
    const user = await lockedUser(tx, userId);
    if (!user) throw new Failure(no['user-missing'], { userId });
    const settings = await readSettings(tx);
    const since = minutesAfter(at, -settings.lockMinutes);
    if ((await wrongGuesses(tx, userId, since)) >= settings.failuresBeforeLock) {
      throw new Failure(no['too-many-attempts'], { minutes: settings.lockMinutes });
    }
    if (!(await passwordMatches(currentPassword, user.passwordHash))) {
      throw new Failure(no['password-wrong']);
    }
    const refusal = refusePassword(newPassword, user, settings);
    if (refusal) throw refusal;
    await refuseOldPassword(tx, newPassword, user, settings);
    const hash = await hashPassword(newPassword);
    const version = await replacePassword(tx, userId, { hash, at, mustChange: false });
    const except = 'sessionId' in item.actor ? String(item.actor.sessionId) : undefined;
    await revokeSessionsOf(tx, userId, { at, reason: 'password-changed', except });
    return { userId, version };
  },
});

const countGuesses = statement(
  'identity.count-guesses',
  `select count(*)::int as guesses from platform_operations
   where actor_id = $1 and operation = '${name}' and outcome = 'refused' and recorded_at > $2
     and result ->> 'code' = 'password-wrong'`,
);

async function wrongGuesses(tx: Tx, userId: string, since: Date): Promise<number> {
  const [row] = await tx.rows<{ guesses: number }>(countGuesses, [userId, since]);
  return row?.guesses ?? 0;
}

async function refuseOldPassword(
  tx: Tx,
  password: string,
  user: User,
  settings: Settings,
): Promise<void> {
  const before = await oldPasswords(tx, user.id, settings.oldPasswordsRefused);
  for (const hash of [user.passwordHash, ...before]) {
    if (await passwordMatches(password, hash)) throw new Failure(no['password-used-before']);
  }
}
