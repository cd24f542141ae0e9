// Entrusted payment as a table: what one payee gets is added up over what was paid out before.
import { expect } from 'chai';
import { Money } from '../../src/kernel/index.ts';
import type { PaidOut, UseOfFunds } from '../../src/credit/rules/entrusted-payment.ts';
import { refusePayments } from '../../src/credit/rules/entrusted-payment.ts';

type Pay = readonly [payee: string, amount: string, by: UseOfFunds['by']];

const payments = (list: readonly Pay[]): UseOfFunds[] =>
  list.map(([payee, amount, by]) => ({ payee, amount: Money.of(amount), by }));
const paidOut = (drawn: string, ...list: Pay[]): PaidOut => ({
  drawn: Money.of(drawn),
  payments: payments(list),
});
const rule = { threshold: Money.of('10000000'), clause: '超过 1,000 万元' };

interface Row {
  readonly title: string;
  readonly before?: readonly PaidOut[];
  readonly drawn: string;
  readonly now: readonly Pay[];
  readonly code?: string;
}

const self = (amount: string, payee = '设备公司'): Pay => [payee, amount, 'SELF'];
const trusted = (amount: string, payee = '设备公司'): Pay => [payee, amount, 'ENTRUSTED'];
const half = paidOut('6000000', self('6000000'));

const rows: readonly Row[] = [
  { title: 'exactly the threshold at once', drawn: '10000000', now: [self('10000000')] },
  {
    title: 'a fen above it at once',
    drawn: '10000000.01',
    now: [self('10000000.01')],
    code: 'entrusted-payment-required',
  },
  {
    title: 'exactly the threshold in two tranches',
    before: [half],
    drawn: '4000000',
    now: [self('4000000')],
  },
  {
    title: 'a fen above it in two tranches',
    before: [half],
    drawn: '4000000.01',
    now: [self('4000000.01')],
    code: 'entrusted-payment-required',
  },
  {
    title: 'above it in three tranches of which none is',
    before: [half, paidOut('3000000', self('3000000'))],
    drawn: '2000000',
    now: [self('2000000')],
    code: 'entrusted-payment-required',
  },
  {
    title: 'above it, the bank paying from here on',
    before: [half],
    drawn: '9000000',
    now: [trusted('9000000')],
  },
  {
    title: 'as much to another payee',
    before: [half],
    drawn: '9000000',
    now: [self('9000000', '材料商')],
  },
  { title: 'nobody named up to the threshold', before: [half], drawn: '10000000', now: [] },
  {
    title: 'nobody named, a fen above it with what was not named before',
    before: [paidOut('7000000', self('1000000'))],
    drawn: '4000000.01',
    now: [],
    code: 'payments-not-named',
  },
  {
    title: 'everybody named, whatever was not before',
    before: [paidOut('9000000')],
    drawn: '9000000',
    now: [self('9000000')],
  },
];

describe('entrusted payment', () => {
  for (const { title, before = [], drawn, now, code } of rows) {
    it(title, () => {
      const failure = refusePayments(payments(now), Money.of(drawn), rule, before);
      expect(failure?.code).to.equal(code);
    });
  }
});
