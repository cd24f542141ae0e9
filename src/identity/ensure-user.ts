/**
 * People of the demo: made when missing, and given the demo password at every start. An account of
 * the same name that a real administrator made is left alone.
 */
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { addPerson, addUser, grantRoles, resetDemo } from './store.ts';

export interface DemoUser {
  readonly username: string;
  readonly organisationId: string;
  readonly roles: readonly string[];
  /** A role title, never a person's name. */
  readonly personName: string;
  /** From `hashPassword`. */
  readonly passwordHash: string;
  readonly demo: true;
}

/** The user's id; undefined when the name belongs to somebody real. Idempotent. */
const knownUser = statement(
  'identity.known-user',
  'select id from identity_users where username = $1',
);

export async function isKnownUser(tx: Tx, username: string): Promise<boolean> {
  return (await tx.rows(knownUser, [username])).length > 0;
}

export async function ensureUser(tx: Tx, user: DemoUser): Promise<string | undefined> {
  const at = new Date();
  const { username, organisationId, personName, passwordHash, roles, demo } = user;
  const known = await resetDemo(tx, { username, passwordHash, at });
  if (known !== undefined) {
    await grantRoles(tx, known, { roles, by: 'demo', at });
    return known;
  }
  const personId = `person_demo-${username}`;
  await addPerson(tx, { id: personId, name: personName, at });
  const made = await addUser(tx, {
    username,
    organisationId,
    personId,
    passwordHash,
    mustChangePassword: false,
    demo,
    at,
  });
  if (made !== undefined) await grantRoles(tx, made, { roles, by: 'demo', at });
  return made;
}
