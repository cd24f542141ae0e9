/**
 * The usual way, for comparison: one transaction per drawdown, several statements, the root locked
 * first and held until commit. It writes the same limit rows and a drawdown, nothing else.
 */
import { Pool } from 'pg';
import { newId } from '../kernel/index.ts';
import type { BenchTree } from './tree.ts';

const connections = 16;

/** Drawdowns per second over `seconds`. Its amounts are given back, so the books are as before. */
export async function multiStatement(
  url: string,
  tree: BenchTree,
  seconds: number,
): Promise<number> {
  const pool = new Pool({ connectionString: url, max: connections });
  await pool.query(
    'create table bench_drawdowns (id text primary key, node_id text, amount numeric)',
  );
  const nodes = await pool.query<{ id: string; path: string[] }>(
    `select n.id, n.path from limits_nodes n join credit_lines l on l.node_id = n.id
     where l.id = any ($1)`,
    [tree.lineIds],
  );
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const caller = async (): Promise<void> => {
    const client = await pool.connect();
    while (performance.now() < end) {
      const { id, path } = nodes.rows[Math.floor(Math.random() * nodes.rows.length)] as {
        id: string;
        path: string[];
      };
      await client.query('begin');
      for (const node of path.toReversed()) {
        await client.query(
          'select amount, consumed, reserved from limits_nodes where id = $1 for update',
          [node],
        );
      }
      for (const node of path) {
        await client.query(
          `update limits_nodes set same_day_restorable = same_day_restorable where id = $1`,
          [node],
        );
      }
      await client.query('insert into bench_drawdowns values ($1, $2, 1000)', [newId('b'), id]);
      await client.query('commit');
      done += 1;
    }
    client.release();
  };
  await Promise.all(Array.from({ length: connections }, caller));
  await pool.query('drop table bench_drawdowns');
  await pool.end();
  return done / seconds;
}
