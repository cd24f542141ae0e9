/**
 * What Prometheus reads at `/metrics`: requests by route pattern, operations by outcome, how many
 * calls shared a transaction, and how far the outbox lags. Labels hold no ids and no personal
 * information.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  observeRequest(method: string, route: string, status: number, seconds: number): void;
  /** One call of an operation; fits the port `observe` of perform. */
  observe(operation: string, outcome: string, seconds: number): void;
  /** How many calls one transaction of a gathered operation held. */
  observeBatch(operation: string, size: number): void;
  /** The text of `/metrics` and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricSources {
  /** Age of the oldest event that a subscriber has not seen, in seconds. */
  readonly outboxLagSeconds?: () => Promise<number>;
}

const secondsBuckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** Metrics with a registry of their own, so that several apps live in one process. */
export function makeMetrics(sources: MetricSources = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_request_seconds',
    help: 'Time until the answer was out',
    labelNames: ['method', 'route', 'status'],
    buckets: secondsBuckets,
    registers,
  });
  const operations = new Counter({
    name: 'operations_total',
    help: 'Calls of an operation by outcome',
    labelNames: ['operation', 'outcome'],
    registers,
  });
  const operationSeconds = new Histogram({
    name: 'operation_seconds',
    help: 'Time of a call from input to commit',
    labelNames: ['operation', 'outcome'],
    buckets: secondsBuckets,
    registers,
  });
  const batches = new Histogram({
    name: 'operation_batch_size',
    help: 'Calls gathered into one transaction',
    labelNames: ['operation'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  if (sources.outboxLagSeconds) addOutboxLag(registry, sources.outboxLagSeconds);
  return {
    observeRequest: (method, route, status, seconds) =>
      requests.observe({ method, route, status }, seconds),
    observe(operation, outcome, seconds) {
      operations.inc({ operation, outcome });
      operationSeconds.observe({ operation, outcome }, seconds);
    },
    observeBatch: (operation, size) => batches.observe({ operation }, size),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function addOutboxLag(registry: Registry, lagSeconds: () => Promise<number>): void {
  const gauge = new Gauge({
    name: 'outbox_lag_seconds',
    help: 'Age of the oldest event not yet handed on; NaN when it cannot be read',
    registers: [],
    async collect() {
      gauge.set(await lagSeconds().catch(() => Number.NaN));
    },
  });
  registry.registerMetric(gauge);
}
