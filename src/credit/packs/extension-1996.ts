/**
 * How long a loan may be extended (贷款展期), by its first term, as data. The general rules of 1996
 * are known from memory and from wide quotation: a template until the official text is attached.
 */
import { z } from 'zod';
import { Day } from '../../kernel/index.ts';
import { ShareInput } from '../../platform/schemas.ts';
import type { CreditPack } from './pack.ts';

const Months = z.number().int().min(1).max(1200);

/** All extensions together, by first terms of at most so many months; the last has no end. */
export const ExtensionRuleInput = z.strictObject({
  terms: z
    .array(
      z.strictObject({
        upToMonths: Months.nullable(),
        /** Of the first term; or so many months. */
        share: ShareInput.optional(),
        months: Months.optional(),
      }),
    )
    .min(1),
});
export type ExtensionRule = z.output<typeof ExtensionRuleInput>;

export const extension1996: CreditPack<ExtensionRule> = {
  scheme: 'loan-extension',
  kind: 'extension',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '中国人民银行令1996年第2号',
  title: '贷款通则',
  validFrom: Day.of('1996-08-01'),
  validTo: undefined,
  evidence: '[M-high]',
  parameters: ExtensionRuleInput.parse({
    terms: [
      { upToMonths: 12, share: '1' },
      { upToMonths: 60, share: '0.5' },
      { upToMonths: null, months: 36 },
    ],
  }),
  clauses: {
    terms: { text: '不能按期归还的，应当在到期日之前申请展期', evidence: '[M-high]' },
    'terms.0': { text: '短期贷款展期期限累计不得超过原贷款期限', evidence: '[M-high]' },
    'terms.1': { text: '中期贷款展期期限累计不得超过原贷款期限的一半', evidence: '[M-high]' },
    'terms.2': { text: '长期贷款展期期限累计不得超过3年', evidence: '[M-high]' },
  },
};
