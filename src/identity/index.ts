// The front door of identity: who acts, what they may do, which rows they see.
import type { Module } from '../platform/module.ts';
import { defineModule } from '../platform/module.ts';
import { identityInvariants } from './invariants.ts';
import { changePassword } from './operations/change-password.ts';
import { createUserOperation } from './operations/create-user.ts';
import { disableUser } from './operations/disable-user.ts';
import { grantRole } from './operations/grant-role.ts';
import { resetPasswordOperation } from './operations/reset-password.ts';
import { revokeRole } from './operations/revoke-role.ts';
import { revokeSessions } from './operations/revoke-sessions.ts';
import { unlockUser } from './operations/unlock-user.ts';
import { me, user, users } from './queries.ts';
import { identityRefusals } from './refusals.ts';
import { identityRoutes } from './routes.ts';

export { accountOf, authorise, isSystemActor, systemActor } from './actors.ts';
export type { Account, SignedIn } from './actors.ts';
export { ensureUser, isKnownUser, type DemoUser } from './ensure-user.ts';
export { createUser, resetPassword, type Issued, type NewUser } from './one-time-password.ts';
export { hashPassword } from './passwords.ts';
export { identityRefusals } from './refusals.ts';
export { scopeOf } from './scope.ts';
export { sessionPaths, sessionRoutes } from './session-routes.ts';
export { Sessions } from './sessions.ts';
export { namesOf, type PersonName } from './store.ts';

const administration = [createUserOperation, disableUser, unlockUser, resetPasswordOperation];
const rights = [grantRole, revokeRole, revokeSessions];

export const identityModule: Module = defineModule({
  name: 'identity',
  operations: [...administration, ...rights, changePassword],
  queries: [users, user, me],
  routes: identityRoutes,
  refusals: Object.values(identityRefusals),
  invariants: identityInvariants,
});
