/**
 * `bench limit-tree`: a zone of five levels with 100,000 enterprises, and how long one question for
 * the headroom of a path takes: through `ask`, so with permission, data scope and every reason.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemActor } from '../identity/index.ts';
import { Money, newId } from '../kernel/index.ts';
import type { Day } from '../kernel/index.ts';
import { createNodes, headroom } from '../limits/index.ts';
import type { NewNode } from '../limits/index.ts';
import { openEmbeddedDatabase } from '../platform/embedded-database.ts';
import { migrate } from '../platform/migrate.ts';
import type { Actor } from '../platform/operation.ts';
import { makePool } from '../platform/postgres.ts';
import { everything, withTransaction } from '../platform/transaction.ts';
import { openRuntime } from '../runtime.ts';

const enterprises = 100_000;
const segments = 20;
const questions = 3000;
const chunk = 5000;

const zoneId = newId('zone');
const bankId = newId('org');

const node = (kind: NewNode['kind'], parentId: string | undefined, amount: string): NewNode => ({
  id: newId('lim'),
  zoneId,
  ownerId: bankId,
  parentId,
  name: kind,
  kind,
  revolving: 'R',
  enforcement: 'HARD',
  limit: Money.of(amount),
  startsOn: '2026-01-01' as Day,
});

/** The levels from the root down; a list must not hold a node and its own parent. */
function levels(): NewNode[][] {
  const root = node('ZONE', undefined, '900000000000');
  const master = node('ZONE_MASTER', root.id, '900000000000');
  const clusters = Array.from({ length: segments }, () =>
    node('SEGMENT', master.id, '900000000000'),
  );
  const lines = Array.from({ length: enterprises }, (_, i) =>
    node('ENTERPRISE_LINE', clusters[i % segments]?.id, '10000000'),
  );
  return [
    [root],
    [master],
    clusters,
    lines,
    lines.map((line) => node('PRODUCT_SUBLINE', line.id, '5000000')),
  ];
}

async function measure(url: string): Promise<Record<string, unknown>> {
  await migrate(url);
  const db = makePool({ url, max: 8, applicationName: 'bench', statementTimeoutMs: 300_000 });
  try {
    const { performer } = openRuntime(db, { secret: 'bench-secret-bench-secret-bench-secret' });
    const all = levels();
    const started = performance.now();
    for (const level of all) {
      for (let from = 0; from < level.length; from += chunk) {
        const part = level.slice(from, from + chunk);
        await withTransaction(db, everything, (tx) => createNodes(tx, part));
      }
    }
    const seconds = (performance.now() - started) / 1000;
    await db.raw('analyze');
    const system = await systemActor(db, 'bench', 'console');
    const scope = { zones: [zoneId], owners: [bankId] };
    const actor: Actor = { ...system, organisationId: bankId, scope };
    const leaves = all.at(-1) ?? [];
    const times: number[] = [];
    const levelsSeen = new Set<number>();
    for (let i = 0; i < questions; i += 1) {
      const leaf = leaves[(i * 7919) % leaves.length];
      const asked = performance.now();
      const answer = await performer.ask(headroom, actor, { nodeId: leaf?.id, amount: '1.00' });
      times.push(performance.now() - asked);
      levelsSeen.add(answer.path.length);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): number =>
      parseFloat((times[Math.floor(times.length * share)] ?? 0).toFixed(2));
    return {
      bench: 'limit-tree',
      ratios: { p99OverMedian: parseFloat((at(0.99) / at(0.5)).toFixed(3)) },
      p50Ms: { headroom: at(0.5) },
      p99Ms: { headroom: at(0.99) },
      nodes: all.reduce((sum, level) => sum + level.length, 0),
      nodesPerSecond: Math.round(
        all.reduce((sum, level) => sum + level.length, 0) / Math.max(seconds, 0.001),
      ),
      questions,
      checks: { 'every path has five levels': [...levelsSeen].join() === '5' },
    };
  } finally {
    await db.destroy();
  }
}

/** Starts a database of its own in a temporary folder and removes it again. */
export async function limitTree(): Promise<Record<string, unknown>> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'yuanxin-bench-'));
  const database = await openEmbeddedDatabase({ dataFolder, mode: 'own', log: () => undefined });
  try {
    return await measure(database.url);
  } finally {
    await database.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}
