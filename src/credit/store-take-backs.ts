/** What is asked before a repayment, a refund or a finding is taken back, and how it is marked. */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

const selectRepayments = statement(
  'credit.select-repayments-of',
  `select r.id, r.principal, r.interest, r.value_on as "valueOn", r.reverses,
     exists (select from credit_write_offs w where w.drawdown_id = r.drawdown_id
       and w.reversed_by is null and w.recorded_at <= r.made_at) as "isRecovery",
     not exists (select from credit_loan_terms t where t.drawdown_id = r.drawdown_id
       and t.recorded_at <= r.made_at) as "isBeforeTerms"
   from credit_repayments r where r.drawdown_id = $1 order by r.made_at, r.id`,
);

export interface StoredRepayment {
  readonly id: string;
  readonly principal: Money;
  readonly interest: Money;
  readonly valueOn: Day;
  /** The repayment, or the payment of a loan, that it took back. */
  readonly reverses: string | null;
  /** It came in on the claim that is left of a loan written off. */
  readonly isRecovery: boolean;
  /** The drawdown was no loan with terms yet. */
  readonly isBeforeTerms: boolean;
}

export async function repaymentsOf(tx: Tx, drawdownId: string): Promise<StoredRepayment[]> {
  type Row = Omit<StoredRepayment, 'principal' | 'interest'> &
    Readonly<Record<'principal' | 'interest', string>>;
  const rows = await tx.rows<Row>(selectRepayments, [drawdownId]);
  return rows.map((row) => ({
    ...row,
    principal: Money.of(row.principal),
    interest: Money.of(row.interest),
  }));
}

const selectDefaulted = statement(
  'credit.select-defaulted',
  `select d.defaulted_on is not null and not exists (select from credit_upgrade_findings f
     where f.drawdown_id = d.id and f.reversed_by is null and f.outdated_by is null
       and not f.facts_corrected) as defaulted
   from credit_drawdowns d where d.id = $1`,
);

/** It defaulted and no finding told after that has lifted it: it stands once it is owed again. */
export async function isDefaulted(tx: Tx, drawdownId: string): Promise<boolean> {
  const [row] = await tx.rows<{ defaulted: boolean }>(selectDefaulted, [drawdownId]);
  return row?.defaulted === true;
}

const outdate = statement(
  'credit.outdate-upgrade-findings',
  `update credit_upgrade_findings f set outdated_by = c.operation_id
   from unnest($1::text[], $2::text[]) as c (drawdown_id, operation_id)
   where f.drawdown_id = c.drawdown_id and f.reversed_by is null and f.outdated_by is null`,
);

/** The findings made so far do not cure a default that is told now. */
export function outdateFindings(
  tx: Tx,
  told: readonly { readonly drawdownId: string; readonly operationId: string }[],
): void {
  if (told.length === 0) return;
  const operations = told.map(({ operationId }) => operationId);
  tx.send(outdate, [told.map(({ drawdownId }) => drawdownId), operations]);
}

const selectSuccessor = statement(
  'credit.select-renewed-by',
  'select new_drawdown_id as id from credit_loan_renewals where old_drawdown_id = $1 limit 1',
);

/** The drawdown that settled this one. */
export async function renewedBy(tx: Tx, drawdownId: string): Promise<string | undefined> {
  const [row] = await tx.rows<{ id: string }>(selectSuccessor, [drawdownId]);
  return row?.id;
}

const selectPaymentReversal = statement(
  'credit.select-payment-reversal',
  `select reversed_by as by from credit_loan_payments
   where drawdown_id = $1 and id = $2 and reversed_by is not null`,
);

/** The operation that took a payment of the loan back. */
export async function paymentReversedBy(
  tx: Tx,
  drawdownId: string,
  paymentId: string,
): Promise<string | undefined> {
  const [row] = await tx.rows<{ by: string }>(selectPaymentReversal, [drawdownId, paymentId]);
  return row?.by;
}

const selectFindings = statement(
  'credit.select-upgrade-findings',
  `select f.id, f.found_on as "foundOn", f.cured_on as "curedOn", f.reversed_by as "reversedBy",
     f.facts_corrected as "factsCorrected",
     exists (select from credit_loan_classes k where k.drawdown_id = f.drawdown_id
       and k.classified_on >= f.found_on and k.risk_class in ('NORMAL', 'SPECIAL_MENTION'))
       as served
   from credit_upgrade_findings f where f.drawdown_id = $1 order by f.found_on, f.id`,
);

export interface StoredFinding {
  readonly id: string;
  readonly foundOn: Day;
  readonly curedOn: Day;
  readonly reversedBy: string | null;
  readonly factsCorrected: boolean;
  /** The class was lifted since. */
  readonly served: boolean;
}

export const findingsOf = (tx: Tx, drawdownId: string): Promise<StoredFinding[]> =>
  tx.rows<StoredFinding>(selectFindings, [drawdownId]);

const selectFoundWith = statement(
  'credit.select-corrections-found-with',
  `select f.id, f.drawdown_id as "drawdownId", f.zone_id as "zoneId", f.owner_id as "ownerId",
     d.enterprise_id as "enterpriseId", f.found_on as "foundOn", f.cured_on as "curedOn",
     exists (select from credit_loan_classes k where k.drawdown_id = f.drawdown_id
       and k.classified_on >= f.found_on and k.risk_class in ('NORMAL', 'SPECIAL_MENTION'))
       as served
   from credit_upgrade_findings f join credit_drawdowns d on d.id = f.drawdown_id
   where f.facts_corrected and f.reversed_by is null and f.operation_id in
     (select operation_id from credit_upgrade_findings where id = any ($1::text[]))
   order by f.drawdown_id, f.id`,
);

/** A correction in force, as it was found with others. */
export interface FoundTogether extends Pick<
  StoredFinding,
  'id' | 'foundOn' | 'curedOn' | 'served'
> {
  readonly drawdownId: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly enterpriseId: string;
}

/** Of these corrections and all that were found by the same operations, those in force. */
export const correctionsFoundWith = (tx: Tx, ids: readonly string[]): Promise<FoundTogether[]> =>
  tx.rows<FoundTogether>(selectFoundWith, [ids]);

const markFinding = statement(
  'credit.reverse-upgrade-finding',
  `update credit_upgrade_findings set reversed_by = $2, reversal_cause = $3
   where id = $1 and reversed_by is null`,
);

/** A person took it back, a fact that it stood on was, or a correction found with it fell. */
export const reversalCauses = ['TAKEN_BACK', 'FACT_TAKEN_BACK', 'FELL_TOGETHER'] as const;
export type ReversalCause = (typeof reversalCauses)[number];

export const markFindingReversed = (
  tx: Tx,
  id: string,
  operationId: string,
  cause: ReversalCause,
): void => tx.send(markFinding, [id, operationId, cause]);
