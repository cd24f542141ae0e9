// Who takes part in the story: one operator that exists before it, and everybody whom the first
// chapter registers. All of it is generated.
import { ensureUser, hashPassword, systemActor } from '../../src/identity/index.ts';
import { registerOrganisation } from '../../src/parties/index.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { RealApp } from '../support/real-app.ts';
import { password } from '../support/real-app.ts';

export interface Person {
  readonly username: string;
  readonly role: string;
  readonly title: string;
}

export const operatorPeople: readonly Person[] = [
  { username: 'admin', role: 'system-officer', title: '系统管理员' },
  { username: 'auditor', role: 'auditor', title: '审计管理员' },
];
export const bankPeople: readonly Person[] = [
  { username: 'rm.bank1', role: 'bank-maker', title: '客户经理' },
  { username: 'approver.bank1', role: 'bank-checker', title: '银行审批人' },
];
export const officePeople: readonly Person[] = [
  { username: 'zone.finance', role: 'zone-maker', title: '园区财政经办' },
  { username: 'zone.approver', role: 'zone-checker', title: '园区审批人' },
];
export const fundPeople: readonly Person[] = [
  { username: 'fund.admin', role: 'fund-maker', title: '基金经办' },
  { username: 'fund.approver', role: 'fund-checker', title: '基金审批人' },
];

/** Opens accounts in an organisation, all with the password of the tests. */
export async function hire(
  app: RealApp,
  organisationId: string,
  people: readonly Person[],
): Promise<void> {
  const passwordHash = await hashPassword(password);
  await withTransaction(app.db, everything, async (tx) => {
    for (const { username, role, title } of people) {
      await ensureUser(tx, {
        username,
        organisationId,
        roles: [role],
        personName: title,
        passwordHash,
        demo: true,
      });
    }
  });
}

/** The operator's organisation, which must exist before anybody can sign in. */
export async function openOperator(app: RealApp): Promise<string> {
  const { performer } = app.runtime;
  const console = await systemActor(app.db, 'story', 'console');
  const raw = { kind: 'operator', name: '园信运营', generated: true, since: '2026-01-01' };
  const outcome = await performer.perform(registerOrganisation, console, raw, 'story-operator');
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  const { organisationId } = outcome.output as { organisationId: string };
  await hire(app, organisationId, operatorPeople);
  return organisationId;
}
