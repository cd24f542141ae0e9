// The queue: BullMQ in the database itself, or on Redis when REDIS_URL says so; everything above
// this file is the same code on both. It only wakes workers up. QueueEvents are not used: on
// PostgreSQL they lose some, and the rows of the runs know better.
import type { PostgresConnectionOptions } from 'bullmq';
import { createPostgresBackend, createRedisBackend, runMigrations, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { Client, Pool } from 'pg';

/** What a delivery says: which run to begin, or which job has struck. */
export type Delivery = { readonly run: string } | { readonly job: string };

const postgresKit = () => withBackend(createPostgresBackend);
type Kit = ReturnType<typeof postgresKit>;

export type JobQueue = InstanceType<Kit['Queue']>;
export type JobWorker = InstanceType<Kit['Worker']>;
export type ProcessDelivery = NonNullable<ConstructorParameters<Kit['Worker']>[1]>;

export interface QueueOptions {
  /** Not through a transaction pooler: waiting for work is LISTEN, which is a session's. */
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
  /** Tells the queues of several databases on one Redis apart. */
  readonly prefix?: string;
}

export interface Queues {
  readonly kind: 'postgres' | 'redis';
  readonly queue: JobQueue;
  work(process: ProcessDelivery, concurrency: number): JobWorker;
  /** Closes the connections; workers are closed by who made them, before. */
  close(): Promise<void>;
}

const queueName = 'jobs';

/** Opens the queue and, on PostgreSQL, brings its schema `bullmq` up to date. */
export async function openQueues(options: QueueOptions): Promise<Queues> {
  const { redisUrl, prefix = 'yuanxin' } = options;
  const { kit, connection, ended } =
    redisUrl === undefined ? await onPostgres(options.databaseUrl) : onRedis(redisUrl);
  const { Queue, Worker } = kit;
  const queue = new Queue(queueName, {
    connection,
    prefix,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  // A lost connection is reported by whatever needs it; without a listener it would end the
  // process.
  queue.on('error', () => undefined);
  return {
    kind: redisUrl === undefined ? 'postgres' : 'redis',
    queue,
    work: (process, concurrency) =>
      new Worker(queueName, process, { connection, prefix, concurrency }),
    async close() {
      await queue.close();
      await ended();
    },
  };
}

interface Connected {
  readonly kit: Kit;
  readonly connection: PostgresConnectionOptions;
  readonly ended: () => Promise<unknown>;
}

/** One pool for queue and worker: each of them would otherwise open its own. */
async function onPostgres(url: string): Promise<Connected> {
  const owner = new Client({ connectionString: url, application_name: 'yuanxin-queue' });
  owner.on('error', () => undefined);
  await owner.connect();
  try {
    await runMigrations(owner);
  } finally {
    await owner.end();
  }
  const pool = new Pool({
    connectionString: url,
    application_name: 'yuanxin-queue',
    options: '-c search_path=bullmq',
    max: 6,
    keepAlive: true,
  });
  pool.on('error', () => undefined);
  // Structurally the same; only its lack of an index signature keeps the types apart.
  const connection = pool as unknown as PostgresConnectionOptions;
  return { kit: postgresKit(), connection, ended: () => pool.end() };
}

function onRedis(url: string): Connected {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  // The two kits differ in their generic parameters alone; one of them stands for both.
  return {
    kit: withBackend(createRedisBackend) as unknown as Kit,
    connection: redis as unknown as PostgresConnectionOptions,
    ended: () => redis.quit(),
  };
}
