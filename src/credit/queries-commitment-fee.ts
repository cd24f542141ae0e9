/**
 * The commitment fee (承诺费) that a line has accrued between two days, with the parts it is made of.
 * It follows value days, so a fact entered late changes it, and the limit of each day by its terms.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Failure, Money, Rate, addDays, sentence } from '../kernel/index.ts';
import { limitOverTime } from '../limits/index.ts';
import { query } from '../platform/operation.ts';
import { DayInput, DayText, IdInput, IdText, MoneyText, RateInput } from '../platform/schemas.ts';
import { statement } from '../platform/transaction.ts';
import { creditRefusals as no } from './refusals.ts';
import type { Standing } from './rules/commitment-fee.ts';
import { commitmentFee, feeParts } from './rules/commitment-fee.ts';

/**
 * What was lent from each day on; a limit that does not revolve counts what was ever drawn. What
 * joins or leaves the limits above a line, or a cap on it, is lent by nobody.
 */
const selectStandings = statement(
  'credit.select-fee-standings',
  `with node as (
     select n.id, n.revolving, n.starts_on, n.expires_on, l.commitment_rate_annual
     from credit_lines l join limits_nodes n on n.id = l.node_id where l.id = $1
   ), moves as (
     select m.value_on, sum(case node.revolving when 'R' then m.outstanding else m.drawn end)
       as moved
     from limits_movements m join limits_nodes c on c.id = m.node_id
       join node on node.id = any (c.path)
     where m.kind not in ('leave', 'join') group by m.value_on
   ), days as (
     select starts_on as on_day from node union select value_on from moves
   )
   select d.on_day as "from", node.id as "nodeId", node.starts_on as "startsOn",
     node.expires_on as "expiresOn", node.commitment_rate_annual as "commitmentRate",
     coalesce((select sum(m.moved) from moves m where m.value_on <= d.on_day), 0)::numeric(20,2)
       as outstanding
   from days d cross join node order by 1`,
);

interface Row {
  readonly from: Day;
  readonly nodeId: string;
  readonly startsOn: Day;
  readonly expiresOn: Day | null;
  /** Null: the line has no such fee. */
  readonly commitmentRate: string | null;
  readonly outstanding: string;
}

/** The limit and what is lent, from each day on which one of them changes. */
function standings(
  rows: readonly Row[],
  limits: readonly { readonly from: Day; readonly limit: Money }[],
): Standing[] {
  const days = [...new Set([...rows, ...limits].map((one) => one.from))].sort();
  return days.map((from) => ({
    from,
    limit: limits.findLast((one) => one.from <= from)?.limit ?? Money.zero,
    outstanding: Money.of(rows.findLast((one) => one.from <= from)?.outstanding ?? '0'),
  }));
}

const Part = z.object({ from: DayText, to: DayText, days: z.number().int(), undrawn: MoneyText });

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
      /** The rate of the line when left out. */
      rateAnnual: RateInput.optional(),
    })
    .refine(({ from, to }) => from <= to, {
      message: sentence('期间止日早于起日', 'the period ends before it starts'),
    }),
  output: z.object({
    lineId: IdText,
    rateAnnual: z.string(),
    fee: MoneyText,
    parts: z.array(Part),
  }),
  async run({ tx }, { lineId, from, to, rateAnnual: asked }) {
    const rows = await tx.rows<Row>(selectStandings, [lineId]);
    const [line] = rows;
    if (!line) throw new Failure(no['line-missing'], { lineId });
    const { nodeId, startsOn, expiresOn, commitmentRate } = line;
    const rateAnnual = asked ?? Rate.of(commitmentRate ?? '0');
    const first = from > startsOn ? from : startsOn;
    // The last day of a line is one on which it may be drawn, so its night counts.
    const end = expiresOn === null ? to : addDays(expiresOn, 1);
    const until = end < to ? end : to;
    const steps = standings(rows, await limitOverTime(tx, nodeId, first, until));
    const parts = feeParts(steps, first, until);
    return {
      lineId,
      rateAnnual: rateAnnual.toString(),
      fee: commitmentFee(parts, rateAnnual).toString(),
      parts: parts.map((part) => ({ ...part, undrawn: part.undrawn.toString() })),
    };
  },
});
