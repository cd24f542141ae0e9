// What an operation would do to incidents is among the effects of its trial, as it then happens,
// and the trial itself leaves none behind.
import { expect } from 'chai';
import { Money, addDays, dayInShanghai, newId } from '../../src/kernel/index.ts';
import { acknowledgeIncident } from '../../src/limits/operations/acknowledge-incident.ts';
import { changeLimit } from '../../src/limits/operations/change-limit.ts';
import { freeze } from '../../src/limits/operations/freeze.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import { waiveIncident } from '../../src/limits/operations/waive-incident.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { LimitTestBook } from './book.ts';
import { because, openLimitBook } from './book.ts';
import { ask, banker, makePerformer, outputOf } from './desk.ts';

const today = dayInShanghai();
const reason = '贷审会';

type Stepped = Readonly<Record<'nodeId' | 'cause' | 'step' | 'severity' | 'size', string>>;

interface Effect extends Stepped {
  readonly enforcement: string;
  readonly severityBefore: string | null;
  readonly sizeBefore: string | null;
}

describe('incidents among the effects of a trial', () => {
  let book: LimitTestBook;
  let performer: ReturnType<typeof makePerformer>;
  before(async () => {
    book = await openLimitBook();
    performer = makePerformer(book);
  });
  after(() => book.close());
  afterEach(() => book.expectSound());

  const steps = () =>
    book
      .db('limits_incident_steps as s')
      .join('limits_incidents as i', 'i.id', 's.incident_id')
      .select('i.node_id as nodeId', 'i.cause', 's.step', 's.severity', 's.size', 's.version')
      .orderBy(['i.opened_on', 'i.node_id', 'i.cause', 's.version']);

  /** Tries it, does it, and holds the one to the other. */
  async function tried(operation: Operation, input: object, version: number): Promise<Effect[]> {
    const asked = { ...input, reason };
    const was = await steps();
    const options = { expectedVersion: version };
    const { effects, failure } = await performer.tryOut(operation, banker, asked, options);
    expect(failure).to.equal(undefined);
    expect(await steps()).to.deep.equal(was);
    outputOf(await ask(performer, operation, banker, asked, version));
    const known = new Set(was.map((one) => JSON.stringify(one)));
    const made = (await steps()).filter((one) => !known.has(JSON.stringify(one)));
    const told = effects['incidents'] as Effect[];
    const plain = ({ nodeId, cause, step, severity, size }: Stepped): string =>
      [nodeId, cause, step, severity, size].join(' ');
    expect(told.map(plain)).to.have.members(made.map(plain));
    return told;
  }
  const brief = (list: readonly Effect[]): string[] =>
    list.map(
      (one) =>
        `${one.cause} ${one.step} ${one.severityBefore} ${one.sizeBefore} > ` +
        `${one.severity} ${one.size}`,
    );
  const line = async (limit: string, drawn: string, more: object = {}): Promise<string> => {
    const nodeId = await book.add({ id: newId('lim'), limit: Money.of(limit), ...more });
    const draw = { kind: 'draw', nodeId, amount: Money.of(drawn), valueOn: today } as const;
    await book.take([because(draw)]);
    return nodeId;
  };

  it('a cut below use, a deeper one, and raises that ease and close', async () => {
    const nodeId = await line('100', '80');
    const to = async (limit: string, version: number) =>
      brief(await tried(changeLimit, { nodeId, limit }, version));
    expect(await to('90', 1)).to.deep.equal([]);
    expect(await to('85', 2)).to.deep.equal(['use opened null null > WARNING 0.00']);
    expect(await to('50', 3)).to.deep.equal(['use worsened WARNING 0.00 > BREACH 30.00']);
    expect(await to('40', 4)).to.deep.equal(['use resized BREACH 30.00 > BREACH 40.00']);
    expect(await to('88', 5)).to.deep.equal(['use eased BREACH 40.00 > WARNING 0.00']);
    expect(await to('200', 6)).to.deep.equal(['use resolved WARNING 0.00 > WARNING 0.00']);
  });

  it('a revaluation of collateral', async () => {
    const nodeId = await line('1000', '150');
    const priced = async (price: string, version: number) => {
      const piece = { ref: '专利', price, quantity: '100', haircut: '0.3' };
      return brief(await tried(setTerms, { nodeId, collateral: [piece] }, version));
    };
    expect(await priced('1.88', 1)).to.deep.equal([]);
    expect(await priced('1.87', 2)).to.deep.equal(['collateral opened null null > WARNING 19.10']);
    expect(await priced('1.60', 3)).to.deep.equal([
      'collateral worsened WARNING 19.10 > BREACH 38.00',
    ]);
  });

  it('a cut of a SOFT limit, marked as soft', async () => {
    const parentId = await book.add({
      id: newId('lim'),
      limit: Money.of('200'),
      kind: 'SEGMENT',
      enforcement: 'SOFT',
    });
    await line('100', '80', { parentId });
    const told = await tried(changeLimit, { nodeId: parentId, limit: '79.99' }, 1);
    expect(brief(told)).to.deep.equal([
      'allocation opened null null > BREACH 20.01',
      'soft-use opened null null > BREACH 0.01',
    ]);
    expect(told.map((one) => one.enforcement)).to.deep.equal(['SOFT', 'SOFT']);
  });

  it('what a person does with one, and nothing where none moves', async () => {
    const nodeId = await line('100', '80');
    const [opened] = await tried(changeLimit, { nodeId, limit: '50' }, 1);
    expect(opened?.step).to.equal('opened');
    const [found] = await book.db('limits_incidents').where({ node_id: nodeId });
    const incidentId = found.id as string;
    const taken = await tried(acknowledgeIncident, { incidentId }, 1);
    expect(brief(taken)).to.deep.equal(['use acknowledged BREACH 30.00 > BREACH 30.00']);
    const until = addDays(today, 3);
    const waived = await tried(waiveIncident, { incidentId, until }, 2);
    expect(brief(waived)).to.deep.equal(['use waived BREACH 30.00 > BREACH 30.00']);
    expect(await tried(freeze, { nodeId }, 2)).to.deep.equal([]);
  });
});
