/**
 * Classifies a portion of debtors at the end of a day (五级分类). A loan below normal stays there
 * until a person has found that its upgrade is earned: time alone lifts nothing. A portion is
 * bounded by loans, so a debtor with very many is added up first and then classified part by part.
 */
import type { Day } from '../kernel/index.ts';
import { Money, groupedBy } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { classification2023 } from './packs/classification-2023.ts';
import type { ClassifiedLoan, DebtorFacts, DebtorSum, LoanFacts } from './rules/classification.ts';
import { addPart, classifyDebtor, classifyPart, startOf } from './rules/classification.ts';
import { isNonPerforming } from './rules/risk-class.ts';
import type { DebtorEvent, DebtorEventKind } from './store-debtor-events.ts';
import { debtorEventsOn } from './store-debtor-events.ts';
import type {
  ClaimsWrittenOff,
  DebtorAtBank,
  NewClass,
  WatchedLoan,
} from './store-loan-classes.ts';
import {
  banksOfDebtor,
  claimsWrittenOff,
  loansOfDebtors,
  saveClasses,
  someLoansOf,
  watchDrawdownsWithoutTerms,
  watchedDebtors,
} from './store-loan-classes.ts';

const pack = classification2023;
const classificationPack = `${pack.scheme}/${pack.version}`;

const loanFacts = (loan: WatchedLoan): LoanFacts => ({
  loanId: loan.id,
  balance: loan.outstanding,
  daysPastDue: loan.daysPastDue,
  technicalOverdue: false,
  useChanged: loan.useChanged ?? false,
  repaidBy: loan.repaidBy ?? undefined,
  creditImpaired: loan.state === 'NPL',
  expectedLoss: undefined,
  restructurings: [...(loan.restructurings ?? [])],
  previous: { class: loan.riskClass, cure: loan.cure ?? undefined },
});

const owedOn = (loans: readonly WatchedLoan[]): Money =>
  Money.sum(loans.map(({ outstanding }) => outstanding));

/** What is known of a debtor beside its loans on the books. */
export interface DebtorKnown {
  readonly claims: readonly ClaimsWrittenOff[];
  readonly events: readonly DebtorEvent[];
}

export const nothingKnown: DebtorKnown = { claims: [], events: [] };

/** By debtor; one of whom nothing is known is left out. */
export async function debtorsKnown(
  tx: Tx,
  debtors: readonly string[],
  day: Day,
): Promise<Map<string, DebtorKnown>> {
  const claims = await claimsWrittenOff(tx, debtors, day);
  const events = await debtorEventsOn(tx, debtors, day);
  const ids = new Set([...claims, ...events].map(({ enterpriseId }) => enterpriseId));
  const of = <T extends { readonly enterpriseId: string }>(list: readonly T[], id: string): T[] =>
    list.filter(({ enterpriseId }) => enterpriseId === id);
  return new Map([...ids].map((id) => [id, { claims: of(claims, id), events: of(events, id) }]));
}

/** With what is off the books: overdue, bad and impaired as long as it is not recovered. */
function withWrittenOff(
  banks: readonly DebtorAtBank[],
  claims: readonly ClaimsWrittenOff[],
): DebtorAtBank[] {
  if (claims.length === 0) return [...banks];
  const byBank = new Map(banks.map((bank) => [bank.ownerId, bank]));
  for (const { ownerId, owed } of claims) {
    const bank = byBank.get(ownerId);
    byBank.set(ownerId, {
      ownerId,
      owed: owed.plus(bank?.owed ?? Money.zero),
      overdue: owed.plus(bank?.overdue ?? Money.zero),
      isBad: true,
      impaired: true,
    });
  }
  return [...byBank.values()];
}

/** What a debtor owes at each bank, from its loans at all of them. */
function banksOf(loans: readonly WatchedLoan[]): DebtorAtBank[] {
  const { daysMoreThan } = pack.parameters.overdueAcrossBanks;
  return [...groupedBy(loans, ({ ownerId }) => ownerId)].map(([ownerId, own]) => ({
    ownerId,
    owed: owedOn(own),
    overdue: owedOn(own.filter((loan) => loan.daysPastDue > daysMoreThan)),
    isBad: own.some(({ riskClass }) => isNonPerforming(riskClass)),
    impaired: own.some(({ state }) => state === 'NPL'),
  }));
}

/** What the shared book knows of the debtor, seen from one bank. */
function debtorFacts(
  banks: readonly DebtorAtBank[],
  { claims, events }: DebtorKnown,
  bankId: string,
): DebtorFacts {
  const others = banks.filter(({ ownerId }) => ownerId !== bankId);
  const happened = (kind: DebtorEventKind): boolean =>
    events.some((one) => one.ownerId === bankId && one.kind === kind);
  return {
    retail: false,
    sharpDowngrade: happened('sharp-downgrade'),
    debtEvasion: happened('debt-evasion'),
    bankruptcyLiquidation: happened('bankruptcy-liquidation'),
    badDebtAtAnotherBank: others.some(({ isBad }) => isBad),
    acrossBanks: {
      overdue: Money.sum(banks.map(({ overdue }) => overdue)),
      total: Money.sum(banks.map(({ owed }) => owed)),
    },
    writtenOff: claims.find(({ ownerId }) => ownerId === bankId),
  };
}

const codes = (list: readonly { code: string; clause: string }[]): string =>
  list.map(({ code, clause }) => `${code} ${clause}`).join('|');

/** Those that stand as they did are left out. */
const changedOf = (own: readonly WatchedLoan[], decided: readonly ClassifiedLoan[]): NewClass[] =>
  decided.flatMap(({ class: riskClass, triggers }, i) => {
    const loan = own[i] as WatchedLoan;
    const same = riskClass === loan.riskClass && codes(triggers) === codes(loan.triggers);
    return same ? [] : [{ loan, riskClass, triggers }];
  });

/** New classes of one debtor's loans at all banks. */
export function reclassified(
  loans: readonly WatchedLoan[],
  known: DebtorKnown,
  day: Day,
): NewClass[] {
  const banks = withWrittenOff(banksOf(loans), known.claims);
  return [...groupedBy(loans, ({ ownerId }) => ownerId)].flatMap(([bankId, own]) => {
    const facts = debtorFacts(banks, known, bankId);
    return changedOf(own, classifyDebtor(own.map(loanFacts), facts, day, pack).loans);
  });
}

/** Behind which debtor, or behind which loan of it: `ent_1` or `ent_1/draw_7`; at first ``. */
export interface ClassifyPlace {
  readonly day: Day;
  readonly after: string;
}

export interface Most {
  readonly debtors: number;
  readonly loans: number;
  /** Of one debtor with more loans: what one call classifies with the sums that it made. */
  readonly loansOfOne: number;
}

interface Classified {
  /** Where the next portion begins; undefined when all are done. */
  readonly next: string | undefined;
  readonly loans: number;
}

/** Classifies the next debtors whole, or the next part of one that has too many loans. */
export async function classifyPortion(
  context: Context,
  item: Item<unknown>,
  { day, after }: ClassifyPlace,
  most: Most,
): Promise<Classified> {
  const { tx } = context;
  const [debtor = '', loanId] = after.split('/');
  if (loanId !== undefined) return classifySome(context, item, day, { debtor, loanId }, most);
  if (after === '') watchDrawdownsWithoutTerms(tx, day);
  const debtors = await watchedDebtors(tx, after, most.debtors);
  const [first] = debtors;
  if (first === undefined) return { next: undefined, loans: 0 };
  if (first.loans > most.loans) {
    return classifySome(context, item, day, { debtor: first.id, loanId: '' }, most);
  }
  const ids: string[] = [];
  let count = 0;
  for (const { id, loans } of debtors) {
    if (count + loans > most.loans) break;
    ids.push(id);
    count += loans;
  }
  const loans = await loansOfDebtors(tx, ids, day);
  const byDebtor = groupedBy(loans, ({ enterpriseId }) => enterpriseId);
  const known = await debtorsKnown(tx, ids, day);
  keepClasses(
    context,
    item,
    day,
    [...byDebtor].flatMap(([id, one]) => reclassified(one, known.get(id) ?? nothingKnown, day)),
  );
  const isLast = ids.length === debtors.length && debtors.length < most.debtors;
  return { next: isLast ? undefined : ids.at(-1), loans: loans.length };
}

type Sums = Map<string, { readonly facts: DebtorFacts; readonly sum: DebtorSum }>;

/** The sums of each bank, from all loans of the debtor, a part of them in memory at a time. */
async function sumsOf({ tx }: Context, debtor: string, day: Day, most: number): Promise<Sums> {
  const { daysMoreThan } = pack.parameters.overdueAcrossBanks;
  const known = (await debtorsKnown(tx, [debtor], day)).get(debtor) ?? nothingKnown;
  const found = await banksOfDebtor(tx, debtor, day, daysMoreThan);
  const banks = withWrittenOff(found, known.claims);
  const startAt = (bankId: string, impaired: boolean) => {
    const facts = debtorFacts(banks, known, bankId);
    return { facts, sum: startOf(impaired, facts) };
  };
  const sums = new Map(banks.map(({ ownerId, impaired }) => [ownerId, startAt(ownerId, impaired)]));
  let after = '';
  for (;;) {
    const part = await someLoansOf(tx, debtor, day, { after, most });
    for (const [bankId, own] of groupedBy(part, ({ ownerId }) => ownerId)) {
      const { facts, sum } = sums.get(bankId) ?? startAt(bankId, false);
      sums.set(bankId, { facts, sum: addPart(sum, own.map(loanFacts), facts, day, pack) });
    }
    if (part.length < most) return sums;
    after = part.at(-1)?.id ?? '';
  }
}

async function classifySome(
  context: Context,
  item: Item<unknown>,
  day: Day,
  { debtor, loanId }: { readonly debtor: string; readonly loanId: string },
  most: Most,
): Promise<Classified> {
  const sums = await sumsOf(context, debtor, day, most.loans);
  let [after, loans] = [loanId, 0];
  for (;;) {
    const part = await someLoansOf(context.tx, debtor, day, { after, most: most.loans });
    keepClasses(context, item, day, changedIn(part, sums, day));
    loans += part.length;
    if (part.length < most.loans) return { next: debtor, loans };
    after = part.at(-1)?.id ?? '';
    if (loans >= most.loansOfOne) return { next: `${debtor}/${after}`, loans };
  }
}

/** New classes of a part of one debtor's loans, by the sums of all of them. */
function changedIn(part: readonly WatchedLoan[], sums: Sums, day: Day): NewClass[] {
  return [...groupedBy(part, ({ ownerId }) => ownerId)].flatMap(([bankId, own]) => {
    const of = sums.get(bankId);
    // The first loan at a bank, drawn since the sums were made: tomorrow knows it.
    if (!of) return [];
    return changedOf(own, classifyPart(own.map(loanFacts), of.facts, day, of.sum, pack).loans);
  });
}

/**
 * Writes the new classes and tells of loans whose class is another one. A day has one class: what
 * it has classified already is neither written nor told again.
 */
export function keepClasses(
  context: Context,
  item: Item<unknown>,
  day: Day,
  changed: readonly NewClass[],
): void {
  const { operationId } = item;
  saveClasses(context.tx, changed, { day, pack: classificationPack, operationId });
  for (const { loan, riskClass, triggers } of changed) {
    if (loan.classified || riskClass === loan.riskClass) continue;
    context.emit(item, {
      name: 'credit.loan-reclassified',
      zoneId: loan.zoneId,
      ownerId: loan.ownerId,
      subjectId: loan.id,
      payload: { day, from: loan.riskClass, to: riskClass, triggers },
    });
  }
}
