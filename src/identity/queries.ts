/** What identity shows: the users within reach, and the account of whoever asks. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Actor } from '../platform/operation.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { IdText, InstantText, TextInput, listOf, pageShape } from '../platform/schemas.ts';
import { accountOf, ownAccount } from './actors.ts';
import { RoleInput, UserInput } from './administration.ts';
import { identityRefusals as no } from './refusals.ts';
import { mustChangePassword } from './rules.ts';
import { readSettings } from './session-store.ts';
import { sql as build } from '../platform/sql.ts';

const UserOutput = z.object({
  userId: IdText,
  username: z.string(),
  name: z.string(),
  personId: IdText,
  organisationId: IdText,
  organisationName: z.string(),
  roles: z.array(z.string()),
  state: z.enum(['ACTIVE', 'DISABLED']),
  lockedUntil: InstantText.nullable(),
  mustChangePassword: z.boolean(),
  version: z.number().int(),
});

interface UserRow extends Omit<z.output<typeof UserOutput>, 'userId' | 'lockedUntil'> {
  readonly id: string;
  readonly lockedUntil: Date | null;
}

const shown = ({ id, lockedUntil, ...row }: UserRow, now: Date): z.output<typeof UserOutput> => ({
  ...row,
  userId: id,
  lockedUntil: lockedUntil !== null && lockedUntil > now ? lockedUntil.toISOString() : null,
});

/** Officers, who see all zones, reach everybody; others only their own organisation. */
function reachable(actor: Actor): Knex.QueryBuilder {
  const rows = build.select('*').from('identity_users_v');
  return actor.scope.zones === '*' ? rows : rows.where({ organisationId: actor.organisationId });
}

export const users = query({
  name: 'identity.users',
  title: { zh: '用户', en: 'Users' },
  permission: 'users:read',
  input: z.strictObject({
    ...pageShape,
    organisationId: z.string().max(60).optional(),
    state: z.enum(['ACTIVE', 'DISABLED']).optional(),
    role: RoleInput.optional(),
    username: TextInput(40).optional().meta({ description: '用户名的开头' }),
  }),
  output: listOf(UserOutput),
  async run({ tx, actor, now }, { organisationId, state, role, username, ...place }) {
    const rows = reachable(actor);
    if (organisationId !== undefined) rows.where({ organisationId });
    if (state !== undefined) rows.where({ state });
    if (role !== undefined) rows.whereRaw('? = any (roles)', [role]);
    if (username !== undefined) rows.whereRaw('starts_with(username, ?)', [username]);
    const found = await pageOf<UserRow>(tx, rows, place, { by: 'username' });
    return { ...found, items: found.items.map((row) => shown(row, now)) };
  },
});

export const user = query({
  name: 'identity.user',
  title: { zh: '用户详情', en: 'One user' },
  permission: 'users:read',
  input: UserInput,
  output: UserOutput,
  async run({ tx, actor, now }, { userId }) {
    const [row] = await tx.built<UserRow>(reachable(actor).where({ id: userId }));
    if (!row) throw new Failure(no['user-missing'], { userId });
    return shown(row, now);
  },
});

/** Open to everybody who is signed in, even before a first password is changed. */
export const me = query({
  name: 'identity.me',
  title: { zh: '我的账号', en: 'My account' },
  permission: ownAccount,
  input: z.strictObject({}),
  output: z.object({
    userId: IdText,
    username: z.string(),
    name: z.string(),
    personId: IdText,
    organisationId: IdText,
    organisationName: z.string(),
    organisationKind: z.string(),
    roles: z.array(z.string()),
    permissions: z.array(z.string()),
    zones: z.union([z.literal('*'), z.array(z.string())]),
    mustChangePassword: z.boolean(),
  }),
  async run({ tx, actor, now }) {
    const account = await accountOf(tx, actor.userId);
    if (!account) throw new Failure(no['user-missing'], { userId: actor.userId });
    const { zones } = actor.scope;
    return {
      userId: actor.userId,
      username: account.username,
      name: account.personName,
      personId: actor.personId,
      organisationId: actor.organisationId,
      organisationName: account.organisationName,
      organisationKind: account.organisationKind,
      roles: [...account.roles],
      permissions: [...actor.permissions].sort(),
      zones: zones === '*' ? zones : [...zones],
      mustChangePassword: mustChangePassword(account, await readSettings(tx), now),
    };
  },
});
