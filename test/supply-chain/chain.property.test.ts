// Random lives of certificates against an oracle that knows nothing of rows, locks or hashes: a
// handful of pieces, a limit and who claimed which receivable. Each answer must be the oracle's,
// and afterwards the book's invariants hold and the limit is what the oracle says.
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Outcome } from '../../src/platform/perform.ts';
import { acceptCertificate } from '../../src/supply-chain/index.ts';
import { ChainBook, on, refusalOf } from './chain-book.ts';

interface Piece {
  id: string;
  state: 'ISSUED' | 'ACCEPTED' | 'HELD' | 'TRANSFERRED' | 'FINANCED' | 'PAID';
  holder: number;
  face: number;
  receivable: number;
  due: number;
  financing?: string;
  financedOn?: number;
  settledOn?: number;
}

const limit = 1000;
const suppliers = 3;

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constant('issue' as const),
      face: fc.constantFrom(200, 300, 400),
      receivable: fc.nat(3),
      due: fc.constantFrom(-20, 40),
    }),
  },
  { weight: 5, arbitrary: fc.record({ verb: fc.constant('accept' as const), piece: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constant('transfer' as const),
      piece: fc.nat(9),
      to: fc.nat(suppliers - 1),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      verb: fc.constant('finance' as const),
      piece: fc.nat(9),
      day: fc.constantFrom(-30, -15, 0),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constant('settle' as const),
      piece: fc.nat(9),
      day: fc.constantFrom(-10, 0),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const stateCodes: Record<Piece['state'], string> = {
  ISSUED: 'certificate-not-accepted',
  ACCEPTED: 'certificate-already-accepted',
  HELD: 'certificate-already-accepted',
  TRANSFERRED: 'certificate-superseded',
  FINANCED: 'certificate-financed',
  PAID: 'certificate-paid',
};

/** One programme and what the oracle believes of it. */
class Life {
  readonly pieces: Piece[] = [];
  used = 0;
  accepted = 0;
  refused = 0;
  private readonly book: ChainBook;
  private readonly programmeId: string;

  constructor(book: ChainBook, programmeId: string) {
    this.book = book;
    this.programmeId = programmeId;
  }

  async take(one: Step): Promise<void> {
    if (one.verb === 'issue') return this.issue(one);
    const piece = this.pieces[one.piece % Math.max(this.pieces.length, 1)];
    if (!piece) return undefined;
    if (one.verb === 'accept') return this.accept(piece);
    if (one.verb === 'transfer') return this.transfer(piece, one.to);
    if (one.verb === 'finance') return this.finance(piece, one.day);
    return this.settle(piece, one.day);
  }

  /** Whether it was done; the refusal must be the expected one. */
  private judge(outcome: Outcome, expected: string | undefined): boolean {
    const code = outcome.kind === 'done' ? undefined : refusalOf(outcome).code;
    expect(code).to.equal(expected);
    if (code === undefined) this.accepted += 1;
    else this.refused += 1;
    return code === undefined;
  }

  private async issue({ face, receivable, due }: Extract<Step, { verb: 'issue' }>): Promise<void> {
    const { certificateId } = await this.book.issued(this.programmeId, {
      face: `${face}.00`,
      contractNo: `HT-${this.programmeId}-${receivable}`,
      invoiceNo: 'FP',
      due,
    });
    this.accepted += 1;
    // The face is part of a receivable's name.
    const name = receivable * 1000 + face;
    this.pieces.push({
      id: certificateId,
      state: 'ISSUED',
      holder: 0,
      face,
      receivable: name,
      due,
    });
  }

  private async accept(piece: Piece): Promise<void> {
    const fresh = piece.state === 'ISSUED';
    const input = { certificateId: piece.id, valueOn: on(-60) };
    const version = await this.book.value(
      `select version from supply_chain_certificates where id = '${piece.id}'`,
    );
    const options = { expectedVersion: Number(version) };
    const outcome = await this.book.try(this.book.bank, acceptCertificate, input, options);
    if (this.judge(outcome, fresh ? undefined : stateCodes[piece.state])) piece.state = 'ACCEPTED';
  }

  private async transfer(piece: Piece, to: number): Promise<void> {
    const movable = piece.state === 'ACCEPTED' || piece.state === 'HELD';
    let expected = movable ? undefined : stateCodes[piece.state];
    if (movable && to === piece.holder) expected = 'transfer-to-self';
    const outcome = await this.book.transfer(piece.id, this.book.suppliers[to] as string, -40);
    if (!this.judge(outcome, expected)) return;
    const { certificateId } = (outcome as { output: { certificateId: string } }).output;
    this.pieces.push({ ...piece, id: certificateId, state: 'HELD', holder: to });
    piece.state = 'TRANSFERRED';
  }

  /** The most that was financed on any day since, today included. */
  private peakSince(from: number): number {
    const days = Array.from({ length: 1 - from }, (_, i) => from + i);
    const usedOn = (day: number): number =>
      this.pieces.reduce((sum, { face, financedOn = 1, settledOn = 1 }) => {
        return financedOn <= day && day < settledOn ? sum + face : sum;
      }, 0);
    return Math.max(...days.map(usedOn));
  }

  private async finance(piece: Piece, asked: number): Promise<void> {
    // Nobody finances what is due already.
    const day = piece.due < 0 ? -30 : asked;
    const movable = piece.state === 'ACCEPTED' || piece.state === 'HELD';
    const claimed = this.pieces.some(
      (other) => other.state === 'FINANCED' && other.receivable === piece.receivable,
    );
    let expected = movable ? undefined : stateCodes[piece.state];
    if (movable && claimed) expected = 'receivable-financed';
    else if (movable && this.peakSince(day) + piece.face > limit) {
      expected = 'limit-exceeded';
    }
    const outcome = await this.book.finance(piece.id, { amount: `${piece.face}.00`, day });
    if (!this.judge(outcome, expected)) return;
    piece.financing = (outcome as { output: { financingId: string } }).output.financingId;
    piece.state = 'FINANCED';
    piece.financedOn = day;
    this.used += piece.face;
  }

  private async settle(piece: Piece, asked: number): Promise<void> {
    if (piece.financing === undefined) return;
    let expected = piece.due > 0 ? 'financing-not-due' : undefined;
    if (piece.state === 'PAID') expected = 'financing-settled';
    const version = piece.state === 'PAID' ? 2 : 1;
    const day = Math.max(asked, piece.financedOn ?? asked);
    const outcome = await this.book.settle(piece.financing, day, version);
    if (!this.judge(outcome, expected)) return;
    piece.state = 'PAID';
    piece.settledOn = day;
    this.used -= piece.face;
  }
}

describe('the life of certificates', () => {
  it('is what a plain model of it says, whatever happens in whichever order', async () => {
    const totals = { accepted: 0, refused: 0, financed: 0 };
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 50, maxLength: 60, size: 'max' }),
      async (steps) => {
        const book = await ChainBook.open(suppliers);
        try {
          const { programmeId, nodeId } = await book.programme(`${limit}.00`);
          const life = new Life(book, programmeId);
          for (const one of steps) await life.take(one);
          const { outstanding } = await book.used(nodeId);
          expect(outstanding).to.equal(`${life.used}.00`);
          totals.accepted += life.accepted;
          totals.refused += life.refused;
          totals.financed += life.pieces.filter(({ financing }) => financing).length;
        } finally {
          await book.end();
        }
      },
    );
    await fc.assert(property, { numRuns: 8 });
    expect(totals.accepted).to.be.greaterThan(40);
    expect(totals.refused).to.be.greaterThan(20);
    expect(totals.financed).to.be.greaterThan(5);
  });
});
