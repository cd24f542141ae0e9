/**
 * The dated terms of agreements, segments and priority programmes, and what may change in them.
 * Value days never fall from version to version, so the terms in force on a day are the last ones
 * known of a value day up to it.
 */
import type { Day } from '../../kernel/index.ts';
import { Failure, Money } from '../../kernel/index.ts';
import { agreementRefusals as no } from '../agreement-refusals.ts';
import { creditRefusals } from '../refusals.ts';
import type { Measure, PaceTerms } from './pace.ts';

export const qualifiers = ['不少于', '约', '超', '近', '最高', '预计'] as const;
export type Qualifier = (typeof qualifiers)[number];

export interface TermsOfAgreement extends PaceTerms {
  readonly name: string;
  /** As the published text has it; shares of a qualified figure are 约. */
  readonly qualifier: Qualifier | null;
  readonly endedOn: Day | null;
  readonly eligiblePurposes: readonly string[];
  readonly countingColumn: Measure;
  readonly sharesTotals: boolean;
}

export interface TermsOfSegment {
  readonly name: string;
  readonly scope: 'infrastructure' | 'cluster' | 'operations';
  readonly amount: Money;
  readonly eligiblePurposes: readonly string[];
}

export interface TermsOfProgramme {
  readonly name: string;
  /** 1 is served first. */
  readonly queueRank: number;
  readonly decisionClockDays: number;
  readonly reservedQuota: Money | null;
  readonly state: 'OPEN' | 'CLOSED';
}

/** Terms as JSON keeps them: amounts and rates as text. */
export type Kept = Readonly<Record<string, unknown>>;

export const kept = (terms: object): Kept => JSON.parse(JSON.stringify(terms)) as Kept;

/** Field → before and after, for those that differ. */
export type Differences = Readonly<
  Record<string, { readonly from: unknown; readonly to: unknown }>
>;

export function differences(before: Kept, after: Kept): Differences {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    names
      .map((name) => [name, { from: before[name] ?? null, to: after[name] ?? null }] as const)
      .filter(([, { from, to }]) => JSON.stringify(from) !== JSON.stringify(to)),
  );
}

/** The fields that an input names, over the terms before; what is undefined stays as it was. */
export function amended<T extends object>(
  before: T,
  input: { readonly [K in keyof T]?: T[K] | undefined },
): T {
  const named = Object.entries(input).filter(([, value]) => value !== undefined);
  return { ...before, ...(Object.fromEntries(named) as Partial<T>) };
}

export function refuseUnchanged(before: object, after: object): Failure | undefined {
  const changed = Object.keys(differences(kept(before), kept(after)));
  return changed.length > 0 ? undefined : new Failure(no['nothing-changed']);
}

/** A change may be back-dated, but not before the change that it follows. */
export function refuseValueDay(valueOn: Day, last: Day, today: Day): Failure | undefined {
  if (valueOn > today) {
    return new Failure(creditRefusals['value-day-in-future'], { valueOn, today });
  }
  if (valueOn >= last) return undefined;
  return new Failure(no['change-out-of-order'], { valueOn, lastChangeOn: last });
}

/** @param successorStartsOn of the agreement that renews this one. */
export function refuseAgreement(
  before: TermsOfAgreement,
  after: TermsOfAgreement,
  { today, successorStartsOn }: { today: Day; successorStartsOn: Day | undefined },
): Failure | undefined {
  const { startsOn, endsOn } = after;
  if (endsOn <= startsOn) {
    return new Failure(creditRefusals['term-reversed'], { startsOn, endsOn });
  }
  if (endsOn !== before.endsOn && endsOn < today) {
    return new Failure(no['end-in-past'], { endsOn, today });
  }
  if (successorStartsOn !== undefined && endsOn >= successorStartsOn) {
    return new Failure(no['renewal-overlaps'], { endsOn, successorStartsOn });
  }
  return refuseThresholds(after);
}

export function refuseThresholds(
  terms: Pick<PaceTerms, 'paceBehindBelow' | 'paceAheadAbove'>,
): Failure | undefined {
  const { paceBehindBelow, paceAheadAbove } = terms;
  if (paceBehindBelow.compare(paceAheadAbove) <= 0) return undefined;
  return new Failure(no['pace-thresholds-crossed'], { paceBehindBelow, paceAheadAbove });
}

/** Quotas are parts of the intent: together they cannot promise more than it. */
export function refuseQuotas(quotas: Money, intent: Money): Failure | undefined {
  if (quotas.atMost(intent)) return undefined;
  return new Failure(no['quotas-exceed-intent'], { quotas, intent, shortBy: quotas.minus(intent) });
}

/** @param others of the same agreement. A closed programme holds neither a place nor a quota. */
export function refuseProgramme(
  terms: TermsOfProgramme,
  others: readonly { readonly id: string; readonly terms: TermsOfProgramme }[],
  intent: Money,
): Failure | undefined {
  const twin = others.find((other) => other.terms.name === terms.name);
  if (twin) return new Failure(no['programme-exists'], { programmeId: twin.id, name: terms.name });
  if (terms.state === 'CLOSED') return undefined;
  const open = others.filter((other) => other.terms.state === 'OPEN');
  const holder = open.find((other) => other.terms.queueRank === terms.queueRank);
  if (holder) {
    const { queueRank } = terms;
    return new Failure(no['programme-rank-taken'], { programmeId: holder.id, queueRank });
  }
  return refuseQuotas(quotasOf([terms, ...open.map((other) => other.terms)]), intent);
}

export const quotasOf = (programmes: readonly TermsOfProgramme[]): Money =>
  Money.sum(
    programmes.flatMap(({ state, reservedQuota }) =>
      state === 'OPEN' && reservedQuota !== null ? [reservedQuota] : [],
    ),
  );

export interface TaggableLine {
  readonly id: string;
  readonly agreementId: string;
  readonly parentLineId: string | null;
  readonly approvedOn: Day;
}

export interface LastTag {
  readonly counts: boolean;
  readonly valueOn: Day;
}

export interface Tagging {
  readonly line: TaggableLine;
  readonly programme: {
    readonly id: string;
    readonly agreementId: string;
    readonly terms: TermsOfProgramme;
  };
  readonly counts: boolean;
  readonly last: LastTag | undefined;
  readonly valueOn: Day;
  readonly today: Day;
}

/** A closed programme takes no new lines; those it has may still be taken out. */
export function refuseTag(tagging: Tagging): Failure | undefined {
  const { line, programme, counts, last, valueOn, today } = tagging;
  if (counts && programme.terms.state === 'CLOSED') {
    return new Failure(no['programme-closed'], { programmeId: programme.id });
  }
  if ((last?.counts ?? false) === counts) {
    return new Failure(no['nothing-changed'], { lineId: line.id, programmeId: programme.id });
  }
  const outOfOrder = refuseValueDay(valueOn, last?.valueOn ?? valueOn, today);
  if (outOfOrder) return outOfOrder;
  if (programme.agreementId !== line.agreementId) {
    return new Failure(no['programme-other-agreement'], { programmeId: programme.id });
  }
  if (line.parentLineId !== null) {
    const { parentLineId } = line;
    return new Failure(no['sub-line-not-tagged'], { lineId: line.id, parentLineId });
  }
  if (valueOn >= line.approvedOn) return undefined;
  return new Failure(no['day-before-line'], { valueOn, approvedOn: line.approvedOn });
}
