/** Rows of enrolled loans and the journal of what happened to them. All writes take lists. */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Enrolment, EnrolmentState, Movement } from './model.ts';

interface EnrolmentRow {
  id: string;
  poolId: string;
  zoneId: string;
  bankId: string;
  drawdownId: string;
  enterpriseId: string;
  loanAmount: string;
  outstanding: string;
  enrolledOn: Day;
  ratioNumerator: string | null;
  ratioDenominator: string | null;
  flags: string[];
  nodeId: string | null;
  state: EnrolmentState;
  defaultedOn: Day | null;
  defaultedOutstanding: string | null;
}

function enrolmentFromRow(row: EnrolmentRow): Enrolment {
  const { ratioNumerator, ratioDenominator, ...rest } = row;
  return {
    ...rest,
    loanAmount: Money.of(row.loanAmount),
    outstanding: Money.of(row.outstanding),
    ratio:
      ratioNumerator === null || ratioDenominator === null
        ? undefined
        : { numerator: Money.of(ratioNumerator), denominator: Money.of(ratioDenominator) },
    nodeId: row.nodeId ?? undefined,
    defaultedOn: row.defaultedOn ?? undefined,
    defaultedOutstanding:
      row.defaultedOutstanding === null ? undefined : Money.of(row.defaultedOutstanding),
  };
}

const selectPools = statement(
  'risk-pool.select-enrolment-pools',
  'select distinct pool_id as id from risk_pool_enrolments where id = any ($1::text[])',
);

/** The pools of these loans, read without a lock so that they can be locked before the loans. */
export async function poolsOfEnrolments(tx: Tx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  return (await tx.rows<{ id: string }>(selectPools, [ids])).map((row) => row.id);
}

const lockRows = statement(
  'risk-pool.lock-enrolments',
  `select id, pool_id as "poolId", zone_id as "zoneId", owner_id as "bankId",
     drawdown_id as "drawdownId", enterprise_id as "enterpriseId", loan_amount as "loanAmount",
     outstanding, enrolled_on as "enrolledOn", ratio_numerator as "ratioNumerator",
     ratio_denominator as "ratioDenominator", flags, node_id as "nodeId", state,
     defaulted_on as "defaultedOn", defaulted_outstanding as "defaultedOutstanding"
   from risk_pool_enrolments where id = any ($1::text[]) order by id for no key update`,
);

export async function lockEnrolments(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, Enrolment>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<EnrolmentRow>(lockRows, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, enrolmentFromRow(row)]));
}

const selectDrawdowns = statement(
  'risk-pool.select-enrolled-drawdowns',
  `select drawdown_id as id from risk_pool_enrolments where drawdown_id = any ($1::text[])`,
);

/** Which of these drawdowns are enrolled already. */
export async function enrolledDrawdowns(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await tx.rows<{ id: string }>(selectDrawdowns, [ids])).map((row) => row.id));
}

const insertRows = statement(
  'risk-pool.insert-enrolments',
  `insert into risk_pool_enrolments (id, pool_id, zone_id, owner_id, drawdown_id, enterprise_id,
     loan_amount, outstanding, enrolled_on, ratio_numerator, ratio_denominator, flags, node_id,
     state, operation_id)
   select e.id, e.pool_id, e.zone_id, e.owner_id, e.drawdown_id, e.enterprise_id, e.loan_amount,
     e.outstanding, e.enrolled_on, e.ratio_numerator, e.ratio_denominator, e.flags::text[],
     e.node_id, 'REGISTERED', e.operation_id
   from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
     $7::numeric[], $8::numeric[], $9::date[], $10::numeric[], $11::numeric[], $12::text[],
     $13::text[], $14::text[]) as e (id, pool_id, zone_id, owner_id, drawdown_id, enterprise_id,
     loan_amount, outstanding, enrolled_on, ratio_numerator, ratio_denominator, flags, node_id,
     operation_id)`,
);

export interface NewEnrolment {
  readonly enrolment: Enrolment;
  readonly operationId: string;
}

export async function addEnrolments(tx: Tx, list: readonly NewEnrolment[]): Promise<void> {
  if (list.length === 0) return;
  const rows = list.map((one) => one.enrolment);
  await tx.rows(insertRows, [
    rows.map((e) => e.id),
    rows.map((e) => e.poolId),
    rows.map((e) => e.zoneId),
    rows.map((e) => e.bankId),
    rows.map((e) => e.drawdownId),
    rows.map((e) => e.enterpriseId),
    rows.map((e) => e.loanAmount.toString()),
    rows.map((e) => e.outstanding.toString()),
    rows.map((e) => e.enrolledOn),
    rows.map((e) => e.ratio?.numerator.toString() ?? null),
    rows.map((e) => e.ratio?.denominator.toString() ?? null),
    rows.map((e) => `{${e.flags.join(',')}}`),
    rows.map((e) => e.nodeId ?? null),
    list.map((one) => one.operationId),
  ]);
}

const selectFirst = statement(
  'risk-pool.select-backed-at-first',
  `select coalesce(sum(outstanding), 0)::numeric(20,2)::text as backed from risk_pool_movements
   where enrolment_id = $1 and kind = 'enrol'`,
);

/** What the pool took in of a loan. */
export async function backedAtFirst(tx: Tx, id: string): Promise<Money> {
  const [row] = await tx.rows<{ backed: string }>(selectFirst, [id]);
  return Money.of(row?.backed ?? '0.00');
}

const saveRows = statement(
  'risk-pool.save-enrolments',
  `update risk_pool_enrolments e set outstanding = c.outstanding, state = c.state,
     defaulted_on = c.defaulted_on, defaulted_outstanding = c.defaulted_outstanding,
     version = version + 1
   from unnest($1::text[], $2::numeric[], $3::text[], $4::date[], $5::numeric[])
     as c (id, outstanding, state, defaulted_on, defaulted_outstanding)
   where e.id = c.id`,
);

export async function saveEnrolments(tx: Tx, list: readonly Enrolment[]): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(saveRows, [
    list.map((e) => e.id),
    list.map((e) => e.outstanding.toString()),
    list.map((e) => e.state),
    list.map((e) => e.defaultedOn ?? null),
    list.map((e) => e.defaultedOutstanding?.toString() ?? null),
  ]);
}

const insertMovements = statement(
  'risk-pool.insert-movements',
  `insert into risk_pool_movements (pool_id, enrolment_id, claim_id, zone_id, owner_id, kind,
     outstanding, pending, paid, state, value_on, operation_id, recorded_at)
   select m.pool_id, m.enrolment_id, m.claim_id, m.zone_id, m.owner_id, m.kind, m.outstanding,
     m.pending, m.paid, m.state, m.value_on, m.operation_id, $13::timestamptz
   from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
     $7::numeric[], $8::numeric[], $9::numeric[], $10::text[], $11::date[], $12::text[])
     with ordinality as m (pool_id, enrolment_id, claim_id, zone_id, owner_id, kind, outstanding,
     pending, paid, state, value_on, operation_id, place)
   order by place`,
);

/** Appends to the journal, in the order in which things were decided. */
export async function journal(tx: Tx, list: readonly Movement[], recordedAt: Date): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(insertMovements, [
    list.map((m) => m.enrolment.poolId),
    list.map((m) => m.enrolment.id),
    list.map((m) => m.claimId ?? null),
    list.map((m) => m.enrolment.zoneId),
    list.map((m) => m.enrolment.bankId),
    list.map((m) => m.kind),
    list.map((m) => m.outstanding.toString()),
    list.map((m) => m.pending.toString()),
    list.map((m) => m.paid.toString()),
    list.map((m) => m.enrolment.state),
    list.map((m) => m.valueOn),
    list.map((m) => m.operationId),
    recordedAt.toISOString(),
  ]);
}
