// Leverage through the real operations of funds: as of any day, as known at any instant, opened
// to its facts, kept by the job and seen by whoever may see it.
import { expect } from 'chai';
import { setTimeout } from 'node:timers/promises';
import { runJob } from '../../jobs/run.ts';
import { insightModule } from '../../src/insight/index.ts';
import { insightQueries as ask } from '../../src/insight/queries.ts';
import { Money } from '../../src/kernel/index.ts';
import { recordReportedFigure, registerOrganisation, openZone } from '../../src/parties/index.ts';
import type { Actor } from '../../src/platform/operation.ts';
import type { Book } from '../funds/book.ts';
import { ago, callIn, fundIn, openBook, partnerIn, pay, today } from '../funds/book.ts';

interface Shown {
  readonly figureId: string;
  readonly measure: string;
  readonly subjectId: string;
  readonly value: string | null;
  readonly reason: string | null;
  readonly numerator: string | null;
  readonly denominator: string | null;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly qualifier: string | null;
  readonly asOf: string;
}

describe('leverage of a mother fund', () => {
  let book: Book;
  let office: Actor;
  let motherId: string;
  let subId: string;
  let motherPartner: string;

  const list = async (input: object = {}, actor = office): Promise<Shown[]> =>
    (await book.ask(ask.listLeverage, input, actor)).items;
  const values = async (input: object = {}, actor = office): Promise<(string | null)[][]> =>
    (await list(input, actor)).map((f) => [f.measure, f.value, f.reason]);
  const run = (more: object = {}) =>
    runJob({
      name: 'leverage',
      db: book.db,
      performer: book.performer,
      modules: [insightModule],
      dataFolder: '/nonexistent',
      actor: book.root,
      ...more,
    });
  const snapshots = async () =>
    (await book.ask(ask.listSnapshots, { kind: 'leverage' }, book.root)).items;
  const missing = '不可计算：缺出资额';

  before(async () => {
    book = await openBook();
    office = { ...book.root, scope: { zones: [book.zoneId], owners: '*' } };
    motherId = await fundIn(book, { kind: 'MOTHER', name: '示例母基金' });
    const district = { name: '区财政', source: 'district' };
    const districtId = await partnerIn(book, motherId, district, '1000', ago(390));
    const motherCall = await callIn(book, motherId, '1000', ago(389));
    await pay(book, motherCall.callId, districtId, '1000', ago(388));
    subId = await fundIn(book, { name: '示例子基金甲' });
    motherPartner = await partnerIn(book, subId, { fundId: motherId }, '400', ago(300));
    const social = { name: '社会出资人', source: 'private' };
    const socialId = await partnerIn(book, subId, social, '1600', ago(250));
    const { callId, items } = await callIn(book, subId, '500', ago(240));
    expect(items.map((item) => item.amount)).to.deep.equal(['100.00', '400.00']);
    await pay(book, callId, motherPartner, '100', ago(200));
    await pay(book, callId, socialId, '200', ago(100));
  });
  after(() => book.close());

  it('answers for every day, on both bases, from the facts up to that day', async () => {
    for (const [day, committed, paidIn] of [
      [301, null, null],
      [300, '1', null],
      [251, '1', null],
      [250, '5', null],
      [201, '5', null],
      [200, '5', '1'],
      [101, '5', '1'],
      [100, '5', '3'],
      [0, '5', '3'],
    ] as const) {
      expect(await values({ asOf: ago(day) }), `${day} days ago`).to.deep.equal([
        ['L1-committed', committed, committed === null ? missing : null],
        ['L1-paid-in', paidIn, paidIn === null ? missing : null],
      ]);
    }
    expect(await values({ asOf: ago(401) })).to.deep.equal([]);
  });

  it('carries its definition, and both halves open to rows that add up to them', async () => {
    const figures = await list();
    expect(figures.map((f) => f.definition['basis'])).to.deep.equal(['committed', 'paid-in']);
    for (const figure of figures) {
      expect(figure.definition).to.deep.include({ level: 'L1', consolidated: false, asOf: today });
      const { figureId } = figure;
      const { items } = await book.ask(ask.leverageInputs, { figureId }, office);
      const sum = (side: string) =>
        Money.sum(items.filter((i) => i.side === side).map((i) => Money.of(i.amount))).toString();
      expect(sum('numerator')).to.equal(figure.numerator);
      expect(sum('denominator')).to.equal(figure.denominator);
      const ids = items.map((item) => `'${item.id}'`).join(',');
      const [row] = await book.rows<{ n: string }>(
        `select count(distinct fact_id) as n from funds_contributions_v where fact_id in (${ids})`,
      );
      expect(Number(row?.n)).to.equal(new Set(items.map((item) => item.id)).size);
    }
  });

  it('refuses days to come, other figures and other kinds', async () => {
    const code = async (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => 'done',
        (problem: { code?: unknown }) => problem.code,
      );
    expect(await code(list({ asOf: '2999-01-01' }))).to.equal('as-of-ahead');
    const [figure] = await list();
    const { figureId = '' } = figure ?? {};
    const open = (id: string, query = ask.leverageInputs) =>
      code(book.ask(query, { figureId: id }, office));
    expect(await open(figureId)).to.equal('done');
    expect(await open(figureId.replace(motherId, subId))).to.equal('figure-missing');
    expect(await open(figureId, ask.exposureInputs)).to.equal('figure-missing');
    expect(await open('anything')).to.equal('figure-missing');
  });

  it('is kept by the job once, and a second run changes nothing', async () => {
    const first = await run();
    expect(first).to.deep.include({ replayed: false, round: 1 });
    expect(await snapshots()).to.have.length(1);
    const count = async () => (await book.rows('select from platform_operations')).length;
    const logged = await count();
    expect(await run()).to.deep.equal({ ...first, replayed: true });
    expect(await snapshots()).to.have.length(1);
    expect(await count()).to.equal(logged);
    // Wanted afresh with the same facts: the job runs, and finds nothing to say.
    const again = await run({ since: new Date() });
    expect(again.round).to.equal(2);
    expect(again.result.answers).to.have.nested.property('[0].snapshots[0].changed', false);
    expect(await snapshots()).to.have.length(1);
  });

  it('is read from the record by the manager, who does not see all owners', async () => {
    const seen = await list({}, book.actor);
    expect(seen.map((f) => [f.measure, f.value])).to.deep.equal([
      ['L1-committed', '5'],
      ['L1-paid-in', '3'],
    ]);
    expect(seen.map((f) => f.figureId)).to.deep.equal((await list()).map((f) => f.figureId));
    const figureId = seen[0]?.figureId;
    const stored = await book.ask(ask.leverageInputs, { figureId }, book.actor);
    const live = await book.ask(ask.leverageInputs, { figureId }, office);
    expect(stored).to.deep.equal(live);
    expect(await list({}, book.otherActor)).to.deep.equal([]);
    const gone = await book
      .ask(ask.leverageInputs, { figureId }, book.otherActor)
      .catch((problem: { code?: unknown }) => problem.code);
    expect(gone).to.equal('figure-missing');
  });

  it('answers as it was known, and keeps a later finding as a new version', async () => {
    const asOf = ago(150);
    await run({ asOf });
    const before = new Date();
    await setTimeout(5);
    const known = await list({ asOf, knownAt: before.toISOString() });
    const late = { name: '补记出资人', source: 'private' };
    await partnerIn(book, subId, late, '400', ago(160));
    expect(await values({ asOf })).to.deep.include(['L1-committed', '6', null]);
    expect(await list({ asOf, knownAt: before.toISOString() })).to.deep.equal(known);
    expect(known[0]?.value).to.equal('5');
    await run({ asOf });
    const of = async () => (await snapshots()).filter((s) => s.asOf === asOf).map((s) => s.version);
    expect(await of()).to.deep.equal([1]);
    await run({ asOf, since: new Date() });
    expect(await of()).to.deep.equal([2, 1]);
    // The record keeps both: the manager reads either by its instant.
    const value = async (input: object) => (await list({ asOf, ...input }, book.actor))[0]?.value;
    expect(await value({})).to.equal('6');
    expect(await value({ knownAt: before.toISOString() })).to.equal('5');
    expect(await value({ asOf: ago(149) })).to.equal('6');
    expect(await value({ asOf: ago(151) })).to.equal(undefined);
  });

  it('opens what it kept: figures with their inputs', async () => {
    const [latest] = await snapshots();
    const { items } = await book.ask(ask.listKeptFigures, { snapshotId: latest?.id }, book.root);
    expect(items.map((f) => [f.measure, f.value])).to.deep.equal([
      ['L1-committed', '6'],
      ['L1-paid-in', '1'],
    ]);
    expect(items[0]?.inputs).to.have.length(4);
    const other = await book
      .ask(ask.listKeptFigures, { snapshotId: latest?.id }, book.otherActor)
      .catch((problem: { code?: unknown }) => problem.code);
    expect(other).to.equal('snapshot-missing');
  });

  it('does not let somebody keep what he sees only in part', async () => {
    const [compute] = insightModule.operations;
    if (!compute) throw new Error('no operation');
    const failure = await book.refused(compute, { asOf: today }, office);
    expect(failure.code).to.equal('scope-partial');
  });

  it('passes on what was reported, with its qualifier and without a multiple', async () => {
    const officeId = (
      await book.done(
        registerOrganisation,
        { kind: 'zone_office', name: '财政局', since: ago(9) },
        book.root,
      )
    )['organisationId'];
    const zone = { code: 'told', name: '报道区', nameEn: 'Told', openedOn: ago(9) };
    const { zoneId } = await book.done(openZone, { ...zone, memberIds: [officeId] }, book.root);
    const figure = { zoneId, unit: '元', source: '某文', reportedOn: ago(5) };
    const told = { subject: '子基金总规模', measure: 'leverage', value: '18000000000' };
    const half = { qualifier: '超', otherHalf: missing };
    await book.done(recordReportedFigure, { ...figure, ...told, ...half }, book.root);
    const count = { subject: '企业', measure: 'count', value: '531' };
    await book.done(recordReportedFigure, { ...figure, ...count, unit: '家' }, book.root);
    const [reported, ...others] = await list({ zoneId }, book.root);
    expect(others).to.deep.equal([]);
    expect(reported).to.deep.include({
      measure: 'reported',
      numerator: '18000000000.00',
      denominator: null,
      value: null,
      reason: missing,
      qualifier: '超',
    });
    expect(await list({ zoneId, asOf: ago(6) }, book.root)).to.deep.equal([]);
    const result = await run({ asOf: ago(1) });
    expect(result.result).to.deep.include({ portions: 2 });
    const kept = (await snapshots()).filter((s) => s.zoneId === zoneId);
    expect(kept.map((s) => s.ownerId)).to.deep.equal([officeId]);
  });
});
