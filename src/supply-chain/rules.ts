/**
 * Pure decisions of the supply chain. The term of payment counts in calendar months and years, not
 * in days; a receivable is known by its fingerprint, so that a second certificate on it is found
 * out.
 */
import type { Refusal } from '../kernel/index.ts';
import {
  addMonths,
  canonicalJson,
  Day,
  daysBetween,
  type Exact,
  Failure,
  Money,
  normalForm,
  type Rate,
  sha256Hex,
} from '../kernel/index.ts';
import type {
  Certificate,
  CertificateState,
  Financing,
  Programme,
  Relation,
  TenorClass,
} from './model.ts';
import { usedIn } from './model.ts';
import { supplyChainRefusals as no } from './refusals.ts';

/** 银发〔2025〕77号: payment in principle within 6 months, never above 1 year; evidence: reported. */
export const tenorRule = {
  quote: { pack: 'e-certificate', version: '2025-06-15', clause: '银发〔2025〕77号 账期' },
  evidence: 'rep',
  inForceFrom: Day.of('2025-06-15'),
  normalMonths: 6,
  longestMonths: 12,
} as const;

/** The class of a term, or undefined when it is too long. Older certificates knew no such limit. */
export function tenorOf(issuedOn: Day, dueOn: Day): TenorClass | undefined {
  if (issuedOn < tenorRule.inForceFrom) return 'NORMAL';
  if (dueOn > addMonths(issuedOn, tenorRule.longestMonths)) return undefined;
  return dueOn > addMonths(issuedOn, tenorRule.normalMonths) ? 'ENHANCED_REVIEW' : 'NORMAL';
}

export interface Receivable {
  readonly debtorUscc: string;
  readonly creditorUscc: string;
  readonly contractNo: string;
  readonly invoiceNo: string;
  readonly amount: Money;
}

/**
 * The fingerprint against double financing (重复融资指纹): SHA-256 over debtor, creditor, contract,
 * invoice and amount. Numbers are read in their normal form, so that a blank does not hide a
 * double.
 */
export const fingerprintOf = (one: Receivable): string =>
  sha256Hex(
    canonicalJson([
      normalForm(one.debtorUscc),
      normalForm(one.creditorUscc),
      normalForm(one.contractNo),
      normalForm(one.invoiceNo),
      one.amount,
    ]),
  );

type Sealed = Omit<Certificate, 'hash' | 'state' | 'heldSince' | 'reservationId' | 'version'>;

/** The link of a piece to the one before it: over all that never changes about it. */
export const pieceHash = (piece: Sealed): string =>
  sha256Hex(
    canonicalJson([
      piece.parentHash,
      piece.id,
      piece.programmeId,
      piece.issuerId,
      piece.holderId,
      piece.face,
      piece.issuedOn,
      piece.dueOn,
      piece.rootId,
    ]),
  );

export const discountDayCount = 360;

export interface Discount {
  readonly exact: Exact;
  /** Rounded half-up to the fen, once. */
  readonly interest: Money;
  readonly net: Money;
}

/** Discount interest (贴现利息): face × rate × days ÷ 360; the holder is paid the rest at once. */
export function discountOf(face: Money, rateAnnual: Rate, days: number): Discount {
  const exact = face.exact().times(rateAnnual.exact).times(days).dividedBy(discountDayCount);
  const interest = Money.round(exact);
  return { exact, interest, net: face.minus(interest) };
}

/** What a piece is when a verb cannot be used on it. */
const inState: Readonly<Record<CertificateState, Refusal>> = {
  ISSUED: no['certificate-not-accepted'],
  ACCEPTED: no['certificate-already-accepted'],
  HELD: no['certificate-already-accepted'],
  SPLIT: no['certificate-superseded'],
  TRANSFERRED: no['certificate-superseded'],
  FINANCING: no['certificate-in-approval'],
  FINANCED: no['certificate-financed'],
  PAID: no['certificate-paid'],
};

function refuseState(certificate: Certificate, verb: keyof typeof usedIn): Failure | undefined {
  const { id, state } = certificate;
  const states: readonly CertificateState[] = usedIn[verb];
  return states.includes(state)
    ? undefined
    : new Failure(inState[state], { certificateId: id, state });
}

function refuseDay(valueOn: Day, earliest: Day, today: Day): Failure | undefined {
  if (valueOn > today) return new Failure(no['value-day-in-future'], { valueOn, today });
  if (valueOn < earliest) return new Failure(no['value-day-too-early'], { valueOn, earliest });
  return undefined;
}

function refuseProgramme(programme: Programme, on: Day): Failure | undefined {
  const { id: programmeId, startsOn, expiresOn } = programme;
  if (on < startsOn) return new Failure(no['programme-not-open'], { programmeId, startsOn });
  if (on > expiresOn) return new Failure(no['programme-expired'], { programmeId, expiresOn });
  return undefined;
}

const isSupplier = (relation: Relation | undefined, on: Day): relation is Relation =>
  relation !== undefined && relation.tier > 0 && relation.since <= on;

export function refuseRelation(
  programme: Programme,
  member: { readonly enterpriseId: string; readonly tier: number },
): Failure | undefined {
  const { id: programmeId, maxTiers } = programme;
  if (programme.state !== 'ACTIVE') return new Failure(no['programme-closed'], { programmeId });
  if (member.enterpriseId === programme.coreEnterpriseId) {
    return new Failure(no['relation-to-core'], { enterpriseId: member.enterpriseId });
  }
  if (Math.abs(member.tier) > maxTiers) {
    return new Failure(no['tier-outside-programme'], { tier: member.tier, maxTiers });
  }
  return undefined;
}

export interface IssueFacts {
  readonly programme: Programme;
  readonly relation: Relation | undefined;
  readonly holderId: string;
  readonly issuedOn: Day;
  readonly dueOn: Day;
  readonly today: Day;
}

/** The class of the new certificate's term, or why it is not issued. */
export function decideIssue(facts: IssueFacts): TenorClass | Failure {
  const { programme, holderId, issuedOn, dueOn, today } = facts;
  if (programme.state !== 'ACTIVE') {
    return new Failure(no['programme-closed'], { programmeId: programme.id });
  }
  if (!isSupplier(facts.relation, issuedOn)) {
    return new Failure(no['not-a-supplier'], { enterpriseId: holderId, on: issuedOn });
  }
  if (issuedOn > today) {
    return new Failure(no['value-day-in-future'], { valueOn: issuedOn, today });
  }
  const outside = refuseProgramme(programme, issuedOn);
  if (outside) return outside;
  if (dueOn <= issuedOn) return new Failure(no['due-before-issue'], { issuedOn, dueOn });
  return (
    tenorOf(issuedOn, dueOn) ??
    new Failure(no['tenor-too-long'], {
      issuedOn,
      dueOn,
      latest: addMonths(issuedOn, tenorRule.longestMonths),
      clause: tenorRule.quote.clause,
    })
  );
}

export function refuseAcceptance(
  certificate: Certificate,
  valueOn: Day,
  today: Day,
): Failure | undefined {
  return (
    refuseState(certificate, 'accept') ??
    refuseDay(valueOn, certificate.issuedOn, today) ??
    (valueOn > certificate.dueOn
      ? new Failure(no['certificate-due'], { dueOn: certificate.dueOn, valueOn })
      : undefined)
  );
}

export interface TransferFacts {
  readonly certificate: Certificate;
  readonly newHolderId: string;
  /** How the new holder belongs to the programme, if it does. */
  readonly relation: Relation | undefined;
  readonly valueOn: Day;
  readonly today: Day;
}

/** On its due day a piece still moves; after it no more. */
export function refuseTransfer(facts: TransferFacts): Failure | undefined {
  const { certificate, newHolderId, valueOn, today } = facts;
  const superseded = refuseState(certificate, 'transfer');
  if (superseded) return superseded;
  if (!isSupplier(facts.relation, valueOn)) {
    return new Failure(no['not-a-supplier'], { enterpriseId: newHolderId, on: valueOn });
  }
  const early = refuseDay(valueOn, certificate.heldSince ?? certificate.issuedOn, today);
  if (early) return early;
  if (valueOn > certificate.dueOn) {
    return new Failure(no['certificate-due'], { dueOn: certificate.dueOn, valueOn });
  }
  if (certificate.holderId === newHolderId) {
    return new Failure(no['transfer-to-self'], { holderId: newHolderId });
  }
  return undefined;
}

export interface FinancingFacts {
  readonly certificate: Certificate;
  readonly programme: Programme;
  /**
   * The certificate that financed this receivable or is about to, at whichever bank of the zone.
   */
  readonly claimedBy: string | undefined;
  /** The reservation that the request itself made when it went to approval. */
  readonly hold: string | undefined;
  readonly amount: Money;
  readonly rateAnnual: Rate;
  readonly valueOn: Day;
  readonly reviewOpinion: string | undefined;
  readonly today: Day;
}

/** Days and discount of a financing, or why it is refused before any limit is asked. */
export function decideFinancing(facts: FinancingFacts): (Discount & { days: number }) | Failure {
  const { certificate, programme, hold, amount, valueOn } = facts;
  if (programme.state !== 'ACTIVE') {
    return new Failure(no['programme-closed'], { programmeId: programme.id });
  }
  // A piece has a reservation only while FINANCING: then the request under approval carries on.
  const own = hold !== undefined && certificate.reservationId === hold;
  const early =
    (own ? undefined : refuseState(certificate, 'finance')) ??
    refuseDay(valueOn, certificate.heldSince ?? certificate.issuedOn, facts.today) ??
    refuseProgramme(programme, valueOn);
  if (early) return early;
  const { dueOn, face } = certificate;
  if (valueOn >= dueOn) return new Failure(no['certificate-due'], { dueOn, valueOn });
  if (!amount.equals(face)) {
    return new Failure(no['amount-differs-from-face'], { requested: amount, face });
  }
  if (certificate.tenor === 'ENHANCED_REVIEW' && facts.reviewOpinion === undefined) {
    return new Failure(no['review-missing'], { dueOn, clause: tenorRule.quote.clause });
  }
  if (facts.claimedBy !== undefined && facts.claimedBy !== certificate.id) {
    return new Failure(no['receivable-financed'], { fingerprint: certificate.fingerprint });
  }
  const days = daysBetween(valueOn, dueOn);
  const discount = discountOf(face, facts.rateAnnual, days);
  if (!discount.net.isPositive()) {
    return new Failure(no['discount-consumes-face'], { face, interest: discount.interest });
  }
  return { ...discount, days };
}

export function refuseSettlement(
  financing: Financing,
  valueOn: Day,
  today: Day,
): Failure | undefined {
  const { id: financingId, dueOn } = financing;
  if (financing.state === 'REPAID') {
    return new Failure(no['financing-settled'], { financingId, settledOn: financing.settledOn });
  }
  if (valueOn > today) return new Failure(no['value-day-in-future'], { valueOn, today });
  if (valueOn < dueOn) return new Failure(no['financing-not-due'], { financingId, dueOn, valueOn });
  return undefined;
}
