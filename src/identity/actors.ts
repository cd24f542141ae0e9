/**
 * From an account to the Actor that `perform` trusts: roles, permissions and scope of this moment,
 * read in one statement. A job is an actor too, of no organisation, made here and nowhere else.
 */
import type { Knex } from 'knex';
import { Failure } from '../kernel/index.ts';
import type { OrganisationKind } from '../parties/index.ts';
import type { Actor } from '../platform/operation.ts';
import { platformRefusals } from '../platform/refusals.ts';
import type { Tx } from '../platform/transaction.ts';
import { everything, statement, withTransaction } from '../platform/transaction.ts';
import type { UserState } from './model.ts';
import { identityRefusals as no } from './refusals.ts';
import { scopeOf } from './scope.ts';

/** Everybody may look at and change the own account; somebody who must change it, nothing else. */
export const ownAccount = 'identity:change-password';

/** An actor who came through a session. */
export interface SignedIn extends Actor {
  readonly sessionId: string;
  readonly username: string;
  readonly mustChangePassword: boolean;
}

/** An account as it stands now, with the actor that it is. */
export interface Account {
  readonly actor: Actor;
  readonly username: string;
  readonly personName: string;
  readonly organisationName: string;
  readonly organisationKind: OrganisationKind;
  readonly roles: readonly string[];
  readonly state: UserState;
  readonly mustChangePassword: boolean;
  readonly passwordSetAt: Date;
  readonly demo: boolean;
}

interface AccountRow extends Omit<Account, 'actor'> {
  readonly userId: string;
  readonly personId: string;
  readonly organisationId: string;
  readonly permissions: readonly string[];
  readonly seesEverything: boolean;
  readonly zones: readonly string[];
}

const readAccount = statement(
  'identity.read-account',
  `select u.id as "userId", u.username, u.person_id as "personId", p.name as "personName",
     u.organisation_id as "organisationId", o.name as "organisationName",
     o.kind as "organisationKind", u.state, u.must_change_password as "mustChangePassword",
     u.password_set_at as "passwordSetAt", u.demo,
     coalesce(r.roles, '{}') as roles, coalesce(r.everything, false) as "seesEverything",
     array(select distinct g.permission from identity_permissions g
       where g.role = any (r.roles) order by 1) as permissions,
     array(select m.zone_id from parties_zone_members m
       where m.organisation_id = u.organisation_id order by 1) as zones
   from identity_users u
     join identity_persons p on p.id = u.person_id
     join parties_organisations o on o.id = u.organisation_id
     cross join lateral (
       select array_agg(h.role order by h.role) as roles, bool_or(d.sees_everything) as everything
       from identity_user_roles h join identity_roles d on d.role = h.role
       where h.user_id = u.id and h.revoked_at is null) r
   where u.id = $1`,
);

/** The account with this id, disabled or not; undefined when there is none. */
export async function accountOf(tx: Tx, userId: string): Promise<Account | undefined> {
  const [row] = await tx.rows<AccountRow>(readAccount, [userId]);
  if (!row) return undefined;
  const { personId, organisationId, permissions, seesEverything, zones, ...account } = row;
  const organisation = { kind: row.organisationKind, id: organisationId };
  return {
    ...account,
    actor: {
      userId,
      personId,
      organisationId,
      permissions: new Set([...permissions, ownAccount]),
      scope: scopeOf(organisation, zones, seesEverything),
    },
  };
}

const system = 'system';

const readPermissions = statement(
  'identity.read-permissions',
  'select permission from identity_permissions where role = $1',
);

/**
 * The actor of a job or of the command line: sees everything, may do what its role is granted. Its
 * id is the job's name, so that a job's idempotency keys are the job's own.
 */
export async function systemActor(
  db: Knex,
  jobName: string,
  role: 'job' | 'console' = 'job',
): Promise<Actor> {
  const rows = await withTransaction(db, everything, (tx) =>
    tx.rows<{ permission: string }>(readPermissions, [role]),
  );
  return {
    userId: `${role}_${jobName}`,
    personId: system,
    organisationId: system,
    permissions: new Set(rows.map((row) => row.permission)),
    scope: everything,
  };
}

/** No hand of a person moved it: four-eyes does not ask for a second one. */
export const isSystemActor = (actor: Actor): boolean => actor.personId === system;

/** The port that `perform` asks: undefined when the actor holds the permission now. */
export function authorise(actor: Actor, permission: string): Failure | undefined {
  if (actor.permissions.has(permission)) return undefined;
  const mustChange = 'mustChangePassword' in actor && actor.mustChangePassword === true;
  const refusal = mustChange ? no['password-change-required'] : platformRefusals.forbidden;
  return new Failure(refusal, { permission });
}
