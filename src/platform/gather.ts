/**
 * Natural batching without a timer: calls that arrive while a batch of the same key is under way
 * form the next one. One commit then serves hundreds of callers who contend for the same row.
 */

interface Waiting<C, R> {
  readonly call: C;
  readonly resolve: (result: R) => void;
  readonly reject: (problem: unknown) => void;
}

interface Queue<C, R> {
  readonly waiting: Waiting<C, R>[];
  inFlight: number;
}

export interface GatherLimits {
  /** Calls in one transaction at most; beyond 256 the latency grows faster than the throughput. */
  readonly batchSize: number;
  /** Batches of one key under way: the second inserts while the first commits. */
  readonly inFlight: number;
  /** Calls that may wait for one key before a newcomer is told that the server is busy. */
  readonly queueLength: number;
}

export class Gatherer<C, R> {
  readonly #queues = new Map<string, Queue<C, R>>();
  readonly #runBatch: (calls: readonly C[], key: string) => Promise<readonly R[]>;
  readonly #limits: GatherLimits;
  readonly #busy: () => Error;

  constructor(
    limits: GatherLimits,
    runBatch: (calls: readonly C[], key: string) => Promise<readonly R[]>,
    busy: () => Error,
  ) {
    this.#limits = limits;
    this.#runBatch = runBatch;
    this.#busy = busy;
  }

  submit(key: string, call: C): Promise<R> {
    const queue = this.#queues.get(key) ?? { waiting: [], inFlight: 0 };
    this.#queues.set(key, queue);
    if (queue.waiting.length >= this.#limits.queueLength) return Promise.reject(this.#busy());
    return new Promise((resolve, reject) => {
      queue.waiting.push({ call, resolve, reject });
      // Let everything that is already runnable join before the batch leaves.
      if (queue.inFlight < this.#limits.inFlight) setImmediate(() => this.#leave(key, queue));
    });
  }

  #leave(key: string, queue: Queue<C, R>): void {
    if (queue.inFlight >= this.#limits.inFlight || queue.waiting.length === 0) return;
    const batch = queue.waiting.splice(0, this.#limits.batchSize);
    queue.inFlight += 1;
    this.#runBatch(
      batch.map((w) => w.call),
      key,
    )
      .then(
        (results) => batch.forEach((w, i) => w.resolve(results[i] as R)),
        (problem: unknown) => batch.forEach((w) => w.reject(problem)),
      )
      .finally(() => {
        queue.inFlight -= 1;
        if (queue.waiting.length > 0) this.#leave(key, queue);
        else if (queue.inFlight === 0) this.#queues.delete(key);
      });
  }
}
