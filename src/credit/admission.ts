/**
 * Admits drawdowns to a pool and to the limits together. Locks go down the ladder, so a pool is
 * asked before the limits; when the limits then refuse a loan that the pool had taken, the whole
 * attempt is undone and repeated without it, so that a refused drawdown leaves nothing in the
 * pool.
 */
import type { Day, Facts, Failure, Id, Money } from '../kernel/index.ts';
import { daysBetween, isFailure } from '../kernel/index.ts';
import type { Taken } from '../limits/index.ts';
import { takeLimits } from '../limits/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { enrolLoans } from '../risk-pool/index.ts';
import type { EnrolTerms } from './enrol.ts';
import { allowancesOf } from './exception-use.ts';
import { notItsOwn, refuseAwaited } from './hold.ts';
import type { Line } from './model.ts';
import type { LimitException } from './model-exceptions.ts';

interface DrawInput {
  readonly amount: Money;
  readonly valueOn: Day;
  readonly dueOn: Day;
  readonly reservationId?: string | undefined;
  readonly spill?: boolean | undefined;
  readonly enrol?: EnrolTerms | undefined;
}

/** A drawdown that nothing but a pool or a limit can refuse any more. */
export interface Wanted<I extends DrawInput> {
  readonly item: Item<I>;
  readonly line: Line;
  readonly id: Id<'draw'>;
  /** Approved exceptions that it may use, when it named some. */
  readonly exceptions?: readonly LimitException[] | undefined;
}

export interface Admitted {
  readonly took: Taken;
  readonly enrolmentId: string | undefined;
}

/** What a drawdown takes from its line. */
export const takeOf = <I extends DrawInput>({ item, line, id, exceptions }: Wanted<I>) => {
  const { amount, valueOn, dueOn, reservationId, spill } = item.input;
  const tenorDays = daysBetween(valueOn, dueOn);
  const of = item.hold ?? reservationId;
  const step = {
    kind: 'draw' as const,
    nodeId: line.nodeId,
    amount,
    valueOn,
    of,
    spill,
    tenorDays,
  };
  return {
    step: exceptions ? { ...step, allowances: allowancesOf(exceptions) } : step,
    sourceId: id,
    operationId: item.operationId,
  };
};

async function enrol<I extends DrawInput>(
  context: Context,
  wanted: readonly Wanted<I>[],
): Promise<Map<Wanted<I>, string | Failure>> {
  const asking = wanted.flatMap((one) => {
    const terms = one.item.input.enrol;
    return terms ? [{ one, terms }] : [];
  });
  const enrolled = await enrolLoans(
    context,
    asking.map(({ one: { item, line, id }, terms }) => ({
      item,
      ...terms,
      bankId: line.ownerId,
      zoneId: line.zoneId,
      drawdownId: id,
      enterpriseId: line.enterpriseId,
      loanAmount: item.input.amount,
      enrolledOn: item.input.valueOn,
    })),
  );
  return new Map(
    asking.map(({ one }, i) => {
      const answer = enrolled[i];
      if (answer === undefined) throw new Error('An enrolment got no answer.');
      return [one, isFailure(answer) ? answer : answer.enrolmentId];
    }),
  );
}

async function attempt<I extends DrawInput>(
  context: Context,
  wanted: readonly Wanted<I>[],
): Promise<Map<Wanted<I>, Admitted | Failure>> {
  const enrolments = wanted.some(({ item }) => item.input.enrol !== undefined)
    ? await enrol(context, wanted)
    : new Map<Wanted<I>, string | Failure>();
  const open = wanted.filter((one) => !isFailure(enrolments.get(one)));
  const takes = new Map(open.map((one) => [one, takeOf(one)]));
  const foreign = [...takes].flatMap(([{ item }, { step }]) => (notItsOwn(item, step) ? step : []));
  const awaited = await refuseAwaited(context, foreign);
  const answers = new Map<Wanted<I>, Admitted | Failure>();
  for (const [one, enrolment] of enrolments) if (isFailure(enrolment)) answers.set(one, enrolment);
  for (const [one, { step }] of takes) {
    const refusal = notItsOwn(one.item, step) && awaited.get(step.of ?? '');
    if (refusal) answers.set(one, refusal);
  }
  const free = [...takes].filter(([one]) => !answers.has(one));
  const wantedTakes = free.map(([, take]) => take);
  const taken = await takeLimits(context.tx, wantedTakes, context);
  free.forEach(([one], i) => {
    const took = taken[i];
    if (took === undefined) throw new Error('A drawdown got no answer.');
    const enrolment = enrolments.get(one);
    answers.set(
      one,
      isFailure(took) ? took : { took, enrolmentId: isFailure(enrolment) ? undefined : enrolment },
    );
  });
  return answers;
}

/**
 * What the limits would say of drawdowns that are refused already: all that binds is told at once.
 * Asked by the very take, which is undone whatever it answers.
 * @returns by drawdown the code of the limits and what binds; nothing where they would admit it.
 */
export async function boundBeside<I extends DrawInput>(
  context: Context,
  refused: readonly Wanted<I>[],
): Promise<Map<Wanted<I>, Facts>> {
  const found = new Map<Wanted<I>, Facts>();
  for (const one of refused) {
    const [took] = await context.tx.attempt(
      () => takeLimits(context.tx, [takeOf(one)], context),
      () => false,
    );
    if (!isFailure(took)) continue;
    const { code: limitRefusal, facts } = took;
    const { binding = [], smallestAdmissible } = facts;
    found.set(one, { limitRefusal, binding, smallestAdmissible });
  }
  return found;
}

/** One answer for each wanted drawdown, decided in order. */
export async function admit<I extends DrawInput>(
  context: Context,
  wanted: readonly Wanted<I>[],
): Promise<Map<Wanted<I>, Admitted | Failure>> {
  const refused = new Map<Wanted<I>, Failure>();
  for (;;) {
    const rest = wanted.filter((one) => !refused.has(one));
    if (!rest.some(({ item }) => item.input.enrol !== undefined)) {
      return new Map([...refused, ...(await attempt(context, rest))]);
    }
    const orphans = (answers: Map<Wanted<I>, Admitted | Failure>): [Wanted<I>, Failure][] =>
      [...answers].flatMap(([one, answer]) =>
        one.item.input.enrol !== undefined && isFailure(answer) ? [[one, answer]] : [],
      );
    const answers = await context.tx.attempt(
      () => attempt(context, rest),
      (result) => orphans(result).length === 0,
    );
    const undone = orphans(answers);
    if (undone.length === 0) return new Map([...refused, ...answers]);
    for (const [one, failure] of undone) refused.set(one, failure);
  }
}
