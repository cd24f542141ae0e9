// Programmes, members and certificates on a real database: the way of a certificate from hand to
// hand, every refusal that rows decide, and what the lists show.
import { expect } from 'chai';
import { newId } from '../../src/kernel/index.ts';
import { createNodes } from '../../src/limits/index.ts';
import { Money } from '../../src/kernel/index.ts';
import {
  acceptCertificate,
  issueCertificate,
  openProgramme,
  relateSupplier,
  transferCertificate,
} from '../../src/supply-chain/index.ts';
import { listCertificates, showCertificate } from '../../src/supply-chain/queries/certificates.ts';
import { listProgrammes, showProgramme } from '../../src/supply-chain/queries/programmes.ts';
import type { Programme } from './chain-book.ts';
import { ChainBook, on, refusalOf } from './chain-book.ts';

describe('programmes', () => {
  let book: ChainBook;
  before(async () => {
    book = await ChainBook.open();
  });
  after(() => book.end());

  const terms = (more: object = {}): object => ({
    zoneId: book.zoneId,
    bankId: book.bank.organisationId,
    coreEnterpriseId: book.coreId,
    name: '链主项目',
    limit: '50000000',
    startsOn: on(-700),
    expiresOn: on(700),
    ...more,
  });

  it('need a zone, its bank that one may act for, an enterprise, a node of the bank', async () => {
    const foreign = newId('lim');
    await book.see((tx) =>
      createNodes(tx, [
        {
          id: foreign,
          zoneId: book.zoneId,
          ownerId: book.otherBank.organisationId,
          name: '他行协议',
          kind: 'ZONE_MASTER',
          revolving: 'R',
          enforcement: 'HARD',
          limit: Money.of('1.00'),
          startsOn: on(-800),
        },
      ]),
    );
    const before = await book.rows();
    const missing: [string, object][] = [
      ['zone-missing', { zoneId: 'zone_none' }],
      ['bank-missing', { bankId: 'org_none' }],
      ['bank-missing', { bankId: book.otherBank.organisationId }],
      ['enterprise-missing', { coreEnterpriseId: 'ent_none' }],
      ['parent-missing', { parentNodeId: 'lim_none' }],
      ['parent-missing', { parentNodeId: foreign }],
    ];
    for (const [code, wrong] of missing) {
      const outcome = await book.try(book.bank, openProgramme, terms(wrong));
      expect(refusalOf(outcome).code).to.equal(code);
    }
    const ends = await book.try(book.bank, openProgramme, terms({ expiresOn: on(-700) }));
    expect(refusalOf(ends).code).to.equal('invalid-input');
    expect(await book.rows()).to.deep.equal(before);
  });

  it('stand once per bank and core enterprise, below an agreement if wished', async () => {
    const parent = newId('lim');
    await book.see((tx) =>
      createNodes(tx, [
        {
          id: parent,
          zoneId: book.zoneId,
          ownerId: book.bank.organisationId,
          name: '整园协议',
          kind: 'ZONE_MASTER',
          revolving: 'R',
          enforcement: 'HARD',
          limit: Money.of('30000000.00'),
          startsOn: on(-800),
        },
      ]),
    );
    const opened = await book.programme('50000000', book.bank, { parentNodeId: parent });
    const before = await book.rows();
    const again = await book.try(book.bank, openProgramme, terms());
    expect(refusalOf(again)).to.include({ code: 'programme-exists', kind: 'conflict' });
    expect(await book.rows()).to.deep.equal(before);
    await book.programme('10000000', book.otherBank);

    const { items } = await book.ask(listProgrammes, {});
    expect(items).to.have.length(1);
    expect(items[0]).to.include({
      id: opened.programmeId,
      limit: '50000000.00',
      used: '0.00',
      reserved: '0.00',
      headroom: '30000000.00',
      undue: '0.00',
      overdue: '0.00',
      issuedNotFinanced: '0.00',
    });
  });

  it('admit members by tier, once', async () => {
    const { items } = await book.ask(listProgrammes, {});
    const programmeId = items[0]?.id as string;
    const member = (enterpriseId: string | undefined, tier: number, of = programmeId) =>
      book.try(book.bank, relateSupplier, { programmeId: of, enterpriseId, tier, since: on(0) });
    const [first] = book.suppliers;
    const before = await book.rows();
    expect(refusalOf(await member(first, 1, 'prog_none')).code).to.equal('programme-missing');
    expect(refusalOf(await member('ent_none', 1)).code).to.equal('enterprise-missing');
    expect(refusalOf(await member(first, 2)).code).to.equal('relation-exists');
    expect(refusalOf(await member(book.coreId, 1)).code).to.equal('relation-to-core');
    expect(refusalOf(await member(first, 4)).code).to.equal('tier-outside-programme');
    for (const tier of [0, 11, 1.5]) {
      expect(refusalOf(await member(first, tier)).code).to.equal('invalid-input');
    }
    expect(await book.rows()).to.deep.equal(before);
    const { suppliers } = await book.ask(showProgramme, { programmeId });
    expect(suppliers.map(({ tier }) => tier)).to.deep.equal([1, 1, 2]);
  });
});

describe('certificates', () => {
  let book: ChainBook;
  let programme: Programme;
  before(async () => {
    book = await ChainBook.open();
    programme = await book.programme('50000000');
  });
  after(() => book.end());

  it('are issued with the class of their term, and quote the clause', async () => {
    const { programmeId } = programme;
    const normal = await book.issued(programmeId, { issued: -30, due: 100 });
    const long = await book.issued(programmeId, { issued: -30, due: 200 });
    expect([normal['tenor'], long['tenor']]).to.deep.equal(['NORMAL', 'ENHANCED_REVIEW']);
    const rules = await book.value(
      `select rules from platform_operations
       where operation = 'supply-chain.issue-certificate' order by height desc limit 1`,
    );
    expect(JSON.parse(rules)).to.deep.equal([
      { pack: 'e-certificate', version: '2025-06-15', clause: '银发〔2025〕77号 账期' },
    ]);
  });

  it('are refused on their own, in one list, and leave no trace', async () => {
    const { programmeId } = programme;
    const before = await book.rows();
    const distributor = book.suppliers[0];
    const base = {
      programmeId,
      holderId: distributor,
      face: '100',
      issuedOn: on(-10),
      dueOn: on(100),
      contractNo: 'HT',
      invoiceNo: '1',
    };
    const wrong: [string, object][] = [
      ['programme-missing', { programmeId: 'prog_none' }],
      ['enterprise-missing', { holderId: 'ent_none' }],
      ['not-a-supplier', { holderId: book.coreId }],
      ['value-day-in-future', { issuedOn: on(1) }],
      ['due-before-issue', { dueOn: on(-10) }],
      ['tenor-too-long', { dueOn: on(400) }],
      ['invalid-input', { face: '0' }],
      ['invalid-input', { dueOn: '2026-02-30' }],
    ];
    const outcomes = await book.performers[0].performMany(
      issueCertificate,
      book.bank,
      wrong.map(([code, change], i) => ({ raw: { ...base, ...change }, key: `${code}-${i}` })),
    );
    expect(outcomes.map((outcome) => refusalOf(outcome).code)).to.deep.equal(
      wrong.map(([code]) => code),
    );
    expect(await book.rows()).to.deep.equal(before);
  });

  it('wait for their first holder, who accepts once and on a version', async () => {
    const { certificateId } = await book.issued(programme.programmeId);
    const accept = (version: number, day = -50, id = certificateId) =>
      book.try(
        book.bank,
        acceptCertificate,
        { certificateId: id, valueOn: on(day) },
        { expectedVersion: version },
      );
    const early = await book.transfer(certificateId, book.suppliers[1] as string);
    expect(refusalOf(early).code).to.equal('certificate-not-accepted');
    expect(refusalOf(await book.finance(certificateId)).code).to.equal('certificate-not-accepted');
    expect(refusalOf(await accept(1, -50, 'cert_none')).code).to.equal('certificate-missing');
    expect(refusalOf(await accept(7)).code).to.equal('version-stale');
    expect(refusalOf(await accept(1, -61)).code).to.equal('value-day-too-early');
    const done = await accept(1);
    expect(done).to.deep.include({
      kind: 'done',
      output: { certificateId, state: 'ACCEPTED', version: 2 },
    });
    expect(refusalOf(await accept(2)).code).to.equal('certificate-already-accepted');
  });

  it('pass from hand to hand as a chain of pieces, each carrying the hash before it', async () => {
    const [first, second, third] = book.suppliers as [string, string, string];
    const certificateId = await book.certificate(programme.programmeId);
    const moved = async (id: string, to: string, day: number): Promise<string> => {
      const input = { certificateId: id, newHolderId: to, valueOn: on(day) };
      const made = await book.as<{ certificateId: string }>(book.bank, transferCertificate, input);
      return made.certificateId;
    };
    const piece = await moved(certificateId, second, -50);
    const last = await moved(piece, third, -40);
    const { chain, ...shown } = await book.ask(showCertificate, { certificateId: last });
    expect(shown).to.include({
      rootId: certificateId,
      parentId: piece,
      holderId: third,
      tier: 2,
      face: '100000.00',
      heldSince: on(-40),
      state: 'HELD',
      version: 1,
    });
    expect(chain.map(({ holderId, state }) => [holderId, state])).to.deep.equal([
      [first, 'TRANSFERRED'],
      [second, 'TRANSFERRED'],
      [third, 'HELD'],
    ]);
    expect(chain.map(({ parentHash }) => parentHash)).to.deep.equal([
      shown.fingerprint,
      chain[0]?.hash,
      chain[1]?.hash,
    ]);

    const refusals: [string, string, string, number][] = [
      ['certificate-missing', 'cert_none', second, -30],
      ['enterprise-missing', last, 'ent_none', -30],
      ['certificate-superseded', piece, first, -30],
      ['not-a-supplier', last, book.coreId, -30],
      ['value-day-in-future', last, second, 1],
      ['value-day-too-early', last, second, -41],
      ['transfer-to-self', last, third, -30],
    ];
    const before = await book.rows();
    for (const [code, id, to, day] of refusals) {
      expect(refusalOf(await book.transfer(id, to, day)).code).to.equal(code);
    }
    expect(await book.rows()).to.deep.equal(before);
  });

  it('move once when eight ask at the same time', async () => {
    const certificateId = await book.certificate(programme.programmeId);
    const [, second, third] = book.suppliers as [string, string, string];
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        book.try(
          book.bank,
          transferCertificate,
          { certificateId, newHolderId: i % 2 === 0 ? second : third, valueOn: on(-30) },
          {},
          i < 4 ? 0 : 1,
        ),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'done')).to.have.length(1);
    const refused = outcomes.filter(({ kind }) => kind === 'refused').map(refusalOf);
    expect(new Set(refused.map(({ code }) => code))).to.deep.equal(
      new Set(['certificate-superseded']),
    );
    const { items } = await book.ask(listCertificates, { rootId: certificateId, state: 'HELD' });
    expect(items).to.have.length(1);
  });

  it('do not move after their due day', async () => {
    const certificateId = await book.certificate(programme.programmeId, { issued: -90, due: -20 });
    const [, second] = book.suppliers as [string, string];
    const late = await book.transfer(certificateId, second, -19);
    expect(refusalOf(late).code).to.equal('certificate-due');
    const { items } = await book.ask(listCertificates, { rootId: certificateId });
    expect(items.map(({ state }) => state)).to.deep.equal(['DUE']);
    expect((await book.transfer(certificateId, second, -20)).kind).to.equal('done');
  });

  it('are found by programme, issuer, holder and state', async () => {
    const [first] = book.suppliers as [string];
    const all = await book.ask(listCertificates, {
      programmeId: programme.programmeId,
      issuerId: book.coreId,
      limit: '200',
    });
    expect(all.total).to.equal(all.items.length).and.greaterThan(8);
    const his = await book.ask(listCertificates, { holderId: first, state: 'TRANSFERRED' });
    expect(his.items.map(({ holderId, state }) => `${holderId} ${state}`)).to.deep.equal(
      his.items.map(() => `${first} TRANSFERRED`),
    );
    expect(his.total).to.be.greaterThan(0);
    const live = all.items.filter(({ state }) => /ISSUED|ACCEPTED|HELD|DUE/.test(state));
    const sum = Money.sum(live.map(({ face }) => Money.of(face)));
    const shown = await book.ask(showProgramme, { programmeId: programme.programmeId });
    expect(shown.issuedNotFinanced).to.equal(sum.toString());
    expect(shown.used).to.equal('0.00');
  });

  it('show nothing of one bank to another', async () => {
    const other = book.otherBank;
    expect((await book.ask(listCertificates, {}, other)).total).to.equal(0);
    expect((await book.ask(listProgrammes, {}, other)).total).to.equal(0);
    const certificateId = await book.certificate(programme.programmeId);
    const [, second] = book.suppliers as [string, string];
    const outcomes = [
      await book.transfer(certificateId, second, -30, other),
      await book.finance(certificateId, {}, { actor: other }),
      await book.try(
        other,
        acceptCertificate,
        { certificateId, valueOn: on(-30) },
        { expectedVersion: 2 },
      ),
    ];
    for (const outcome of outcomes) {
      expect(refusalOf(outcome)).to.include({ code: 'certificate-missing', kind: 'missing' });
    }
    const { programmeId } = programme;
    const enterpriseId = second;
    const joined = { programmeId, enterpriseId, tier: 1, since: on(0) };
    const related = await book.try(other, relateSupplier, joined);
    expect(refusalOf(related).code).to.equal('programme-missing');
    for (const question of [
      () => book.ask(showProgramme, { programmeId }, other),
      () => book.ask(showCertificate, { certificateId }, other),
    ]) {
      const problem = await question().then(
        () => undefined,
        (refusal: unknown) => refusal,
      );
      expect(problem).to.include({ kind: 'missing' });
    }
  });
});
