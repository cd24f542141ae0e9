/**
 * Finances a certificate (凭证融资): the bank pays its holder the face less a discount and takes the
 * FACE from the core enterprise's chain limit, for that is what the core enterprise will owe it.
 * Two requests on one receivable in one list are decided one after the other, in rounds: the
 * second is refused as a double only when the first was really paid.
 */
import { z } from 'zod';
import type { Id } from '../../kernel/index.ts';
import { Failure, isFailure, newId } from '../../kernel/index.ts';
import { post } from '../../ledger/index.ts';
import type { Taken } from '../../limits/index.ts';
import { availableOf, takeLimits } from '../../limits/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  MoneyText,
  PositiveAmountInput,
  RateInput,
  ReasonInput,
} from '../../platform/schemas.ts';
import type { Admissible, FinancingBook } from '../financing-book.ts';
import { admit, lockFinancingBook } from '../financing-book.ts';
import { holdFinancing, letGoFinancing } from '../hold.ts';
import type { Financing } from '../model.ts';
import { financingJournal } from '../postings.ts';
import { tenorRule } from '../rules.ts';
import { addFinancings, receivableKey, saveCertificates, saveClaims } from '../store.ts';

const input = z.strictObject({
  certificateId: IdInput('cert'),
  /** The face: whoever approves by amount must see it in what was asked. */
  amount: PositiveAmountInput,
  rateAnnual: RateInput,
  valueOn: DayInput,
  /** What the bank found about a term above six months. */
  reviewOpinion: ReasonInput.optional(),
});
type Input = z.output<typeof input>;

const output = z.object({
  financingId: IdText,
  certificateId: IdText,
  face: MoneyText,
  days: z.number().int(),
  interest: MoneyText,
  net: MoneyText,
  dueOn: DayText,
  programmeAvailable: MoneyText,
  version: z.number().int(),
});
type Output = z.output<typeof output>;

interface Wanted extends Admissible {
  readonly item: Item<Input>;
  readonly id: Id<'fin'>;
}

const takeOf = ({ item, programme, certificate, id }: Wanted) => ({
  step: {
    kind: 'draw' as const,
    nodeId: programme.nodeId,
    amount: certificate.face,
    valueOn: item.input.valueOn,
    of: item.hold,
  },
  sourceId: id,
  operationId: item.operationId,
});

const financingOf = ({ item, id, certificate, days, interest, net }: Wanted): Financing => ({
  id,
  zoneId: certificate.zoneId,
  ownerId: certificate.ownerId,
  programmeId: certificate.programmeId,
  certificateId: certificate.id,
  fingerprint: certificate.fingerprint,
  tier: certificate.tier,
  face: certificate.face,
  rateAnnual: item.input.rateAnnual.toString(),
  days,
  interest,
  net,
  valueOn: item.input.valueOn,
  dueOn: certificate.dueOn,
  reviewOpinion: item.input.reviewOpinion,
  state: 'OPEN',
  settledOn: undefined,
  operationId: item.operationId,
  version: 1,
});

const answerOf = (one: Financing, { leaf }: Taken): Output => ({
  financingId: one.id,
  certificateId: one.certificateId,
  face: one.face.toString(),
  days: one.days,
  interest: one.interest.toString(),
  net: one.net.toString(),
  dueOn: one.dueOn,
  programmeAvailable: availableOf(leaf).toString(),
  version: one.version,
});

const financedEvent = (one: Financing) => ({
  name: 'supply-chain.certificate-financed',
  zoneId: one.zoneId,
  ownerId: one.ownerId,
  subjectId: one.id,
  payload: {
    programmeId: one.programmeId,
    certificateId: one.certificateId,
    face: one.face,
    net: one.net,
    valueOn: one.valueOn,
    dueOn: one.dueOn,
  },
});

interface Round {
  readonly refused: Map<Item<Input>, Failure>;
  readonly wanted: Wanted[];
  /** On a receivable that an item of this round wants already. */
  readonly later: Item<Input>[];
}

function sort(context: Context, book: FinancingBook, items: readonly Item<Input>[]): Round {
  const round: Round = { refused: new Map(), wanted: [], later: [] };
  const taken = new Set<string>();
  for (const item of items) {
    const one = admit(book, item.input, { hold: item.hold, today: context.today });
    if (isFailure(one)) {
      round.refused.set(item, one);
      continue;
    }
    const key = receivableKey(one.certificate);
    if (taken.has(key)) round.later.push(item);
    else round.wanted.push({ ...one, item, id: newId('fin') });
    taken.add(key);
  }
  return round;
}

function concernAll(context: Context, book: FinancingBook, items: readonly Item<Input>[]): void {
  for (const item of items) {
    const certificate = book.certificates.get(item.input.certificateId);
    if (!certificate) continue;
    context.concern(item, certificate.zoneId);
    if (certificate.tenor === 'ENHANCED_REVIEW') context.quote(item, tenorRule.quote);
  }
}

/** The book after the certificate of `one` was paid. */
function remember(book: FinancingBook, { certificate }: Wanted): void {
  const { id } = certificate;
  book.certificates.set(id, { ...certificate, state: 'FINANCED', reservationId: undefined });
  book.claims.set(receivableKey(certificate), id);
}

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(Output | Failure)[]> {
  const { tx, now } = context;
  const ids = items.map((item) => item.input.certificateId);
  const book = await lockFinancingBook(tx, ids);
  concernAll(context, book, items);
  const answers = new Map<Item<Input>, Output | Failure>();
  const paid: Financing[] = [];
  for (let waiting = items; waiting.length > 0;) {
    const { refused, wanted, later } = sort(context, book, waiting);
    refused.forEach((failure, item) => answers.set(item, failure));
    const taken = await takeLimits(tx, wanted.map(takeOf), context);
    for (const [i, one] of wanted.entries()) {
      const took = taken[i] as Taken | Failure;
      if (isFailure(took)) {
        answers.set(one.item, took);
        continue;
      }
      const financing = financingOf(one);
      remember(book, one);
      paid.push(financing);
      context.emit(one.item, financedEvent(financing));
      answers.set(one.item, answerOf(financing, took));
    }
    waiting = later;
  }
  await addFinancings(tx, paid, now);
  await saveCertificates(
    tx,
    paid.flatMap((one) => book.certificates.get(one.certificateId) ?? []),
  );
  await saveClaims(
    tx,
    paid.map((one) => ({ ...one, claimedBy: one.certificateId })),
  );
  await post(tx, paid.map(financingJournal), now);
  return items.map((item) => answers.get(item) as Output | Failure);
}

export const financeCertificate = hotOperation({
  name: 'supply-chain.finance-certificate',
  title: { zh: '凭证融资', en: 'Finance a certificate' },
  permission: 'chain:finance',
  approval: {
    amount: (one: Input) => one.amount,
    permission: 'chain:approve',
    hold: holdFinancing,
    letGo: letGoFinancing,
  },
  input,
  output,
  gatherKey: () => '',
  runMany,
});
