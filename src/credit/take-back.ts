/**
 * What taking back a repayment does, whatever became of its loan: the drawdown owes the principal
 * again, a row the other way round names what it takes back, pool and limits count it again. The
 * ledger comes after, with whoever calls.
 */
import type { Day } from '../kernel/index.ts';
import { Failure, Money, newId } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { takeBackPrincipalRepaid } from '../risk-pool/index.ts';
import { takeAgain } from './give-back.ts';
import { loanRefusals as no } from './loan-refusals.ts';
import type { Drawdown, DrawdownState } from './model.ts';
import type { Repaid } from './postings.ts';
import { shareBack } from './share-amount.ts';
import { insertRepaymentRows, saveDrawdowns } from './store-loans.ts';
import { isDefaulted, repaymentsOf } from './store-take-backs.ts';

/** A later fact stands on the repayment: it has to be taken back first. */
export const dependedOn = (by: string, facts: Readonly<Record<string, string>>): Failure =>
  new Failure(no['repayment-depended-on'], { by, ...facts });

async function owingState(
  { tx }: Context,
  { id, state, amount }: Drawdown,
  outstanding: Money,
): Promise<DrawdownState> {
  if (state === 'WRITTEN_OFF' || state === 'NPL') return state;
  if (await isDefaulted(tx, id)) return 'NPL';
  return outstanding.equals(amount) ? 'DISBURSED' : 'PARTLY_REPAID';
}

export interface TakenBack {
  /** Before it. */
  readonly drawdown: Drawdown;
  /** Not negative, both. */
  readonly principal: Money;
  readonly interest: Money;
  readonly valueOn: Day;
  /** The repayment, or the payment of a loan; undefined: payments repaid less by a new rate. */
  readonly reverses: string | undefined;
}

/** Throws what the pool or a limit refuses. @returns the row the other way round. */
export async function takeBack(
  context: Context,
  item: Item<unknown>,
  { drawdown, principal, interest, valueOn, reverses }: TakenBack,
): Promise<Repaid> {
  const { tx, now } = context;
  const { operationId } = item;
  const ownId = newId('rep');
  const back: Repaid = {
    id: ownId,
    drawdown,
    principal: principal.negated(),
    interest: interest.negated(),
    valueOn,
    operationId,
    // A row the other way round names what it takes back; one that takes no other back, itself.
    reverses: reverses ?? ownId,
  };
  const before = await repaymentsOf(tx, drawdown.id);
  insertRepaymentRows(tx, [back], now);
  if (principal.isZero()) return back;
  const outstanding = drawdown.outstanding.plus(principal);
  const state = await owingState(context, drawdown, outstanding);
  saveDrawdowns(tx, [{ ...drawdown, outstanding, state }]);
  const { enrolmentId } = drawdown;
  if (enrolmentId !== undefined) {
    await takeBackPrincipalRepaid(context, { item, enrolmentId, amount: principal, valueOn });
  }
  await shareBack(context, item, drawdown, principal);
  await takeAgain(
    context,
    back,
    before.map(({ id }) => id),
  );
  return back;
}
