/**
 * Classes of loans in the book. Only debtors with something overdue or already below normal are
 * looked at; they are classified whole, with their loans at every bank, by the pure rules. A
 * drawdown without terms is a loan here, due whole on its due day.
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { FoundClass } from './rules/class-correction.ts';
import type { Cure } from './rules/class-upgrade.ts';
import type { WrittenOff } from './rules/classification.ts';
import { debtorEventKinds } from './store-debtor-events.ts';
import type { Restructuring } from './rules/restructuring.ts';
import type { RiskClass } from './rules/risk-class.ts';

/** Drawdown `d` is owed and has no terms. */
const withoutTerms = `not d.scheduled and d.state in ('DISBURSED', 'PARTLY_REPAID', 'NPL')`;

/** Of claim `w` off the books something is still owed. */
const claimLeft = `w.reversed_by is null
  and w.principal + w.interest > w.recovered_principal + w.recovered_interest`;

const selectWatched = statement(
  'credit.select-watched-debtors',
  `select w.id, ((select count(*) from credit_loans l
       where l.enterprise_id = w.id and l.state = 'OPEN')
     + (select count(*) from credit_lines e join credit_drawdowns d on d.line_id = e.id
       where e.enterprise_id = w.id and ${withoutTerms}))::int as loans
   from ((select distinct enterprise_id as id from credit_loans
       where state = 'OPEN' and (delinquency is not null or risk_class <> 'NORMAL')
         and enterprise_id > $1
       order by 1 limit $2::int)
     union (select distinct enterprise_id from credit_loans
       where state = 'OPEN' and watched and enterprise_id > $1 order by 1 limit $2::int)
     union (select distinct d.enterprise_id from credit_drawdowns d
       where d.watched and ${withoutTerms} and d.enterprise_id > $1 order by 1 limit $2::int)
     union (select distinct w.enterprise_id from credit_write_offs w
       where ${claimLeft} and w.enterprise_id > $1 order by 1 limit $2::int)
     union (select distinct v.enterprise_id from credit_debtor_events v
       where v.lifted_on is null and v.enterprise_id > $1 order by 1 limit $2::int)
     order by 1 limit $2::int) w
   order by w.id`,
);

const watch = statement(
  'credit.watch-loans',
  'update credit_loans set watched = true where id = any ($1::text[])',
);

/** From now on every night looks at their class, overdue or not. */
export function watchLoans(tx: Tx, ids: readonly string[]): void {
  if (ids.length > 0) tx.send(watch, [ids]);
}

const watchWithoutTerms = statement(
  'credit.watch-drawdowns-without-terms',
  `update credit_drawdowns w set watched = true where w.id in (select d.id from credit_drawdowns d
     where ${withoutTerms} and not d.watched and (d.due_on < $1::date or d.state = 'NPL'
       or exists (select from credit_loan_renewals n where n.new_drawdown_id = d.id)
       or exists (select from credit_loan_classes c where c.drawdown_id = d.id))
     order by d.id for no key update skip locked)`,
);

/**
 * Before the night looks for debtors: once over all drawdowns, which is why it is not asked anew
 * for each portion. One that somebody changes at this moment is found by the next night.
 */
export const watchDrawdownsWithoutTerms = (tx: Tx, day: Day): void =>
  tx.send(watchWithoutTerms, [day]);

/**
 * What debtors owe, with terms and without, and the class and triggers that it had before the day:
 * what a portion of the same day has decided already must not count as a fact for the next.
 * @param debtors condition on the debtor, as "= $1"
 */
const claimsOf = (debtors: string): string => `(
     select id, zone_id, owner_id, enterprise_id, risk_class, days_past_due
     from credit_loans where enterprise_id ${debtors} and state = 'OPEN'
     union all
     select d.id, d.zone_id, d.owner_id, d.enterprise_id, null, greatest($2::date - d.due_on, 0)
     from credit_lines e join credit_drawdowns d on d.line_id = e.id
     where e.enterprise_id ${debtors} and ${withoutTerms} and d.value_on <= $2::date) l
   join credit_drawdowns d on d.id = l.id
   left join lateral (select c.triggers, c.risk_class from credit_loan_classes c
     where c.drawdown_id = l.id and c.classified_on < $2::date
     order by c.classified_on desc limit 1) b on true
   left join credit_loan_classes t on t.drawdown_id = l.id and t.classified_on = $2::date`;
const classBefore = `coalesce(case when t.drawdown_id is null then l.risk_class end, b.risk_class,
  'NORMAL')`;
/** What persons agreed and found of a loan, as the rules of its class take it. */
const loanHistory = `
  exists (select from credit_misuses m where m.drawdown_id = l.id and m.from_on <= $2::date
    and (m.cleared_on is null or m.cleared_on > $2::date)) as "useChanged",
  (select n.borrowing from credit_loan_renewals n where n.new_drawdown_id = l.id) as "repaidBy",
  (select coalesce(jsonb_agg(jsonb_build_object('agreedOn', r.agreed_on, 'firstRepaymentOn',
       r.first_repayment_on, 'classBefore', r.class_before, 'periodMonths', r.period_months)), '[]')
   from credit_reschedules r where r.drawdown_id = l.id and r.kind = 'RESTRUCTURING'
     and r.reversed_by is null) as restructurings,
  (select jsonb_build_object('curedOn', f.cured_on, 'periodMonths', f.period_months,
     'paidNormallySince', true, 'abilityAssessed', true, 'factsCorrected', f.facts_corrected)
   from credit_upgrade_findings f where f.drawdown_id = l.id and f.reversed_by is null
     and f.outdated_by is null and f.found_on <= $2::date
     and not exists (select from credit_loan_classes k where k.drawdown_id = l.id
       and k.classified_on > f.found_on and k.classified_on < $2::date
       and k.risk_class in ('SUBSTANDARD', 'DOUBTFUL', 'LOSS'))
   order by f.found_on desc, f.id desc limit 1) as cure`;

const columns = `l.id, l.zone_id as "zoneId", l.owner_id as "ownerId",
  l.enterprise_id as "enterpriseId", ${classBefore} as "riskClass",
  l.days_past_due as "daysPastDue", d.outstanding, d.state,
  coalesce(b.triggers, '[]') as triggers, t.drawdown_id is not null as classified,
  ${loanHistory}`;

const selectLoansOf = statement(
  'credit.select-loans-of-debtors',
  `select ${columns} from ${claimsOf('= any ($1::text[])')} order by l.id`,
);
const selectSomeLoansOf = statement(
  'credit.select-some-loans-of-debtor',
  `select ${columns} from ${claimsOf('= $1')} where l.id > $3 order by l.id limit $4::int`,
);
const selectBanksOf = statement(
  'credit.select-banks-of-debtor',
  `select l.owner_id as "ownerId", sum(d.outstanding) as owed,
     coalesce(sum(d.outstanding) filter (where l.days_past_due > $3::int), 0) as overdue,
     bool_or(${classBefore} in ('SUBSTANDARD', 'DOUBTFUL', 'LOSS')) as "isBad",
     bool_or(d.state = 'NPL') as impaired
   from ${claimsOf('= $1')} group by 1 order by 1`,
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
  /** Put to another use than agreed, and not cleared. */
  readonly useChanged?: boolean;
  /** What this loan repaid another one as (借新还旧); null when it did not. */
  readonly repaidBy?: string | null;
  readonly restructurings?: readonly Restructuring[];
  /** What a person found for an upgrade; the last finding holds. */
  readonly cure?: Cure | null;
  /** Those of its last classification before the day. */
  readonly triggers: readonly { readonly code: string; readonly clause: string }[];
  /** It has a classification of the day already. */
  readonly classified: boolean;
}

/** A debtor to look at, and how many open loans it has. */
export interface WatchedDebtor {
  readonly id: string;
  readonly loans: number;
}

export const watchedDebtors = (tx: Tx, after: string, most: number): Promise<WatchedDebtor[]> =>
  tx.rows<WatchedDebtor>(selectWatched, [after, most]);

type Row = Omit<WatchedLoan, 'outstanding'> & { outstanding: string };
const loanOf = (row: Row): WatchedLoan => ({ ...row, outstanding: Money.of(row.outstanding) });

export const loansOfDebtors = async (
  tx: Tx,
  ids: readonly string[],
  day: Day,
): Promise<WatchedLoan[]> => (await tx.rows<Row>(selectLoansOf, [ids, day])).map(loanOf);

/** The debtor's loans by id behind one of them. */
export const someLoansOf = async (
  tx: Tx,
  debtor: string,
  day: Day,
  { after, most }: { readonly after: string; readonly most: number },
): Promise<WatchedLoan[]> =>
  (await tx.rows<Row>(selectSomeLoansOf, [debtor, day, after, most])).map(loanOf);

/** What a debtor owes at one bank. */
export interface DebtorAtBank {
  readonly ownerId: string;
  readonly owed: Money;
  /** On loans that are overdue for more days than were asked for. */
  readonly overdue: Money;
  readonly isBad: boolean;
  readonly impaired: boolean;
}

export async function banksOfDebtor(
  tx: Tx,
  debtor: string,
  day: Day,
  daysMoreThan: number,
): Promise<DebtorAtBank[]> {
  type Found = Omit<DebtorAtBank, 'owed' | 'overdue'> & { owed: string; overdue: string };
  const rows = await tx.rows<Found>(selectBanksOf, [debtor, day, daysMoreThan]);
  return rows.map((row) => ({
    ...row,
    owed: Money.of(row.owed),
    overdue: Money.of(row.overdue),
  }));
}

const selectWrittenOff = statement(
  'credit.select-claims-written-off',
  `select w.enterprise_id as "enterpriseId", w.owner_id as "ownerId", count(*)::int as loans,
     sum(w.principal - w.recovered_principal) as owed
   from credit_write_offs w
   where w.enterprise_id = any ($1::text[]) and ${claimLeft} and w.written_off_on <= $2::date
   group by 1, 2 order by 1, 2`,
);

/** What of a debtor's loans at one bank is off the books and still owed. */
export interface ClaimsWrittenOff extends WrittenOff {
  readonly enterpriseId: string;
  readonly ownerId: string;
}

export async function claimsWrittenOff(
  tx: Tx,
  debtors: readonly string[],
  day: Day,
): Promise<ClaimsWrittenOff[]> {
  type Found = Omit<ClaimsWrittenOff, 'owed'> & { owed: string };
  const rows = await tx.rows<Found>(selectWrittenOff, [debtors, day]);
  return rows.map((row) => ({ ...row, owed: Money.of(row.owed) }));
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
const selectFound = statement(
  'credit.select-found-classes',
  `select c.drawdown_id as "drawdownId", c.classified_on as "on", c.risk_class as "riskClass",
     c.triggers, coalesce(w.overdue, 0)::numeric(20,2)::text as overdue,
     coalesce(w.bad, 0)::numeric(20,2)::text as bad,
     array(select k from unnest($2::text[]) k where not exists (
       select from credit_debtor_events v
       where v.enterprise_id = d.enterprise_id and v.owner_id = c.owner_id and v.kind = k
         and v.from_on <= c.classified_on
         and (v.lifted_on is null or v.lifted_on > c.classified_on))) as "notHeld"
   from credit_loan_classes c join credit_drawdowns d on d.id = c.drawdown_id
   left join lateral (
     select sum(o.owed) filter (where o.triggers @? '$[*] ? (@.code == "overdue-days"
         && (@.atLeast == "SUBSTANDARD" || @.atLeast == "DOUBTFUL" || @.atLeast == "LOSS"))')
         as overdue,
       sum(o.owed) filter (where o.triggers @? '$[*] ? ((@.code == "overdue-days"
         || @.code == "overdue-across-banks" || @.code == "upgrade-not-earned")
         && (@.atLeast == "SUBSTANDARD" || @.atLeast == "DOUBTFUL" || @.atLeast == "LOSS"))')
         as bad
     from (select n.outstanding + coalesce((select sum(r.principal) from credit_repayments r
           where r.drawdown_id = n.id
             and r.made_at >= (c.classified_on + 1)::timestamp at time zone 'Asia/Shanghai'), 0)
           as owed,
         (select k.triggers from credit_loan_classes k where k.drawdown_id = n.id
           and k.classified_on <= c.classified_on order by k.classified_on desc limit 1) as triggers
       from credit_drawdowns n
       where n.id = any ($1::text[]) and n.enterprise_id = d.enterprise_id) o
   ) w on true
   where c.drawdown_id = any ($1::text[]) order by c.drawdown_id, c.classified_on`,
);

/**
 * The classes that were found of loans, each in the order of their days, with what the nights
 * counted of these loans themselves.
 */
export async function foundClasses(
  tx: Tx,
  drawdownIds: readonly string[],
): Promise<(FoundClass & { readonly drawdownId: string })[]> {
  type Sums = Readonly<Record<'overdue' | 'bad' | 'drawdownId', string>>;
  type Found = Omit<FoundClass, 'overdue' | 'bad'> & Sums;
  const rows = await tx.rows<Found>(selectFound, [drawdownIds, debtorEventKinds]);
  return rows.map(({ overdue, bad, ...one }) => ({
    ...one,
    overdue: Money.of(overdue),
    bad: Money.of(bad),
  }));
}

export interface NewClass {
  readonly loan: WatchedLoan;
  readonly riskClass: RiskClass;
  readonly triggers: readonly object[];
}

/** A day has one classification; what was classified on it already is left out. */
export function saveClasses(
  tx: Tx,
  given: readonly NewClass[],
  { day, pack, operationId }: { day: Day; pack: string; operationId: string },
): void {
  const list = given.filter(({ loan }) => !loan.classified);
  if (list.length === 0) return;
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
  tx.send(updateClasses, [list.map(({ loan }) => loan.id), list.map(({ riskClass }) => riskClass)]);
}
