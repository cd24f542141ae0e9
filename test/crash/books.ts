// The database of the server that is killed: filled before the load and looked at after it,
// through a connection beside the server.
import type { Knex } from 'knex';
import { buildTree } from '../../src/bench/tree.ts';
import { ensureUser, hashPassword, systemActor } from '../../src/identity/index.ts';
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { openRuntime } from '../../src/runtime.ts';
import { password, tokenSecret } from '../support/real-app.ts';

/** Lends the database on the folder: joined when a server runs there, else started and stopped. */
export async function withBooks<T>(dataFolder: string, work: (db: Knex) => Promise<T>): Promise<T> {
  const log = (): undefined => undefined;
  const database = await openEmbeddedDatabase({ dataFolder, mode: 'join-or-start', log });
  const db = makePool({ url: database.url, max: 4, applicationName: 'crash-test' });
  try {
    return await work(db);
  } finally {
    await db.destroy();
    await database.stop();
  }
}

export const username = 'rm.crash';

export interface Tree {
  readonly masterId: string;
  readonly lineIds: readonly string[];
}

/** One agreement with a thousand lines below a HARD master, and who may draw on them. */
export async function plantTree(db: Knex): Promise<Tree> {
  const { performer } = openRuntime(db, { secret: tokenSecret });
  const console = await systemActor(db, 'crash-test', 'console');
  const tree = await buildTree(performer, console, '900000000000.00');
  const passwordHash = await hashPassword(password);
  await withTransaction(db, everything, (tx) =>
    ensureUser(tx, {
      username,
      organisationId: tree.bankId,
      roles: ['bank-maker'],
      personName: '客户经理',
      passwordHash,
      demo: true,
    }),
  );
  return tree;
}

/** What the books hold of one key. */
export interface Kept {
  readonly key: string;
  readonly outcome: string;
  readonly drawdownId: string;
  readonly drawdowns: number;
  readonly journals: number;
  readonly movements: number;
}

export async function keptDrawdowns(db: Knex): Promise<Kept[]> {
  const result = await db.raw<{ rows: Kept[] }>(
    `with d as (select operation_id, count(*)::int as count from credit_drawdowns group by 1),
       j as (select source_id, count(distinct journal_id)::int as count from ledger_entries
         where kind = 'credit.drawdown' group by 1),
       m as (select source_id, count(*)::int as count from limits_movements
         where kind = 'draw' group by 1)
     select o.idempotency_key as key, o.outcome, o.result ->> 'drawdownId' as "drawdownId",
       coalesce(d.count, 0) as drawdowns, coalesce(j.count, 0) as journals,
       coalesce(m.count, 0) as movements
     from platform_operations o
       left join d on d.operation_id = o.id
       left join j on j.source_id = o.result ->> 'drawdownId'
       left join m on m.source_id = o.result ->> 'drawdownId'
     where o.operation = 'credit.draw-down'`,
  );
  return result.rows;
}

/**
 * Sums in fen of what was paid out: by the drawdowns, by the master's counter and by the ledger.
 */
export async function fenDrawn(db: Knex, masterId: string): Promise<string[]> {
  const result = await db.raw<{ rows: { fen: string }[] }>(
    `select (sum(amount) * 100)::bigint::text as fen from credit_drawdowns
     union all select (outstanding * 100)::bigint::text from limits_nodes where id = ?
     union all select (sum(balance) * 100)::bigint::text from ledger_accounts
       where kind = 'loan-principal'`,
    [masterId],
  );
  return result.rows.map((row) => row.fen);
}
