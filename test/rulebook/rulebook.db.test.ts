// Packs on a real database: versions, two persons, what is shipped, which held on a day, and who
// may add what. Refusals one row each, in their order.
import { expect } from 'chai';
import type { Knex } from 'knex';
import { guangzhou2025, guangzhou2025Clauses } from '../../migrations/0008_rulebook.ts';
import { isFailure } from '../../src/kernel/index.ts';
import { openZone } from '../../src/parties/index.ts';
import type { Actor, Query } from '../../src/platform/operation.ts';
import type { Outcome } from '../../src/platform/perform.ts';
import { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { addPack, packInForce, packsById, packsOf } from '../../src/rulebook/index.ts';
import { rulebookRefusals } from '../../src/rulebook/index.ts';
import { listPacks, showPack, showPackInForce } from '../../src/rulebook/queries.ts';
import type { TestDatabase } from '../support/database.ts';
import { cloneDatabase } from '../support/database.ts';

const officialText = { source: '公报 2025 年第 1 期', sha256: '0123456789abcdef'.repeat(4) };

describe('the rulebook', () => {
  let database: TestDatabase;
  let db: Knex;
  let performer: Performer;
  let zoneId = '';
  let office: Actor;
  let keys = 0;

  const root: Actor = {
    userId: 'user_root',
    personId: 'person_root',
    organisationId: 'org_root',
    permissions: new Set(),
    scope: everything,
  };

  const outcome = async (input: object, actor = root): Promise<Outcome> => {
    try {
      return await performer.perform(addPack, actor, input, `key-${(keys += 1)}`);
    } catch (problem) {
      if (isFailure(problem)) return { kind: 'refused', failure: problem, replayed: false };
      throw problem;
    }
  };
  const added = async (input: object, actor = root) => {
    const answer = await outcome(input, actor);
    if (answer.kind !== 'done') throw new Error(JSON.stringify(answer));
    return answer.output as { packId: string; version: number; status: string };
  };
  const ask = <I, O>(question: Query<I, O>, input: object, actor = root) =>
    performer.ask(question, actor, input);
  const refusalOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (problem: { code?: string }) => problem.code,
    );

  const pack = (more: object = {}) => ({
    kind: 'pool',
    scheme: 'demo',
    documentNo: '示例〔2026〕1号',
    title: '示例办法',
    validFrom: '2026-01-01',
    evidence: '[pub]',
    parameters: guangzhou2025,
    clauses: guangzhou2025Clauses,
    ...more,
  });

  before(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 4, applicationName: 'test-rulebook' });
    performer = new Performer(db, {
      authorise: () => undefined,
      needsApproval: () => false,
      submit: () => Promise.reject(new Error('nothing needs approval here')),
      observe: () => undefined,
    });
    const zone = { code: 'demo', name: '示例', nameEn: 'Demo', openedOn: '2020-01-01' };
    const opened = await performer.perform(openZone, root, zone, 'zone');
    if (opened.kind !== 'done') throw new Error('no zone');
    ({ zoneId } = opened.output as { zoneId: string });
    office = { ...root, userId: 'user_office', scope: { zones: [zoneId], owners: '*' } };
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  it('ships 广州 2025 as a template with its marks', async () => {
    const { items } = await ask(listPacks, { scheme: 'guangzhou-2025' }, office);
    expect(items).to.have.length(1);
    expect(items[0]).to.deep.include({
      documentNo: '穗金管规字〔2025〕1号',
      status: 'TEMPLATE',
      evidence: '[rep]',
      validFrom: '2025-10-01',
      validTo: '2028-09-30',
      zoneId: null,
      parameters: guangzhou2025,
      clauses: guangzhou2025Clauses,
    });
  });

  it('gives versions in order, and verifies only what comes with its text', async () => {
    expect(await added(pack())).to.deep.include({ version: 1, status: 'TEMPLATE' });
    expect(await added(pack({ officialText }))).to.deep.include({ version: 2, status: 'VERIFIED' });
    const own = await added(pack({ zoneId }), office);
    expect(own).to.deep.include({ version: 1, status: 'TEMPLATE' });
    const shown = await ask(showPack, { packId: own.packId }, office);
    expect(shown).to.deep.include({ zoneId, textSha256: null, version: 1 });
    const all = await ask(listPacks, { scheme: 'demo', status: 'VERIFIED', on: '2026-02-01' });
    expect(all.items.map((one) => one.version)).to.deep.equal([2]);
    const none = await ask(listPacks, { scheme: 'demo', on: '2025-12-31', kind: 'pool' });
    expect(none.total).to.equal(0);
  });

  it('gives each concurrent caller a version of its own', async () => {
    const versions = await Promise.all(
      Array.from({ length: 8 }, async () => (await added(pack({ scheme: 'rush' }))).version),
    );
    expect(new Set(versions)).to.deep.equal(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  });

  it('is always a matter of two persons', () => {
    expect(addPack.approval).to.deep.include({ always: true, permission: 'rules:approve' });
  });

  it('says which pack held on a day', async () => {
    await added(pack({ scheme: 'dated', officialText, validTo: '2026-06-30' }));
    const later = await added(
      pack({ scheme: 'dated', officialText, validFrom: '2026-07-01', zoneId }),
      office,
    );
    const heldOn = async (on: string) =>
      (await ask(showPackInForce, { scheme: 'dated', zoneId, on }, office)).id;
    expect(await heldOn('2026-06-30')).to.not.equal(later.packId);
    expect(await heldOn('2026-07-01')).to.equal(later.packId);
    const before = { scheme: 'dated', zoneId, on: '2025-12-31' };
    expect(await refusalOf(ask(showPackInForce, before, office))).to.equal('pack-not-in-force');
    const found = await withTransaction(db, office.scope, async (tx) => {
      const packs = await packsOf(tx, 'pool', ['dated']);
      const held = packInForce(packs, { scheme: 'dated', zoneId, on: '2026-08-01' as never });
      return { held, byId: await packsById(tx, 'pool', [later.packId]) };
    });
    expect(found.held?.id).to.equal(later.packId);
    expect(found.byId.get(later.packId)?.parameters.ratioCap?.toString()).to.equal('0.5');
  });

  it('keeps a zone’s packs to the zone, and the general ones readable', async () => {
    const { packId } = await added(pack({ scheme: 'own', zoneId }), office);
    const stranger: Actor = { ...office, scope: { zones: ['zone_west'], owners: '*' } };
    expect(await refusalOf(ask(showPack, { packId }, stranger))).to.equal('pack-missing');
    const seen = await ask(listPacks, { scheme: 'guangzhou-2025' }, stranger);
    expect(seen.total).to.equal(1);
  });

  const broken = { validFrom: '2026-01-02', validTo: '2026-01-01' };
  const nowhere = { clauses: { 'no.such': { text: '条', evidence: '[D]' } } };
  const rows: [string, () => object, () => Actor][] = [
    ['needs-every-zone', () => pack({ ...broken, ...nowhere }), () => office],
    ['zone-missing', () => pack({ zoneId: 'zone_west', ...broken, ...nowhere }), () => office],
    ['validity-reversed', () => pack({ ...broken, ...nowhere }), () => root],
    ['clause-without-parameter', () => pack(nowhere), () => root],
    ['zone-missing', () => pack({ zoneId: 'zone_none' }), () => root],
    ['invalid-input', () => pack({ parameters: { basis: 'LUCK' } }), () => root],
    ['invalid-input', () => pack({ kind: 'dream' }), () => root],
  ];
  for (const [code, input, actor] of rows) {
    it(`refuses: ${code}`, async () => {
      const count = async () => (await ask(listPacks, {})).total;
      const before = await count();
      const answer = await outcome(input(), actor());
      expect(answer.kind === 'refused' ? answer.failure.code : answer.kind).to.equal(code);
      expect(await count()).to.equal(before);
    });
  }

  it('lists every refusal it says', () => {
    const said = new Set([...rows.map(([code]) => code), 'pack-missing', 'pack-not-in-force']);
    said.delete('invalid-input');
    expect([...said].sort()).to.deep.equal(Object.keys(rulebookRefusals).sort());
  });

  it('lets nobody change or remove a pack', async () => {
    for (const text of ["update rulebook_packs set title = 'x'", 'delete from rulebook_packs']) {
      const refusal = await withTransaction(db, everything, (tx) =>
        tx.rows({ name: `test.${text.slice(0, 6)}`, text }),
      ).then(
        () => undefined,
        (problem: { code?: string }) => problem.code,
      );
      expect(refusal).to.equal('42501');
    }
  });
});
