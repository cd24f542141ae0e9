/**
 * Opens an account. The caller brings the first password as a secret, because whatever an operation
 * answers is stored; the user must replace it at the first sign-in.
 */
import { z } from 'zod';
import { Failure, newId, sentence } from '../../kernel/index.ts';
import { organisationsById } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, TextInput } from '../../platform/schemas.ts';
import { authorise } from '../actors.ts';
import { PasswordInput, RoleInput } from '../administration.ts';
import { mayReceive } from '../grants.ts';
import { hashPassword } from '../passwords.ts';
import { identityRefusals as no } from '../refusals.ts';
import { refusePassword } from '../rules.ts';
import { reachesUsersOf } from '../scope.ts';
import { readSettings } from '../session-store.ts';
import { addPerson, addUser, grantRoles, lockedPerson } from '../store.ts';

const CreateUser = z
  .strictObject({
    username: z
      .string()
      .regex(
        /^[a-z][a-z0-9._-]{1,39}$/,
        sentence('2–40 个字符：a-z 0-9 . _ -，以字母开头', '2–40 of a-z 0-9 . _ -, a letter first'),
      ),
    organisationId: IdInput('org'),
    name: TextInput(60).optional().meta({ description: '新自然人的姓名或岗位' }),
    personId: IdInput('person').optional().meta({ description: '已有账号的同一自然人' }),
    roles: z.array(RoleInput).max(5).default([]),
    password: PasswordInput,
  })
  .refine((input) => (input.name === undefined) !== (input.personId === undefined), {
    message: sentence(
      '填写新人员的姓名，或已有人员的标识，二者取一',
      'name a new person, or give the id of a known one',
    ),
    path: ['name'],
  });

type CreateUserInput = z.output<typeof CreateUser>;

export const createUserOperation = operation({
  name: 'identity.create-user',
  title: { zh: '新建用户', en: 'Create a user' },
  permission: 'users:manage',
  input: CreateUser,
  output: z.object({ userId: IdText, personId: IdText, username: z.string() }),
  secret: ['password'],
  async run(context, item) {
    const { tx, now: at } = context;
    const { username, organisationId, roles, password } = item.input;
    const [organisation] = await organisationsById(tx, [organisationId]);
    if (!organisation || !reachesUsersOf(item.actor, organisationId)) {
      throw new Failure(no['organisation-missing'], { organisationId });
    }
    const person = await personOf(context, item);
    const named = { username, personName: person.name };
    const refusal = refusePassword(password, named, await readSettings(tx));
    if (refusal) throw refusal;
    const userId = await addUser(tx, {
      username,
      organisationId,
      personId: person.id,
      passwordHash: await hashPassword(password),
      mustChangePassword: true,
      demo: false,
      at,
    });
    if (userId === undefined) throw new Failure(no['username-taken'], { username });
    if (roles.length > 0) {
      const denied = authorise(item.actor, 'users:grant');
      if (denied) throw denied;
      for (const role of roles) {
        await mayReceive(tx, { role, organisationKind: organisation.kind, personId: person.id });
        await grantRoles(tx, userId, { roles: [role], by: item.actor.userId, at });
      }
    }
    return { userId, personId: person.id, username };
  },
});

/** The known person, locked, or a new one. */
async function personOf(
  { tx, now }: Context,
  { input, actor }: Item<CreateUserInput>,
): Promise<{ id: string; name: string }> {
  if (input.personId === undefined) {
    const person = { id: newId('person'), name: input.name ?? input.username };
    await addPerson(tx, { ...person, at: now });
    return person;
  }
  const name = await lockedPerson(tx, input.personId);
  if (name === undefined) throw new Failure(no['person-missing'], { personId: input.personId });
  const own = input.personId === actor.personId;
  if (own) throw new Failure(no['own-account'], { personId: input.personId });
  return { id: input.personId, name };
}
