/** What still runs under a line, and which expired lines have nothing left. */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

/** A drawdown is open by its principal, a loan also by interest that is still due. */
const runs = `(d.outstanding > 0
  or exists (select from credit_loans o where o.id = d.id and o.state = 'OPEN'))`;

const selectOpenLoans = statement(
  'credit.select-open-loans-of',
  `select d.id as "drawdownId", d.outstanding, d.state, d.due_on as "dueOn"
   from credit_drawdowns d where d.line_id = $1 and ${runs} order by d.id limit 20`,
);

export interface OpenLoan {
  readonly drawdownId: string;
  readonly outstanding: string;
  readonly state: string;
  readonly dueOn: Day;
}

/** The first of what is not settled under a line. */
export const openLoansOf = (tx: Tx, lineId: string): Promise<OpenLoan[]> =>
  tx.rows<OpenLoan>(selectOpenLoans, [lineId]);

const selectOpenExceptions = statement(
  'credit.select-open-exceptions-of',
  `select id as "exceptionId", state from credit_exceptions
   where line_id = $1 and state in ('RAISED', 'JUSTIFIED', 'APPROVED') order by id limit 20`,
);

export interface OpenException {
  readonly exceptionId: string;
  readonly state: string;
}

/** The first exceptions of a line that are asked for, or approved and not used. */
export const openExceptionsOf = (tx: Tx, lineId: string): Promise<OpenException[]> =>
  tx.rows<OpenException>(selectOpenExceptions, [lineId]);

const lockRunOff = statement(
  'credit.lock-run-off-lines',
  `select l.id, l.node_id as "nodeId", l.zone_id as "zoneId", l.owner_id as "ownerId",
     l.enterprise_id as "enterpriseId"
   from credit_lines l join limits_nodes n on n.id = l.node_id
     left join unnest($5::text[], $6::int[]) own (zone_id, grace_days) on own.zone_id = l.zone_id
   where n.state <> 'CLOSED' and n.outstanding = 0
     and $1::date - n.expires_on > coalesce(own.grace_days, $4::int)
     and not exists (select from limits_reservations r where r.node_id = any (
         select b.id from limits_nodes b where n.id = any (b.path))
       and r.state = 'PENDING' and r.expires_at > $2::timestamptz)
     and not exists (select from limits_nodes b where b.parent_id = n.id and b.state <> 'CLOSED')
     and not exists (select from credit_drawdowns d where d.line_id = l.id and ${runs})
   order by l.id limit $3 for no key update of l skip locked`,
);

export interface RunOffLine {
  readonly id: string;
  readonly nodeId: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly enterpriseId: string;
}

/** How many days after its end a line is left open. */
export interface Grace {
  /** Undefined where no rule holds: what has ended stays open. */
  readonly days: number | undefined;
  /** By zone, where a zone has a rule of its own. */
  readonly inZones: ReadonlyMap<string, number>;
}

/** Lines past their days of grace that owe nothing, hold nothing, have no open sub-line; locked. */
export const lockRunOffLines = (
  tx: Tx,
  { asOf, now, grace, portion }: { asOf: Day; now: Date; grace: Grace; portion: number },
): Promise<RunOffLine[]> =>
  tx.rows<RunOffLine>(lockRunOff, [
    asOf,
    now.toISOString(),
    portion,
    grace.days ?? null,
    [...grace.inZones.keys()],
    [...grace.inZones.values()],
  ]);
