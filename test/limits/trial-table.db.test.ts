// Trial before submit, for every operation on limits themselves: what it tells is what then
// happens, and it leaves no trace. The table of credit again, for what changes terms and not use.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { createNodes, limitEffects, limitsModule, takeLimits } from '../../src/limits/index.ts';
import { Money, newId } from '../../src/kernel/index.ts';
import type { Operation } from '../../src/platform/operation.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { drawing, lineIn, parkIn } from '../credit/stage.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';

/** What changes no limit: incidents are told by readers of their own, jobs by what they do. */
const others = [
  'expire-reservations',
  'watch-limits',
  'acknowledge-incident',
  'mitigate-incident',
  'resolve-incident',
  'waive-incident',
];
const nameOf = ({ name }: { readonly name: string }): string => name.slice('limits.'.length);
const operationOf = (name: string): Operation => {
  const found = limitsModule.operations.find((one) => nameOf(one) === name);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
};

interface Effect {
  readonly nodeId: string;
  readonly limit: string;
  readonly limitBefore: string | null;
  readonly state: string;
  readonly stateBefore: string | null;
  readonly headroom: string | null;
  readonly headroomBefore: string | null;
  readonly after: Readonly<Record<'used' | 'reserved' | 'available', string>>;
}

/** Ids and instants are new each time. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/"lim_[0-9A-HJKMNP-TV-Z]{26}"/g, '"lim"'));

describe('trial of every operation on limits', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage({ effects: [limitEffects] });
  });
  after(() => stage.close());

  const reason = '年度复核';
  /** A line of 100.00 of which 40.00 are used, under a segment and an agreement of 1,000.00. */
  async function line() {
    const park = await parkIn(stage, '1000.00');
    const made = await lineIn(stage, park, '100.00');
    await stage.done(drawDown, drawing(made.lineId, '40.00'), stage.bank);
    return { park, ...made };
  }
  const versionOf = async (nodeId: string): Promise<number> => {
    const [row] = await stage.rows<{ version: number }>(
      `select version::int from limits_nodes where id = '${nodeId}'`,
    );
    return row?.version ?? 1;
  };
  const change = (name: string, nodeId: string, more: object = {}) =>
    versionOf(nodeId).then((expectedVersion) =>
      stage.done(operationOf(name), { nodeId, reason, ...more }, stage.bank, { expectedVersion }),
    );
  const segmentOf = async (nodeId: string): Promise<string> =>
    (
      await stage.rows<{ id: string }>(
        `select parent_id as id from limits_nodes where id = '${nodeId}'`,
      )
    )[0]?.id ?? '';

  type Row = () => Promise<{ readonly nodeId?: string; readonly input: object }>;
  const onLine =
    (more: object): Row =>
    async () => {
      const { nodeId } = await line();
      return { nodeId, input: { nodeId, reason, ...more } };
    };
  const rows: Readonly<Record<string, Row>> = {
    freeze: onLine({}),
    unfreeze: async () => {
      const { nodeId } = await line();
      await change('freeze', nodeId);
      return { nodeId, input: { nodeId, reason } };
    },
    extend: onLine({ expiresOn: ago(-500) }),
    'change-limit': onLine({ limit: '30.00' }),
    'set-terms': onLine({
      topUps: [{ ref: '旺季', amount: '20.00', from: ago(1), to: ago(-30) }],
    }),
    'set-oversubscription': async () => {
      const { nodeId } = await line();
      const segment = await segmentOf(nodeId);
      return { nodeId: segment, input: { nodeId: segment, oversub: '1', reason } };
    },
    'open-cap': async () => {
      const { nodeId } = await line();
      return { input: { name: '集团授信', limit: '60.00', nodeIds: [nodeId], reason } };
    },
    'set-cap': async () => {
      const [one, other] = [await line(), await line()];
      const cap = { name: '集团授信', limit: '90.00', nodeIds: [one.nodeId], reason };
      const { nodeId = '' } = await stage.done(operationOf('open-cap'), cap, stage.bank);
      return { nodeId, input: { nodeId, nodeIds: [one.nodeId, other.nodeId], reason } };
    },
    close: async () => {
      const { nodeId: counted } = await line();
      const cap = { name: '误设的限额', limit: '90.00', nodeIds: [counted], reason };
      const { nodeId = '' } = await stage.done(operationOf('open-cap'), cap, stage.bank);
      return { nodeId, input: { nodeId, reason } };
    },
    'move-node': async () => {
      const [root, from, to, leaf] = [newId('lim'), newId('lim'), newId('lim'), newId('lim')];
      const terms = {
        zoneId: stage.zoneId,
        ownerId: stage.bankId,
        kind: 'PRODUCT_SUBLINE',
        revolving: 'R',
        enforcement: 'HARD',
        limit: Money.of('100.00'),
        startsOn: ago(100),
      } as const;
      const step = { kind: 'draw', nodeId: leaf, amount: Money.of('40'), valueOn: today } as const;
      await withTransaction(stage.db, everything, async (tx) => {
        await createNodes(tx, [{ ...terms, id: root, name: '分行' }]);
        const under = (id: string, parentId: string) => ({ ...terms, id, parentId, name: '条线' });
        await createNodes(tx, [under(from, root), under(to, root)]);
        await createNodes(tx, [under(leaf, from)]);
        const take = { step, sourceId: 'test', operationId: 'op_test' };
        await takeLimits(tx, [take], { now: new Date(), today });
      });
      return { nodeId: leaf, input: { nodeId: leaf, parentId: to, reason } };
    },
  };

  const figures = () =>
    stage.rows<Readonly<Record<string, string>>>(
      `select id, version::text, state, consumed::text as used, reserved::text,
         starts_on::text, expires_on::text, terms::text, parent_id, caps::text
       from limits_nodes order by id`,
    );
  const traces = () =>
    stage.rows(`select (select count(*)::int from limits_changes) as changes,
      (select count(*)::int from limits_movements) as movements,
      (select count(*)::int from platform_events) as events`);

  const codes = Object.keys(rows);
  for (const name of codes) {
    it(name, async () => {
      const { nodeId, input } = await (rows[name] as Row)();
      const operation = operationOf(name);
      const expectedVersion = nodeId === undefined ? undefined : await versionOf(nodeId);
      const was = [await figures(), await traces()];
      const trial = await stage.performer.tryOut(operation, stage.bank, input, { expectedVersion });
      expect(trial.failure?.code).to.equal(undefined);
      expect([await figures(), await traces()]).to.deep.equal(was);
      const real = await stage.done(operation, input, stage.bank, { expectedVersion });
      expect(plain(real)).to.deep.equal(plain(trial.output));
      const told = trial.effects['limits'] as readonly Effect[];
      expect(told.length, 'effects').to.be.greaterThan(0);
      const after = new Map((await figures()).map((node) => [node['id'], node]));
      for (const one of told) {
        const node = after.get(one.nodeId);
        // What is made has another id in earnest.
        if (!node) expect(one.limitBefore).to.equal(null);
        else {
          const { used, reserved } = one.after;
          expect([one.state, used, reserved]).to.deep.equal([
            node['state'],
            node['used'],
            node['reserved'],
          ]);
        }
      }
    });
  }

  const only = async (name: string): Promise<Effect> => {
    const { nodeId = '', input } = await (rows[name] as Row)();
    const expectedVersion = await versionOf(nodeId);
    const options = { expectedVersion };
    const trial = await stage.performer.tryOut(operationOf(name), stage.bank, input, options);
    const own = (trial.effects['limits'] as readonly Effect[]).find((one) => one.nodeId === nodeId);
    if (!own) throw new Error('the node itself is not told');
    return own;
  };

  it('a freeze leaves nothing for a new request, and an end of it what is free', async () => {
    const frozen = await only('freeze');
    expect([frozen.headroomBefore, frozen.headroom]).to.deep.equal(['60.00', '0.00']);
    expect(frozen.after.available).to.equal('60.00');
    const thawed = await only('unfreeze');
    expect([thawed.headroomBefore, thawed.headroom]).to.deep.equal(['0.00', '60.00']);
  });

  it('a cut and a top-up are told with what they leave', async () => {
    const cut = await only('change-limit');
    expect([cut.limitBefore, cut.limit, cut.headroom]).to.deep.equal(['100.00', '30.00', '-10.00']);
    const raised = await only('set-terms');
    expect([raised.limitBefore, raised.limit, raised.headroom]).to.deep.equal([
      '100.00',
      '120.00',
      '80.00',
    ]);
  });

  it('has a row for each of them and for nothing else', () => {
    const moving = limitsModule.operations.map(nameOf).filter((name) => !others.includes(name));
    expect(codes).to.have.members(moving);
  });
});
