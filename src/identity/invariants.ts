/** What must always be true of people and sessions; each query selects the rows that break it. */
import type { Invariant } from '../platform/module.ts';

export const identityInvariants: readonly Invariant[] = [
  {
    name: 'no person holds conflicting roles',
    sql: `select a.person_id, c.role, c.other from identity_conflicting_roles c
          join identity_user_roles r on r.role = c.role and r.revoked_at is null
          join identity_users a on a.id = r.user_id
          join identity_user_roles s on s.role = c.other and s.revoked_at is null
          join identity_users b on b.id = s.user_id and b.person_id = a.person_id`,
  },
  {
    name: 'a role is held only where it may be',
    sql: `select u.id, r.role from identity_user_roles r
          join identity_users u on u.id = r.user_id
          join parties_organisations o on o.id = u.organisation_id
          join identity_roles d on d.role = r.role
          where r.revoked_at is null and not o.kind = any (d.organisation_kinds)`,
  },
  {
    name: 'who only reads is granted only reading',
    sql: `select p.role, p.permission from identity_permissions p
          join identity_roles r on r.role = p.role
          where r.read_only and p.permission !~ ':(read|comment)$'`,
  },
  {
    name: 'a disabled user has no open session',
    sql: `select s.id from identity_sessions s join identity_users u on u.id = s.user_id
          where u.state = 'DISABLED' and s.revoked_at is null`,
  },
];
