/**
 * The load generator of the HTTP phase, a process of its own so that it does not share the server's
 * event loop. It prints one JSON line: rate, latency, and the id of every drawdown it was answered.
 */
import autocannon from 'autocannon';

interface Plan {
  readonly url: string;
  readonly token: string;
  readonly lineIds: readonly string[];
  readonly seconds: number;
  readonly connections: number;
  readonly valueOn: string;
  readonly dueOn: string;
}

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan;
const drawdownIds: string[] = [];
let sent = 0;

const result = await autocannon({
  url: plan.url,
  connections: plan.connections,
  duration: plan.seconds,
  requests: [
    {
      method: 'POST',
      path: '/api/v1/drawdowns',
      headers: { authorization: `Bearer ${plan.token}`, 'content-type': 'application/json' },
      setupRequest: (request) => {
        sent += 1;
        return {
          ...request,
          headers: { ...request.headers, 'idempotency-key': `http-${process.pid}-${sent}` },
          body: JSON.stringify({
            lineId: plan.lineIds[sent % plan.lineIds.length],
            amount: '1000.00',
            valueOn: plan.valueOn,
            dueOn: plan.dueOn,
            purpose: '流动资金',
          }),
        };
      },
      onResponse: (status, body) => {
        if (status === 201) {
          drawdownIds.push((JSON.parse(body) as { drawdownId: string }).drawdownId);
        }
      },
    },
  ],
});
process.stdout.write(
  JSON.stringify({
    perSecond: drawdownIds.length / result.duration,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
    drawdownIds,
  }),
);
