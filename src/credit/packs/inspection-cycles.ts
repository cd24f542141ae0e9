/**
 * How often a loan is inspected after it was paid out (贷后检查), by its risk class, as data. A zone
 * or bank confirms its own days; these are defaults.
 */
import { z } from 'zod';
import { Day } from '../../kernel/index.ts';
import { riskClasses } from '../rules/risk-class.ts';
import type { CreditPack } from './pack.ts';

const Days = z.number().int().min(1).max(3660);

export const InspectionRuleInput = z.strictObject({
  /** From the drawdown to the first inspection, which checks the use of funds. */
  firstDays: Days,
  everyDays: z.record(z.enum(riskClasses), Days),
});
export type InspectionRule = z.output<typeof InspectionRuleInput>;

export const inspectionCycles: CreditPack<InspectionRule> = {
  scheme: 'inspection-cycles',
  kind: 'inspection',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '金融监管总局令2024年第2号',
  title: '流动资金贷款贷后检查周期',
  validFrom: Day.of('2024-07-01'),
  validTo: undefined,
  evidence: '[D]',
  parameters: InspectionRuleInput.parse({
    firstDays: 15,
    everyDays: {
      NORMAL: 90,
      SPECIAL_MENTION: 30,
      SUBSTANDARD: 30,
      DOUBTFUL: 30,
      LOSS: 90,
    },
  }),
  clauses: {
    firstDays: { text: '放款后首次检查核实资金用途；天数待银行确认', evidence: '[D]' },
    everyDays: { text: '按风险分类确定检查频率；天数待银行确认', evidence: '[D]' },
  },
};
