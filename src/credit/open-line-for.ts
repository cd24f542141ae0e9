/**
 * Opens a line on behalf of another operation, by the code of `credit.open-line`: whatever that
 * refuses is refused here. What it tells and concerns is booked on the operation that asked.
 */
import type { Day, Failure, Money } from '../kernel/index.ts';
import { Rate } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { openLine, openLines } from './operations/open-line.ts';

export interface LineWanted {
  readonly segmentId: string;
  readonly enterpriseId: string;
  readonly product: string;
  readonly amount: Money;
  readonly rateAnnual: string;
  readonly revolving: 'R' | 'NR' | 'NRS';
  readonly contribution?: 'consumed' | 'outstanding';
  readonly startsOn: Day;
  readonly expiresOn: Day;
  readonly whitelistRequired: boolean;
  readonly renewal: boolean;
  readonly programmeId?: string | undefined;
  readonly commitmentRateAnnual?: string | null | undefined;
  /** What it takes the place of and is granted already. */
  readonly replaced?: Money;
}

export async function openLineFor(
  context: Context,
  item: Item<unknown>,
  wanted: LineWanted,
): Promise<{ readonly lineId: string; readonly nodeId: string } | Failure> {
  const onBehalf: Context = {
    ...context,
    optimistic: false,
    emit: (_item, event) => context.emit(item, event),
    concern: (_item, zoneId) => context.concern(item, zoneId),
    quote: (_item, rule) => context.quote(item, rule),
  };
  const rate = Rate.of(wanted.rateAnnual).toString();
  const { replaced, ...line } = wanted;
  const { amount, startsOn, expiresOn, programmeId, commitmentRateAnnual } = line;
  const commitment = commitmentRateAnnual ?? undefined;
  const raw = {
    ...line,
    reason: '由其他业务开立',
    amount: amount.toString(),
    rateAnnual: rate,
    startsOn,
    expiresOn,
    programmeId,
    commitmentRateAnnual: commitment === undefined ? undefined : Rate.of(commitment).toString(),
  };
  const { actor, operationId } = item;
  const input = openLine.input.parse(raw);
  const [answer] = await openLines(onBehalf, [{ input, actor, operationId }], replaced);
  if (answer === undefined) throw new Error('A line got no answer.');
  return answer;
}
