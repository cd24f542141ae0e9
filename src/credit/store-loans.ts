/**
 * Rows of drawdowns and repayments: the hot half of the module, one statement per table and batch.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
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

const insertDrawdowns = bulkInsert('credit.insert-drawdowns', 'credit_drawdowns', {
  id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  line_id: 'text',
  node_id: 'text',
  enterprise_id: 'text',
  amount: 'numeric',
  outstanding: 'numeric',
  value_on: 'date',
  due_on: 'date',
  state: 'text',
  purpose: 'text',
  reservation_id: 'text',
  enrolment_id: 'text',
  operation_id: 'text',
  made_at: 'timestamptz',
});

export function insertDrawdownRows(tx: Tx, list: readonly Drawdown[], madeAt: Date): void {
  const at = madeAt.toISOString();
  insertDrawdowns(tx, {
    id: list.map((d) => d.id),
    zone_id: list.map((d) => d.zoneId),
    owner_id: list.map((d) => d.ownerId),
    line_id: list.map((d) => d.lineId),
    node_id: list.map((d) => d.nodeId),
    enterprise_id: list.map((d) => d.enterpriseId),
    amount: list.map((d) => d.amount.toString()),
    outstanding: list.map((d) => d.outstanding.toString()),
    value_on: list.map((d) => d.valueOn),
    due_on: list.map((d) => d.dueOn),
    state: list.map((d) => d.state),
    purpose: list.map((d) => d.purpose),
    reservation_id: list.map((d) => d.reservationId),
    enrolment_id: list.map((d) => d.enrolmentId),
    operation_id: list.map((d) => d.operationId),
    made_at: list.map(() => at),
  });
}

const lockDrawdowns = statement(
  'credit.lock-drawdowns',
  `select id, zone_id as "zoneId", owner_id as "ownerId", line_id as "lineId",
     node_id as "nodeId", enterprise_id as "enterpriseId", amount, outstanding,
     value_on as "valueOn", due_on as "dueOn", limit_due_on as "limitDueOn", state, purpose,
     reservation_id as "reservationId", enrolment_id as "enrolmentId",
     operation_id as "operationId", scheduled, version::int
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

export function saveDrawdowns(tx: Tx, list: readonly ChangedDrawdown[]): void {
  if (list.length === 0) return;
  tx.send(updateDrawdowns, [
    list.map((d) => d.id),
    list.map((d) => d.outstanding.toString()),
    list.map((d) => d.state),
    list.map((d) => d.enrolmentId ?? null),
    list.map((d) => d.defaultedOn ?? null),
  ]);
}

const insertRepayments = bulkInsert('credit.insert-repayments', 'credit_repayments', {
  id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  drawdown_id: 'text',
  principal: 'numeric',
  interest: 'numeric',
  value_on: 'date',
  operation_id: 'text',
  made_at: 'timestamptz',
  reverses: 'text',
});

export function insertRepaymentRows(tx: Tx, list: readonly Repaid[], madeAt: Date): void {
  const at = madeAt.toISOString();
  insertRepayments(tx, {
    id: list.map((r) => r.id),
    zone_id: list.map((r) => r.drawdown.zoneId),
    owner_id: list.map((r) => r.drawdown.ownerId),
    drawdown_id: list.map((r) => r.drawdown.id),
    principal: list.map((r) => r.principal.toString()),
    interest: list.map((r) => r.interest.toString()),
    value_on: list.map((r) => r.valueOn),
    operation_id: list.map((r) => r.operationId),
    made_at: list.map(() => at),
    reverses: list.map((r) => r.reverses),
  });
}
