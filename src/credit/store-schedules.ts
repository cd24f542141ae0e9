/**
 * Rows of loans with terms. What the pure rules draw up is written over the rows of before in one
 * statement per table; an instalment that the loan no longer has is emptied and kept, not deleted.
 */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { LoanTerms } from './loan-terms.ts';
import type { LoanState } from './model-loans.ts';
import type { Drawdown } from './model.ts';
import type { DividedPayment, Part, Stand } from './rules/loan-stand.ts';
import type { RecordedRate } from './rules/repricing.ts';
import { nextRepricing } from './rules/repricing.ts';
import type { Owned } from './store-loan-facts.ts';
import { insertRateRows } from './store-loan-facts.ts';

const insertTerms = statement(
  'credit.insert-loan-terms',
  `insert into credit_loan_terms (drawdown_id, version, zone_id, owner_id, terms, value_on,
     operation_id, recorded_at) values ($1, 1, $2, $3, $4::jsonb, $5::date, $6, $7::timestamptz)`,
);
const insertLoan = statement(
  'credit.insert-loan',
  `insert into credit_loans (id, zone_id, owner_id, enterprise_id, product, state, value_on, due_on,
     day_count, rounding, penalty_markup, closed_on, stretch_from, lpr_term, repriced_on,
     reprice_on, risk_class, watched)
   values ($1, $2, $3, $4, $5, 'OPEN', $6::date, $7::date, $8, $9, $10::numeric, $11::date,
     $6::date, $12, $13::date, $14::date,
     coalesce((select risk_class from credit_loan_classes where drawdown_id = $1
       order by classified_on desc limit 1), 'NORMAL'),
     exists (select from credit_loan_renewals where new_drawdown_id = $1))`,
);
const markScheduled = statement(
  'credit.mark-scheduled',
  'update credit_drawdowns set scheduled = true, version = version + 1 where id = $1',
);

interface Agreed {
  readonly terms: LoanTerms;
  readonly rates: readonly RecordedRate[];
  readonly closedOn: Day;
  readonly operationId: string;
  readonly at: Date;
  readonly today: Day;
}

/** A loan without instalments yet: `saveStand` writes them. It keeps the class of its drawdown. */
export function createLoan(tx: Tx, drawdown: Drawdown, agreed: Agreed): void {
  const { id, zoneId, ownerId, enterpriseId, valueOn, dueOn } = drawdown;
  const { terms, rates, closedOn, operationId, at } = agreed;
  const recorded = at.toISOString();
  tx.send(insertTerms, [
    id,
    zoneId,
    ownerId,
    JSON.stringify(terms),
    valueOn,
    operationId,
    recorded,
  ]);
  insertRateRows(tx, drawdown, rates, { reason: 'agreed', operationId, at });
  const { product, dayCount, rounding, overdueMarkup } = terms;
  tx.send(insertLoan, [
    id,
    zoneId,
    ownerId,
    enterpriseId,
    product,
    valueOn,
    dueOn,
    dayCount,
    rounding,
    overdueMarkup.toString(),
    closedOn,
    terms.pricing?.term ?? null,
    agreed.today,
    terms.pricing
      ? nextRepricing(terms.pricing, { from: valueOn, to: dueOn, after: agreed.today })
      : null,
  ]);
  tx.send(markScheduled, [id]);
}

const divide = statement(
  'credit.divide-loan-payments',
  `update credit_loan_payments p set penalty = n.penalty, compound = n.compound,
     interest = n.interest, principal = n.principal, over_paid = n.over_paid
   from unnest($1::text[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[],
     $6::numeric[]) n (id, penalty, compound, interest, principal, over_paid)
   where p.id = n.id and (p.penalty, p.compound, p.interest, p.principal, p.over_paid)
     is distinct from (n.penalty, n.compound, n.interest, n.principal, n.over_paid)`,
);
const writeInstalments = statement(
  'credit.write-instalments',
  `insert into credit_instalments (drawdown_id, no, zone_id, owner_id, from_on, to_on, due_on,
     interest, principal, balance, paid_ahead, paid_interest, paid_principal, billed)
   select $1, n.no, $2, $3, n.from_on, n.to_on, n.due_on, n.interest, n.principal, n.balance,
     n.paid_ahead, n.paid_interest, n.paid_principal, n.due_on <= $4::date
   from unnest($5::int[], $6::date[], $7::date[], $8::date[], $9::numeric[], $10::numeric[],
     $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[])
     n (no, from_on, to_on, due_on, interest, principal, balance, paid_ahead, paid_interest,
       paid_principal)
   on conflict (drawdown_id, no) do update set from_on = excluded.from_on,
     to_on = excluded.to_on, due_on = excluded.due_on, interest = excluded.interest,
     principal = excluded.principal, balance = excluded.balance,
     paid_ahead = excluded.paid_ahead, paid_interest = excluded.paid_interest,
     paid_principal = excluded.paid_principal, billed = excluded.billed, live = true`,
);
const emptyInstalments = statement(
  'credit.empty-instalments',
  `update credit_instalments set live = false, billed = false, interest = 0, principal = 0,
     balance = 0, paid_ahead = 0, paid_interest = 0, paid_principal = 0
   where drawdown_id = $1 and no > $2::int and live`,
);
const writeParts = statement(
  'credit.write-interest-parts',
  `insert into credit_interest_parts (drawdown_id, no, zone_id, owner_id, from_on, to_on, due_on,
     before, balance, rate, over, under)
   select $1, n.no, $2, $3, n.from_on, n.to_on, n.due_on, n.before, n.balance, n.rate, n.over,
     n.under
   from unnest($4::int[], $5::date[], $6::date[], $7::date[], $8::numeric[], $9::numeric[],
     $10::numeric[], $11::int[], $12::int[])
     n (no, from_on, to_on, due_on, before, balance, rate, over, under)
   on conflict (drawdown_id, no) do update set from_on = excluded.from_on,
     to_on = excluded.to_on, due_on = excluded.due_on, before = excluded.before,
     balance = excluded.balance, rate = excluded.rate, over = excluded.over,
     under = excluded.under, live = true`,
);
const emptyParts = statement(
  'credit.empty-interest-parts',
  'update credit_interest_parts set live = false where drawdown_id = $1 and no > $2::int and live',
);
const saveLoan = statement(
  'credit.save-loan',
  `update credit_loans set state = $2, closed_on = $3::date, early_principal = $4::numeric,
     penal_principal = $5::numeric, penal_interest = $6::numeric, penalty_rate = $7::numeric,
     stretch_from = $8::date, penalty_closed = $9::numeric, compound_closed = $10::numeric,
     overdue_since = $11::date, next_event_on = least($12::date,
       (select min(from_on) from credit_loan_rates
        where drawdown_id = $1 and from_on > $13::date)),
     part_from = $14::date, part_to = $15::date, part_before = $16::numeric,
     part_balance = $17::numeric, part_rate = $18::numeric, part_over = $19::int,
     part_under = $20::int, accrued = $21::numeric, penalty = $22::numeric,
     compound = $23::numeric, days_past_due = $24::int, version = version + 1
   where id = $1`,
);

export interface NewStand {
  readonly owned: Owned;
  readonly stand: Stand;
  readonly state: LoanState;
  /** The last day whose facts are in the stand, and the last whose day-end is. */
  readonly through: Day;
  readonly closedOn: Day;
  /** Unrounded, after the night that follows `closedOn`. */
  readonly accrued: string;
  readonly penalty: string;
  readonly compound: string;
  readonly daysPastDue: number;
}

function saveRows(tx: Tx, { id, zoneId, ownerId }: Owned, stand: Stand, through: Day): void {
  const { instalments: rows, parts } = stand;
  tx.send(writeInstalments, [
    id,
    zoneId,
    ownerId,
    through,
    rows.map((row) => row.no),
    rows.map((row) => row.from),
    rows.map((row) => row.to),
    rows.map((row) => row.dueOn),
    rows.map((row) => row.interest.toString()),
    rows.map((row) => row.principal.toString()),
    rows.map((row) => row.balance.toString()),
    rows.map((row) => row.paidAhead.toString()),
    rows.map((row) => row.paidInterest.toString()),
    rows.map((row) => row.paidPrincipal.toString()),
  ]);
  tx.send(emptyInstalments, [id, rows.length]);
  tx.send(writeParts, [
    id,
    zoneId,
    ownerId,
    parts.map((_, i) => i + 1),
    parts.map((part) => part.from),
    parts.map((part) => part.to),
    parts.map((part) => part.dueOn),
    parts.map((part) => part.before.toString()),
    parts.map((part) => part.balance.toString()),
    parts.map((part) => part.rate.toString()),
    parts.map((part) => part.over),
    parts.map((part) => part.under),
  ]);
  tx.send(emptyParts, [id, parts.length]);
}

function dividePayments(tx: Tx, payments: readonly DividedPayment[]): void {
  if (payments.length === 0) return;
  tx.send(divide, [
    payments.map((one) => one.id),
    payments.map((one) => one.penalty.toString()),
    payments.map((one) => one.compound.toString()),
    payments.map((one) => one.interest.toString()),
    payments.map((one) => one.principal.toString()),
    payments.map((one) => one.overPaid.toString()),
  ]);
}

/** The first day after `through` on which something of the stand changes by itself. */
function nextEvent({ instalments, parts }: Stand, through: Day): Day | null {
  const days = [
    ...instalments.flatMap(({ to, dueOn }) => [to, dueOn]),
    ...parts.map(({ to }) => to),
  ];
  return (
    days
      .filter((day) => day > through)
      .sort()
      .at(0) ?? null
  );
}

/** Writes the stand over what stood before. */
export function saveStand(tx: Tx, given: NewStand): void {
  const { owned, stand, state, through, closedOn } = given;
  saveRows(tx, owned, stand, through);
  dividePayments(tx, stand.payments);
  const holds = ({ from, to, dueOn }: Part) => from <= through && through < to && through < dueOn;
  const part = stand.parts.find(holds);
  tx.send(saveLoan, [
    owned.id,
    state,
    closedOn,
    stand.early.toString(),
    stand.penalPrincipal.toString(),
    stand.penalInterest.toString(),
    stand.penaltyRate.toString(),
    stand.stretchFrom,
    stand.penaltyClosed.toString(),
    stand.compoundClosed.toString(),
    stand.overdueSince,
    nextEvent(stand, through),
    through,
    part?.from ?? null,
    part?.to ?? null,
    part?.before.toString() ?? null,
    part?.balance.toString() ?? null,
    part?.rate.toString() ?? null,
    part?.over ?? null,
    part?.under ?? null,
    given.accrued,
    given.penalty,
    given.compound,
    given.daysPastDue,
  ]);
}

const markReversed = statement(
  'credit.mark-loan-reversed',
  `update credit_loans set state = 'REVERSED', next_event_on = null, accrued = 0,
     version = version + 1 where id = $1`,
);

/** The loan never was: no instalment is due and nothing accrues. */
export function reverseLoan(tx: Tx, id: string): void {
  tx.send(emptyInstalments, [id, 0]);
  tx.send(emptyParts, [id, 0]);
  tx.send(markReversed, [id]);
}
