/**
 * Records a version of a loan product (登记贷款产品). Loans already agreed keep what they were agreed
 * by; terms agreed from its first day on are held to it.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput, TextInput } from '../../platform/schemas.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { ProductInput } from '../loan-terms.ts';
import { creditRefusals } from '../refusals.ts';
import { dayCounts } from '../rules/schedule/day-count.ts';
import { methods } from '../rules/schedule/terms.ts';
import { addProduct } from '../store-loan-products.ts';

const Months = z.number().int().min(0).max(1200);

export const recordLoanProduct = operation({
  name: 'credit.record-loan-product',
  title: { zh: '登记贷款产品', en: 'Record a loan product' },
  permission: 'rules:manage',
  approval: { always: true, permission: 'rules:approve' },
  input: z.strictObject({
    code: ProductInput,
    zh: TextInput(60),
    en: TextInput(100),
    methods: z.array(z.enum(methods)).min(1).max(methods.length),
    dayCounts: z.array(z.enum(dayCounts)).min(1).max(dayCounts.length),
    roundings: z
      .array(z.enum(['half-up', 'half-even']))
      .min(1)
      .max(2),
    tenorMonthsLeast: Months.default(0),
    tenorMonthsMost: Months,
    /** Whether it is drawn under a line: must be, may be, must not be. */
    line: z.enum(['REQUIRED', 'OPTIONAL', 'NONE']).default('REQUIRED'),
    validFrom: DayInput,
    validTo: DayInput.optional(),
    source: TextInput(300),
  }),
  output: z.object({ code: z.string(), version: z.int() }),
  async run(context, item) {
    const { tx, now: at } = context;
    const { validFrom, validTo, tenorMonthsLeast, tenorMonthsMost, ...rest } = item.input;
    if (item.actor.scope.zones !== '*') throw new Failure(no['needs-every-zone']);
    if (tenorMonthsMost < tenorMonthsLeast || (validTo !== undefined && validTo < validFrom)) {
      throw new Failure(creditRefusals['term-reversed'], { tenorMonthsLeast, tenorMonthsMost });
    }
    context.concern(item, platformChain);
    const { operationId } = item;
    const terms = { ...rest, tenorMonthsLeast, tenorMonthsMost, validFrom, validTo };
    const version = await addProduct(tx, { ...terms, evidence: '[pub]', operationId, at });
    if (version === undefined) throw new Failure(no['product-recorded-later'], { validFrom });
    return { code: rest.code, version };
  },
});
