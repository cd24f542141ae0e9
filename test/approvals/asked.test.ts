// What a request is about and how much it moves, of inputs and rehearsals as modules make them.
import { expect } from 'chai';
import { z } from 'zod';
import { aboutWhat, amountAsked } from '../../src/approvals/asked.ts';
import { modules } from '../../src/runtime.ts';

describe('approvals: what is asked', () => {
  const firsts: readonly (readonly [string, unknown, unknown])[] = [
    ['a loan', { drawdownId: 'draw_1', reason: '坏账' }, { id: 'draw_1', name: null, more: 0 }],
    [
      'a line before what it is put under',
      { lineId: 'line_1', segmentId: 'seg_1' },
      { id: 'line_1', name: null, more: 0 },
    ],
    [
      'the firm before its bank',
      { bankId: 'org_1', enterpriseId: 'ent_1' },
      { id: 'ent_1', name: null, more: 0 },
    ],
    [
      'the first of a batch, and how many more',
      { entries: [{ entryId: 'wl_1' }, { entryId: 'wl_2' }, { entryId: 'wl_3' }] },
      { id: 'wl_1', name: null, more: 2 },
    ],
    [
      'the first of several ids, and how many more',
      { drawdownIds: ['draw_1', 'draw_2'], reason: '迟录' },
      { id: 'draw_1', name: null, more: 1 },
    ],
    [
      'what has no id yet, by its name',
      { name: '横向限额', limit: '100.00' },
      { id: null, name: '横向限额', more: 0 },
    ],
    [
      'the operation of a tier',
      { operation: 'credit.open-line', bands: [{ fromAmount: '0' }] },
      { id: null, name: 'credit.open-line', more: 0 },
    ],
    ['nothing', { term: '1Y', rate: '0.031' }, null],
    ['no members at all', null, null],
  ];
  for (const [what, input, about] of firsts) {
    it(`is about ${what}`, () => expect(aboutWhat(input)).to.deep.equal(about));
  }

  const ledger = [
    { kind: 'loan_principal', amount: '-300.00' },
    { kind: 'cash', amount: '320.50' },
    { kind: 'loan_interest', amount: '-20.50' },
  ];
  const none = { amount: null, input: {}, rehearsed: null, effects: null };
  const amounts: readonly (readonly [string, object, string | null])[] = [
    ['what the tier weighed', { amount: '7.00', input: { amount: '8.00' } }, '7.00'],
    ['a waiver that names it', { input: { billId: 'feebill_1', amount: '8' } }, '8.00'],
    ['a compensation, as rehearsed', { rehearsed: { paid: '4.50', state: 'PAID' } }, '4.50'],
    ['an excess that is let stand', { rehearsed: { size: '9.00', waivedSize: '9.00' } }, '9.00'],
    [
      'a write-off, with its interest',
      { rehearsed: { principal: '5.00', interest: '0.40' } },
      '5.40',
    ],
    [
      'what a take-back posts',
      { rehearsed: { outstanding: '0.00' }, effects: { ledger } },
      '320.50',
    ],
    [
      'what is at stake, not what follows from it',
      { stake: 'outstanding', rehearsed: { outstanding: '900.00' }, effects: { ledger } },
      '900.00',
    ],
    ['nothing of a stake that was not told', { stake: 'principal', effects: { ledger } }, null],
    ['nothing where no money moves', { effects: { limits: [], ledger: [] } }, null],
    ['nothing of what is no amount', { input: { amount: 'much', limit: 5 } }, null],
  ];
  for (const [what, told, amount] of amounts) {
    it(`moves ${what}`, () => expect(amountAsked({ ...none, ...told })).to.equal(amount));
  }

  it('is told of reschedules and terms by the principal, which their answers name', () => {
    const told = modules
      .flatMap(({ operations }) => operations)
      .flatMap(({ name, approval, output }) => {
        if (approval?.stake === undefined) return [];
        const { properties } = z.toJSONSchema(output, { unrepresentable: 'any' });
        expect(properties, name).to.have.property(approval.stake);
        return `${name} ${approval.stake}`;
      });
    expect(told).to.have.members([
      'credit.agree-loan-terms principal',
      'credit.extend-loan outstanding',
      'credit.restructure-loan outstanding',
      'credit.reverse-reschedule outstanding',
    ]);
  });
});
