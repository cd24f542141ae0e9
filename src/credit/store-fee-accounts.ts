/**
 * What is agreed on the commitment fee of lines: its dated rates, and the account that says up to
 * which night a line is billed and when it is looked at next.
 */
import type { Day } from '../kernel/index.ts';
import { Rate, groupedBy } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { commitmentFeeRule } from './packs/commitment-fee.ts';
import type { FeeRate } from './rules/commitment-fee.ts';
import { feePeriodEnd } from './rules/fee-bill.ts';

export interface FeeAccount {
  readonly lineId: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly enterpriseId: string;
  readonly nodeId: string;
  /** The first night that no bill has. */
  readonly billedTo: Day;
  /** The end of the settlement period that is looked at next. */
  readonly nextOn: Day;
  readonly ended: boolean;
}

const accountColumns = `a.line_id as "lineId", a.zone_id as "zoneId", a.owner_id as "ownerId",
  l.enterprise_id as "enterpriseId", l.node_id as "nodeId", a.billed_to as "billedTo",
  a.next_on as "nextOn", a.ended`;

const lockDue = statement(
  'credit.lock-due-fee-accounts',
  `select ${accountColumns} from credit_fee_accounts a join credit_lines l on l.id = a.line_id
   where a.next_on <= $1::date and ($3::boolean or a.failed_on is distinct from $1::date)
   order by a.failed_on is not null, a.next_on, a.line_id limit $2::int
   for no key update of a`,
);
const lockEnded = statement(
  'credit.lock-ended-fee-accounts',
  `select ${accountColumns} from credit_fee_accounts a join credit_lines l on l.id = a.line_id
     join limits_nodes n on n.id = l.node_id
   where not a.ended and a.next_on > $1::date and exists (select from limits_nodes p
     where p.id = any (n.path) and (p.state = 'CLOSED' or p.expires_on < $1::date))
     and ($3::boolean or a.failed_on is distinct from $1::date)
   order by a.failed_on is not null, a.line_id limit $2::int for no key update of a`,
);
const countDue = statement(
  'credit.count-due-fee-accounts',
  'select count(*)::int as left from credit_fee_accounts where next_on <= $1::date',
);

export interface AccountSearch {
  readonly asOf: Day;
  readonly portion: number;
  /** Whether those that failed as of this day are tried again. */
  readonly again: boolean;
}

/** Whose settlement period is over, the oldest period first. */
export const lockDueAccounts = (tx: Tx, search: AccountSearch): Promise<FeeAccount[]> =>
  tx.rows<FeeAccount>(lockDue, [search.asOf, search.portion, search.again]);

/** Whose line is over since the last look, before its period is. */
export const lockEndedAccounts = (tx: Tx, search: AccountSearch): Promise<FeeAccount[]> =>
  tx.rows<FeeAccount>(lockEnded, [search.asOf, search.portion, search.again]);

export async function accountsLeft(tx: Tx, asOf: Day): Promise<number> {
  const [row] = await tx.rows<{ left: number }>(countDue, [asOf]);
  return row?.left ?? 0;
}

const lockOne = statement(
  'credit.lock-fee-account',
  `select a.line_id as id from credit_fee_accounts a where a.line_id = $1 for no key update`,
);

/** Whether the line has an account; it is locked then. */
export const lockAccountOf = async (tx: Tx, lineId: string): Promise<boolean> =>
  (await tx.rows(lockOne, [lineId])).length > 0;

const insertAccounts = bulkInsert('credit.insert-fee-accounts', 'credit_fee_accounts', {
  line_id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  billed_to: 'date',
  next_on: 'date',
});
const insertRates = bulkInsert('credit.insert-fee-rates', 'credit_fee_rates', {
  line_id: 'text',
  from_on: 'date',
  no: 'int',
  zone_id: 'text',
  owner_id: 'text',
  rate_annual: 'numeric',
  reason: 'text',
  operation_id: 'text',
  recorded_at: 'timestamptz',
});

export interface AgreedRate extends FeeRate {
  readonly lineId: string;
  readonly zoneId: string;
  readonly ownerId: string;
  /** Among those of its day. */
  readonly no: number;
  readonly reason: string;
  readonly operationId: string;
}

export const addFeeRates = (tx: Tx, list: readonly AgreedRate[], at: Date): void =>
  insertRates(tx, {
    line_id: list.map((one) => one.lineId),
    from_on: list.map((one) => one.from),
    no: list.map((one) => one.no),
    zone_id: list.map((one) => one.zoneId),
    owner_id: list.map((one) => one.ownerId),
    rate_annual: list.map((one) => one.rateAnnual.toString()),
    reason: list.map((one) => one.reason),
    operation_id: list.map((one) => one.operationId),
    recorded_at: list.map(() => at.toISOString()),
  });

export interface NewFeeAccount {
  readonly lineId: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly startsOn: Day;
}

/** Nights are billed from the first of the line on; which bear a fee is said by its rates. */
export const openFeeAccounts = (tx: Tx, list: readonly NewFeeAccount[]): void =>
  insertAccounts(tx, {
    line_id: list.map((one) => one.lineId),
    zone_id: list.map((one) => one.zoneId),
    owner_id: list.map((one) => one.ownerId),
    billed_to: list.map((one) => one.startsOn),
    next_on: list.map((one) => feePeriodEnd(one.startsOn, commitmentFeeRule.parameters)),
  });

const updateAccounts = statement(
  'credit.update-fee-accounts',
  `update credit_fee_accounts a set billed_to = c.billed_to, next_on = c.next_on,
     ended = c.ended, failed_on = null, failure = null, version = a.version + 1
   from unnest($1::text[], $2::date[], $3::date[], $4::boolean[])
     as c (line_id, billed_to, next_on, ended)
   where a.line_id = c.line_id`,
);

export const saveAccounts = (
  tx: Tx,
  list: readonly Pick<FeeAccount, 'lineId' | 'billedTo' | 'nextOn' | 'ended'>[],
): void =>
  tx.send(updateAccounts, [
    list.map((one) => one.lineId),
    list.map((one) => one.billedTo),
    list.map((one) => one.nextOn),
    list.map((one) => one.ended),
  ]);

const failAccounts = statement(
  'credit.fail-fee-accounts',
  `update credit_fee_accounts a set failed_on = $3::date, failure = c.failure,
     version = a.version + 1
   from unnest($1::text[], $2::text[]) as c (line_id, failure) where a.line_id = c.line_id`,
);

/** Sets aside what could not be billed as of a day, so that the others are not kept waiting. */
export const setAsideAccounts = (
  tx: Tx,
  list: readonly { readonly lineId: string; readonly failure: string }[],
  asOf: Day,
): void => {
  if (list.length === 0) return;
  const lineIds = list.map(({ lineId }) => lineId);
  tx.send(failAccounts, [lineIds, list.map(({ failure }) => failure), asOf]);
};

const selectSetAside = statement(
  'credit.select-set-aside-fee-account',
  `select failed_on as "asOf", failure as reason from credit_fee_accounts
   where line_id = $1 and failed_on is not null`,
);

/** Why a line could not be billed at the last try, and as of which day; undefined: it could. */
export async function setAsideOf(
  tx: Tx,
  lineId: string,
): Promise<{ readonly asOf: Day; readonly reason: string } | undefined> {
  const [row] = await tx.rows<{ asOf: Day; reason: string }>(selectSetAside, [lineId]);
  return row;
}

const selectRates = statement(
  'credit.select-fee-rates',
  `select distinct on (line_id, from_on) line_id as "lineId", from_on as "from",
     rate_annual as "rateAnnual", no
   from credit_fee_rates where line_id = any ($1::text[]) order by line_id, from_on, no desc`,
);

/** The rates of lines in the order of their days, the last recorded of each; `no` is its number. */
export async function feeRatesOf(
  tx: Tx,
  lineIds: readonly string[],
): Promise<Map<string, (FeeRate & { readonly no: number })[]>> {
  type Row = {
    readonly lineId: string;
    readonly from: Day;
    readonly rateAnnual: string;
    readonly no: number;
  };
  const rows = await tx.rows<Row>(selectRates, [lineIds]);
  return new Map(
    [...groupedBy(rows, ({ lineId }) => lineId)].map(([lineId, list]) => [
      lineId,
      list.map(({ from, rateAnnual, no }) => ({ from, rateAnnual: Rate.of(rateAnnual), no })),
    ]),
  );
}

const updateLineRate = statement(
  'credit.update-line-fee-rate',
  `update credit_lines set commitment_rate_annual = $2::numeric, version = version + 1
   where id = $1`,
);

/** The rate of today, which lists and renewals read. */
export const saveLineFeeRate = (tx: Tx, lineId: string, rate: Rate): void =>
  tx.send(updateLineRate, [lineId, rate.toString()]);
