/**
 * What a loan still owes by its instalments, as it is shown. Of a loan written off (核销) it is the
 * claim: interest that had not fallen due by then never does, and recoveries pay the oldest first.
 */
import { z } from 'zod';
import { Day, Money } from '../kernel/index.ts';
import { DayText, MoneyText } from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import type { Tx } from '../platform/transaction.ts';
import type { Due } from './rules/delinquency.ts';
import { unpaidAfter } from './rules/delinquency.ts';

export const ClaimRow = z.object({
  writtenOffOn: DayText,
  principal: MoneyText,
  interest: MoneyText,
  recoveredPrincipal: MoneyText,
  recoveredInterest: MoneyText,
  /** What may still be recovered. */
  claimLeft: MoneyText,
});
type Claim = z.output<typeof ClaimRow>;

/** Null unless the loan is written off now. */
export async function claimOf(tx: Tx, drawdownId: string): Promise<Claim | null> {
  const [claim] = await tx.built<Claim>(
    sql('credit_write_offs')
      .where('drawdown_id', drawdownId)
      .whereNull('reversed_by')
      .select('principal', 'interest', {
        writtenOffOn: 'written_off_on',
        recoveredPrincipal: 'recovered_principal',
        recoveredInterest: 'recovered_interest',
      })
      .select(
        sql.raw(`principal + interest - recovered_principal - recovered_interest as "claimLeft"`),
      ),
  );
  return claim ?? null;
}

interface Instalment {
  readonly dueOn: string;
  readonly principal: string;
  readonly paidAhead: string;
  readonly paidPrincipal: string;
  readonly unpaid: string;
}

/** @returns what is owed on each due day, the oldest first, nothing that is paid. */
export function duesLeft(
  schedule: readonly Instalment[],
  claim: Claim | null,
  today: Day,
): readonly Due[] {
  const dues = schedule.map((row) => {
    const dueOn = Day.of(row.dueOn);
    if (claim === null || row.dueOn <= claim.writtenOffOn) {
      return { dueOn, amount: Money.of(row.unpaid) };
    }
    const paid = Money.of(row.paidAhead).plus(Money.of(row.paidPrincipal));
    return { dueOn, amount: Money.of(row.principal).minus(paid) };
  });
  const recovered = claim
    ? [claim.recoveredPrincipal, claim.recoveredInterest].map((text) => Money.of(text))
    : [];
  return unpaidAfter(dues, [{ on: today, amount: Money.sum(recovered) }], today);
}
