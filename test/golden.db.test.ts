/** The schema as PostgreSQL has it, and whether every permission that is asked for can be held. */
import { expect } from 'chai';
import { Client } from 'pg';
import { modules } from '../src/runtime.ts';
import { expectGolden } from './support/golden.ts';
import { cloneDatabase, type TestDatabase } from './support/database.ts';

const ours = `n.nspname = 'public' and c.relname not like 'platform_migrations%'`;

const parts: readonly (readonly [string, string])[] = [
  [
    'columns',
    `select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
       || case when a.attnotnull then ' not null' else '' end
       || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as line
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where ${ours} and c.relkind = 'r' order by c.relname, a.attnum`,
  ],
  [
    'constraints',
    `select c.relname || ': ' || k.conname || ' ' || pg_get_constraintdef(k.oid) as line
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     join pg_namespace n on n.oid = c.relnamespace
     where ${ours} and k.contype in ('c', 'f', 'p', 'u', 'x') order by 1`,
  ],
  [
    'indexes',
    `select indexdef as line from pg_indexes where schemaname = 'public'
       and tablename not like 'platform_migrations%' order by indexname`,
  ],
  [
    'row-level security',
    `select tablename || ': ' || policyname || ' ' || cmd || ' ' || coalesce(qual, '')
       || coalesce(' check ' || with_check, '') as line
     from pg_policies where schemaname = 'public' order by 1`,
  ],
  [
    'granted to yuanxin_app',
    `select table_name || ': ' || string_agg(privilege_type, ' ' order by privilege_type) as line
     from information_schema.role_table_grants where grantee = 'yuanxin_app'
     group by table_name order by table_name`,
  ],
];

describe('the database', () => {
  let database: TestDatabase;
  let client: Client;
  before(async () => {
    database = await cloneDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('has the schema that is committed', async () => {
    const sections: string[] = [];
    for (const [name, sql] of parts) {
      const { rows } = await client.query<{ line: string }>(sql);
      sections.push(`-- ${name}`, ...rows.map((row) => row.line.replace(/\s+/g, ' ')), '');
    }
    expect(sections.length).to.be.greaterThan(300);
    expectGolden('schema.txt', sections.join('\n'));
  });

  it('puts every table with a zone under forced row-level security', async () => {
    const { rows } = await client.query<{ name: string; forced: boolean }>(
      `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'zone_id'
       join pg_namespace n on n.oid = c.relnamespace where ${ours} and c.relkind = 'r'`,
    );
    expect(rows.length).to.be.greaterThan(25);
    // Sign-in reads who works where before there is a scope.
    const open = rows.filter((row) => !row.forced).map((row) => row.name);
    expect(open).to.deep.equal(['parties_zone_members']);
  });

  it('grants deletion and truncation of nothing', async () => {
    const { rows } = await client.query(
      `select table_name from information_schema.role_table_grants
       where grantee = 'yuanxin_app' and privilege_type in ('DELETE', 'TRUNCATE')`,
    );
    expect(rows).to.deep.equal([]);
  });

  it('knows a role for every permission that an operation or a query asks for', async () => {
    const { rows } = await client.query<{ permission: string }>(
      'select distinct permission from identity_permissions',
    );
    const held = new Set(rows.map((row) => row.permission));
    held.add('identity:change-password');
    const asked = modules.flatMap((module) => [
      ...module.operations.flatMap((one) => [
        one.permission,
        ...(one.approval ? [one.approval.permission] : []),
      ]),
      ...module.queries.map((one) => one.permission),
    ]);
    expect(new Set(asked).size).to.be.greaterThan(30);
    expect([...new Set(asked)].filter((permission) => !held.has(permission))).to.deep.equal([]);
  });
});
