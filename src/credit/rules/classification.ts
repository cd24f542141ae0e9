/**
 * The five classes of a debtor's loans 五级分类. Every trigger that holds is kept with its clause,
 * and a loan's class is the worst of them, so one more trigger can never improve a class.
 * Collateral is not among the facts: its value alone lifts nothing.
 */
import type { Day } from '../../kernel/index.ts';
import type { Exact } from '../../kernel/index.ts';
import { Money, addDays, daysBetween } from '../../kernel/index.ts';
import type { Citation, CreditPack } from '../packs/pack.ts';
import { cite } from '../packs/pack.ts';
import type { ClassificationRule, RiskEvent } from '../packs/rule-shapes.ts';
import type { Cure } from './class-upgrade.ts';
import { upgradeDecision } from './class-upgrade.ts';
import type { Restructuring } from './restructuring.ts';
import { observationOn } from './restructuring.ts';
import type { RiskClass } from './risk-class.ts';
import { isNonPerforming, worstOf } from './risk-class.ts';

type Pack = CreditPack<ClassificationRule>;

/** One loan 一笔贷款, which has one class: its oldest unpaid instalment speaks for all of it. */
export interface LoanFacts {
  readonly loanId: string;
  /** Book balance 账面余额. */
  readonly balance: Money;
  /** Calendar days of the oldest unpaid due, without pauses. */
  readonly daysPastDue: number;
  /** An overdue for an operational or technical reason, which is excepted for a few days. */
  readonly technicalOverdue: boolean;
  readonly useChanged: boolean;
  /** What repaid it: `bond` and `qualifying-renewal` are exempt; undefined: own funds. */
  readonly repaidBy: string | undefined;
  readonly creditImpaired: boolean;
  /** Expected credit loss 预期信用损失; read only when the loan is credit-impaired. */
  readonly expectedLoss: Money | undefined;
  readonly restructurings: readonly Restructuring[];
  /** The class of the last classification, and since when it is cured. */
  readonly previous: { readonly class: RiskClass; readonly cure: Cure | undefined } | undefined;
}

/** What is off the books 核销 and still owed: its loans are losses that nobody paid. */
export interface WrittenOff {
  readonly loans: number;
  /** Principal; zero where only interest is left. */
  readonly owed: Money;
}

export interface DebtorFacts {
  /** What is said of debtors with several debts holds for non-retail debtors only. */
  readonly retail: boolean;
  readonly sharpDowngrade: boolean;
  readonly debtEvasion: boolean;
  readonly bankruptcyLiquidation: boolean;
  readonly badDebtAtAnotherBank: boolean;
  /** Debts at all banks: all of them, and those overdue for more days than the rule says. */
  readonly acrossBanks: { readonly overdue: Money; readonly total: Money } | undefined;
  /** At this bank: it is bad debt beside the loans on the books, and has no class of its own. */
  readonly writtenOff?: WrittenOff | undefined;
}

export type TriggerCode =
  | RiskEvent
  | 'overdue-days'
  | 'expected-loss'
  | 'restructured'
  | 'restructured-again'
  | 'upgrade-not-earned';

/** One reason that held: the class it demands at least, what was compared, and its clause. */
export interface Trigger extends Citation {
  readonly code: TriggerCode;
  readonly atLeast: RiskClass;
  readonly formula: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface ClassifiedLoan {
  readonly loanId: string;
  readonly class: RiskClass;
  readonly triggers: readonly Trigger[];
}

export interface ClassifiedDebtor {
  readonly loans: readonly ClassifiedLoan[];
  /** What the contagion rule compared, contagion itself left out of `bad`. */
  readonly contagion: { readonly bad: Money; readonly total: Money; readonly fired: boolean };
}

/** True when part ÷ whole is above the share, by multiplication and so without rounding. */
const shareAbove = (part: Money, whole: Money, share: Exact): boolean =>
  part.exact().compare(whole.exact().times(share)) > 0;

const event = (
  pack: Pack,
  code: RiskEvent,
  formula: string,
  facts: Trigger['facts'] = {},
): Trigger => ({
  code,
  atLeast: pack.parameters.atLeast[code],
  formula,
  facts,
  ...cite(pack, `atLeast.${code}`),
});

function overdueTriggers(loan: LoanFacts, pack: Pack): Trigger[] {
  const { daysPastDue: days, technicalOverdue } = loan;
  const { technicalOverdueDays, overdueDays } = pack.parameters;
  if (days <= 0 || (technicalOverdue && days <= technicalOverdueDays)) return [];
  const facts = { daysPastDue: days };
  const bands = overdueDays.flatMap(({ moreThan, atLeast }, i) => {
    if (days <= moreThan) return [];
    const formula = `${days} > ${moreThan}`;
    return [
      { code: 'overdue-days', atLeast, formula, facts, ...cite(pack, `overdueDays.${i}`) } as const,
    ];
  });
  return [event(pack, 'overdue', 'days past due > 0', facts), ...bands];
}

function impairmentTriggers(loan: LoanFacts, pack: Pack): Trigger[] {
  const { creditImpaired, expectedLoss, balance } = loan;
  if (!creditImpaired) return [];
  const impaired = event(pack, 'credit-impaired', 'credit-impaired');
  if (expectedLoss === undefined) return [impaired];
  const bands = pack.parameters.expectedLoss.flatMap(({ share, atLeast }, i) => {
    const bound = balance.exact().times(share.exact);
    if (!expectedLoss.isPositive() || expectedLoss.exact().compare(bound) < 0) return [];
    const facts = { expectedLoss: expectedLoss.toString(), balance: balance.toString() };
    const formula = `expected loss ≥ balance × ${share.toString()}`;
    return [
      {
        code: 'expected-loss',
        atLeast,
        formula,
        facts,
        ...cite(pack, `expectedLoss.${i}`),
      } as const,
    ];
  });
  return [impaired, ...bands];
}

function debtorTriggers(debtor: DebtorFacts, pack: Pack): Trigger[] {
  const fired: Trigger[] = [];
  const { sharpDowngrade, debtEvasion, bankruptcyLiquidation, acrossBanks } = debtor;
  if (!debtor.retail && debtor.badDebtAtAnotherBank) {
    fired.push(event(pack, 'bad-debt-at-another-bank', 'bad debt at another bank'));
  }
  if (sharpDowngrade) fired.push(event(pack, 'sharp-downgrade', 'sharp external downgrade'));
  if (!debtor.retail && acrossBanks) {
    const { overdue, total } = acrossBanks;
    const { shareMoreThan, daysMoreThan } = pack.parameters.overdueAcrossBanks;
    if (shareAbove(overdue, total, shareMoreThan.exact)) {
      const formula = `overdue > ${daysMoreThan} days > total × ${shareMoreThan.toString()}`;
      const facts = { overdue: overdue.toString(), total: total.toString() };
      fired.push(event(pack, 'overdue-across-banks', formula, facts));
    }
  }
  if (debtEvasion) fired.push(event(pack, 'debt-evasion', 'debt evasion'));
  if (bankruptcyLiquidation) {
    fired.push(event(pack, 'bankruptcy-liquidation', 'in bankruptcy liquidation'));
  }
  return fired;
}

function restructuringTriggers(loan: LoanFacts, on: Day, pack: Pack): Trigger[] {
  const rule = pack.parameters.restructuring;
  const observed = observationOn(loan.restructurings, on, rule);
  if (!observed) return [];
  const facts = { observedUntil: observed.until };
  const path = observed.badBefore ? 'nonPerforming' : 'performing';
  const formula = `${on} ≤ ${observed.until}`;
  const first: Trigger = {
    code: 'restructured',
    atLeast: observed.floor,
    formula,
    facts,
    ...cite(pack, `restructuring.${path}`),
  };
  if (!observed.again) return [first];
  const clause = cite(pack, 'restructuring.again');
  return [first, { code: 'restructured-again', atLeast: rule.again, formula, facts, ...clause }];
}

function upgradeTriggers(loan: LoanFacts, on: Day, impairedLeft: boolean, pack: Pack): Trigger[] {
  const { previous } = loan;
  if (!previous || !isNonPerforming(previous.class)) return [];
  const decision = upgradeDecision(previous.cure, { on, impairedLeft }, pack.parameters.upgrade);
  if (decision.allowed) return [];
  return [
    {
      code: 'upgrade-not-earned',
      atLeast: pack.parameters.upgrade.until,
      formula: decision.missing.join(', '),
      facts: decision.earliestOn === undefined ? {} : { earliestOn: decision.earliestOn },
      ...cite(pack, 'upgrade'),
    },
  ];
}

/** What a loan has against it on its own, before the debtor's other loans are looked at. */
function ownTriggers(
  loan: LoanFacts,
  debtor: DebtorFacts,
  on: Day,
  impairedLeft: boolean,
  pack: Pack,
): Trigger[] {
  const fired = overdueTriggers(loan, pack);
  if (loan.useChanged) fired.push(event(pack, 'use-changed', 'use changed without consent'));
  const { repaidBy } = loan;
  if (repaidBy !== undefined && !pack.parameters.exemptBorrowings.includes(repaidBy)) {
    fired.push(event(pack, 'repaid-by-new-borrowing', 'repaid by new borrowing', { repaidBy }));
  }
  return [
    ...fired,
    ...impairmentTriggers(loan, pack),
    ...debtorTriggers(debtor, pack),
    ...restructuringTriggers(loan, on, pack),
    ...upgradeTriggers(loan, on, impairedLeft, pack),
  ];
}

const withClass = (loanId: string, triggers: readonly Trigger[]): ClassifiedLoan => ({
  loanId,
  class: worstOf(triggers.map(({ atLeast }) => atLeast)),
  triggers,
});

/** What one loan of a debtor has to know of the others at the same bank. */
export interface DebtorSum {
  readonly impairedLeft: boolean;
  /** Non-performing by their own triggers, contagion left out. */
  readonly bad: Money;
  readonly badLoans: number;
  readonly total: Money;
}

const nothing: DebtorSum = {
  impairedLeft: false,
  bad: Money.zero,
  badLoans: 0,
  total: Money.zero,
};

type Own = ClassifiedLoan & { readonly loan: LoanFacts };

const ownClasses = (
  loans: readonly LoanFacts[],
  debtor: DebtorFacts,
  on: Day,
  impairedLeft: boolean,
  pack: Pack,
): Own[] =>
  loans.map((loan) => {
    const triggers = ownTriggers(loan, debtor, on, impairedLeft, pack);
    return { loan, ...withClass(loan.loanId, triggers) };
  });

function sumWith(before: DebtorSum, own: readonly Own[]): DebtorSum {
  const bad = own.filter((one) => isNonPerforming(one.class));
  const owed = (list: readonly Own[]): Money => Money.sum(list.map(({ loan }) => loan.balance));
  return {
    impairedLeft: before.impairedLeft,
    bad: before.bad.plus(owed(bad)),
    badLoans: before.badLoans + bad.length,
    total: before.total.plus(owed(own)),
  };
}

function reach(
  own: readonly Own[],
  { retail }: DebtorFacts,
  { bad, badLoans, total }: DebtorSum,
  pack: Pack,
): ClassifiedDebtor {
  const share = pack.parameters.contagionShareMoreThan;
  const fired = !retail && shareAbove(bad, total, share.exact);
  const facts = { bad: bad.toString(), total: total.toString() };
  const loans = own.map(({ loanId, triggers, class: ownClass }) => {
    const others = badLoans - (isNonPerforming(ownClass) ? 1 : 0);
    const more: Trigger[] = [];
    if (!retail && others > 0) {
      more.push(event(pack, 'bad-debt-at-this-bank', 'another loan here is non-performing'));
    }
    if (fired) more.push(event(pack, 'contagion', `bad > total × ${share.toString()}`, facts));
    return withClass(loanId, [...triggers, ...more]);
  });
  return { loans, contagion: { bad, total, fired } };
}

const anyImpaired = (loans: readonly LoanFacts[]): boolean =>
  loans.some(({ creditImpaired }) => creditImpaired);

/** A write-off pays nothing: what is left of it is impaired and bad as it was before. */
const beginning = (impairedLeft: boolean, writtenOff: WrittenOff | undefined): DebtorSum =>
  writtenOff
    ? {
        impairedLeft: true,
        bad: writtenOff.owed,
        badLoans: writtenOff.loans,
        total: writtenOff.owed,
      }
    : { ...nothing, impairedLeft };

/**
 * Classifies all loans of one debtor at one bank together, because one bad loan reaches the
 * others. Source: 商业银行金融资产风险分类办法, the clauses of the pack.
 */
export function classifyDebtor(
  loans: readonly LoanFacts[],
  debtor: DebtorFacts,
  on: Day,
  pack: Pack,
): ClassifiedDebtor {
  const before = beginning(anyImpaired(loans), debtor.writtenOff);
  const own = ownClasses(loans, debtor, on, before.impairedLeft, pack);
  return reach(own, debtor, sumWith(before, own), pack);
}

/**
 * The same for a debtor with more loans than are held in memory at once: from `startOf` on, part
 * after part is added up, and then part after part is classified by the whole sum.
 */
export const startOf = (impairedLeft: boolean, { writtenOff }: DebtorFacts): DebtorSum =>
  beginning(impairedLeft, writtenOff);

export const addPart = (
  sum: DebtorSum,
  part: readonly LoanFacts[],
  debtor: DebtorFacts,
  on: Day,
  pack: Pack,
): DebtorSum => sumWith(sum, ownClasses(part, debtor, on, sum.impairedLeft, pack));

export const classifyPart = (
  part: readonly LoanFacts[],
  debtor: DebtorFacts,
  on: Day,
  sum: DebtorSum,
  pack: Pack,
): ClassifiedDebtor =>
  reach(ownClasses(part, debtor, on, sum.impairedLeft, pack), debtor, sum, pack);

/** Calendar days past due: 1 on the day after the due day; no pause stops them. */
export const calendarDaysPastDue = (dueOn: Day, on: Day): number =>
  on <= dueOn ? 0 : daysBetween(dueOn, on);

/** From which day the overdue alone will put the loan in each class, if nothing is paid. */
export const overdueCalendar = (
  dueOn: Day,
  rule: ClassificationRule,
): readonly { readonly class: RiskClass; readonly from: Day }[] => [
  { class: rule.atLeast.overdue, from: addDays(dueOn, 1) },
  ...rule.overdueDays.map(({ moreThan, atLeast }) => ({
    class: atLeast,
    from: addDays(dueOn, moreThan + 1),
  })),
];
