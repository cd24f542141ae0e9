// Supply-chain exposure through the real operations: per core enterprise, bank and tier, against
// the limit of that day; a bank sees its own and nothing of another's.
import { expect } from 'chai';
import { setTimeout } from 'node:timers/promises';
import { runJob } from '../../jobs/run.ts';
import { insightModule } from '../../src/insight/index.ts';
import { insightQueries as ask } from '../../src/insight/queries.ts';
import { addDays, Money } from '../../src/kernel/index.ts';
import { changeTerms, lockNode } from '../../src/limits/index.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { everything, statement } from '../../src/platform/transaction.ts';
import type { Programme } from '../supply-chain/chain-book.ts';
import { ChainBook, on, today } from '../supply-chain/chain-book.ts';

interface Line {
  readonly figureId: string;
  readonly bankId: string;
  readonly tier: number | null;
  readonly financed: string;
  readonly undue: string;
  readonly overdue: string;
  readonly limit: string | null;
  readonly usedShare: string | null;
}

describe('supply-chain exposures', () => {
  let book: ChainBook;
  let programme: Programme;
  let other: Programme;
  let root: Actor;

  /** Face, value day, due day, day of settlement; the last supplier stands on tier 2. */
  const plan = [
    { face: '100000.00', day: -100, due: -50, settled: -50, holder: 0 },
    { face: '200000.00', day: -90, due: -40, settled: undefined, holder: 0 },
    { face: '300000.00', day: -80, due: 0, settled: undefined, holder: 1 },
    { face: '400000.00', day: -70, due: -1, settled: undefined, holder: 2 },
  ] as const;

  const list = async (input: object = {}, actor = book.bank): Promise<Line[]> =>
    (await book.ask(ask.listExposures, input, actor)).items;
  const amounts = (lines: readonly Line[]) =>
    lines.map((l) => [l.tier, l.financed, l.undue, l.overdue, l.limit, l.usedShare]);
  const financed = async (
    at: Programme,
    { face, day, due, settled, holder }: (typeof plan)[number],
    actor: Actor,
  ): Promise<void> => {
    const terms = { face, issued: day - 1, due, holderId: book.suppliers[holder] as string };
    const certificateId = await book.certificate(at.programmeId, terms, actor);
    const financingId = await book.financed(certificateId, { amount: face, day }, { actor });
    if (settled !== undefined) await book.settle(financingId, settled, 1, actor);
  };
  const run = (more: object = {}) =>
    runJob({
      name: 'supply-chain-exposure',
      db: book['db'],
      performer: book.performers[0],
      modules: [insightModule],
      dataFolder: '/nonexistent',
      actor: root,
      ...more,
    });

  before(async () => {
    book = await ChainBook.open();
    root = { ...book.bank, userId: 'job_jobs', organisationId: 'system', scope: everything };
    programme = await book.programme('2000000');
    other = await book.programme('500000', book.otherBank, { name: '乙行项目' });
    for (const one of plan) await financed(programme, one, book.bank);
    await financed(other, plan[2], book.otherBank);
  });
  after(() => book.end());

  it('shows the whole and each tier: financed, undue, overdue, limit and its use', async () => {
    expect(amounts(await list())).to.deep.equal([
      [null, '900000.00', '300000.00', '600000.00', '2000000.00', '0.450000'],
      [1, '500000.00', '300000.00', '200000.00', '2000000.00', '0.250000'],
      [2, '400000.00', '0.00', '400000.00', '2000000.00', '0.200000'],
    ]);
  });

  it('shows a bank its own lines, and the zone office all of them', async () => {
    const banks = new Set((await list()).map((line) => line.bankId));
    expect([...banks]).to.deep.equal([book.bank.organisationId]);
    expect(amounts(await list({}, book.otherBank))).to.deep.equal([
      [null, '300000.00', '300000.00', '0.00', '500000.00', '0.600000'],
      [1, '300000.00', '300000.00', '0.00', '500000.00', '0.600000'],
    ]);
    const office: Actor = { ...root, scope: { zones: [book.zoneId], owners: '*' } };
    expect(await list({}, office)).to.have.length(5);
    const bankId = book.otherBank.organisationId;
    expect(await list({ bankId }, office)).to.have.length(2);
    expect(await list({ bankId })).to.deep.equal([]);
    const figureId = (await list({}, book.otherBank))[0]?.figureId;
    const code = await book
      .ask(ask.exposureInputs, { figureId })
      .catch((problem: { code?: unknown }) => problem.code);
    expect(code).to.equal('figure-missing');
  });

  for (const day of [-101, -100, -75, -51, -50, -49, -40, -39, -1]) {
    it(`sums the facts as of ${day} days`, async () => {
      const live = plan.filter(
        (one) => one.day <= day && (one.settled === undefined || one.settled > day),
      );
      const sum = (some: readonly { face: string }[]): string =>
        Money.sum(some.map(({ face }) => Money.of(face))).toString();
      const [whole] = await list({ asOf: on(day) });
      expect(whole).to.deep.include({
        financed: sum(live),
        undue: sum(live.filter(({ due }) => due >= day)),
        overdue: sum(live.filter(({ due }) => due < day)),
      });
    });
  }

  it('opens to its financings and to the row that sets the limit', async () => {
    for (const { figureId, financed: total, limit, undue } of await list()) {
      const { items } = await book.ask(ask.exposureInputs, { figureId, pageSize: 200 });
      const sum = (wanted: (item: (typeof items)[number]) => boolean): string =>
        Money.sum(items.filter(wanted).map((item) => Money.of(item.amount))).toString();
      expect(sum((item) => item.side === 'numerator')).to.equal(total);
      expect(sum((item) => item.label === 'undue')).to.equal(undue);
      expect(sum((item) => item.side === 'denominator')).to.equal(limit);
    }
  });

  it('measures against the limit of the day, whatever it became later', async () => {
    const now = new Date();
    await book.see(async (tx) => {
      const node = await lockNode(tx, programme.nodeId);
      if (!node) throw new Error('no node');
      const told = { reason: '调整', operationId: 'op_test', tell: () => undefined };
      const why = { ...told, scope: everything, valueOn: on(-10), now };
      await changeTerms(tx, node, { limit: Money.of('3000000') }, why);
    });
    const limitOn = async (input: object) => (await list(input))[0]?.limit;
    expect(await limitOn({ asOf: on(-11) })).to.equal('2000000.00');
    expect(await limitOn({ asOf: on(-10) })).to.equal('3000000.00');
    expect(await limitOn({})).to.equal('3000000.00');
    const before = new Date(now.getTime() - 1).toISOString();
    expect(await limitOn({ knownAt: before })).to.equal('2000000.00');
  });

  it('answers as it was known before a settlement was recorded late', async () => {
    const before = new Date();
    await setTimeout(5);
    const known = await list({ asOf: on(-20), knownAt: before.toISOString() });
    const [row] = await book.see((tx) =>
      tx.rows<{ id: string }>(
        statement(
          '',
          `select financing_id as id from supply_chain_exposures_v where face = 200000`,
        ),
      ),
    );
    await book.settle(row?.id ?? '', -30);
    expect((await list({ asOf: on(-20) }))[0]?.financed).to.equal('700000.00');
    expect(await list({ asOf: on(-20), knownAt: before.toISOString() })).to.deep.equal(known);
    expect(known[0]?.financed).to.equal('900000.00');
  });

  it('is kept by the job, a snapshot per bank, once', async () => {
    const first = await run();
    const seen = async (actor: Actor) =>
      (await book.ask(ask.listSnapshots, { kind: 'exposure' }, actor)).items.map((s) => [
        s.ownerId,
        s.asOf,
        s.version,
        s.figures,
      ]);
    expect(await seen(book.bank)).to.deep.equal([[book.bank.organisationId, today, 1, 3]]);
    expect(await seen(book.otherBank)).to.deep.equal([
      [book.otherBank.organisationId, today, 1, 2],
    ]);
    expect(await run()).to.deep.equal({ ...first, replayed: true });
    await run({ since: new Date() });
    expect(await seen(root)).to.have.length(2);
    await run({ asOf: addDays(today, -60) });
    expect(await seen(book.bank)).to.have.length(2);
  });
});
