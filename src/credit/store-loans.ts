/**
 * Rows of drawdowns and repayments: the hot half of the module, one statement per table and batch.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Drawdown, DrawdownState, Line } from './model.ts';
import type { Repaid } from './postings.ts';

const selectLines = statement(
  'credit.select-lines',
  `select id, zone_id as "zoneId", owner_id as "ownerId", agreement_id as "agreementId",
     segment_id as "segmentId", enterprise_id as "enterpriseId", node_id as "nodeId", product,
     rate_annual as "rateAnnual"
   from credit_lines where id = any ($1::text[])`,
);

/**
 * The lines without a lock: whether a line may be drawn is its node's state, and the node is
 * locked. Whoever freezes or ends a line changes the node under that same lock.
 */
export async function linesById(tx: Tx, ids: readonly string[]): Promise<Map<string, Line>> {
  const rows = await tx.rows<Line>(selectLines, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, row]));
}

const insertDrawdowns = statement(
  'credit.insert-drawdowns',
  `insert into credit_drawdowns (id, zone_id, owner_id, line_id, node_id, enterprise_id, amount,
     outstanding, value_on, due_on, state, purpose, reservation_id, enrolment_id, operation_id,
     made_at)
   select d.*, $16::timestamptz from unnest($1::text[], $2::text[], $3::text[], $4::text[],
     $5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::date[], $10::date[], $11::text[],
     $12::text[], $13::text[], $14::text[], $15::text[]) as d`,
);

export async function insertDrawdownRows(
  tx: Tx,
  list: readonly Drawdown[],
  madeAt: Date,
): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(insertDrawdowns, [
    list.map((d) => d.id),
    list.map((d) => d.zoneId),
    list.map((d) => d.ownerId),
    list.map((d) => d.lineId),
    list.map((d) => d.nodeId),
    list.map((d) => d.enterpriseId),
    list.map((d) => d.amount.toString()),
    list.map((d) => d.outstanding.toString()),
    list.map((d) => d.valueOn),
    list.map((d) => d.dueOn),
    list.map((d) => d.state),
    list.map((d) => d.purpose),
    list.map((d) => d.reservationId ?? null),
    list.map((d) => d.enrolmentId ?? null),
    list.map((d) => d.operationId),
    madeAt.toISOString(),
  ]);
}

const lockDrawdowns = statement(
  'credit.lock-drawdowns',
  `select id, zone_id as "zoneId", owner_id as "ownerId", line_id as "lineId",
     node_id as "nodeId", enterprise_id as "enterpriseId", amount, outstanding,
     value_on as "valueOn", due_on as "dueOn", state, purpose,
     reservation_id as "reservationId", enrolment_id as "enrolmentId",
     operation_id as "operationId", version::int
   from credit_drawdowns where id = any ($1::text[]) order by id for no key update`,
);

type DrawdownRow = Omit<Drawdown, 'amount' | 'outstanding' | 'reservationId' | 'enrolmentId'> & {
  amount: string;
  outstanding: string;
  reservationId: string | null;
  enrolmentId: string | null;
};

export async function lockDrawdownsById(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, Drawdown>> {
  const rows = await tx.rows<DrawdownRow>(lockDrawdowns, [[...new Set(ids)].sort()]);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        ...row,
        amount: Money.of(row.amount),
        outstanding: Money.of(row.outstanding),
        reservationId: row.reservationId ?? undefined,
        enrolmentId: row.enrolmentId ?? undefined,
      },
    ]),
  );
}

const updateDrawdowns = statement(
  'credit.update-drawdowns',
  `update credit_drawdowns d set outstanding = c.outstanding, state = c.state,
     enrolment_id = c.enrolment_id, defaulted_on = coalesce(c.defaulted_on, d.defaulted_on),
     version = d.version + 1
   from unnest($1::text[], $2::numeric[], $3::text[], $4::text[], $5::date[])
     as c (id, outstanding, state, enrolment_id, defaulted_on)
   where d.id = c.id`,
);

export interface ChangedDrawdown {
  readonly id: string;
  readonly outstanding: Money;
  readonly state: DrawdownState;
  readonly enrolmentId: string | undefined;
  readonly defaultedOn?: Day | undefined;
}

export async function saveDrawdowns(tx: Tx, list: readonly ChangedDrawdown[]): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(updateDrawdowns, [
    list.map((d) => d.id),
    list.map((d) => d.outstanding.toString()),
    list.map((d) => d.state),
    list.map((d) => d.enrolmentId ?? null),
    list.map((d) => d.defaultedOn ?? null),
  ]);
}

const insertRepayments = statement(
  'credit.insert-repayments',
  `insert into credit_repayments (id, zone_id, owner_id, drawdown_id, principal, interest,
     value_on, operation_id, made_at)
   select r.*, $9::timestamptz from unnest($1::text[], $2::text[], $3::text[], $4::text[],
     $5::numeric[], $6::numeric[], $7::date[], $8::text[]) as r`,
);

export async function insertRepaymentRows(
  tx: Tx,
  list: readonly Repaid[],
  madeAt: Date,
): Promise<void> {
  if (list.length === 0) return;
  await tx.rows(insertRepayments, [
    list.map((r) => r.id),
    list.map((r) => r.drawdown.zoneId),
    list.map((r) => r.drawdown.ownerId),
    list.map((r) => r.drawdown.id),
    list.map((r) => r.principal.toString()),
    list.map((r) => r.interest.toString()),
    list.map((r) => r.valueOn),
    list.map((r) => r.operationId),
    madeAt.toISOString(),
  ]);
}
