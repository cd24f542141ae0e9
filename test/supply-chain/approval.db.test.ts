// A financing that waits for a second person: what it sets aside, what it keeps others from, and
// that all of it comes back or is used, also when the reservation expired meanwhile.
import { expect } from 'chai';
import { Failure, isFailure, Money, Rate } from '../../src/kernel/index.ts';
import type { Context, Item } from '../../src/platform/operation.ts';
import { statement } from '../../src/platform/transaction.ts';
import { financeCertificate } from '../../src/supply-chain/index.ts';
import { showCertificate } from '../../src/supply-chain/queries/certificates.ts';
import type { Programme } from './chain-book.ts';
import { ChainBook, on, refusalOf, today } from './chain-book.ts';

type Input = Parameters<typeof financeCertificate.runMany>[1][number]['input'];

describe('a financing under approval', () => {
  let book: ChainBook;
  let programme: Programme;
  let certificateId: string;
  let twin: string;
  beforeEach(async () => {
    book = await ChainBook.open();
    programme = await book.programme('250000');
    const receivable = { contractNo: 'HT-1', invoiceNo: 'FP-1' };
    certificateId = await book.certificate(programme.programmeId, receivable);
    twin = await book.certificate(programme.programmeId, receivable);
  });
  afterEach(() => book.end());

  const submit = async (id: string) => {
    book.fourEyes = true;
    const outcome = await book.finance(id);
    book.fourEyes = false;
    return outcome;
  };

  const item = (hold = book.hold): Item<Input> => ({
    input: {
      certificateId,
      amount: Money.of('100000.00'),
      rateAnnual: Rate.of('0.036'),
      valueOn: on(-30),
    },
    actor: book.bank,
    operationId: 'op_decision',
    hold,
  });

  /** What the approvals module does with the filed item once it is decided. */
  const inTransaction = <T>(work: (context: Context) => Promise<T>): Promise<T> =>
    book.see(
      (tx) =>
        work({
          tx,
          now: new Date(),
          today,
          emit: () => undefined,
          optimistic: false,
          sendEvents: () => undefined,
          lockLog: () => undefined,
          concern: () => undefined,
          quote: () => undefined,
        }),
      book.bank.scope,
    );
  const approve = (hold = book.hold) =>
    inTransaction(async (context) => {
      const [answer] = await financeCertificate.runMany(context, [item(hold)]);
      return answer;
    });
  const letGo = () =>
    inTransaction(async (context) => financeCertificate.approval?.letGo?.(context, item()));
  const stateOf = async (id: string) =>
    (await book.ask(showCertificate, { certificateId: id })).state;

  it('holds the limit, the certificate and the receivable', async () => {
    expect((await submit(certificateId)).kind).to.equal('submitted');
    expect(await book.used(programme.nodeId)).to.deep.equal({
      outstanding: '0.00',
      reserved: '100000.00',
    });
    expect(await stateOf(certificateId)).to.equal('FINANCING');
    const codes: [string, string][] = [
      [certificateId, 'certificate-in-approval'],
      [twin, 'receivable-financed'],
    ];
    for (const [id, code] of codes) {
      expect(refusalOf(await book.finance(id)).code).to.equal(code);
      expect(refusalOf(await submit(id)).code).to.equal(code);
    }
    const moved = await book.transfer(certificateId, book.suppliers[1] as string);
    expect(refusalOf(moved).code).to.equal('certificate-in-approval');
    const big = await book.certificate(programme.programmeId, { face: '200000' });
    const refusal = refusalOf(await book.finance(big, { amount: '200000' }));
    expect(refusal.facts).to.deep.include({ heldByReservations: true });
    await approve();
  });

  it('uses what it held when it is approved, once', async () => {
    await submit(certificateId);
    const answer = await approve();
    expect(isFailure(answer)).to.equal(false);
    expect(await book.used(programme.nodeId)).to.deep.equal({
      outstanding: '100000.00',
      reserved: '0.00',
    });
    expect(await stateOf(certificateId)).to.equal('FINANCED');
    expect(((await approve()) as Failure).code).to.equal('certificate-financed');
  });

  it('is not carried out with another hold', async () => {
    await submit(certificateId);
    expect(((await approve('rsv_other')) as Failure).code).to.equal('certificate-in-approval');
  });

  it('gives everything back when it is rejected, and twice is harmless', async () => {
    const states = async () => [await stateOf(certificateId), await stateOf(twin)];
    const before = await states();
    await submit(certificateId);
    await letGo();
    await letGo();
    expect(await states()).to.deep.equal(before);
    expect(await book.used(programme.nodeId)).to.deep.equal({
      outstanding: '0.00',
      reserved: '0.00',
    });
    await book.financed(twin);
    expect(refusalOf(await book.finance(certificateId)).code).to.equal('receivable-financed');
  });

  it('returns a later piece to its holder', async () => {
    const moved = await book.transfer(certificateId, book.suppliers[1] as string, -40);
    certificateId = (moved as { output: { certificateId: string } }).output.certificateId;
    await submit(certificateId);
    await letGo();
    expect(await stateOf(certificateId)).to.equal('HELD');
  });

  it('does not outlive its reservation, which frees the limit by itself', async () => {
    await submit(certificateId);
    await book.see(async (tx) => {
      const expire = `update limits_reservations set expires_at = now() - interval '1 second'`;
      await tx.rows(statement('', expire));
    });
    expect(((await approve()) as Failure).code).to.equal('reservation-expired');
    await letGo();
    expect(await stateOf(certificateId)).to.equal('ACCEPTED');
    expect((await book.used(programme.nodeId)).reserved).to.equal('0.00');
    await book.financed(certificateId);
  });

  it('is not submitted when it would be refused, and then sets nothing aside', async () => {
    const big = await book.certificate(programme.programmeId, { face: '300000' });
    const before = await book.rows();
    book.fourEyes = true;
    const outcome = await book.finance(big, { amount: '300000' });
    book.fourEyes = false;
    expect(refusalOf(outcome).code).to.equal('limit-exceeded');
    expect(await book.rows()).to.deep.equal(before);
  });
});
