/**
 * The rule of a risk-compensation pool as data: where two cities differ (operator, inclusive bound,
 * whole tier or slab, base, order) is a parameter, not code. Bands by NPL ratio, shares between
 * payers and recovery modes are new optional members when a pool first needs them.
 */
import { z } from 'zod';
import { sentence } from '../kernel/index.ts';
import { PositiveAmountInput, RateInput, ShareInput } from '../platform/schemas.ts';

/**
 * What an enrolled loan carries and an add-on asks for: `list`, `ip`, `policy-tool`, `first-loan`.
 */
export const FlagInput = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    sentence('标记：小写字母、数字和连字符', 'a flag: lower-case letters, digits and hyphens'),
  );

const Tier = z.strictObject({
  /** The loan amount up to which the tier reaches, itself included; null: without end. */
  upTo: PositiveAmountInput.nullable(),
  ratio: ShareInput,
});

const Tiers = z
  .array(Tier)
  .min(1)
  .max(20)
  .refine(
    (tiers) =>
      tiers.every(({ upTo }, i) => {
        if (upTo === null) return i === tiers.length - 1;
        const before = tiers[i - 1]?.upTo;
        return i === 0 || (before !== null && before !== undefined && before.lessThan(upTo));
      }),
    {
      message: sentence(
        '档位须由低到高，且只有最后一档不封顶',
        'tiers rise, and only the last is without end',
      ),
    },
  );

/** The share of the loss that is compensated: by the loan's size, or fixed loan by loan. */
const Ratio = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('tiers'),
    /** One tier for the whole loan, or each slab of it at its own ratio. */
    mode: z.enum(['whole-loan', 'slab']),
    tiers: Tiers,
  }),
  z.strictObject({ by: z.literal('loan') }),
]);

const Addon = z.strictObject({
  flag: FlagInput,
  /** Added to the ratio: 0.15 is fifteen percentage points. */
  points: ShareInput,
  /** Of the add-ons of one group only the largest counts. */
  group: FlagInput.optional(),
});

const Caps = z.strictObject({
  /** Of the bank's actual loss, over all levels of government together. */
  loanShare: ShareInput.optional(),
  firmYear: PositiveAmountInput.optional(),
  bankYear: PositiveAmountInput.optional(),
  /** The yearly budget of the pool. */
  poolYear: PositiveAmountInput.optional(),
});

export const fuseMetrics = ['loss-to-entered', 'npl-ratio'] as const;

const Fuse = z.strictObject({
  /** Loss of the year ÷ principal entered in it; or bad ÷ all outstanding. Both of one bank. */
  metric: z.enum(fuseMetrics),
  operator: z.enum(['>', '>=']),
  value: RateInput,
  action: z.enum(['WARN', 'SUSPEND_CLAIMS']),
});

export const PoolRuleInput = z.strictObject({
  /** Every published measure compensates principal only. */
  basis: z.literal('PRINCIPAL_ONLY'),
  ratio: Ratio,
  addons: z.array(Addon).max(20).default([]),
  ratioCap: ShareInput.optional(),
  caps: Caps.default({}),
  /** Days after the default within which a claim is taken. */
  claimWindowDays: z.number().int().min(1).max(3660).optional(),
  fuses: z.array(Fuse).max(10).default([]),
});

export type PoolRule = z.output<typeof PoolRuleInput>;
export type FuseRule = PoolRule['fuses'][number];
export type FuseMetric = FuseRule['metric'];
