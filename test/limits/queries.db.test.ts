// Lists of limits, one limit, and its journal: what is shown, to whom, in pages.
import { expect } from 'chai';
import type { Failure } from '../../src/kernel/index.ts';
import { listMovements, listNodes, showNode } from '../../src/limits/queries.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { thrownBy } from './book.ts';
import { banker, officeId, officer, otherBanker, stranger } from './desk.ts';
import type { TwoBanks } from './two-banks.ts';
import { figuresOf, openTwoBanks } from './two-banks.ts';

describe('queries on limits', () => {
  let two: TwoBanks;
  let zone = '';
  const ask: TwoBanks['ask'] = (query, actor, input) => two.ask(query, actor, input);
  before(async () => {
    two = await openTwoBanks();
    zone = two.zone;
  });
  after(() => two.book.close());

  describe('a list of limits', () => {
    const ids = async (input: object, actor: Actor = banker) =>
      (await ask(listNodes, actor, input)).items.map(({ nodeId }) => nodeId);

    it('holds what the reader may see, by kind, zone, parent and name', async () => {
      expect((await ids({})).sort()).to.deep.equal(
        ['group', 'line1', 'line1b', 'master1', 'segment1', zone].sort(),
      );
      expect(await ids({}, officer)).to.have.length(8);
      expect(await ids({}, stranger)).to.deep.equal([]);
      expect(await ids({ kind: 'ENTERPRISE_LINE' })).to.deep.equal(['line1', 'line1b']);
      expect(await ids({ parentId: 'segment1' })).to.deep.equal(['line1', 'line1b']);
      expect(await ids({ search: 'LINE1B' })).to.deep.equal(['line1b']);
      expect(await ids({ search: 'group' })).to.deep.equal(['group']);
      expect(await ids({ search: '%' })).to.deep.equal([]);
      expect(await ids({ zoneId: 'zone_far' })).to.deep.equal([]);
      expect(await ids({ zoneId: 'zone_limits', kind: 'SEGMENT' })).to.deep.equal(['segment1']);
    });

    it('comes in pages that lose and repeat nothing', async () => {
      const first = await ask(listNodes, officer, { limit: '3' });
      const rest = await ask(listNodes, officer, { limit: '100', cursor: first.nextCursor });
      expect([first.total, first.pageSize, first.items.length]).to.deep.equal([8, 3, 3]);
      expect(rest.nextCursor).to.equal(null);
      const both = [...first.items, ...rest.items].map(({ nodeId }) => nodeId);
      expect(both).to.deep.equal(await ids({}, officer));
    });

    it('shows the figures of headroom', async () => {
      const { items } = await ask(listNodes, banker, { kind: 'ZONE_MASTER' });
      expect(items.map(figuresOf)).to.deep.equal([['80.00', '0.00', '920.00']]);
    });
  });

  describe('one limit', () => {
    it('has its version and its figures', async () => {
      const line = await ask(showNode, banker, { nodeId: 'line1' });
      expect(line).to.include({
        nodeId: 'line1',
        parentId: 'segment1',
        subjectId: null,
        kind: 'ENTERPRISE_LINE',
        used: '50.00',
        outstanding: '50.00',
        drawnCumulative: '80.00',
        stranded: '0.00',
        otherBanks: null,
        version: 1,
      });
    });

    it('of the zone is the sum of all banks, their share apart', async () => {
      const shown = await ask(showNode, banker, { nodeId: zone });
      expect(shown).to.include({ used: '140.00', reserved: '10.00', otherBanks: '70.00' });
    });

    it('does not guess whose it is what was drawn on a shared node itself', async () => {
      const pool = { kind: 'CAP', shared: true, ownerId: officeId } as const;
      await two.node('pool', '1000.00', pool);
      await two.node('quota1', '500.00', { kind: 'CAP', parentId: 'pool' });
      const shown = async () => {
        const { used, otherBanks, outstanding } = await ask(showNode, banker, { nodeId: 'pool' });
        return [used, otherBanks, outstanding];
      };
      await two.draw('2026-06-01T09:00:00', 'quota1', '3.00');
      expect(await shown()).to.deep.equal(['3.00', '0.00', null]);
      await two.draw('2026-06-01T09:00:00', 'pool', '4.00');
      expect(await shown()).to.deep.equal(['7.00', null, null]);
    });

    it('tells who carries a cap, of other banks how many', async () => {
      const carriers = async (nodeId: string, actor: Actor = banker) =>
        (await ask(showNode, actor, { nodeId })).carriers;
      const [line1, line2] = ['line1', 'line2'].map((nodeId) => ({
        nodeId,
        name: nodeId,
        state: 'ACTIVE',
      }));
      expect(await carriers('group')).to.deep.equal({ items: [line1], total: 1, others: 1 });
      expect(await carriers('group', officer)).to.deep.equal({
        items: [line1, line2],
        total: 2,
        others: 0,
      });
      expect(await carriers('master1')).to.equal(null);
      const carrying = async (actor: Actor) =>
        (await ask(listNodes, actor, { capId: 'group' })).items.map(({ nodeId }) => nodeId);
      expect(await carrying(otherBanker)).to.deep.equal(['line2']);
      expect(await carrying(officer)).to.deep.equal(['line1', 'line2']);
    });

    it('is 404 when it is another bank’s', async () => {
      const problem = await thrownBy(ask(showNode, otherBanker, { nodeId: 'line1' }));
      expect((problem as Failure).code).to.equal('node-missing');
    });
  });

  describe('movements', () => {
    const kinds = async (nodeId: string, actor: Actor = banker) =>
      (await ask(listMovements, actor, { nodeId })).items.map(
        (one) => `${one.kind} ${one.amount} ${one.consumed}`,
      );

    it('of a line, newest first, with what the node consumed', async () => {
      expect(await kinds('line1')).to.deep.equal([
        'reserve 25.00 0.00',
        'repay 30.00 -30.00',
        'draw 80.00 80.00',
      ]);
    });

    it('of a node above are those of all lines below it', async () => {
      expect(await kinds('segment1')).to.deep.equal([
        'reserve 25.00 0.00',
        'repay 30.00 0.00',
        'draw 80.00 80.00',
      ]);
      expect(await kinds('master1')).to.have.length(3);
    });

    it('of a cap are those of the nodes that carry it, of the own bank only', async () => {
      expect(await kinds('group')).to.deep.equal([
        'reserve 25.00 0.00',
        'repay 30.00 -30.00',
        'draw 80.00 80.00',
      ]);
      expect(await kinds('group', otherBanker)).to.have.length(2);
      expect(await kinds('group', officer)).to.have.length(5);
    });

    it('come in pages', async () => {
      const first = await ask(listMovements, banker, { nodeId: 'line1', limit: '2' });
      const asked = { nodeId: 'line1', limit: '2', cursor: first.nextCursor };
      const second = await ask(listMovements, banker, asked);
      expect([first.total, first.items.length, second.items.length]).to.deep.equal([3, 2, 1]);
      expect(second.items[0]).to.include({ kind: 'draw', valueOn: '2026-03-02' });
    });

    it('are 404 where the limit is', async () => {
      const problem = await thrownBy(ask(listMovements, otherBanker, { nodeId: 'line1' }));
      expect((problem as Failure).code).to.equal('node-missing');
    });
  });
});
