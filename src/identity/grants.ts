/** Whether a role may be granted; asked by whoever opens an account or grants a role later. */
import { Failure } from '../kernel/index.ts';
import type { OrganisationKind } from '../parties/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { identityRefusals as no } from './refusals.ts';
import { refuseRole } from './rules.ts';
import { roleConflicts, roleNames, rolesNamed, rolesOfPerson } from './store.ts';

/** The person must be locked. Throws `role-missing`, `role-elsewhere` or `roles-conflict`. */
export async function mayReceive(
  tx: Tx,
  grant: { role: string; organisationKind: OrganisationKind; personId: string },
): Promise<void> {
  const [role] = await rolesNamed(tx, [grant.role]);
  if (!role) {
    throw new Failure(no['role-missing'], { role: grant.role, known: await roleNames(tx) });
  }
  const held = (await rolesOfPerson(tx, grant.personId)).map((row) => row.role);
  const refusal = refuseRole(role, grant.organisationKind, held, await roleConflicts(tx));
  if (refusal) throw refusal;
}
