/** Ends every session of a user; other processes feel it within five seconds. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { IdText } from '../../platform/schemas.ts';
import { UserInput, administeredUser } from '../administration.ts';
import { revokeSessionsOf } from '../session-store.ts';

export const revokeSessions = operation({
  name: 'identity.revoke-sessions',
  title: { zh: '强制退出', en: 'End all sessions of a user' },
  permission: 'sessions:revoke',
  input: UserInput,
  output: z.object({ userId: IdText, ended: z.number().int() }),
  async run({ tx, now }, item) {
    const { userId } = item.input;
    await administeredUser(tx, item, userId);
    const ended = await revokeSessionsOf(tx, userId, { at: now, reason: 'revoked' });
    return { userId, ended };
  },
});
