// Headroom with every reason: on the path and its caps, of now, of a past day and of a future
// one, and what one bank sees of another.
import { expect } from 'chai';
import { Money } from '../../src/kernel/index.ts';
import type { Failure } from '../../src/kernel/index.ts';
import { headroom } from '../../src/limits/headroom-queries.ts';
import { showNode } from '../../src/limits/queries.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { thrownBy } from './book.ts';
import { banker, officer, otherBanker, stranger } from './desk.ts';
import type { TwoBanks } from './two-banks.ts';
import { at, day, figuresOf, openTwoBanks } from './two-banks.ts';

describe('headroom', () => {
  let two: TwoBanks;
  let zone = '';
  const ask: TwoBanks['ask'] = (query, actor, input) => two.ask(query, actor, input);
  before(async () => {
    two = await openTwoBanks();
    zone = two.zone;
  });
  after(() => two.book.close());

  const ofLine1 = (input: object = {}, actor: Actor = banker) =>
    ask(headroom, actor, { nodeId: 'line1', ...input });

  it('names every node of the path and the caps, the leaf first, and what binds', async () => {
    const answer = await ofLine1({ amount: '60.00' });
    expect(answer.path.map(({ nodeId }) => nodeId)).to.deep.equal([
      'line1',
      'segment1',
      'master1',
      zone,
      'group',
    ]);
    expect(answer).to.include({
      nodeId: 'line1',
      headroom: '30.00',
      smallestAdmissible: '30.00',
      code: 'limit-exceeded',
      amount: '60.00',
      version: 1,
    });
    expect(answer.binding).to.deep.equal([
      {
        nodeId: 'group',
        name: 'group',
        kind: 'CAP',
        limit: '150.00',
        used: '110.00',
        reserved: '10.00',
        available: '30.00',
        shortBy: '30.00',
        cause: 'used-up',
      },
    ]);
  });

  it('frees the expired reservation although no job and no draw has tidied it', async () => {
    const [line] = (await ofLine1()).path;
    expect(figuresOf(line)).to.deep.equal(['50.00', '0.00', '150.00']);
    expect(String((await two.book.node('line1')).reserved)).to.equal('25.00');
  });

  it('tells a hold that would fit from what is used up', async () => {
    const held = await ofLine1({ amount: '40.00' });
    expect(held.binding.map(({ cause }) => cause)).to.deep.equal(['held']);
    const fits = await ofLine1({ amount: '30.00' });
    expect(fits).to.deep.include({ binding: [], code: null });
  });

  it('sums SOFT nodes from their children, with what repayments left stranded', async () => {
    const { path } = await ofLine1();
    const [, segment, master] = path;
    expect(figuresOf(segment)).to.deep.equal(['80.00', '0.00', '520.00']);
    expect(segment).to.include({ outstanding: '50.00', stranded: '30.00' });
    const shown = await ask(showNode, banker, { nodeId: 'segment1' });
    expect(shown).to.include({ stranded: '30.00', granted: '500.00' });
    expect(figuresOf(master)).to.deep.equal(['80.00', '0.00', '920.00']);
  });

  it('shows another bank on shared nodes as one amount, and nothing else of it', async () => {
    const { path } = await ofLine1();
    const [root, group] = path.slice(-2);
    expect(root).to.include({ used: '140.00', reserved: '10.00', otherBanks: '70.00' });
    expect(root).to.include({ outstanding: null, drawnCumulative: null, stranded: null });
    expect(root).to.include({ limit: '1500.00', available: '1350.00' });
    const shown = await ask(showNode, banker, { nodeId: root?.nodeId });
    expect(shown).to.include({ limit: '1500.00', granted: '1500.00', available: '1350.00' });
    expect(group).to.include({ used: '110.00', reserved: '10.00', otherBanks: '70.00' });
    const other = await ask(headroom, otherBanker, { nodeId: 'line2' });
    expect(other.path.map(({ nodeId, otherBanks }) => [nodeId, otherBanks])).to.deep.equal([
      ['line2', null],
      ['master2', null],
      [zone, '80.00'],
      ['group', '50.00'],
    ]);
  });

  it('shows the zone office everything', async () => {
    const { path } = await ofLine1({}, officer);
    const [root] = path.filter(({ kind }) => kind === 'ZONE');
    expect(root).to.include({ used: '140.00', outstanding: '110.00', otherBanks: null });
  });

  it('is 404 for a line of another bank, another zone, or nobody', async () => {
    for (const [actor, nodeId] of [
      [otherBanker, 'line1'],
      [stranger, 'line1'],
      [banker, 'lim_nobody'],
    ] as const) {
      const problem = (await thrownBy(ask(headroom, actor, { nodeId }))) as Failure;
      expect([problem.code, problem.kind]).to.deep.equal(['node-missing', 'missing']);
    }
  });

  it('projects the counters of a past day from the journal', async () => {
    const figures = async (asOf: string) => {
      const { path, ...answer } = await ofLine1({ asOf });
      expect(answer.asOf).to.equal(asOf);
      return path.map((one) => figuresOf(one).slice(0, 2).join('+'));
    };
    expect(await figures('2026-03-01')).to.deep.equal([
      '0.00+0.00',
      '0.00+0.00',
      '0.00+0.00',
      '0.00+0.00',
      '0.00+0.00',
    ]);
    expect(await figures('2026-03-02')).to.deep.equal([
      '80.00+0.00',
      '80.00+0.00',
      '80.00+0.00',
      '80.00+0.00',
      '80.00+0.00',
    ]);
    expect(await figures('2026-03-05')).to.deep.equal([
      '50.00+25.00',
      '80.00+25.00',
      '80.00+25.00',
      '140.00+35.00',
      '110.00+35.00',
    ]);
    // The 10th is shown as it ended: the reservation ran out at noon.
    expect(await figures('2026-03-09')).to.deep.include('50.00+25.00');
    expect((await figures('2026-03-10'))[0]).to.equal('50.00+0.00');
  });

  it('tells what was known from what was true', async () => {
    const back = { kind: 'draw', nodeId: 'line1b', amount: Money.of('5.00') } as const;
    await two.take(at('2026-04-20T09:00:00'), { ...back, valueOn: day('2026-04-01') });
    const used = async (knownAt?: string) => {
      const asked = { nodeId: 'line1b', asOf: '2026-04-02', knownAt };
      return (await ask(headroom, banker, asked)).path[0]?.used;
    };
    expect(await used()).to.equal('5.00');
    expect(await used('2026-04-20T09:00:00+08:00')).to.equal('5.00');
    expect(await used('2026-04-20T08:59:59+08:00')).to.equal('0.00');
  });

  it('shows the terms of a past day', async () => {
    const now = at('2026-05-05T09:00:00');
    await two.book.change('line1b', { limit: Money.of('400.00') }, now);
    await two.book.change('line1b', { state: 'FROZEN' }, at('2026-05-06T09:00:00'));
    await two.book.change('line1b', { state: 'ACTIVE' }, at('2026-05-08T09:00:00'));
    await two.book.change('line1b', { expiresOn: day('2099-12-31') }, at('2026-05-09T09:00:00'));
    const terms = async (asOf: string) => {
      const answer = await ask(headroom, banker, { nodeId: 'line1b', asOf });
      const [line] = answer.path;
      return [line?.limit, line?.state, line?.expiresOn, answer.headroom];
    };
    expect(await terms('2026-05-04')).to.deep.equal(['300.00', 'ACTIVE', '2099-06-30', '295.00']);
    expect((await terms('2026-05-05')).slice(0, 2)).to.deep.equal(['400.00', 'ACTIVE']);
    expect(await terms('2026-05-07')).to.deep.equal(['400.00', 'FROZEN', '2099-06-30', '0.00']);
    expect(await terms('2026-05-09')).to.deep.equal(['400.00', 'ACTIVE', '2099-12-31', '395.00']);
  });

  it('of a day before the line began, or after it ends, is zero and says why', async () => {
    const asked = { nodeId: 'line1b', amount: '1.00' };
    const early = await ask(headroom, banker, { ...asked, asOf: '2026-02-28' });
    expect(early).to.include({ headroom: '0.00', code: 'limit-not-open' });
    expect(early.binding.map(({ nodeId, cause }) => [nodeId, cause])).to.deep.equal([
      ['line1b', 'not-open'],
    ]);
    const late = await ask(headroom, banker, { ...asked, asOf: '2100-01-01' });
    expect(late).to.include({ headroom: '0.00', code: 'limit-expired' });
    const last = await ask(headroom, banker, { ...asked, asOf: '2099-12-31' });
    expect(last).to.include({ headroom: '395.00', code: null });
  });

  it('of a future day frees the reservations that will have run out', async () => {
    const asOf = async (text: string) =>
      (await ask(headroom, otherBanker, { nodeId: 'line2', asOf: text })).path[0]?.reserved;
    expect(await asOf('2098-12-30')).to.equal('10.00');
    expect(await asOf('2098-12-31')).to.equal('0.00');
  });

  it('takes the days at the ends of the calendar', async () => {
    for (const asOf of ['0001-01-01', '9999-12-31']) {
      expect((await ofLine1({ asOf })).asOf).to.equal(asOf);
    }
  });

  it('refuses what is no amount, day or instant', async () => {
    for (const wrong of [
      { amount: '-1' },
      { amount: '1.001' },
      { asOf: '2026-02-30' },
      { knownAt: '2026-02-28' },
      { knownAt: '0000-01-01T00:00:00Z' },
      { other: '1' },
    ]) {
      const problem = (await thrownBy(ofLine1(wrong))) as Failure;
      expect(problem.code, JSON.stringify(wrong)).to.equal('invalid-input');
    }
  });
});
