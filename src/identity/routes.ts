/**
 * Addresses of identity. Sessions have routes of their own (session-routes.ts): they carry no key.
 */
import type { Route } from '../platform/module.ts';
import { changePassword } from './operations/change-password.ts';
import { createUserOperation } from './operations/create-user.ts';
import { disableUser } from './operations/disable-user.ts';
import { grantRole } from './operations/grant-role.ts';
import { resetPasswordOperation } from './operations/reset-password.ts';
import { revokeRole } from './operations/revoke-role.ts';
import { revokeSessions } from './operations/revoke-sessions.ts';
import { unlockUser } from './operations/unlock-user.ts';
import { me, user, users } from './queries.ts';

const oneUser = '/users/:userId';

export const identityRoutes: readonly Route[] = [
  { method: 'get', path: '/me', query: me },
  { method: 'post', path: '/me/password', operation: changePassword, status: 200 },
  { method: 'get', path: '/users', query: users },
  { method: 'get', path: oneUser, query: user },
  { method: 'post', path: '/users', operation: createUserOperation },
  { method: 'post', path: `${oneUser}/disable`, operation: disableUser, status: 200 },
  { method: 'post', path: `${oneUser}/unlock`, operation: unlockUser, status: 200 },
  { method: 'post', path: `${oneUser}/password`, operation: resetPasswordOperation, status: 200 },
  { method: 'post', path: `${oneUser}/roles`, operation: grantRole, status: 200 },
  { method: 'delete', path: `${oneUser}/roles/:role`, operation: revokeRole },
  { method: 'delete', path: `${oneUser}/sessions`, operation: revokeSessions },
];
