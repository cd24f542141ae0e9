// Principal that comes back on its day: who gets it back, to the fen, and who does not.
import { expect } from 'chai';
import { Day, Money } from '../../src/kernel/index.ts';
import type { LimitNode } from '../../src/limits/index.ts';
import { plainTerms } from '../../src/limits/rules/dated-terms.ts';
import { giveBack } from '../../src/limits/rules/expected-returns.ts';
import type { LimitBook } from '../../src/limits/rules/headroom.ts';
import { availableOf } from '../../src/limits/rules/headroom.ts';

const yuan = (text: string): Money => Money.of(text);
const used = yuan('80.00');
const dueOn = Day.of('2026-06-30');

const node = (id: string, above: readonly string[], more: Partial<LimitNode> = {}): LimitNode => ({
  id,
  zoneId: '',
  ownerId: '',
  parentId: above[0],
  shared: false,
  subjectId: undefined,
  path: [id, ...above],
  caps: [],
  depth: above.length,
  name: id,
  kind: 'ENTERPRISE_LINE',
  revolving: 'R',
  enforcement: 'HARD',
  contribution: 'consumed',
  limit: yuan('100.00'),
  granted: yuan('100.00'),
  terms: plainTerms,
  fenced: false,
  state: 'ACTIVE',
  startsOn: Day.of('2026-01-01'),
  expiresOn: undefined,
  version: 1,
  outstanding: used,
  drawn: used,
  consumed: used,
  reserved: Money.zero,
  sameDayOn: undefined,
  sameDayRestorable: Money.zero,
  easedOn: undefined,
  bucketUse: new Map(),
  ...more,
});
const bookOf = (...nodes: LimitNode[]): LimitBook => ({
  nodes: new Map(nodes.map((one) => [one.id, one])),
  reservations: new Map(),
});
const back = (book: LimitBook, nodeId: string, amount: string, more: object = {}): void =>
  giveBack(book, [{ nodeId, day: dueOn, amount: yuan(amount), tenorDays: undefined, ...more }]);
const available = (book: LimitBook): Record<string, string> =>
  Object.fromEntries([...book.nodes.values()].map((one) => [one.id, String(availableOf(one))]));

describe('limits: expected returns', () => {
  it('free every revolving limit above by the same amount, to the fen', () => {
    const book = bookOf(node('root', []), node('segment', ['root']));
    book.nodes.set('line', node('line', ['segment', 'root']));
    back(book, 'line', '79.99');
    expect(available(book)).to.deep.equal({ root: '99.99', segment: '99.99', line: '99.99' });
    back(book, 'line', '0.01');
    expect(available(book)).to.deep.equal({ root: '100.00', segment: '100.00', line: '100.00' });
  });

  it('give nothing back to what does not revolve, nor to what counts its use above', () => {
    const line = node('line', ['segment'], { revolving: 'NR' });
    const book = bookOf(node('segment', []), line);
    back(book, 'line', '80.00');
    expect(available(book)).to.deep.equal({ segment: '20.00', line: '20.00' });
    const counting = bookOf(node('segment', []), { ...line, contribution: 'outstanding' });
    back(counting, 'line', '80.00');
    expect(available(counting)).to.deep.equal({ segment: '100.00', line: '20.00' });
  });

  it('give a limit that revolves within the day only what was drawn on that day', () => {
    const sameDay = {
      revolving: 'NRS',
      sameDayOn: dueOn,
      sameDayRestorable: yuan('30.00'),
    } as const;
    const today = bookOf(node('line', [], sameDay));
    back(today, 'line', '80.00');
    expect(available(today)).to.deep.equal({ line: '50.00' });
    const later = bookOf(node('line', [], { ...sameDay, sameDayOn: Day.of('2026-06-29') }));
    back(later, 'line', '80.00');
    expect(available(later)).to.deep.equal({ line: '20.00' });
  });

  it('reach a cap once, and free the bucket of the loan', () => {
    const terms = { ...plainTerms, buckets: [{ days: 90, amount: yuan('80.00') }] };
    const cap = node('cap', [], { kind: 'CAP', terms, bucketUse: new Map([[90, used]]) });
    const book = bookOf(cap, node('segment', [], { caps: ['cap'] }), node('line', ['segment']));
    back(book, 'line', '30.00', { tenorDays: 90 });
    expect(available(book)).to.deep.equal({ cap: '50.00', segment: '50.00', line: '50.00' });
    expect(String(book.nodes.get('cap')?.bucketUse.get(90))).to.equal('50.00');
  });

  it('leave the book alone where the limit is not known', () => {
    const book = bookOf(node('line', []));
    back(book, 'other', '80.00');
    expect(available(book)).to.deep.equal({ line: '20.00' });
  });
});
