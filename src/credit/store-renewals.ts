/** Rows of renewals: which line takes over from which, and which drawdown settled which. */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Line } from './model.ts';
import type { RenewalBorrowing } from './rules/renewal.ts';

/** A line as its renewal needs it. */
export interface RenewedLine extends Line {
  readonly commitmentRateAnnual: string | null;
  readonly parentLineId: string | null;
  readonly predecessorId: string | null;
  /** What the renewal grants in all; undefined for a line that is none. */
  readonly renewedAmount: Money | undefined;
  readonly successorId: string | null;
}

const lockLine = statement(
  'credit.lock-renewed-line',
  `select l.id, l.zone_id as "zoneId", l.owner_id as "ownerId", l.agreement_id as "agreementId",
     l.segment_id as "segmentId", l.enterprise_id as "enterpriseId", l.node_id as "nodeId",
     l.product, l.rate_annual as "rateAnnual",
     l.commitment_rate_annual as "commitmentRateAnnual", l.parent_line_id as "parentLineId",
     l.predecessor_id as "predecessorId", l.renewed_amount as "renewedAmount",
     (select s.id from credit_lines s where s.predecessor_id = l.id) as "successorId"
   from credit_lines l where l.id = $1 for no key update of l`,
);

export async function lockLineById(tx: Tx, id: string): Promise<RenewedLine | undefined> {
  type Row = Omit<RenewedLine, 'renewedAmount'> & { readonly renewedAmount: string | null };
  const [row] = await tx.rows<Row>(lockLine, [id]);
  if (!row) return undefined;
  const amount = row.renewedAmount;
  return { ...row, renewedAmount: amount === null ? undefined : Money.of(amount) };
}

const linkLines = statement(
  'credit.link-renewed-line',
  `update credit_lines set predecessor_id = $2, renewed_amount = $3, version = version + 1
   where id = $1`,
);

export const linkSuccessor = (
  tx: Tx,
  successorId: string,
  predecessorId: string,
  amount: Money,
): Promise<unknown[]> => tx.rows(linkLines, [successorId, predecessorId, amount.toString()]);

export interface LoanRenewal {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly oldDrawdownId: string;
  readonly newDrawdownId: string;
  readonly amount: Money;
  readonly size: string;
  readonly findings: readonly string[];
  readonly borrowing: RenewalBorrowing;
  readonly pack: string;
  readonly reason: string;
  readonly valueOn: Day;
  readonly operationId: string;
}

const insertRenewal = statement(
  'credit.insert-loan-renewal',
  `insert into credit_loan_renewals (id, zone_id, owner_id, old_drawdown_id, new_drawdown_id,
     amount, size_class, findings, borrowing, pack, reason, value_on, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);

export const addLoanRenewal = (tx: Tx, r: LoanRenewal): Promise<unknown[]> =>
  tx.rows(insertRenewal, [
    r.id,
    r.zoneId,
    r.ownerId,
    r.oldDrawdownId,
    r.newDrawdownId,
    r.amount.toString(),
    r.size,
    JSON.stringify(r.findings),
    r.borrowing,
    r.pack,
    r.reason,
    r.valueOn,
    r.operationId,
  ]);
