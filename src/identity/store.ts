/**
 * Rows of persons, users and the roles they hold. Nothing is deleted: a revoked role keeps its row.
 * The person is locked before roles are granted, for conflicts count over all accounts of a person.
 */
import { newId } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Role, RoleConflict, User } from './model.ts';

const userColumns = `u.id, u.username, u.organisation_id as "organisationId",
  u.person_id as "personId", p.name as "personName", u.password_hash as "passwordHash",
  u.password_set_at as "passwordSetAt", u.must_change_password as "mustChangePassword",
  u.failed_attempts as "failedAttempts", u.locked_until as "lockedUntil", u.state, u.demo,
  u.version::int as version`;

const lockUser = statement(
  'identity.lock-user',
  `select ${userColumns} from identity_users u join identity_persons p on p.id = u.person_id
   where u.id = $1 for no key update of u`,
);
const insertPerson = statement(
  'identity.insert-person',
  `insert into identity_persons (id, name, created_at) values ($1, $2, $3) on conflict do nothing`,
);
const lockPerson = statement(
  'identity.lock-person',
  'select name from identity_persons where id = $1 for no key update',
);
const insertUser = statement(
  'identity.insert-user',
  `insert into identity_users (id, username, organisation_id, person_id, password_hash,
     password_set_at, must_change_password, demo, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $6) on conflict (username) do nothing returning id`,
);
const setPassword = statement(
  'identity.set-password',
  `with old as (
     insert into identity_old_passwords select id, password_hash, $2 from identity_users
     where id = $1
   )
   update identity_users set password_hash = $3, password_set_at = $2, must_change_password = $4,
     failed_attempts = 0, locked_until = null, version = version + 1
   where id = $1 returning version::int as version`,
);
const setState = statement(
  'identity.set-state',
  `update identity_users set state = $2, version = version + 1 where id = $1
   returning version::int as version`,
);
const clearLock = statement(
  'identity.clear-lock',
  `update identity_users set failed_attempts = 0, locked_until = null, version = version + 1
   where id = $1 returning version::int as version`,
);
const touchUser = statement(
  'identity.touch-user',
  `update identity_users set version = version + 1 where id = $1 returning version::int as version`,
);
const oldHashes = statement(
  'identity.old-passwords',
  `select password_hash as "passwordHash" from identity_old_passwords where user_id = $1
   order by replaced_at desc limit $2`,
);
const findRoles = statement(
  'identity.find-roles',
  `select role, organisation_kinds as "organisationKinds" from identity_roles
   where role = any ($1::text[])`,
);
const findConflicts = statement(
  'identity.find-conflicts',
  'select role, other from identity_conflicting_roles',
);
const rolesHeld = statement(
  'identity.roles-held',
  `select r.user_id as "userId", r.role from identity_user_roles r
     join identity_users u on u.id = r.user_id
   where u.person_id = $1 and r.revoked_at is null order by 1, 2`,
);
const insertRoles = statement(
  'identity.insert-roles',
  `insert into identity_user_roles (user_id, role, granted_at, granted_by)
   select $1, r, $3, $4 from unnest($2::text[]) r on conflict do nothing`,
);
const endRole = statement(
  'identity.end-role',
  `update identity_user_roles set revoked_at = $3, revoked_by = $4
   where user_id = $1 and role = $2 and revoked_at is null returning role`,
);
const names = statement(
  'identity.names',
  `select u.id as "userId", u.username, p.name from identity_users u
     join identity_persons p on p.id = u.person_id where u.id = any ($1::text[])`,
);
const resetDemoUser = statement(
  'identity.reset-demo-user',
  `update identity_users set password_hash = $2, password_set_at = $3, state = 'ACTIVE',
     must_change_password = false, failed_attempts = 0, locked_until = null
   where username = $1 and demo returning id`,
);

interface Versioned {
  readonly version: number;
}

/** The new version of the user that a locked update has just moved. */
function versionOf(rows: Versioned[]): number {
  const [row] = rows;
  if (!row) throw new Error('A locked user has vanished.');
  return row.version;
}

export async function lockedUser(tx: Tx, userId: string): Promise<User | undefined> {
  const [row] = await tx.rows<User>(lockUser, [userId]);
  return row;
}

/** The person's name, with the person locked; undefined when there is no such person. */
export async function lockedPerson(tx: Tx, personId: string): Promise<string | undefined> {
  const [row] = await tx.rows<{ name: string }>(lockPerson, [personId]);
  return row?.name;
}

export async function addPerson(tx: Tx, person: { id: string; name: string; at: Date }) {
  await tx.rows(insertPerson, [person.id, person.name, person.at]);
}

export interface NewAccount {
  readonly username: string;
  readonly organisationId: string;
  readonly personId: string;
  readonly passwordHash: string;
  readonly mustChangePassword: boolean;
  readonly demo: boolean;
  readonly at: Date;
}

/** The new user's id; undefined when the name is taken. */
export async function addUser(tx: Tx, user: NewAccount): Promise<string | undefined> {
  const [row] = await tx.rows<{ id: string }>(insertUser, [
    newId('user'),
    user.username,
    user.organisationId,
    user.personId,
    user.passwordHash,
    user.at,
    user.mustChangePassword,
    user.demo,
  ]);
  return row?.id;
}

/** Replaces the password and keeps the old hash, so that it can be refused later. */
export async function replacePassword(
  tx: Tx,
  userId: string,
  password: { hash: string; at: Date; mustChange: boolean },
): Promise<number> {
  const values = [userId, password.at, password.hash, password.mustChange];
  return versionOf(await tx.rows<Versioned>(setPassword, values));
}

export const disable = async (tx: Tx, userId: string): Promise<number> =>
  versionOf(await tx.rows<Versioned>(setState, [userId, 'DISABLED']));

export const unlock = async (tx: Tx, userId: string): Promise<number> =>
  versionOf(await tx.rows<Versioned>(clearLock, [userId]));

/** The last `limit` hashes before the present one, newest first. */
export async function oldPasswords(tx: Tx, userId: string, limit: number): Promise<string[]> {
  const rows = await tx.rows<{ passwordHash: string }>(oldHashes, [userId, limit]);
  return rows.map((row) => row.passwordHash);
}

const allRoles = statement('identity.all-roles', 'select role from identity_roles order by role');

export async function roleNames(tx: Tx): Promise<string[]> {
  return (await tx.rows<{ role: string }>(allRoles)).map((row) => row.role);
}

export const rolesNamed = (tx: Tx, roles: readonly string[]): Promise<Role[]> =>
  tx.rows<Role>(findRoles, [roles]);

export const roleConflicts = (tx: Tx): Promise<RoleConflict[]> =>
  tx.rows<RoleConflict>(findConflicts);

/** Every role held by any account of the person. */
export const rolesOfPerson = (
  tx: Tx,
  personId: string,
): Promise<{ userId: string; role: string }[]> => tx.rows(rolesHeld, [personId]);

/** Grants what is not yet held and moves the user's version. */
export async function grantRoles(
  tx: Tx,
  userId: string,
  grant: { roles: readonly string[]; by: string; at: Date },
): Promise<number> {
  await tx.rows(insertRoles, [userId, grant.roles, grant.at, grant.by]);
  return versionOf(await tx.rows<Versioned>(touchUser, [userId]));
}

/** The user's new version; undefined when the role was not held. */
export async function takeRole(
  tx: Tx,
  userId: string,
  ending: { role: string; by: string; at: Date },
): Promise<number | undefined> {
  const ended = await tx.rows(endRole, [userId, ending.role, ending.at, ending.by]);
  if (ended.length === 0) return undefined;
  return versionOf(await tx.rows<Versioned>(touchUser, [userId]));
}

export interface PersonName {
  readonly userId: string;
  readonly username: string;
  readonly name: string;
}

/** What to call these users on a screen, in no order; unknown ids are left out. */
export const namesOf = (tx: Tx, userIds: readonly string[]): Promise<PersonName[]> =>
  tx.rows<PersonName>(names, [[...new Set(userIds)]]);

/** The id of the demo user whose password was set anew; undefined when there is none. */
export async function resetDemo(
  tx: Tx,
  user: { username: string; passwordHash: string; at: Date },
): Promise<string | undefined> {
  const values = [user.username, user.passwordHash, user.at];
  const [row] = await tx.rows<{ id: string }>(resetDemoUser, values);
  return row?.id;
}
