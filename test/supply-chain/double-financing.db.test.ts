// One receivable is financed once: by one certificate, by two, in one list, at once, across banks,
// and even past the program, by the tables themselves.
import { expect } from 'chai';
import { Money, newId } from '../../src/kernel/index.ts';
import { createNodes } from '../../src/limits/index.ts';
import { statement } from '../../src/platform/transaction.ts';
import { financeCertificate } from '../../src/supply-chain/index.ts';
import { listFinancings } from '../../src/supply-chain/queries/financings.ts';
import type { Programme } from './chain-book.ts';
import { ChainBook, on, refusalOf } from './chain-book.ts';

describe('double financing', () => {
  let book: ChainBook;
  let programme: Programme;
  let others: Programme;
  before(async () => {
    book = await ChainBook.open();
    programme = await book.programme('100000000');
    others = await book.programme('100000000', book.otherBank);
  });
  after(() => book.end());

  it('of one certificate by twelve at once pays exactly one', async () => {
    const certificateId = await book.certificate(programme.programmeId);
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        book.finance(certificateId, {}, { process: i % 2 === 0 ? 0 : 1 }),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'done')).to.have.length(1);
    const codes = outcomes
      .filter(({ kind }) => kind === 'refused')
      .map((one) => refusalOf(one).code);
    expect(new Set(codes)).to.deep.equal(new Set(['certificate-financed']));
    const { total } = await book.ask(listFinancings, { certificateId });
    expect(total).to.equal(1);
  });

  it('of one receivable through two certificates is refused until the first is paid', async () => {
    const receivable = { contractNo: 'HT-double', invoiceNo: 'FP-1', issued: -150, due: -10 };
    const first = await book.certificate(programme.programmeId, receivable);
    const second = await book.certificate(programme.programmeId, {
      ...receivable,
      contractNo: 'ht－DOUBLE',
      due: 30,
    });
    const financingId = await book.financed(first, { day: -100 });
    const before = await book.rows();
    const refusal = refusalOf(await book.finance(second));
    expect(refusal).to.include({ code: 'receivable-financed', kind: 'refused' });
    expect(await book.rows()).to.deep.equal(before);
    expect((await book.settle(financingId, -10)).kind).to.equal('done');
    await book.financed(second);
  });

  it('follows the receivable through its holders', async () => {
    const receivable = { contractNo: 'HT-moved', invoiceNo: 'FP-2' };
    const first = await book.certificate(programme.programmeId, receivable);
    const second = await book.certificate(programme.programmeId, receivable);
    const moved = await book.transfer(first, book.suppliers[1] as string, -40);
    const { certificateId } = (moved as { output: { certificateId: string } }).output;
    await book.financed(certificateId);
    expect(refusalOf(await book.finance(second)).code).to.equal('receivable-financed');
  });

  it('is found out across banks, from both at once, and names neither to the other', async () => {
    const receivable = { contractNo: 'HT-across', invoiceNo: 'FP-3' };
    const actors = [book.bank, book.otherBank];
    const mine = await book.certificate(programme.programmeId, receivable);
    const theirs = await book.certificate(others.programmeId, receivable, book.otherBank);
    const outcomes = await Promise.all(
      [mine, theirs].map((id, i) =>
        book.finance(id, {}, { actor: actors[i]!, process: i === 0 ? 0 : 1 }),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'done')).to.have.length(1);
    const refusal = outcomes.filter(({ kind }) => kind === 'refused').map(refusalOf)[0];
    expect(refusal?.code).to.equal('receivable-financed');
    expect(Object.keys(refusal?.facts ?? {})).to.deep.equal(['fingerprint']);
  });

  it('in one list refuses the second only when the first was really paid', async () => {
    const parent = newId('lim');
    const shortLived = await ChainBook.open();
    try {
      await shortLived.see((tx) =>
        createNodes(tx, [
          {
            id: parent,
            zoneId: shortLived.zoneId,
            ownerId: shortLived.bank.organisationId,
            name: '已到期协议',
            kind: 'ZONE_MASTER',
            revolving: 'R',
            enforcement: 'HARD',
            limit: Money.of('1000000.00'),
            startsOn: on(-700),
            expiresOn: on(-25),
          },
        ]),
      );
      const { programmeId } = await shortLived.programme('1000000', shortLived.bank, {
        parentNodeId: parent,
      });
      const certificateId = await shortLived.certificate(programmeId);
      const raw = (day: number) => ({
        certificateId,
        amount: '100000',
        rateAnnual: '0.03',
        valueOn: on(day),
      });
      const outcomes = await shortLived.performers[0].performMany(
        financeCertificate,
        shortLived.bank,
        [-24, -25, -26].map((day) => ({ raw: raw(day), key: `day${day}` })),
      );
      expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['refused', 'done', 'refused']);
      expect(refusalOf(outcomes[0]!).code).to.equal('limit-expired');
      expect(refusalOf(outcomes[2]!).code).to.equal('certificate-financed');
    } finally {
      await shortLived.end();
    }
  });

  it('is refused by the tables themselves', async () => {
    const financed = await book.certificate(programme.programmeId);
    const other = await book.certificate(programme.programmeId);
    const financingId = await book.financed(financed);
    const copies: [string, string, string][] = [
      ['supply_chain_financings_certificate', `'${financed}'`, `repeat('0', 64)`],
      ['supply_chain_financings_fingerprint', `'${other}'`, 'fingerprint'],
    ];
    for (const [constraint, certificate, fingerprint] of copies) {
      const copy = `insert into supply_chain_financings (id, zone_id, owner_id, programme_id,
          certificate_id, fingerprint, tier, face, rate_annual, days, interest, net, value_on,
          due_on, state, operation_id, recorded_at)
        select 'fin_copy', zone_id, owner_id, programme_id, ${certificate}, ${fingerprint}, tier,
          face, rate_annual, days, interest, net, value_on, due_on, state, operation_id, recorded_at
        from supply_chain_financings where id = '${financingId}'`;
      const problem = await book
        .see((tx) => tx.rows(statement('', copy)))
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(problem).to.include({ code: '23505', constraint });
    }
  });

  it('is beyond what the program may do to a piece or a financing', async () => {
    const forbidden = [
      'update supply_chain_certificates set face = face + 1',
      'update supply_chain_certificates set holder_id = issuer_id',
      'update supply_chain_financings set face = face + 1',
      'update supply_chain_programmes set max_tiers = 9',
      'update supply_chain_relations set tier = 2',
      'delete from supply_chain_certificates',
      'delete from supply_chain_financings',
      'delete from supply_chain_receivables',
    ];
    for (const sql of forbidden) {
      const problem = await book
        .see((tx) => tx.rows(statement('', sql)))
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(problem, sql).to.include({ code: '42501' });
    }
  });
});
