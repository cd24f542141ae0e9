/**
 * The people of the demo: maker and checker of a pair in one organisation, and three officers.
 * Their names are role titles; they get the demo password at every start, and at no other time.
 */
import type { Knex } from 'knex';
import { ensureUser, hashPassword, isKnownUser } from '../identity/index.ts';
import { everything, withTransaction } from '../platform/transaction.ts';
import type { Institution, Organisations } from './zones.ts';

interface Person {
  readonly username: string;
  readonly at: Institution;
  readonly role: string;
  readonly title: string;
}

export const people: readonly Person[] = [
  { username: 'rm.bank1', at: 'bank1', role: 'bank-maker', title: '甲行客户经理' },
  { username: 'approver.bank1', at: 'bank1', role: 'bank-checker', title: '甲行审批人' },
  { username: 'rm.bank2', at: 'bank2', role: 'bank-maker', title: '乙行客户经理' },
  { username: 'approver.bank2', at: 'bank2', role: 'bank-checker', title: '乙行审批人' },
  { username: 'fund.admin', at: 'manager', role: 'fund-maker', title: '基金经办' },
  { username: 'fund.approver', at: 'manager', role: 'fund-checker', title: '基金审批人' },
  { username: 'zone.finance', at: 'office', role: 'zone-maker', title: '园区财政经办' },
  { username: 'zone.approver', at: 'office', role: 'zone-checker', title: '园区审批人' },
  { username: 'admin', at: 'operator', role: 'system-officer', title: '系统管理员' },
  { username: 'security', at: 'operator', role: 'security-officer', title: '安全管理员' },
  { username: 'auditor', at: 'operator', role: 'auditor', title: '审计管理员' },
  { username: 'rules.officer', at: 'operator', role: 'rules-maker', title: '规则经办' },
  { username: 'rules.approver', at: 'operator', role: 'rules-checker', title: '规则审批人' },
];

/**
 * Makes who is missing and gives everybody the password; hashed once, for hashing is slow.
 * @param onlyMissing leaves those who are there as they are.
 * @returns who was made or given the password.
 */
export async function ensurePeople(
  db: Knex,
  { ids }: Organisations,
  password: string,
  onlyMissing: boolean,
): Promise<string[]> {
  const passwordHash = await hashPassword(password);
  const changed: string[] = [];
  await withTransaction(db, everything, async (tx) => {
    for (const { username, at, role, title } of people) {
      if (onlyMissing && (await isKnownUser(tx, username))) continue;
      changed.push(username);
      await ensureUser(tx, {
        username,
        organisationId: ids[at],
        roles: [role],
        personName: title,
        passwordHash,
        demo: true,
      });
    }
  });
  return changed;
}
