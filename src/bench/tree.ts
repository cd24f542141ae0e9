/**
 * The tree under load: one HARD master, ten segments, a thousand lines, made by the real
 * operations. Every drawdown hits the master, which is the point of the benchmark.
 */
import { makeUscc } from '../kernel/identifiers/uscc.ts';
import { openAgreement, openLine, openSegment } from '../credit/index.ts';
import { openZone, registerEnterprise, registerOrganisation } from '../parties/index.ts';
import type { Actor, Operation } from '../platform/operation.ts';
import type { Performer } from '../platform/perform.ts';

export const segments = 10;
export const lines = 1000;

const generated = { whitelistRequired: false, reason: '压力测试', generated: true } as const;

let serial = 0;

/** Performs one operation that must succeed. */
export async function must<O>(
  performer: Performer,
  operation: Operation,
  actor: Actor,
  raw: unknown,
): Promise<O> {
  serial += 1;
  const outcome = await performer.perform(operation, actor, raw, `bench-${process.pid}-${serial}`);
  if (outcome.kind !== 'done') {
    throw new Error(`${operation.name} was not done: ${JSON.stringify(outcome)}`);
  }
  return outcome.output as O;
}

async function mustMany<O>(
  performer: Performer,
  operation: Operation,
  actor: Actor,
  raws: readonly unknown[],
): Promise<O[]> {
  const outputs: O[] = [];
  for (let from = 0; from < raws.length; from += 250) {
    const entries = raws.slice(from, from + 250).map((raw) => {
      serial += 1;
      return { raw, key: `bench-${process.pid}-${serial}` };
    });
    for (const outcome of await performer.performMany(operation, actor, entries)) {
      if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
      outputs.push(outcome.output as O);
    }
  }
  return outputs;
}

export interface BenchTree {
  readonly zoneId: string;
  readonly bankId: string;
  readonly masterId: string;
  readonly lineIds: readonly string[];
}

async function openSegments(
  performer: Performer,
  actor: Actor,
  agreementId: string,
): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 1; i <= segments; i += 1) {
    const { segmentId } = await must<{ segmentId: string }>(performer, openSegment, actor, {
      agreementId,
      name: `产业集群${i}`,
      scope: 'cluster',
      amount: '900000000000.00',
      enforcement: 'HARD',
    });
    ids.push(segmentId);
  }
  return ids;
}

/** Builds the tree with a master of `masterLimit` yuan; segments and lines are large enough. */
export async function buildTree(
  performer: Performer,
  actor: Actor,
  masterLimit: string,
): Promise<BenchTree> {
  const startsOn = '2026-01-01';
  const term = { startsOn, endsOn: '2031-01-01' };
  const { zoneId } = await must<{ zoneId: string }>(performer, openZone, actor, {
    code: `bench-${process.pid}-${serial}`,
    name: '压测园区（生成）',
    nameEn: 'Benchmark zone (generated)',
    kind: 'demo',
    openedOn: startsOn,
  });
  const { organisationId } = await must<{ organisationId: string }>(
    performer,
    registerOrganisation,
    actor,
    { kind: 'bank', name: '压测银行（生成）', generated: true, zoneIds: [zoneId], since: startsOn },
  );
  const agreement = await must<{ agreementId: string; nodeId: string }>(
    performer,
    openAgreement,
    actor,
    {
      zoneId,
      bankId: organisationId,
      name: '压测整园授信',
      intentAmount: masterLimit,
      enforcement: 'HARD',
      generated: true,
      ...term,
    },
  );
  const segmentIds = await openSegments(performer, actor, agreement.agreementId);
  const numbers = Array.from({ length: lines }, (_, i) => i + 1);
  const enterprises = await mustMany<{ enterpriseId: string }>(
    performer,
    registerEnterprise,
    actor,
    numbers.map((n) => ({
      zoneId,
      uscc: makeUscc('000000', n),
      name: `压测企业${n}`,
      generated: true,
      registeredOn: startsOn,
    })),
  );
  const opened = await mustMany<{ lineId: string }>(
    performer,
    openLine,
    actor,
    enterprises.map(({ enterpriseId }, i) => ({
      segmentId: segmentIds[i % segments],
      enterpriseId,
      product: '流动资金贷款',
      amount: '9000000000.00',
      rateAnnual: '0.0345',
      startsOn,
      expiresOn: '2030-12-31',
      ...generated,
    })),
  );
  return {
    zoneId,
    bankId: organisationId,
    masterId: agreement.nodeId,
    lineIds: opened.map((line) => line.lineId),
  };
}
