/**
 * The trial calculation `classify`: all loans of one debtor at one bank on a day. It takes the
 * debtor whole, because one bad loan reaches the others; a single loan is a debtor with one.
 */
import { z } from 'zod';
import { sentence } from '../kernel/index.ts';
import type { Day } from '../kernel/index.ts';
import { calculation } from '../platform/calculation.ts';
import { AmountInput, DayInput, TextInput } from '../platform/schemas.ts';
import { classification2023 as pack } from './packs/classification-2023.ts';
import type { CitedStep } from './packs/pack.ts';
import { cite, refuseOutsideValidity } from './packs/pack.ts';
import type { ClassifiedDebtor, ClassifiedLoan, LoanFacts } from './rules/classification.ts';
import { calendarDaysPastDue, classifyDebtor, overdueCalendar } from './rules/classification.ts';
import { riskClassTitles, riskClasses, worstOf } from './rules/risk-class.ts';

const RiskClassInput = z.enum(riskClasses);
const No = z.boolean().default(false);
const PeriodMonths = z.number().int().min(1).max(120);

const LoanInput = z
  .strictObject({
    loanId: TextInput(60),
    balance: AmountInput,
    /** Due days of all that is unpaid; the oldest counts. Or the days past due themselves. */
    unpaidDueOn: z.array(DayInput).max(600).optional(),
    daysPastDue: z.number().int().min(0).max(36_500).optional(),
    technicalOverdue: No,
    useChanged: No,
    repaidBy: z.enum(['new-borrowing', 'bond', 'qualifying-renewal']).optional(),
    creditImpaired: No,
    expectedLoss: AmountInput.optional(),
    /** Taken so that the answer can say that it lifts nothing. */
    collateralValue: AmountInput.optional(),
    restructurings: z
      .array(
        z.strictObject({
          agreedOn: DayInput,
          firstRepaymentOn: DayInput,
          classBefore: RiskClassInput,
          periodMonths: PeriodMonths,
        }),
      )
      .max(50)
      .default([]),
    previous: z
      .strictObject({
        class: RiskClassInput,
        cure: z
          .strictObject({
            curedOn: DayInput,
            periodMonths: PeriodMonths,
            paidNormallySince: No,
            abilityAssessed: No,
          })
          .optional(),
      })
      .optional(),
  })
  .refine(({ unpaidDueOn, daysPastDue }) => !unpaidDueOn || daysPastDue === undefined, {
    message: sentence('欠款到期日与逾期天数，二者取一', 'either unpaidDueOn or daysPastDue'),
  });

const WrittenOffInput = z
  .strictObject({ loans: z.int().min(1).max(10_000), owed: AmountInput })
  .meta({ description: '已核销未收回的贷款：笔数与本金，按损失计入债务人的不良' });

const DebtorInput = z.strictObject({
  retail: No,
  sharpDowngrade: No,
  debtEvasion: No,
  bankruptcyLiquidation: No,
  badDebtAtAnotherBank: No,
  acrossBanks: z
    .strictObject({ overdue: AmountInput, total: AmountInput })
    .refine(({ overdue, total }) => overdue.atMost(total), {
      message: sentence('逾期部分大于全部债务', 'the overdue part is larger than the debts'),
    })
    .optional(),
  writtenOff: WrittenOffInput.optional(),
});

export const classifyInput = z.strictObject({
  on: DayInput,
  debtor: DebtorInput.prefault({}),
  loans: z
    .array(LoanInput)
    .min(1)
    .max(500)
    .refine((loans) => new Set(loans.map(({ loanId }) => loanId)).size === loans.length, {
      message: sentence(
        '一笔贷款不拆分：loanId 不得重复',
        'one loan is not split: each loanId once',
      ),
    }),
});
export type ClassifyInput = z.output<typeof classifyInput>;
type LoanAsked = ClassifyInput['loans'][number];

const oldestOf = ({ unpaidDueOn = [] }: LoanAsked): Day | undefined =>
  [...unpaidDueOn].sort((a, b) => (a < b ? -1 : 1))[0];

function factsOf(loan: LoanAsked, on: Day): LoanFacts {
  const oldest = oldestOf(loan);
  const counted = oldest === undefined ? 0 : calendarDaysPastDue(oldest, on);
  return {
    ...loan,
    daysPastDue: loan.daysPastDue ?? counted,
    repaidBy: loan.repaidBy,
    expectedLoss: loan.expectedLoss,
    previous: loan.previous && { class: loan.previous.class, cure: loan.previous.cure },
  };
}

function loanSteps(asked: LoanAsked, on: Day, { triggers, class: found }: ClassifiedLoan) {
  const { loanId } = asked;
  const steps: CitedStep[] = [];
  const oldest = oldestOf(asked);
  if (oldest !== undefined) {
    steps.push({
      rule: 'classify.days-past-due',
      inputs: { loanId, oldestUnpaidDueOn: oldest, on },
      formula: 'on − oldest unpaid due day',
      result: calendarDaysPastDue(oldest, on),
      ...cite(pack, 'firstDayPastDue'),
    });
  }
  for (const { code, atLeast, formula, facts, ...citation } of triggers) {
    const inputs = { loanId, ...facts };
    steps.push({ rule: `classify.${code}`, inputs, formula, result: atLeast, ...citation });
  }
  if (asked.collateralValue) {
    steps.push({
      rule: 'classify.collateral',
      inputs: { loanId, collateralValue: asked.collateralValue.toString() },
      formula: 'not read',
      result: 'lifts no class',
      ...cite(pack, 'collateralAloneLifts'),
    });
  }
  const binding = triggers.filter(({ atLeast }) => atLeast === found).map(({ code }) => code);
  steps.push({
    rule: 'classify.class',
    inputs: { loanId, triggers: triggers.length },
    formula: 'the worst of all triggers, one class for the whole loan',
    result: found,
    ...(binding.length > 0 ? { bound: binding.join(', ') } : {}),
    ...cite(pack, triggers.length > 0 ? 'atLeast' : 'oneClassPerLoan'),
  });
  return steps;
}

function contagionStep({ contagion: { bad, total, fired } }: ClassifiedDebtor): CitedStep {
  return {
    rule: 'classify.contagion',
    inputs: { bad: bad.toString(), total: total.toString() },
    formula: `bad > total × ${pack.parameters.contagionShareMoreThan.toString()}`,
    result: fired,
    rounding: 'none: compared exactly',
    ...cite(pack, 'contagionShareMoreThan'),
  };
}

export const classifyCalc = calculation({
  name: 'classify',
  title: { zh: '风险分类', en: 'Five-category classification' },
  input: classifyInput,
  run({ on, debtor, loans }) {
    const refusal = refuseOutsideValidity(pack, on);
    if (refusal) throw refusal;
    const facts = loans.map((loan) => factsOf(loan, on));
    const found = classifyDebtor(facts, { ...debtor, acrossBanks: debtor.acrossBanks }, on, pack);
    const answered = found.loans.map((one, i) => {
      const oldest = oldestOf(loans[i] as LoanAsked);
      return {
        ...one,
        title: riskClassTitles[one.class],
        daysPastDue: facts[i]?.daysPastDue ?? 0,
        /** From which day the overdue alone puts the loan where, while nothing is paid. */
        calendar: oldest === undefined ? [] : overdueCalendar(oldest, pack.parameters),
      };
    });
    const { bad, total, fired } = found.contagion;
    return {
      class: worstOf(answered.map((one) => one.class)),
      loans: answered,
      contagion: { bad, total, share: bad.ratioTo(total, 6) ?? null, fired },
      steps: [
        ...found.loans.flatMap((one, i) => loanSteps(loans[i] as LoanAsked, on, one)),
        contagionStep(found),
      ],
    };
  },
});
