// Two zones, their organisations and some people on a database of their own, and everything real
// around them: sessions, and a Performer whose ports are those of the product.
import type { Knex } from 'knex';
import { hashPassword } from '../../src/identity/passwords.ts';
import type { SignedIn } from '../../src/identity/index.ts';
import { Sessions, authorise, identityModule } from '../../src/identity/index.ts';
import { addPerson, addUser, grantRoles } from '../../src/identity/store.ts';
import { Failure, isFailure, newId } from '../../src/kernel/index.ts';
import type { Invariant } from '../../src/platform/module.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { Outcome, Ports } from '../../src/platform/perform.ts';
import { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { cloneDatabase } from '../support/database.ts';

export const secret = 'a secret of tests that is long enough';
export const password = 'Kd7-Wm2q-Zr9t';

export const zones = ['zone_east', 'zone_west'] as const;

/** Which zones each organisation works in. */
const organisations = {
  org_bank1: { kind: 'bank', zones: ['zone_east', 'zone_west'] },
  org_bank2: { kind: 'bank', zones: ['zone_east'] },
  org_fund: { kind: 'fund_manager', zones: ['zone_east'] },
  org_east: { kind: 'zone_office', zones: ['zone_east'] },
  org_west: { kind: 'zone_office', zones: ['zone_west'] },
  org_operator: { kind: 'operator', zones: [] },
} as const;

export type OrganisationId = keyof typeof organisations;

export interface NewPerson {
  readonly username: string;
  readonly organisationId: OrganisationId;
  readonly roles: readonly string[];
  /** Default: a person of their own. */
  readonly personId?: string;
  readonly mustChangePassword?: boolean;
}

export interface People {
  readonly url: string;
  readonly db: Knex;
  readonly sessions: Sessions;
  readonly performer: Performer;
  /** Opens an account with `password`; answers its user id. */
  add(person: NewPerson): Promise<string>;
  signedIn(username: string): Promise<SignedIn>;
  /** Performs with a fresh key unless one is given; a refusal is an outcome, thrown or stored. */
  perform(
    operation: Operation,
    who: SignedIn,
    input: unknown,
    options?: { key?: string; version?: number },
  ): Promise<Outcome>;
  /** Checks the invariants, then removes the database. */
  close(invariants?: readonly Invariant[]): Promise<void>;
}

let keys = 0;
export const freshKey = (): string => `key-${(keys += 1)}`;

type ApprovalPorts = Pick<Ports, 'needsApproval' | 'submit'>;

const withoutApprovals: ApprovalPorts = {
  needsApproval: () => false,
  submit: () => Promise.reject(new Error('nothing needs approval here')),
};

export async function openPeople(
  approvals: (db: Knex) => ApprovalPorts = () => withoutApprovals,
): Promise<People> {
  const database = await cloneDatabase();
  const db = makePool({ url: database.url, max: 8, applicationName: 'test-people' });
  await addOrganisations(db);
  const passwordHash = await hashPassword(password);
  const sessions = new Sessions(db, secret);
  const performer = new Performer(db, { authorise, observe: () => undefined, ...approvals(db) });
  return {
    url: database.url,
    db,
    sessions,
    performer,
    add: (person) => addAccount(db, person, passwordHash),
    async signedIn(username) {
      const { accessToken } = await sessions.signIn(username, password);
      return sessions.authenticate(accessToken);
    },
    async perform(operation, who, input, { key = freshKey(), version } = {}) {
      try {
        return await performer.perform(operation, who, input, key, { expectedVersion: version });
      } catch (problem) {
        if (isFailure(problem)) return { kind: 'refused', failure: problem, replayed: false };
        throw problem;
      }
    },
    async close(invariants = []) {
      try {
        for (const { name, sql } of [...identityModule.invariants, ...invariants]) {
          const { rows } = (await db.raw(sql.replaceAll('?', '\\?'))) as { rows: unknown[] };
          if (rows.length > 0) throw new Error(`broken: ${name}: ${JSON.stringify(rows[0])}`);
        }
      } finally {
        await db.destroy();
        await database.drop();
      }
    },
  };
}

async function addOrganisations(db: Knex): Promise<void> {
  for (const [i, id] of zones.entries()) {
    await db('parties_zones').insert({
      id,
      code: `Z${i}`,
      name: `第${i}园`,
      name_en: `Park ${i}`,
      kind: 'demo',
      opened_on: '2020-01-01',
    });
  }
  for (const [id, { kind, zones: memberOf }] of Object.entries(organisations)) {
    await db('parties_organisations').insert({ id, kind, name: `机构 ${id}`, generated: true });
    for (const zone of memberOf) {
      const member = { zone_id: zone, organisation_id: id, since: '2020-01-01' };
      await db('parties_zone_members').insert(member);
    }
  }
}

async function addAccount(db: Knex, person: NewPerson, passwordHash: string): Promise<string> {
  const { username, organisationId, roles } = person;
  const at = new Date();
  return withTransaction(db, everything, async (tx) => {
    const personId = person.personId ?? newId('person');
    await addPerson(tx, { id: personId, name: `人员 ${username}`, at });
    const userId = await addUser(tx, {
      username,
      organisationId,
      personId,
      passwordHash,
      mustChangePassword: person.mustChangePassword ?? false,
      demo: false,
      at,
    });
    if (userId === undefined) throw new Error(`${username} is there already`);
    await grantRoles(tx, userId, { roles, by: 'test', at });
    return userId;
  });
}

/** The output of an outcome that is done; throws its failure otherwise. */
export function done(outcome: Outcome): unknown {
  if (outcome.kind === 'done') return outcome.output;
  if (outcome.kind === 'refused') throw outcome.failure;
  throw new Error(`submitted as ${outcome.approvalId}`);
}

/** The code of a refusal; anything else as its kind. */
export const codeOf = (outcome: Outcome): string =>
  outcome.kind === 'refused' ? outcome.failure.code : outcome.kind;

/** The refusal that `work` throws. */
export async function refusalOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (problem) {
    if (isFailure(problem)) return problem;
    throw problem;
  }
  throw new Error('nothing was refused');
}
