/**
 * The trial calculations about a loan that is owed: how it is paid out, when it is inspected, how
 * far it may be extended, what a restructuring or a renewal does to its class, and whether the file
 * of an exemption allows a finding.
 */
import { z } from 'zod';
import { sentence } from '../kernel/index.ts';
import type { Calculation } from '../platform/calculation.ts';
import { calculation } from '../platform/calculation.ts';
import { DayInput, PositiveAmountInput, TextInput } from '../platform/schemas.ts';
import { PaymentsInput } from './loan-terms.ts';
import { classification2023 as classPack } from './packs/classification-2023.ts';
import { extension1996 as extensionPack } from './packs/extension-1996.ts';
import { inspectionCycles } from './packs/inspection-cycles.ts';
import { cite } from './packs/pack.ts';
import { renewal2024 as renewalPack, renewalFindings, renewalSizes } from './packs/renewal-2024.ts';
import { entrusted, workingCapital2024 } from './packs/working-capital-2024.ts';
import { refusePayments } from './rules/entrusted-payment.ts';
import type { Item } from './rules/exemption.ts';
import { answers, completenessOf, findings, refuseFinding } from './rules/exemption.ts';
import { latestExtension } from './rules/extension.ts';
import { inspectionDueOn } from './rules/inspection.ts';
import { renewalOf } from './rules/renewal.ts';
import { observationOn } from './rules/restructuring.ts';
import { riskClasses } from './rules/risk-class.ts';

export const restructuringClassCalc = calculation({
  name: 'restructuring-class',
  title: { zh: '重组观察期与分类下限', en: 'Observation of a restructured loan, and its class' },
  input: z.strictObject({
    on: DayInput,
    restructurings: z
      .array(
        z.strictObject({
          agreedOn: DayInput,
          /** The first repayment day of the changed contract. */
          firstRepaymentOn: DayInput,
          classBefore: z.enum(riskClasses),
          /** Months between two repayments of the changed contract. */
          periodMonths: z.number().int().min(1).max(120),
        }),
      )
      .min(1)
      .max(50),
  }),
  run({ on, restructurings }) {
    const rule = classPack.parameters.restructuring;
    const found = observationOn(restructurings, on, rule);
    const part =
      found?.again === true ? 'again' : found?.badBefore ? 'nonPerforming' : 'performing';
    const step = {
      rule: 'restructuring-class',
      inputs: { on, restructurings: restructurings.length },
      formula: `the longer of ${rule.months} months and ${rule.periods} periods from the first day`,
      result: found ? { until: found.until, atLeast: found.floor } : null,
      ...cite(classPack, found ? `restructuring.${part}` : 'restructuring'),
    };
    const { until = null, floor: atLeast = null, again = false } = found ?? {};
    return { observed: found !== undefined, until, atLeast, again, steps: [step] };
  },
});

export const extensionLimitCalc = calculation({
  name: 'extension-limit',
  title: { zh: '展期最晚到期日', en: 'How far a loan may be extended' },
  input: z
    .strictObject({
      valueOn: DayInput,
      /** As it was agreed, before any extension. */
      firstDueOn: DayInput,
    })
    .refine(({ valueOn, firstDueOn }) => valueOn < firstDueOn, {
      message: sentence('到期日须晚于放款日', 'it falls due after it was drawn'),
    }),
  run(asked) {
    const { latestDueOn, term } = latestExtension(asked, extensionPack.parameters);
    const step = {
      rule: 'extension-limit',
      inputs: asked,
      formula: 'first due day + the share of the first term, or the months, of the rule',
      result: latestDueOn,
      rounding: 'half a day is dropped',
      ...cite(extensionPack, `terms.${term}`),
    };
    return { latestDueOn, steps: [step] };
  },
});

export const nextInspectionCalc = calculation({
  name: 'next-inspection',
  title: { zh: '下次贷后检查日', en: 'When a loan is inspected next' },
  input: z
    .strictObject({
      drawnOn: DayInput,
      /** Left out: not inspected yet. */
      lastOn: DayInput.optional(),
      riskClass: z.enum(riskClasses),
    })
    .refine(({ drawnOn, lastOn }) => lastOn === undefined || lastOn >= drawnOn, {
      message: sentence('检查日早于放款日', 'inspected before it was drawn'),
    }),
  run({ drawnOn, lastOn, riskClass }) {
    const dueOn = inspectionDueOn({ drawnOn, lastOn, riskClass }, inspectionCycles.parameters);
    const step = {
      rule: 'next-inspection',
      inputs: { drawnOn, lastOn: lastOn ?? null, riskClass },
      formula: 'first: days after the drawdown; then: days of the class after the last',
      result: dueOn,
      ...cite(inspectionCycles, lastOn === undefined ? 'firstDays' : 'everyDays'),
    };
    return { dueOn, steps: [step] };
  },
});

export const entrustedPaymentCalc = calculation({
  name: 'entrusted-payment',
  title: { zh: '受托支付判定', en: 'Who must be paid by the bank itself' },
  input: z.strictObject({
    drawn: PositiveAmountInput,
    payments: PaymentsInput,
    /** What was drawn before under the same loan, and whom it paid. */
    before: z
      .array(z.strictObject({ drawn: PositiveAmountInput, payments: PaymentsInput }))
      .max(50)
      .default([]),
  }),
  run({ drawn, payments, before }) {
    const refusal = refusePayments(payments, drawn, entrusted, before);
    const code = refusal?.code ?? null;
    const payee = (refusal?.facts['payee'] as string | undefined) ?? null;
    const step = {
      rule: 'entrusted-payment',
      inputs: { drawn, payments: payments.length, threshold: entrusted.threshold },
      formula: 'Σ to one payee > threshold ⇒ by the bank; what is not named could go to one payee',
      result: code ?? 'allowed',
      ...(payee === null ? {} : { bound: payee }),
      ...cite(workingCapital2024, 'entrustedPaymentMoreThan'),
    };
    return { allowed: code === null, code, payee, threshold: entrusted.threshold, steps: [step] };
  },
});

export const loanRenewalCalc = calculation({
  name: 'loan-renewal',
  title: { zh: '无还本续贷资格', en: 'Whether a renewal without repayment qualifies' },
  input: z.strictObject({
    on: DayInput,
    size: z.enum(renewalSizes),
    findings: z.array(z.enum(renewalFindings)).max(20),
  }),
  run(asked) {
    const { missing, borrowing } = renewalOf(asked, renewalPack.parameters);
    const qualifies = borrowing === 'qualifying-renewal';
    const step = {
      rule: 'loan-renewal',
      inputs: asked,
      formula: 'a size that counts on the day, and every finding of the rule',
      result: borrowing,
      ...(qualifies ? {} : { bound: missing.join(', ') }),
      ...cite(renewalPack, missing.includes('size') ? 'sizes' : 'findings'),
    };
    return { qualifies, missing, steps: [step] };
  },
});

export const exemptionFindingCalc = calculation({
  name: 'exemption-finding',
  title: { zh: '尽职免责档案完整性与认定', en: 'Whether an exemption file allows a finding' },
  input: z.strictObject({
    items: z
      .array(
        z.strictObject({
          code: TextInput(60),
          kind: z.enum(['CHECKLIST', 'NEGATIVE']),
          answer: z.enum(answers).nullable(),
        }),
      )
      .min(1)
      .max(200),
  }),
  run({ items }: { items: readonly Item[] }) {
    const { missing, answered } = completenessOf(items);
    const each = findings.map((finding) => {
      const code = refuseFinding(finding, items)?.code ?? null;
      return { finding, allowed: code === null, code };
    });
    const steps = each.map(({ finding, code }) => ({
      rule: `exemption-finding.${finding}`,
      clause: '尽职免责：项目逐一认定；存在负面清单情形的不予免责或减责；未尽职的不得全部免责',
      inputs: { answered, items: items.length },
      formula: 'complete; no relief with a negative item; full relief with every duty met',
      result: code ?? 'allowed',
    }));
    return { complete: missing.length === 0, missing, findings: each, steps };
  },
});

export const loanCareCalcs: readonly Calculation[] = [
  restructuringClassCalc,
  extensionLimitCalc,
  nextInspectionCalc,
  entrustedPaymentCalc,
  loanRenewalCalc,
  exemptionFindingCalc,
];
