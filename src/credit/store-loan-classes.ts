/**
 * Classes of loans in the book. Only debtors with something overdue or already below normal are
 * looked at; they are classified whole, with their loans at every bank, by the pure rules.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { RiskClass } from './rules/risk-class.ts';

const selectWatched = statement(
  'credit.select-watched-debtors',
  `select distinct enterprise_id as id from credit_loans
   where state = 'OPEN' and (days_past_due > 0 or risk_class <> 'NORMAL') and enterprise_id > $1
   order by 1 limit $2::int`,
);
const selectLoansOf = statement(
  'credit.select-loans-of-debtors',
  `select l.id, l.zone_id as "zoneId", l.owner_id as "ownerId", l.enterprise_id as "enterpriseId",
     l.risk_class as "riskClass", l.days_past_due as "daysPastDue", d.outstanding, d.state,
     coalesce((select c.triggers from credit_loan_classes c where c.drawdown_id = l.id
       order by c.classified_on desc limit 1), '[]') as triggers
   from credit_loans l join credit_drawdowns d on d.id = l.id
   where l.enterprise_id = any ($1::text[]) and l.state = 'OPEN' order by l.id`,
);

/** A loan as its class is decided by. */
export interface WatchedLoan {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly enterpriseId: string;
  readonly riskClass: RiskClass;
  readonly daysPastDue: number;
  readonly outstanding: Money;
  /** Of the drawdown. */
  readonly state: string;
  /** Those of its last classification. */
  readonly triggers: readonly { readonly code: string; readonly clause: string }[];
}

export const watchedDebtors = async (tx: Tx, after: string, most: number): Promise<string[]> =>
  (await tx.rows<{ id: string }>(selectWatched, [after, most])).map(({ id }) => id);

export async function loansOfDebtors(tx: Tx, ids: readonly string[]): Promise<WatchedLoan[]> {
  type Row = Omit<WatchedLoan, 'outstanding'> & { outstanding: string };
  const rows = await tx.rows<Row>(selectLoansOf, [ids]);
  return rows.map((row) => ({ ...row, outstanding: Money.of(row.outstanding) }));
}

const insertClasses = bulkInsert('credit.insert-loan-classes', 'credit_loan_classes', {
  drawdown_id: 'text',
  classified_on: 'date',
  zone_id: 'text',
  owner_id: 'text',
  risk_class: 'text',
  triggers: 'jsonb',
  pack: 'text',
  operation_id: 'text',
});
const updateClasses = statement(
  'credit.update-loan-classes',
  `update credit_loans l set risk_class = n.risk_class, version = l.version + 1
   from unnest($1::text[], $2::text[]) n (id, risk_class)
   where l.id = n.id and l.risk_class <> n.risk_class`,
);
const selectClassified = statement(
  'credit.select-classified',
  `select drawdown_id as id from credit_loan_classes
   where drawdown_id = any ($1::text[]) and classified_on = $2::date`,
);

export interface NewClass {
  readonly loan: WatchedLoan;
  readonly riskClass: RiskClass;
  readonly triggers: readonly object[];
}

/** A day has one classification; what was classified on it already is left out. */
export async function saveClasses(
  tx: Tx,
  given: readonly NewClass[],
  { day, pack, operationId }: { day: Day; pack: string; operationId: string },
): Promise<void> {
  const ids = given.map(({ loan }) => loan.id);
  const rows = await tx.rows<{ id: string }>(selectClassified, [ids, day]);
  const done = new Set(rows.map(({ id }) => id));
  const list = given.filter(({ loan }) => !done.has(loan.id));
  insertClasses(tx, {
    drawdown_id: list.map(({ loan }) => loan.id),
    classified_on: list.map(() => day),
    zone_id: list.map(({ loan }) => loan.zoneId),
    owner_id: list.map(({ loan }) => loan.ownerId),
    risk_class: list.map(({ riskClass }) => riskClass),
    triggers: list.map(({ triggers }) => JSON.stringify(triggers)),
    pack: list.map(() => pack),
    operation_id: list.map(() => operationId),
  });
  if (list.length === 0) return;
  tx.send(updateClasses, [list.map(({ loan }) => loan.id), list.map(({ riskClass }) => riskClass)]);
}
