/** Rows of post-loan inspections; appended only. */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { RiskClass } from './rules/risk-class.ts';

/**
 * The class of drawdown `d` as the day-end found it; without terms no loan `l` keeps it, and one
 * that defaulted is non-performing before the night has looked at it.
 */
export const classOfDrawdown = `coalesce(l.risk_class, (
    select case when d.state = 'NPL' and k.risk_class in ('NORMAL', 'SPECIAL_MENTION')
      then 'SUBSTANDARD' else k.risk_class end
    from credit_loan_classes k where k.drawdown_id = d.id order by k.classified_on desc limit 1),
  case d.state when 'NPL' then 'SUBSTANDARD' else 'NORMAL' end)`;

const selectInspected = statement(
  'credit.select-inspected',
  `select ${classOfDrawdown} as "riskClass", (select max(i.done_on) from credit_inspections i
     where i.drawdown_id = d.id) as "lastOn"
   from credit_drawdowns d left join credit_loans l on l.id = d.id where d.id = $1`,
);

export async function inspectedOf(
  tx: Tx,
  drawdownId: string,
): Promise<{ readonly riskClass: RiskClass; readonly lastOn: Day | undefined }> {
  type Row = { readonly riskClass: RiskClass; readonly lastOn: Day | null };
  const [row] = await tx.rows<Row>(selectInspected, [drawdownId]);
  if (!row) throw new Error(`${drawdownId} is gone.`);
  return { riskClass: row.riskClass, lastOn: row.lastOn ?? undefined };
}

const insertInspection = statement(
  'credit.insert-inspection',
  `insert into credit_inspections (id, zone_id, owner_id, drawdown_id, done_on, due_on, risk_class,
     result, finding, use_evidence, made_by, made_at, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);

export interface Inspection {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly drawdownId: string;
  readonly doneOn: Day;
  readonly dueOn: Day;
  readonly riskClass: RiskClass;
  readonly result: string;
  readonly finding: string;
  readonly useEvidence: unknown;
  readonly madeBy: string;
  readonly madeAt: Date;
  readonly operationId: string;
}

export const addInspection = (tx: Tx, one: Inspection): Promise<unknown[]> =>
  tx.rows(insertInspection, [
    one.id,
    one.zoneId,
    one.ownerId,
    one.drawdownId,
    one.doneOn,
    one.dueOn,
    one.riskClass,
    one.result,
    one.finding,
    JSON.stringify(one.useEvidence),
    one.madeBy,
    one.madeAt.toISOString(),
    one.operationId,
  ]);
