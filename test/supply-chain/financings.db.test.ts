// Financing on a real database, from payment to settlement: the chain limit admits exactly what
// fits and a refusal leaves no trace.
import { expect } from 'chai';
import { balanceOf } from '../../src/ledger/index.ts';
import { financeCertificate, supplyChainRefusals } from '../../src/supply-chain/index.ts';
import { listCertificates, showCertificate } from '../../src/supply-chain/queries/certificates.ts';
import { showProgramme } from '../../src/supply-chain/queries/programmes.ts';
import { readCases } from '../kernel/cases.ts';
import type { Programme } from './chain-book.ts';
import { ChainBook, on, refusalOf, timesOf } from './chain-book.ts';

interface ExposureCase {
  readonly chainLimit: string;
  readonly financed: string;
  readonly issuedNotFinanced: string;
  readonly asked: string;
  readonly expected: { readonly available: string; readonly shortBy: string };
}

describe('a financing', () => {
  let book: ChainBook;
  let programme: Programme;
  before(async () => {
    book = await ChainBook.open();
    programme = await book.programme('1000000');
  });
  after(() => book.end());

  const balance = (kind: 'certificate-financed' | 'bank-funding' | 'interest-received') => {
    const { zoneId, bank } = book;
    const ownerId = bank.organisationId;
    const subjectId = kind === 'certificate-financed' ? programme.programmeId : ownerId;
    return book.see(async (tx) =>
      (await balanceOf(tx, { zoneId, ownerId, kind, subjectId })).toString(),
    );
  };
  const balances = async (): Promise<string[]> => [
    await balance('certificate-financed'),
    await balance('bank-funding'),
    await balance('interest-received'),
  ];

  it('takes the face from the limit, pays the net, earns the discount and comes back', async () => {
    const { programmeId, nodeId } = programme;
    const certificateId = await book.certificate(programmeId, {
      face: '450000',
      issued: -150,
      due: -10,
    });
    const outcome = await book.finance(certificateId, {
      amount: '450000',
      day: -130,
      rate: '0.032',
    });
    const { financingId } = (outcome as { output: { financingId: string } }).output;
    expect(outcome).to.deep.include({
      kind: 'done',
      output: {
        financingId,
        certificateId,
        face: '450000.00',
        days: 120,
        interest: '4800.00',
        net: '445200.00',
        dueOn: on(-10),
        programmeAvailable: '550000.00',
        version: 1,
      },
    });
    expect(await balances()).to.deep.equal(['450000.00', '445200.00', '4800.00']);
    expect(await book.used(nodeId)).to.deep.equal({ outstanding: '450000.00', reserved: '0.00' });
    const { state } = await book.ask(showCertificate, { certificateId });
    expect(state).to.equal('OVERDUE');

    const before = await book.rows();
    expect(refusalOf(await book.settle('fin_none', -10)).code).to.equal('financing-missing');
    expect(refusalOf(await book.settle(financingId, -10, 2)).code).to.equal('version-stale');
    expect(refusalOf(await book.settle(financingId, 1)).code).to.equal('value-day-in-future');
    expect(refusalOf(await book.settle(financingId, -11)).code).to.equal('financing-not-due');
    expect(await book.rows()).to.deep.equal(before);

    const settled = await book.settle(financingId, -9);
    expect(settled).to.deep.include({
      kind: 'done',
      output: {
        financingId,
        certificateId,
        state: 'REPAID',
        programmeAvailable: '1000000.00',
        version: 2,
      },
    });
    expect(await balances()).to.deep.equal(['0.00', '-4800.00', '4800.00']);
    expect(await book.used(nodeId)).to.deep.equal({ outstanding: '0.00', reserved: '0.00' });
    const again = await book.settle(financingId, -8, 2);
    expect(refusalOf(again).code).to.equal('financing-settled');
    expect(refusalOf(await book.finance(certificateId)).code).to.equal('certificate-paid');
  });

  it('is refused in the order of the list, one reason at a time, and leaves no trace', async () => {
    const { programmeId } = programme;
    const due = await book.certificate(programmeId, { issued: -90, due: -20 });
    const long = await book.certificate(programmeId, { issued: -40, due: 200 });
    const sound = await book.certificate(programmeId);
    const before = await book.rows();
    const refusals: [string, string, Parameters<ChainBook['finance']>[1]][] = [
      ['certificate-missing', 'cert_none', {}],
      ['value-day-in-future', sound, { day: 1 }],
      ['value-day-too-early', sound, { day: -61 }],
      ['certificate-due', due, { day: -20 }],
      ['amount-differs-from-face', sound, { amount: '99999.99' }],
      ['review-missing', long, {}],
      ['discount-consumes-face', sound, { rate: '100' }],
    ];
    for (const [code, id, terms] of refusals) {
      expect(refusalOf(await book.finance(id, terms)).code, code).to.equal(code);
    }
    expect(await book.rows()).to.deep.equal(before);
    const codes = Object.keys(supplyChainRefusals);
    const places = refusals.map(([code]) => codes.indexOf(code));
    expect(places).to.deep.equal([...places].sort((a, b) => a - b));
    expect((await book.finance(long, { opinion: '设备行业惯例' })).kind).to.equal('done');
  });

  it('answers a repeated request with what it answered first', async () => {
    const certificateId = await book.certificate(programme.programmeId);
    const input = {
      certificateId,
      amount: '100000.00',
      rateAnnual: '0.036',
      valueOn: on(-30),
    };
    const ask = () => book.performers[1].perform(financeCertificate, book.bank, input, 'same');
    const first = await ask();
    expect(first.kind).to.equal('done');
    expect(await ask()).to.deep.equal({ ...first, replayed: true });
  });
});

describe('the chain limit', () => {
  it('counts what is financed, not what is only issued (C125)', async () => {
    const { exposure } = readCases('certificates') as { readonly exposure: ExposureCase };
    const book = await ChainBook.open();
    try {
      const { programmeId, nodeId } = await book.programme(exposure.chainLimit);
      const { financed, issuedNotFinanced, asked, expected } = exposure;
      await book.certificate(programmeId, { face: issuedNotFinanced });
      const big = await book.certificate(programmeId, { face: financed });
      await book.financed(big, { amount: financed });
      const one = await book.certificate(programmeId, { face: asked });
      const before = await book.rows();
      const refusal = refusalOf(await book.finance(one, { amount: asked }));
      expect(refusal.code).to.equal('limit-exceeded');
      const facts = JSON.parse(JSON.stringify(refusal.facts)) as Record<string, unknown>;
      expect(facts).to.include({ smallestAdmissible: expected.available });
      expect(facts['binding']).to.have.lengthOf(1);
      expect((facts['binding'] as object[])[0]).to.include({
        nodeId,
        kind: 'CORE_PROGRAM',
        limit: exposure.chainLimit,
        used: financed,
        ...expected,
      });
      expect(await book.rows()).to.deep.equal(before);
      const fits = await book.certificate(programmeId, { face: expected.available });
      await book.financed(fits, { amount: expected.available });
    } finally {
      await book.end();
    }
  });

  it('admits exactly what fits of sixty at once, from two processes', async () => {
    const book = await ChainBook.open();
    try {
      const face = '100000.00';
      const { programmeId, nodeId } = await book.programme('2550000');
      const ids: string[] = [];
      for (let i = 0; i < 60; i += 1) ids.push(await book.certificate(programmeId, { face }));
      const outcomes = await Promise.all(
        ids.map((id, i) => book.finance(id, { amount: face }, { process: i % 2 === 0 ? 0 : 1 })),
      );
      const done = outcomes.filter(({ kind }) => kind === 'done');
      expect(done).to.have.length(25);
      const refused = outcomes.filter(({ kind }) => kind === 'refused').map(refusalOf);
      expect(refused.map(({ code }) => code)).to.deep.equal(
        Array.from({ length: 35 }, () => 'limit-exceeded'),
      );
      expect(await book.used(nodeId)).to.deep.equal({
        outstanding: timesOf(face, 25),
        reserved: '0.00',
      });
      const { undue } = await book.ask(showProgramme, { programmeId });
      expect(undue).to.equal(timesOf(face, 25));
      const held = await book.ask(listCertificates, { programmeId, state: 'ACCEPTED' });
      expect(held.total).to.equal(35);
    } finally {
      await book.end();
    }
  });
});
