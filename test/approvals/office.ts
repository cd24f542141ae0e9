// Two banks and two zone offices with makers and checkers, the toys to approve, and the module.
import { Approvals, approvalsModule } from '../../src/approvals/index.ts';
import type { SignedIn } from '../../src/identity/index.ts';
import type { Operation, Query } from '../../src/platform/operation.ts';
import type { Outcome } from '../../src/platform/perform.ts';
import type { NewPerson, People } from '../identity/people.ts';
import { openPeople } from '../identity/people.ts';
import { makePurses, purseEffects, toysModule } from './toys.ts';

const staff: readonly NewPerson[] = [
  { username: 'maker', organisationId: 'org_bank1', roles: ['bank-maker'], personId: 'person_m' },
  // The maker's other hand: the same person with the checker's role.
  {
    username: 'other-hand',
    organisationId: 'org_bank1',
    roles: ['bank-checker'],
    personId: 'person_m',
  },
  { username: 'checker', organisationId: 'org_bank1', roles: ['bank-checker'] },
  { username: 'checker2', organisationId: 'org_bank1', roles: ['bank-checker'] },
  { username: 'maker.b2', organisationId: 'org_bank2', roles: ['bank-maker'] },
  { username: 'checker.b2', organisationId: 'org_bank2', roles: ['bank-checker'] },
  { username: 'east', organisationId: 'org_east', roles: ['zone-checker'] },
  { username: 'west', organisationId: 'org_west', roles: ['zone-checker'] },
  { username: 'admin', organisationId: 'org_operator', roles: ['system-officer'] },
  { username: 'security', organisationId: 'org_operator', roles: ['security-officer'] },
  { username: 'auditor', organisationId: 'org_operator', roles: ['auditor'] },
];

export const module = approvalsModule(() => [...module.operations, ...toysModule.operations]);

export function op(name: string): Operation {
  const found = module.operations.find((one) => one.name === `approvals.${name}`);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
}

export function question(name: string): Query {
  const found = module.queries.find((one) => one.name === `approvals.${name}`);
  if (!found) throw new Error(`no query ${name}`);
  return found;
}

export interface Office extends People {
  /** An actor, signed in once. */
  readonly who: (username: string) => SignedIn;
  /** Submits and answers the request's id; throws when it was not submitted. */
  submit(operation: Operation, username: string, input: object, version?: number): Promise<string>;
  decide(
    username: string,
    approvalId: string,
    decision?: { decision?: string; reason?: string; version?: number },
    options?: { key?: string; version?: number },
  ): Promise<Outcome>;
  row(table: string, id: string): Promise<Readonly<Record<string, unknown>>>;
}

export async function openOffice(): Promise<Office> {
  const people = await openPeople((db) => {
    const approvals = new Approvals(db);
    return {
      needsApproval: (operation, actor, input) => approvals.needed(operation, actor, input),
      submit: (context, operation, item, filing) =>
        approvals.submit(context, operation, item, filing),
      effects: [purseEffects],
    };
  });
  await makePurses(people.db);
  const actors = new Map<string, SignedIn>();
  for (const person of staff) {
    await people.add(person);
    actors.set(person.username, await people.signedIn(person.username));
  }
  const who = (username: string): SignedIn => {
    const actor = actors.get(username);
    if (!actor) throw new Error(`nobody is called ${username}`);
    return actor;
  };
  return {
    ...people,
    who,
    async submit(operation, username, input, version) {
      const options = version === undefined ? {} : { version };
      const outcome = await people.perform(operation, who(username), input, options);
      if (outcome.kind === 'submitted') return outcome.approvalId;
      if (outcome.kind === 'refused') throw outcome.failure;
      throw new Error('it was done at once');
    },
    decide(username, approvalId, decision = {}, options = {}) {
      const input = { approvalId, decision: 'approve', reason: '已核对', ...decision };
      return people.perform(op('decide'), who(username), input, options);
    },
    async row(table, id) {
      const row: unknown = await people.db(table).where({ id }).first();
      if (typeof row !== 'object' || row === null) throw new Error(`no ${id} in ${table}`);
      return row as Readonly<Record<string, unknown>>;
    },
    close: () => people.close(module.invariants),
  };
}
