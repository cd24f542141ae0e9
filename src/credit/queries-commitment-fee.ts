/**
 * The commitment fee (承诺费) that a line has accrued between two days, with the parts it is made of.
 * It follows value days, so a fact entered late changes it, and the limit of each day by its terms.
 */
import { z } from 'zod';
import { Failure, Rate, sentence } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { DayInput, DayText, IdInput, IdText, MoneyText, RateInput } from '../platform/schemas.ts';
import { feeStandings } from './fee-standings.ts';
import { creditRefusals as no } from './refusals.ts';
import { commitmentFee, feeParts } from './rules/commitment-fee.ts';
import { feeRatesOf, setAsideOf } from './store-fee-accounts.ts';
import { linesById } from './store-loans.ts';

/** Nights with one undrawn amount and one rate. */
export const FeePartShown = z.object({
  from: DayText,
  to: DayText,
  days: z.number().int(),
  undrawn: MoneyText,
  rateAnnual: z.string(),
});

export const showCommitmentFee = query({
  name: 'credit.show-commitment-fee',
  title: { zh: '承诺费测算', en: 'Commitment fee of a line' },
  permission: 'credit:read',
  input: z
    .strictObject({
      lineId: IdInput('line'),
      from: DayInput,
      /** Not counted itself: its night belongs to the next period. */
      to: DayInput,
      /** The rates of the line when left out. */
      rateAnnual: RateInput.optional(),
    })
    .refine(({ from, to }) => from <= to, {
      message: sentence('期间止日早于起日', 'the period ends before it starts'),
    }),
  output: z.object({
    lineId: IdText,
    /** Of the last night; each part tells its own. */
    rateAnnual: z.string(),
    fee: MoneyText,
    parts: z.array(FeePartShown),
    /** 暂不出账: why the last run could not bill the line, and as of which day; null: it could. */
    setAside: z.object({ asOf: DayText, reason: z.string() }).nullable(),
  }),
  async run({ tx }, { lineId, from, to, rateAnnual: asked }) {
    const line = (await linesById(tx, [lineId])).get(lineId);
    if (!line) throw new Failure(no['line-missing'], { lineId });
    const agreed = (await feeRatesOf(tx, [lineId])).get(lineId) ?? [];
    const rates = asked === undefined ? agreed : [{ from, rateAnnual: asked }];
    const { nodeId } = line;
    const steps = (await feeStandings(tx, [{ nodeId, from, until: to }])).get(nodeId) ?? [];
    const parts = feeParts(steps, rates, from, to);
    const last = rates.findLast((one) => one.from < to)?.rateAnnual ?? Rate.zero;
    return {
      lineId,
      rateAnnual: last.toString(),
      fee: commitmentFee(parts).toString(),
      parts: parts.map((part) => ({
        ...part,
        undrawn: part.undrawn.toString(),
        rateAnnual: part.rateAnnual.toString(),
      })),
      setAside: (await setAsideOf(tx, lineId)) ?? null,
    };
  },
});
