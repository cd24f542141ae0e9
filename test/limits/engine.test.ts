// What the engine guards although no caller of today would ask for it.
import { expect } from 'chai';
import { Day, Failure, Money } from '../../src/kernel/index.ts';
import type { Movement, Step } from '../../src/limits/index.ts';
import { plainTerms } from '../../src/limits/rules/dated-terms.ts';
import { apply, decide } from '../../src/limits/rules/engine.ts';
import type { LimitBook } from '../../src/limits/rules/headroom.ts';
import { openBook } from '../../src/limits/rules/scenario-book.ts';

const valueOn = Day.of('2026-11-20');
const amount = Money.of('60.00');

/** Two lines of 100.00; 60.00 reserved and drawn on the first. */
function drawnBook(): LimitBook {
  const line = (id: string) => ({
    id,
    name: id,
    parent: undefined,
    kind: 'ENTERPRISE_LINE' as const,
    limit: Money.of('100.00'),
    revolving: 'R' as const,
    enforcement: 'HARD' as const,
    contribution: 'consumed' as const,
    caps: [],
    startsOn: Day.of('2020-01-01'),
    expiresOn: undefined,
    state: 'ACTIVE' as const,
  });
  const book = openBook({ nodes: [line('a'), line('b')], steps: [] });
  const expiresAt = new Date('2099-01-01T00:00:00Z');
  const made = { id: 'r', nodeId: 'a', amount, used: Money.zero, expiresAt, tenorDays: undefined };
  const reserve = { kind: 'reserve', nodeId: 'a', amount, valueOn } as const;
  apply(book, decide(book, { ...reserve, reservationId: 'r', expiresAt }) as Movement);
  book.reservations.set('r', { ...made, state: 'PENDING' });
  apply(book, decide(book, { kind: 'draw', nodeId: 'a', amount, valueOn, of: 'r' }) as Movement);
  return book;
}

describe('the limit engine', () => {
  it('sets aside no more than a partial reversal gives back', () => {
    const book = drawnBook();
    const part = Money.of('20.00');
    const step: Step = {
      kind: 'reverse',
      nodeId: 'a',
      amount: part,
      valueOn,
      of: 'r',
      restore: true,
    };
    apply(book, decide(book, step) as Movement);
    const node = book.nodes.get('a');
    expect([node?.reserved, node?.consumed].map(String)).to.deep.equal(['20.00', '40.00']);
    expect(book.reservations.get('r')).to.include({ state: 'PENDING' });
    expect(String(book.reservations.get('r')?.amount)).to.equal('20.00');
  });

  it('restores a reservation on its own node only', () => {
    const book = drawnBook();
    const draw: Step = { kind: 'draw', nodeId: 'b', amount, valueOn };
    apply(book, decide(book, draw) as Movement);
    const step: Step = { kind: 'reverse', nodeId: 'b', amount, valueOn, of: 'r', restore: true };
    const refusal = decide(book, step);
    expect(refusal).to.be.instanceOf(Failure);
    expect((refusal as Failure).code).to.equal('reservation-other-node');
  });

  it('takes a repayment back without what a limit keeps for itself', () => {
    const terms = {
      revolving: 'R' as const,
      enforcement: 'HARD' as const,
      contribution: 'consumed' as const,
      kind: 'ENTERPRISE_LINE' as const,
      caps: [],
      startsOn: Day.of('2020-01-01'),
      expiresOn: undefined,
      state: 'ACTIVE' as const,
    };
    const line = (id: string, limit: string, more: object) => {
      return { ...terms, id, name: id, parent: 'p', limit: Money.of(limit), ...more };
    };
    // What does not revolve keeps 20.00 of its 60.00 for itself and counts above by what is owed.
    const keeps = { revolving: 'NR' as const, contribution: 'outstanding' as const };
    const book = openBook({
      nodes: [
        line('p', '100.00', { parent: undefined }),
        line('n', '60.00', { ...keeps, terms: { ...plainTerms, lend: Money.zero } }),
        line('s', '100.00', {}),
      ],
      steps: [],
    });
    const take = (kind: 'draw' | 'repay', nodeId: string, sum: string) =>
      apply(book, decide(book, { kind, nodeId, amount: Money.of(sum), valueOn }) as Movement);
    take('draw', 'n', '40.00');
    take('repay', 'n', '20.00');
    take('draw', 's', '59.99');
    const unpay = (sum: string) => {
      const back = { kind: 'unpay', amount: Money.of(sum), valueOn, repaid: [] } as const;
      return decide(book, { ...back, nodeId: 'n' });
    };
    expect(unpay('0.01')).not.to.be.instanceOf(Failure);
    const refusal = unpay('0.02') as Failure;
    expect(refusal.code).to.equal('limit-exceeded');
    expect(refusal.facts['binding']).to.have.length(1);
    expect(refusal.facts['binding']).to.have.nested.property('[0].nodeId', 'p');
  });

  it('says that a node is missing', () => {
    const refusal = decide(drawnBook(), { kind: 'repay', nodeId: 'nobody', amount, valueOn });
    expect((refusal as Failure).code).to.equal('node-missing');
  });

  it('tells what is held from what is used up, and names everything when refusing', () => {
    const book = drawnBook();
    const expiresAt = new Date('2099-01-01T00:00:00Z');
    const reserve: Step = {
      kind: 'reserve',
      nodeId: 'a',
      amount: Money.of('30.00'),
      valueOn,
      reservationId: 's',
      expiresAt,
    };
    apply(book, decide(book, reserve) as Movement);
    const asked = (text: string) => {
      const refusal = decide(book, { ...reserve, reservationId: 't', amount: Money.of(text) });
      return (refusal as Failure).facts;
    };
    expect(asked('40.00')).to.deep.include({ heldByReservations: true });
    expect(asked('40.01')).to.deep.include({ heldByReservations: false });
    expect(JSON.parse(JSON.stringify(asked('40.01')))).to.deep.equal({
      requested: '40.01',
      headroom: '10.00',
      smallestAdmissible: '10.00',
      heldByReservations: false,
      binding: [
        {
          nodeId: 'a',
          name: 'a',
          kind: 'ENTERPRISE_LINE',
          limit: '100.00',
          used: '60.00',
          reserved: '30.00',
          available: '10.00',
          shortBy: '30.01',
          cause: 'used-up',
        },
      ],
    });
  });
});
