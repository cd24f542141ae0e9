/**
 * What a list of requests for financing is decided against: the certificates, their programmes and
 * who has claimed each receivable, all locked before any limit is. Held requests and paid ones
 * share it.
 */
import type { Day, Money, Rate } from '../kernel/index.ts';
import { Failure } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import type { Certificate, Programme } from './model.ts';
import { supplyChainRefusals as no } from './refusals.ts';
import type { Discount } from './rules.ts';
import { decideFinancing } from './rules.ts';
import { lockCertificatesById, lockClaims, receivableKey } from './store.ts';
import { programmesById } from './store-terms.ts';

/** What is asked for; the operation's parsed input has this shape. */
export interface FinancingRequest {
  readonly certificateId: string;
  readonly amount: Money;
  readonly rateAnnual: Rate;
  readonly valueOn: Day;
  readonly reviewOpinion?: string | undefined;
}

export interface FinancingBook {
  readonly certificates: Map<string, Certificate>;
  readonly programmes: Map<string, Programme>;
  /** By `receivableKey`: the certificate that was financed on it or is about to be. */
  readonly claims: Map<string, string | undefined>;
}

export async function lockFinancingBook(
  tx: Tx,
  certificateIds: readonly string[],
): Promise<FinancingBook> {
  const certificates = await lockCertificatesById(tx, certificateIds);
  const all = [...certificates.values()];
  const programmeIds = all.map((certificate) => certificate.programmeId);
  return {
    certificates,
    programmes: await programmesById(tx, programmeIds),
    claims: await lockClaims(tx, all),
  };
}

/** A request that only the limit can still refuse. */
export interface Admissible extends Discount {
  readonly certificate: Certificate;
  readonly programme: Programme;
  readonly days: number;
}

export function admit(
  book: FinancingBook,
  request: FinancingRequest,
  { hold, today }: { readonly hold: string | undefined; readonly today: Day },
): Admissible | Failure {
  const { certificateId, reviewOpinion, ...terms } = request;
  const certificate = book.certificates.get(certificateId);
  if (!certificate) return new Failure(no['certificate-missing'], { certificateId });
  const programme = book.programmes.get(certificate.programmeId);
  if (!programme) throw new Error(`The certificate ${certificateId} has no programme in scope.`);
  const claimedBy = book.claims.get(receivableKey(certificate));
  const facts = { ...terms, certificate, programme, claimedBy, hold, reviewOpinion, today };
  const decision = decideFinancing(facts);
  return decision instanceof Failure ? decision : { ...decision, certificate, programme };
}
