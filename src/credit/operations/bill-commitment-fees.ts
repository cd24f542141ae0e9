/**
 * Bills the commitment fee (承诺费出账): of each line the settlement periods that are over by `asOf`,
 * the oldest first and one by one, and the broken period of a line that is over before. One call is
 * one portion and one transaction; an account moves on with its bill, so whatever was done before
 * a crash is not found again, and a second run bills nothing. A line that cannot be billed is set
 * aside with its reason, and tried again by the next run.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, Money, addDays, groupedBy, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import { eachApart } from '../../platform/apart.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput, MoneyText } from '../../platform/schemas.ts';
import { feeStandings } from '../fee-standings.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { commitmentFeeRule } from '../packs/commitment-fee.ts';
import { feeBilledJournal, feeMovementJournal } from '../postings.ts';
import type { FeeBill } from '../rules/fee-bill.ts';
import { feeBill, feePeriodEnd, lapsesOf, offsetsOf } from '../rules/fee-bill.ts';
import type { FeeAccount } from '../store-fee-accounts.ts';
import {
  accountsLeft,
  feeRatesOf,
  lockDueAccounts,
  lockEndedAccounts,
  saveAccounts,
  setAsideAccounts,
} from '../store-fee-accounts.ts';
import type { NewFeeBill } from '../store-fee-bills.ts';
import {
  addFeeBills,
  addFeeMovements,
  billedPeriodsOf,
  lockOpenBills,
  lockWaivers,
} from '../store-fee-bills.ts';

/** Lines in one transaction at most. */
const portion = 500;

const input = z.strictObject({
  asOf: DayInput,
  after: z.string().max(80).default('').meta({ description: '上一批返回的 next' }),
});
type Run = Item<z.output<typeof input>>;

const { parameters: rule } = commitmentFeeRule;
const pack = `${commitmentFeeRule.scheme}/${commitmentFeeRule.version}`;

interface Looked {
  readonly account: FeeAccount;
  readonly bill: FeeBill | undefined;
  readonly over: boolean;
  /** Up to which day it was looked at. */
  readonly upTo: Day;
}

/** What each line is to be billed up to its day; all facts are read for the whole list. */
async function look(
  { tx }: Context,
  accounts: readonly FeeAccount[],
  upToOf: (account: FeeAccount) => Day,
): Promise<Looked[]> {
  const lineIds = accounts.map(({ lineId }) => lineId);
  const rates = await feeRatesOf(tx, lineIds);
  const billed = await billedPeriodsOf(tx, lineIds);
  const spans = accounts.map((account) => {
    const { lineId, nodeId, billedTo } = account;
    const from = [billedTo, ...(billed.get(lineId) ?? []).map((one) => one.from)].sort()[0];
    // The day itself is asked too: whether the line is over by then.
    return { nodeId, from: from ?? billedTo, until: addDays(upToOf(account), 1) };
  });
  const standings = await feeStandings(tx, spans);
  return accounts.map((account) => {
    const { lineId, nodeId, billedTo } = account;
    const upTo = upToOf(account);
    const line = {
      steps: standings.get(nodeId) ?? [],
      rates: rates.get(lineId) ?? [],
      billedTo,
      billed: billed.get(lineId) ?? [],
    };
    return { account, upTo, ...feeBill(line, upTo) };
  });
}

/**
 * Puts every account behind its bill, and the next look behind what was looked at. Before its
 * period is over an account is looked at because its line is.
 */
const moveOn = ({ account, bill, over, upTo }: Looked) => ({
  lineId: account.lineId,
  billedTo: bill?.to ?? account.billedTo,
  nextOn: upTo < account.nextOn ? account.nextOn : feePeriodEnd(upTo, rule),
  ended: over || upTo < account.nextOn,
});

async function postBills(context: Context, item: Run, made: readonly NewFeeBill[]): Promise<void> {
  const { operationId } = item;
  const books = groupedBy(made, ({ account: { zoneId, ownerId }, bill }) =>
    [zoneId, ownerId, bill.settledOn].join(' '),
  );
  const journals = [...books.values()].flatMap((list) => {
    const [first] = list;
    const total = Money.sum(list.map(({ bill }) => bill.total));
    if (!first || total.isZero()) return [];
    const cause = { sourceId: operationId, operationId };
    return [feeBilledJournal(first.account, cause, first.bill.settledOn, total)];
  });
  await post(context.tx, journals, context.now);
}

/** Waivers of what is not owed after all lapse; their bills are owed again, and offset or not. */
async function lapse(context: Context, item: Run, made: readonly NewFeeBill[]): Promise<void> {
  const { tx, now, today: valueOn } = context;
  const { operationId } = item;
  const fallen = made.filter(({ bill }) =>
    bill.adjustments.some((one) => one.now.lessThan(one.was)),
  );
  if (fallen.length === 0) return;
  const { waived, raises } = await lockWaivers(
    tx,
    fallen.map(({ account }) => account.lineId),
  );
  const kind = 'LAPSE' as const;
  const movements = fallen.flatMap(({ account: { lineId, zoneId, ownerId }, bill }) =>
    lapsesOf(bill.adjustments, waived.get(lineId) ?? [], raises).map((one) => ({
      ...one,
      zoneId,
      ownerId,
      kind,
      valueOn,
    })),
  );
  addFeeMovements(tx, movements, { operationId, at: now });
  const books = groupedBy(movements, ({ zoneId, ownerId }) => [zoneId, ownerId].join(' '));
  const journals = [...books.values()].flatMap((list) => {
    const [book] = list;
    if (!book) return [];
    const amount = Money.sum(list.map((one) => one.amount));
    const cause = { sourceId: operationId, operationId };
    return [feeMovementJournal(book, cause, valueOn, { kind, amount, takesBack: false })];
  });
  await post(tx, journals, now);
}

/** Credits pay what is owed on other bills of their line. */
async function offset({ tx, now, today }: Context, item: Run, made: readonly NewFeeBill[]) {
  const accounts = new Map(made.map(({ account }) => [account.lineId, account]));
  const open = await lockOpenBills(tx, [...accounts.keys()]);
  const movements = [...open].flatMap(([lineId, bills]) => {
    const account = accounts.get(lineId);
    if (!account) return [];
    const { zoneId, ownerId } = account;
    const kind = 'OFFSET' as const;
    return offsetsOf(bills).map((one) => ({ ...one, zoneId, ownerId, kind, valueOn: today }));
  });
  addFeeMovements(tx, movements, { operationId: item.operationId, at: now });
}

async function makeBills(context: Context, item: Run, looked: readonly Looked[]) {
  const { tx, now: at, today } = context;
  const { operationId } = item;
  const made = looked.flatMap(({ account, bill }): NewFeeBill[] =>
    bill ? [{ id: newId('feebill'), account, bill }] : [],
  );
  // Late or not, there is the same time to pay.
  const dueOn = addDays(today, rule.dueDays);
  addFeeBills(tx, made, { dueOn, pack, operationId, at });
  saveAccounts(tx, looked.map(moveOn));
  await lapse(context, item, made);
  await offset(context, item, made);
  await postBills(context, item, made);
  return made;
}

function tell(context: Context, item: Run, made: readonly NewFeeBill[]): void {
  const dueOn = addDays(context.today, rule.dueDays);
  for (const { id, account, bill } of made) {
    const { zoneId, ownerId, lineId } = account;
    const { from, to, amount, adjustment, total } = bill;
    const payload = { lineId, from, to, amount, adjustment, total, dueOn };
    const name = 'credit.commitment-fee-billed';
    context.emit(item, { name, zoneId, ownerId, subjectId: id, payload });
  }
}

const reasonOf = (problem: unknown): string =>
  problem instanceof Error ? problem.message : String(problem);

/** Bills what can be billed, and sets the rest aside; what is told leaves once it is written. */
async function billAll(context: Context, item: Run, accounts: readonly FeeAccount[]) {
  const { asOf } = item.input;
  const upToOf = ({ nextOn }: FeeAccount): Day => (nextOn < asOf ? nextOn : asOf);
  const { results, broken } = await eachApart(context.tx, accounts, async (part) =>
    makeBills(context, item, await look(context, part, upToOf)),
  );
  const made = results.flat();
  tell(context, item, made);
  const failed = broken.map(({ one, problem }) => ({ ...one, failure: reasonOf(problem) }));
  setAsideAccounts(context.tx, failed, asOf);
  for (const { zoneId, ownerId, lineId, failure } of failed) {
    const name = 'credit.commitment-fee-not-billed';
    context.emit(item, { name, zoneId, ownerId, subjectId: lineId, payload: { asOf, failure } });
  }
  return { made, failed: failed.length };
}

/** Accounts whose period is over; when there are no more, those whose line is. */
async function nextAccounts({ tx, today }: Context, item: Run): Promise<FeeAccount[]> {
  const { asOf, after } = item.input;
  // A run that begins tries again what failed; in its further portions that is passed over.
  const search = { asOf, portion, again: after === '' };
  const due = await lockDueAccounts(tx, search);
  // What is over is told by the limits of now, so it is asked for no day that has passed.
  if (due.length > 0 || asOf < today) return due;
  return lockEndedAccounts(tx, search);
}

async function run(context: Context, item: Run) {
  const { tx, today } = context;
  const { asOf } = item.input;
  if (asOf > today) throw new Failure(no['day-end-in-future'], { asOf, today });
  const accounts = await nextAccounts(context, item);
  const { made, failed } = await billAll(context, item, accounts);
  const version = String(commitmentFeeRule.version);
  context.quote(item, { pack: commitmentFeeRule.scheme, version, clause: 'settlement' });
  // One entry for rows of many zones.
  context.concern(item, platformChain);
  return {
    bills: made.length,
    total: Money.sum(made.map(({ bill }) => bill.total)).toString(),
    failed,
    done: accounts.length - failed,
    left: await accountsLeft(tx, asOf),
    // What was looked at is not found again, so the next portion needs no place to begin at.
    next: accounts.length > 0 ? 'more' : null,
  };
}

export const billCommitmentFees = operation({
  name: 'credit.bill-commitment-fees',
  title: { zh: '承诺费出账', en: 'Bill commitment fees' },
  permission: 'jobs:run',
  input,
  output: z.object({
    bills: z.int(),
    /** Amounts with their adjustments. */
    total: MoneyText,
    /** Lines of the portion that could not be billed; each account keeps why. */
    failed: z.int(),
    done: z.int(),
    left: z.int(),
    next: z.string().nullable(),
  }),
  run,
});
