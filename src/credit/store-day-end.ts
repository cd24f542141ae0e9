/**
 * The day-end of all loans in SQL, a portion of them at a time. Nothing is added up from day to day
 * but whole stretches of penalty interest: accrued interest is counted anew from the part it lies
 * in, so that a day run twice, or late, gives the same figures.
 */
import type { Day } from '../kernel/index.ts';
import { Money, addDays } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { delinquencyRanges } from './packs/delinquency-ranges.ts';

const selectLastClosed = statement(
  'credit.select-last-day-end',
  'select max(business_day) as day from credit_day_ends',
);

export async function lastClosedDay(tx: Tx): Promise<Day | undefined> {
  const [row] = await tx.rows<{ day: Day | null }>(selectLastClosed);
  return row?.day ?? undefined;
}

/** Rows that one statement reads at most, so that a large book stays below its timeout. */
const stride = 100_000;

const selectEarliest = statement(
  'credit.select-earliest-closed-day',
  `select min(closed_on) filter (where state = 'OPEN') as day, max(id) as upto
   from (select id, state, closed_on from credit_loans where id > $1 order by id
     limit ${stride}) part`,
);
const selectBegun = statement(
  'credit.select-begun-day',
  `select min(business_day) as day from credit_day_end_portions
   where business_day > coalesce((select max(business_day) from credit_day_ends), '-infinity')`,
);

/**
 * The first day that some open loan has not closed, or whose steps were begun and not ended. Reads
 * every loan, so it is asked once in a run; no index names the day, which changes every night.
 */
export async function firstUnfinishedDay(tx: Tx): Promise<Day | undefined> {
  const [begun] = await tx.rows<{ day: Day | null }>(selectBegun);
  let first = begun?.day ?? undefined;
  for (let after: string | null = ''; after !== null;) {
    type Part = { day: Day | null; upto: string | null };
    const [part]: Part[] = await tx.rows<Part>(selectEarliest, [after]);
    const day = part?.day ? addDays(part.day, 1) : undefined;
    if (day && (first === undefined || day < first)) first = day;
    after = part?.upto ?? null;
  }
  return first;
}

const lockDayEnd = statement(
  'credit.lock-day-end',
  `select pg_advisory_xact_lock(hashtext('credit.run-day-end'))`,
);

/** One day-end at a time in the whole book, whoever started it. */
export const lockTheDayEnd = async (tx: Tx): Promise<void> => {
  await tx.rows(lockDayEnd);
};

const portionEnd = statement(
  'credit.select-day-end-portion',
  `select max(id) as upto, count(*)::int as loans from (
     select id from credit_loans
     where id > $2 and state = 'OPEN' and closed_on = $1::date - 1
     order by id limit $3::int) p`,
);

export interface Portion {
  readonly day: Day;
  readonly after: string;
  readonly upto: string;
  readonly loans: number;
}

/** The next loans by id whose turn it is; undefined when there are none. */
export async function nextPortion(
  tx: Tx,
  day: Day,
  after: string,
  most: number,
): Promise<Portion | undefined> {
  type Row = { upto: string | null; loans: number };
  const [row] = await tx.rows<Row>(portionEnd, [day, after, most]);
  if (!row || row.upto === null) return undefined;
  return { day, after, upto: row.upto, loans: row.loans };
}

/**
 * The code of the range as SQL, by the pack, so that `days` stands in it once; the pure rule is
 * `rangeOf`. What lies between two ranges, or behind a last one that ends, has none.
 */
export const delinquencyOf = (days: string): string => {
  const { ranges } = delinquencyRanges.parameters;
  const steps = ranges.flatMap(({ code, from, to }, i) => {
    const isFollowed = to === null || ranges[i + 1]?.from === to + 1;
    const own = { from, code: `'${code}'` };
    return isFollowed ? [own] : [own, { from: to + 1, code: 'null' }];
  });
  const codes = steps.map(({ code }) => code).join(', ');
  const begins = steps.map(({ from }) => from).join(', ');
  return `(array[${codes}])[width_bucket(${days}, array[${begins}])]`;
};

/** Days past due without those of a pause, as SQL; the due day lies before $1. */
export const agedDays = (dueOn: string): string =>
  `($1::date - ${dueOn} - case when l.paused is null then 0
     else credit_paused_days(l.paused, ${dueOn}, $1::date) end)`;

const unpaid = '(interest > paid_interest or principal > paid_ahead + paid_principal)';

/** Loans of the portion whose turn it is; `l` stands for credit_loans. */
const turn = "l.id > $2 and l.id <= $3 and l.state = 'OPEN' and l.closed_on = $1::date - 1";

const lockMet = statement(
  'credit.lock-loans-with-events',
  `select count(*)::int as loans from (select l.id from credit_loans l
     where ${turn} and l.next_event_on <= $1::date order by l.id for no key update) met`,
);

const billDue = statement(
  'credit.bill-due-instalments',
  `with due as (
     update credit_instalments i set billed = true from credit_loans l
     where ${turn} and l.next_event_on <= $1::date
       and i.drawdown_id = l.id and i.live and not i.billed and i.due_on <= $1::date
     returning i.zone_id, i.owner_id, i.due_on, i.interest
   )
   select zone_id as "zoneId", owner_id as "ownerId", due_on as "dueOn",
     sum(interest)::numeric(20,2) as interest, count(*)::int as instalments
   from due group by 1, 2, 3 order by 1, 2, 3`,
);

/** What fell due in one book on one day. */
export interface DueInBook {
  readonly zoneId: string;
  readonly ownerId: string;
  readonly dueOn: Day;
  readonly interest: Money;
  readonly instalments: number;
}

type Values = readonly [Day, string, string];
const valuesOf = ({ day, after, upto }: Portion): Values => [day, after, upto];

/**
 * Locks the loans of the portion on which something happens today; false when there are none. In a
 * statement of its own, because what follows must see what was committed while this one waited.
 */
export async function lockLoansWithEvents(tx: Tx, portion: Portion): Promise<boolean> {
  const [row] = await tx.rows<{ loans: number }>(lockMet, valuesOf(portion));
  return (row?.loans ?? 0) > 0;
}

/** Instalments of the locked loans that fall due: marked, and summed by book for the ledger. */
export async function billDueInstalments(tx: Tx, portion: Portion): Promise<DueInBook[]> {
  type Row = Omit<DueInBook, 'interest'> & { interest: string };
  const rows = await tx.rows<Row>(billDue, valuesOf(portion));
  return rows.map((row) => ({ ...row, interest: Money.of(row.interest) }));
}

/** Penalty of a running stretch; most loans have none, and nothing is computed for them. */
const running = (of: string, amount: string, to: string): string =>
  `${of}.${amount} * ${of}.penalty_rate
     * credit_days_over(${of}.day_count, ${of}.stretch_from, ${to})`;

const penalty = (of: string, amount: string, closed: string): string =>
  `case when ${of}.${amount} = 0 then ${of}.${closed} else ${of}.${closed}
     + ${running(of, amount, '$1::date + 1')} / credit_days_under(${of}.day_count) end`;

/** The range of days past due; without anything overdue the first comparison ends it. */
const rangeSql = (of: string): string =>
  `case when ${of}.overdue_since < $1::date
     then ${delinquencyOf(agedDays(`${of}.overdue_since`))} end`;

/** The figures after the night that follows the day, from a row that has met the day's events. */
const night = (of: string): string => `closed_on = $1::date,
  accrued = case when ${of}.part_from is null then 0 else ${of}.part_before
    + ${of}.part_balance * ${of}.part_rate * ${of}.part_over * ($1::date + 1 - ${of}.part_from)
    / (${of}.part_under * (${of}.part_to - ${of}.part_from)) end,
  penalty = ${penalty(of, 'penal_principal', 'penalty_closed')},
  compound = ${penalty(of, 'penal_interest', 'compound_closed')},
  days_past_due = coalesce(greatest($1::date - ${of}.overdue_since, 0), 0),
  delinquency = ${rangeSql(of)},
  delinquency_since = case when l.delinquency is distinct from ${rangeSql(of)} then $1::date
    else l.delinquency_since end`;

/**
 * A row is written once a night, its range noted when it is another one; answered are the rows that
 * their banks should hear of.
 */
const noticed = (update: string): string => `with closed as (
    ${update}
    returning l.id, l.zone_id, l.owner_id, l.due_on, l.days_past_due, l.delinquency,
      l.delinquency_since, l.overdue_since, l.paused
  ), aged as (
    insert into credit_loan_ranges (drawdown_id, since, zone_id, owner_id, delinquency,
      days_past_due, recorded_at)
    select id, $1::date, zone_id, owner_id, delinquency,
      case when overdue_since < $1::date then ${agedDays('overdue_since')} else 0 end,
      $4::timestamptz
    from closed l where delinquency_since = $1::date on conflict do nothing
  )
  select id, zone_id as "zoneId", owner_id as "ownerId", due_on as "dueOn",
    days_past_due as "daysPastDue", due_on - $1::date as "daysLeft"
  from closed
  where days_past_due in (1, 31, 61, 91) or due_on - $1::date in (7, 30) order by id`;

const stretchEnd = (amount: string): string =>
  `case when m.cut and m.${amount} <> 0 then credit_round(${running('m', amount, '$1::date')},
     credit_days_under(m.day_count), m.rounding) else 0 end`;

/**
 * Loans on whose figures something happens by itself today: a part of interest begins or ends, an
 * instalment becomes due or bears penalty from tonight, the rate changes. A stretch of penalty that
 * ends is rounded and closed. Dates are compared before amounts, which cost ten times as much, and
 * `offset 0` keeps an expression from being computed anew in each place that it is used in.
 */
const closeMet = statement(
  'credit.close-night-with-events',
  noticed(`update credit_loans l set ${night('n')},
      penalty_closed = n.penalty_closed, compound_closed = n.compound_closed,
      stretch_from = n.stretch_from, penal_principal = n.penal_principal,
      penal_interest = n.penal_interest, penalty_rate = n.penalty_rate,
      overdue_since = n.overdue_since, next_event_on = n.next_event_on,
      part_from = n.part_from, part_to = n.part_to, part_before = n.part_before,
      part_balance = n.part_balance, part_rate = n.part_rate, part_over = n.part_over,
      part_under = n.part_under
    from (
      select m.id, m.day_count, m.principal as penal_principal, m.interest as penal_interest,
        m.new_rate as penalty_rate, m.since as overdue_since, m.next_event_on,
        m.penalty_closed + ${stretchEnd('penal_principal')} as penalty_closed,
        m.compound_closed + ${stretchEnd('penal_interest')} as compound_closed,
        case when m.cut then $1::date else m.stretch_from end as stretch_from,
        m.part_from, m.part_to, m.before as part_before, m.balance as part_balance,
        m.rate as part_rate, m.over as part_over, m.under as part_under
      from (
        select l.id, l.day_count, l.rounding, l.penal_principal, l.penal_interest, l.penalty_rate,
          l.penalty_closed, l.compound_closed, l.stretch_from, i.principal, i.interest, i.since,
          r.new_rate, p.*, least(i.next_on, p.part_to, r.next_on) as next_event_on,
          (i.principal, i.interest, r.new_rate)
            is distinct from (l.penal_principal, l.penal_interest, l.penalty_rate) as cut
        from credit_loans l
        cross join lateral (
          select coalesce(sum(principal - paid_ahead - paid_principal)
              filter (where to_on <= $1::date and ${unpaid}), 0)::numeric(20,2) as principal,
            coalesce(sum(interest - paid_interest)
              filter (where to_on <= $1::date and ${unpaid}), 0)::numeric(20,2) as interest,
            min(due_on) filter (where due_on <= $1::date and ${unpaid}) as since,
            least(min(due_on) filter (where due_on > $1::date),
              min(to_on) filter (where to_on > $1::date)) as next_on
          from credit_instalments where drawdown_id = l.id and live) i
        cross join lateral (
          select round((select rate from credit_loan_rates where drawdown_id = l.id
                and from_on <= $1::date order by from_on desc, no desc limit 1)
              * (1 + l.penalty_markup), 12) as new_rate,
            (select min(from_on) from credit_loan_rates
              where drawdown_id = l.id and from_on > $1::date) as next_on offset 0) r
        left join lateral (
          select from_on as part_from, to_on as part_to, before, balance, rate, over, under
          from credit_interest_parts
          where drawdown_id = l.id and live and from_on <= $1::date and to_on > $1::date
            and due_on > $1::date limit 1) p on true
        where ${turn} and l.next_event_on <= $1::date offset 0
      ) m offset 0
    ) n
    where n.id = l.id`),
);

/** All others of the portion: only time has passed. */
const closeQuiet = statement(
  'credit.close-quiet-night',
  noticed(`update credit_loans l set ${night('l')} where ${turn}`),
);

/** A loan that its bank should hear of. */
export interface Noticed {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly dueOn: Day;
  readonly daysPastDue: number;
  readonly daysLeft: number;
}

/** Closes the night after the day for the portion; answers the loans that give cause for notice. */
export async function closePortion(
  tx: Tx,
  portion: Portion,
  { hasEvents, at }: { readonly hasEvents: boolean; readonly at: Date },
): Promise<Noticed[]> {
  const values = [...valuesOf(portion), at.toISOString()];
  const met = hasEvents ? await tx.rows<Noticed>(closeMet, values) : [];
  return [...met, ...(await tx.rows<Noticed>(closeQuiet, values))];
}

const notePortion = statement(
  'credit.note-day-end-portion',
  `insert into credit_day_end_portions (business_day, step, after_id, upto_id, loans, due,
     interest_due, operation_id, done_at)
   values ($1::date, $2, $3, $4, $5::int, $6::int, $7::numeric, $8, $9::timestamptz)`,
);

export const dayEndSteps = ['accrue', 'classify', 'report'] as const;
export type DayEndStep = (typeof dayEndSteps)[number];

const selectLastPortion = statement(
  'credit.select-last-portion',
  `select business_day as day, step, upto_id as upto from credit_day_end_portions
   order by seq desc limit 1`,
);

/** The portion that was done last; behind it stands the work. `upto` is empty at a step's end. */
export async function lastPortion(
  tx: Tx,
): Promise<{ readonly day: Day; readonly step: DayEndStep; readonly upto: string } | undefined> {
  const [row] = await tx.rows<{ day: Day; step: DayEndStep; upto: string }>(selectLastPortion);
  return row;
}

export interface DonePortion extends Portion {
  readonly step: DayEndStep;
  readonly due: number;
  readonly interestDue: Money;
  readonly operationId: string;
  readonly at: Date;
}

export function noteDone(tx: Tx, done: DonePortion): void {
  const { day, step, after, upto, loans, due, interestDue, operationId, at } = done;
  const interest = interestDue.toString();
  const doneAt = at.toISOString();
  tx.send(notePortion, [day, step, after, upto, loans, due, interest, operationId, doneAt]);
}

const finish = statement(
  'credit.finish-day-end',
  `insert into credit_day_ends values ($1::date, $2::timestamptz, $3) on conflict do nothing`,
);

export const finishDay = (tx: Tx, day: Day, operationId: string, at: Date): void =>
  tx.send(finish, [day, at.toISOString(), operationId]);

const countLeft = statement(
  'credit.estimate-loans-behind',
  `select greatest(0, (select reltuples::bigint from pg_class where oid = 'credit_loans'::regclass)
     - coalesce(sum(loans), 0))::int as loans
   from credit_day_end_portions where business_day = $1::date and step = 'accrue'`,
);

/** About how many loans have not closed the day; to count them would take longer than a portion. */
export async function loansLeft(tx: Tx, day: Day): Promise<number> {
  const [row] = await tx.rows<{ loans: number }>(countLeft, [day]);
  return row?.loans ?? 0;
}
