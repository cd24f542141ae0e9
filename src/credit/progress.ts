/**
 * Progress of park agreements as of a day: the terms in force that day against what the lines had
 * reached. Lines of an agreement that is over cannot be drawn, so none of them is in force then.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import { DayText, IdText, MoneyText } from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Measured, Portion, When } from './progress-figures.ts';
import { measuredBy, portionsOf, totalOf } from './progress-figures.ts';
import { measures, paceOf, shareOf } from './rules/pace.ts';
import type { TermsOfAgreement } from './rules/terms.ts';
import { qualifiers, quotasOf } from './rules/terms.ts';
import type { KeptTerms } from './store-agreements.ts';
import { agreementTerms, programmeTerms, segmentTerms, termsInForce } from './store-agreements.ts';

/** Four measures beside each other; they are different things and are never added. */
export const MeasuredView = z.object({
  approvedCumulative: MoneyText,
  approvedInForce: MoneyText,
  drawnCumulative: MoneyText,
  outstanding: MoneyText,
});

const counted = { counted: MoneyText, measured: MeasuredView };

export const ProgressView = z.object({
  agreementId: IdText,
  bankId: IdText,
  name: z.string(),
  state: z.enum(['IN_FORCE', 'EXPIRED', 'ENDED']),
  intentAmount: MoneyText,
  qualifier: z.enum(qualifiers).nullable(),
  sense: z.enum(['AT_LEAST', 'AT_MOST']),
  startsOn: DayText,
  endsOn: DayText,
  endedOn: DayText.nullable(),
  countingColumn: z.enum(measures),
  ...counted,
  /** Counted ÷ intent, four decimals. */
  share: z.string(),
  /** 约 when the intent itself is only qualified. */
  shareQualifier: z.literal('约').nullable(),
  elapsedShare: z.string(),
  pace: z.enum(['BEHIND', 'ON_PACE', 'AHEAD']),
  alert: z.enum(['behind-pace', 'ahead-of-pace', 'above-intent']).nullable(),
  /** Σ amounts of the segments, and how far it passes the intent. */
  allocated: MoneyText,
  overAllocatedBy: MoneyText.nullable(),
  /** Σ quotas of open programmes. */
  reservedForProgrammes: MoneyText,
  segments: z.array(
    z.object({
      segmentId: IdText,
      name: z.string(),
      scope: z.enum(['infrastructure', 'cluster', 'operations']),
      amount: MoneyText,
      ...counted,
      share: z.string(),
    }),
  ),
  /** In the order of the queue. */
  programmes: z.array(
    z.object({
      programmeId: IdText,
      name: z.string(),
      queueRank: z.number().int(),
      decisionClockDays: z.number().int(),
      state: z.enum(['OPEN', 'CLOSED']),
      reservedQuota: MoneyText.nullable(),
      ...counted,
      share: z.string().nullable(),
      /** Negative when more is counted than was kept for the programme. */
      quotaLeft: MoneyText.nullable(),
    }),
  ),
});
export type Progress = z.output<typeof ProgressView>;

export const viewOfMeasured = (measured: Measured): z.output<typeof MeasuredView> => ({
  approvedCumulative: measured['approved-cumulative'].toString(),
  approvedInForce: measured['approved-in-force'].toString(),
  drawnCumulative: measured['drawn-cumulative'].toString(),
  outstanding: measured['outstanding'].toString(),
});

function stateOn({ endsOn, endedOn }: TermsOfAgreement, day: Day): Progress['state'] {
  if (endedOn !== null && endedOn <= day) return 'ENDED';
  return endsOn < day ? 'EXPIRED' : 'IN_FORCE';
}

/** One agreement on the day: what was agreed, and the portions of what its lines had reached. */
interface Standing {
  readonly agreementId: string;
  readonly bankId: string;
  readonly terms: TermsOfAgreement;
  readonly state: Progress['state'];
  readonly kept: readonly KeptTerms[];
  readonly portions: readonly Portion[];
}

const reached = ({ state, portions }: Standing, of?: (portion: Portion) => boolean): Measured => {
  const total = totalOf(of === undefined ? portions : portions.filter(of));
  return state === 'IN_FORCE' ? total : { ...total, 'approved-in-force': Money.zero };
};

const keptOf = ({ kept }: Standing, kind: KeptTerms['kind']): readonly KeptTerms[] =>
  kept.filter((one) => one.kind === kind);

function segmentsOn(standing: Standing): (Progress['segments'][number] & { total: Money })[] {
  return keptOf(standing, 'SEGMENT').map(({ subjectId, terms: texts }) => {
    const terms = segmentTerms(texts as Parameters<typeof segmentTerms>[0]);
    const measured = reached(standing, ({ segmentId }) => segmentId === subjectId);
    const toCount = measured[standing.terms.countingColumn];
    return {
      segmentId: subjectId,
      name: terms.name,
      scope: terms.scope,
      amount: terms.amount.toString(),
      total: terms.amount,
      counted: toCount.toString(),
      measured: viewOfMeasured(measured),
      share: shareOf(toCount, terms.amount) ?? '0.0000',
    };
  });
}

const programmeTermsOf = ({ terms }: KeptTerms) =>
  programmeTerms(terms as Parameters<typeof programmeTerms>[0]);

function programmesOn(standing: Standing): Progress['programmes'] {
  const views = keptOf(standing, 'PROGRAMME').map((one) => {
    const { reservedQuota: quota, ...terms } = programmeTermsOf(one);
    const measured = reached(standing, ({ programmeIds }) => programmeIds.includes(one.subjectId));
    const toCount = measured[standing.terms.countingColumn];
    return {
      ...terms,
      programmeId: one.subjectId,
      reservedQuota: quota?.toString() ?? null,
      counted: toCount.toString(),
      measured: viewOfMeasured(measured),
      share: quota === null ? null : (shareOf(toCount, quota) ?? null),
      quotaLeft: quota?.minus(toCount).toString() ?? null,
    };
  });
  return views.toSorted((a, b) => a.queueRank - b.queueRank);
}

/** An alert is for whoever can still act: an agreement that is over raises none. */
function viewOf(standing: Standing, day: Day): Progress {
  const { terms, state } = standing;
  const { endedOn, countingColumn, intentAmount, qualifier } = terms;
  const measured = reached(standing);
  const pace = paceOf(terms, measured[countingColumn], state === 'ENDED' ? (endedOn ?? day) : day);
  const segments = segmentsOn(standing);
  const allocated = Money.sum(segments.map(({ total }) => total));
  const quotas = quotasOf(keptOf(standing, 'PROGRAMME').map(programmeTermsOf));
  return {
    agreementId: standing.agreementId,
    bankId: standing.bankId,
    name: terms.name,
    state,
    intentAmount: intentAmount.toString(),
    qualifier,
    sense: terms.sense,
    startsOn: terms.startsOn,
    endsOn: terms.endsOn,
    endedOn,
    countingColumn,
    counted: measured[countingColumn].toString(),
    measured: viewOfMeasured(measured),
    ...pace,
    shareQualifier: qualifier === null ? null : '约',
    alert: state === 'IN_FORCE' ? pace.alert : null,
    allocated: allocated.toString(),
    overAllocatedBy: allocated.moreThan(intentAmount)
      ? allocated.minus(intentAmount).toString()
      : null,
    reservedForProgrammes: quotas.toString(),
    segments: segments.map(({ total: _total, ...view }) => view),
    programmes: programmesOn(standing),
  };
}

const selectAgreements = statement(
  'credit.select-agreements-of-progress',
  `select id as "agreementId", owner_id as "bankId" from credit_agreements
   where zone_id = $1 and ($2::text is null or id = $2) order by id`,
);

/**
 * Where the agreements of a zone stand that the reader may see, in the order of their signing. One
 * that had not begun on the day, or of which nothing was known then, is left out.
 */
export async function standingsOn(
  tx: Tx,
  { zoneId, agreementId }: { zoneId: string; agreementId?: string | undefined },
  when: When,
): Promise<Standing[]> {
  const found = await tx.rows<Pick<Standing, 'agreementId' | 'bankId'>>(selectAgreements, [
    zoneId,
    agreementId ?? null,
  ]);
  const ids = found.map((one) => one.agreementId);
  const kept = await termsInForce(tx, ids, when.day, when.knownAt);
  const portions = await portionsOf(tx, ids, when);
  return found.flatMap((place) => {
    const own = kept.find(({ subjectId }) => subjectId === place.agreementId);
    if (!own) return [];
    const terms = agreementTerms(own.terms as Parameters<typeof agreementTerms>[0]);
    if (terms.startsOn > when.day) return [];
    return {
      ...place,
      terms,
      state: stateOn(terms, when.day),
      kept: kept.filter((one) => one.agreementId === place.agreementId),
      portions: portions.filter((one) => one.agreementId === place.agreementId),
    };
  });
}

export const progressOf = (standings: readonly Standing[], day: Day): Progress[] =>
  standings.map((standing) => viewOf(standing, day));

/** All of them together, measure by measure. */
export const sumOf = (standings: readonly Standing[]): Measured =>
  measuredBy((measure) => Money.sum(standings.map((one) => reached(one)[measure])));
