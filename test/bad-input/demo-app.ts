// The real app with the demo in it, its people, and what each of them can and cannot see; beside
// them a look at every table, because a refused request must leave no trace in any.
import { ensureUser, hashPassword } from '../../src/identity/index.ts';
import { loadDemo } from '../../src/demo/index.ts';
import { people } from '../../src/demo/people.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { everything, statement, withTransaction } from '../../src/platform/transaction.ts';
import type { RealApp } from '../support/real-app.ts';
import { furnish } from './furnish.ts';
import { openRealApp, password } from '../support/real-app.ts';

/** Rows of a table by name. */
export type Counts = Readonly<Record<string, number>>;

export interface DemoApp extends RealApp {
  /** The first person of the demo who holds the permission; undefined: nobody does. */
  personWith(permission: string): string | undefined;
  personWithout(permission: string): string | undefined;
  /** An id of this prefix that the person sees, of the own organisation where there is one. */
  ownId(username: string, prefix: string, member: string): string | undefined;
  /** An id of this prefix that exists and that the person does not see. */
  foreignId(username: string, prefix: string): string | undefined;
  counts(): Promise<Counts>;
  /** A fingerprint of all rows of all tables but those of the log, which keeps refusals. */
  digests(): Promise<Readonly<Record<string, string>>>;
}

/** Where a rule's refusal is kept, so that a late duplicate hears it again. */
export const logTables: ReadonlySet<string> = new Set(['platform_operations', 'platform_chains']);

/** An account that no test signs in with: changes to users hit it and nobody else. */
const victim = 'user.sample';

interface Seen {
  readonly actor: Actor;
  /** Prefix → id. */
  readonly own: ReadonlyMap<string, string>;
  readonly foreign: ReadonlyMap<string, string>;
}

export async function openDemoApp(): Promise<DemoApp> {
  const app = await openRealApp();
  await loadDemo(app.runtime, { password, log: app.log });
  const seen = new Map<string, Seen>();
  await hireVictim(app);
  await furnish(app);
  const tables = await tablesOf(app);
  const idTables = await tablesByPrefix(app, tables);
  const actors = new Map<string, Actor>();
  for (const { username } of people) {
    const token = await app.tokenOf(username);
    actors.set(username, await app.runtime.sessions.authenticate(token));
  }
  await requestApproval(app, idTables);
  idTables.set('appr', 'approvals_requests');
  for (const [username, actor] of actors)
    seen.set(username, await lookAround(app, actor, idTables));
  const organisations = await organisationsOf(app);
  const find = (holds: (actor: Actor) => boolean): string | undefined =>
    [...seen].find(([, { actor }]) => holds(actor))?.[0];
  return {
    ...app,
    personWith: (permission) => find(({ permissions }) => permissions.has(permission)),
    personWithout: (permission) => find(({ permissions }) => !permissions.has(permission)),
    ownId: (username, prefix, member) => {
      const own = prefix === 'org' ? organisations.get(member) : undefined;
      return own ?? seen.get(username)?.own.get(prefix);
    },
    foreignId: (username, prefix) => seen.get(username)?.foreign.get(prefix),
    counts: () => countsOf(app, tables),
    digests: () => digestsOf(app, tables),
  };
}

async function hireVictim(app: RealApp): Promise<void> {
  const [bank] = await app.rows<{ id: string }>(
    `select id from parties_organisations where kind = 'bank' order by id limit 1`,
  );
  const passwordHash = await hashPassword(password);
  await withTransaction(app.db, everything, (tx) =>
    ensureUser(tx, {
      username: victim,
      organisationId: bank?.id ?? '',
      roles: ['bank-maker'],
      personName: '样例账号',
      passwordHash,
      demo: true,
    }),
  );
}

async function tablesOf(app: RealApp): Promise<string[]> {
  const rows = await app.rows<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  return rows.map((row) => row.name);
}

/** Which table holds `line_…`: found by looking, so that a new table needs no entry here. */
async function tablesByPrefix(
  app: RealApp,
  tables: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const withId = await app.rows<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'id' and data_type = 'text' order by 1`,
  );
  for (const { name } of withId.filter((one) => tables.includes(one.name))) {
    const [row] = await app.rows<{ id: string }>(`select id from ${name} order by id limit 1`);
    const prefix = /^([a-z][a-z-]*)_/.exec(row?.id ?? '')?.[1];
    if (prefix !== undefined && !found.has(prefix)) found.set(prefix, name);
  }
  return found;
}

/** Leaves a request that waits, so that there is something to decide. */
async function requestApproval(app: RealApp, tables: Map<string, string>): Promise<void> {
  const token = await app.tokenOf('rm.bank1');
  const [line] = await app.rows<Record<string, string>>(
    `select l.segment_id as "segmentId", l.enterprise_id as "enterpriseId"
     from ${tables.get('line') ?? ''} l join identity_users u on u.organisation_id = l.owner_id
     where u.username = 'rm.bank1' order by l.id limit 1`,
  );
  const body = {
    ...line,
    product: '样例贷款',
    amount: '1000000.00',
    rateAnnual: '0.04',
    startsOn: '2026-03-02',
    expiresOn: '2027-03-02',
    whitelistRequired: false,
    reason: '样例：名单外授信',
  };
  const headers = { 'idempotency-key': 'sample-request' };
  const answer = await app.ask({ method: 'POST', path: '/credit-lines', token, headers, body });
  if (answer.status !== 202) throw new Error(answer.text);
}

async function lookAround(
  app: RealApp,
  actor: Actor,
  tables: ReadonlyMap<string, string>,
): Promise<Seen> {
  const own = new Map<string, string>();
  const foreign = new Map<string, string>();
  for (const [prefix, table] of tables) {
    const all = await app.rows<{ id: string; owner: string | null }>(
      `select id, to_jsonb(t) ->> 'owner_id' as owner from ${table} t order by id desc`,
    );
    const visible = await withTransaction(app.db, actor.scope, (tx) =>
      tx.rows<{ id: string }>(statement(`look-${table}`, `select id from ${table}`)),
    ).catch(() => []);
    const ids = new Set(visible.map((row) => row.id));
    const mine = all.find(({ id, owner }) => ids.has(id) && owner === actor.organisationId);
    const some = mine ?? all.find(({ id }) => ids.has(id));
    if (some) own.set(prefix, some.id);
    const other = all.find(({ id }) => !ids.has(id));
    if (other) foreign.set(prefix, other.id);
  }
  const [user] = await app.rows<{ id: string }>(
    `select id from identity_users where username = '${victim}'`,
  );
  if (user) own.set('user', user.id);
  // Zones are public: the one meant is where the person works.
  const [zone] = await app.rows<{ id: string }>(
    `select zone_id as id from parties_zone_members
     where organisation_id = '${actor.organisationId}' order by zone_id limit 1`,
  );
  if (zone) own.set('zone', zone.id);
  return { actor, own, foreign };
}

/** The organisation that a member of this name means. */
async function organisationsOf(app: RealApp): Promise<Map<string, string>> {
  const rows = await app.rows<{ username: string; id: string }>(
    `select username, organisation_id as id from identity_users`,
  );
  const of = (username: string): string => rows.find((row) => row.username === username)?.id ?? '';
  return new Map([
    ['bankId', of('rm.bank1')],
    ['ownerId', of('zone.finance')],
    ['contributorId', of('zone.finance')],
    ['managerId', of('fund.admin')],
    ['organisationId', of('rm.bank1')],
    ['memberIds', of('rm.bank1')],
  ]);
}

async function countsOf(app: RealApp, tables: readonly string[]): Promise<Counts> {
  const one = (table: string) => `select '${table}' as name, count(*)::int as count from ${table}`;
  const rows = await app.rows<{ name: string; count: number }>(tables.map(one).join(' union all '));
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

async function digestsOf(
  app: RealApp,
  tables: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const one = (table: string) =>
    `select '${table}' as name, md5(coalesce(string_agg(t::text, ' ' order by t::text), ''))
       as digest from ${table} t`;
  const sql = tables
    .filter((table) => !logTables.has(table))
    .map(one)
    .join(' union all ');
  const rows = await app.rows<{ name: string; digest: string }>(sql);
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}
