/**
 * The credit book of 示范园区 as tables: who may draw what, what was drawn and what came back. Amounts
 * in 万元. Loans and repayments stand in two rounds, each in order of value day inside a line.
 */

export type Bank = 'bank1' | 'bank2';
export type Scope = 'infrastructure' | 'cluster' | 'operations';

export interface LineRow {
  /** The name by which loans refer to it. */
  readonly line: string;
  readonly bank: Bank;
  /** Number of the enterprise, 1 is the core enterprise. */
  readonly enterprise: number;
  readonly scope: Scope;
  readonly product: string;
  readonly amount: number;
  readonly rateAnnual: string;
  readonly revolving?: 'NR';
  /** The line inside which this product's own limit stands. */
  readonly parent?: string;
  readonly whitelistRequired?: true;
}

const working = { product: '流动资金贷款', rateAnnual: '0.0345' } as const;
const patent = { product: '知识产权质押贷款', rateAnnual: '0.0365' } as const;
const fixed = { product: '固定资产贷款', rateAnnual: '0.0390', revolving: 'NR' } as const;
const core = { product: '流动资金贷款', rateAnnual: '0.0310', whitelistRequired: true } as const;

const bank1 = (line: string, enterprise: number, scope: Scope, amount: number) =>
  ({ line, bank: 'bank1', enterprise, scope, amount }) as const;
const bank2 = (line: string, enterprise: number, scope: Scope, amount: number) =>
  ({ line, bank: 'bank2', enterprise, scope, amount }) as const;

export const lines: readonly LineRow[] = [
  { ...bank1('a01', 1, 'cluster', 30000), ...core },
  { ...bank1('a02', 2, 'cluster', 4000), ...working },
  { ...bank1('a03', 3, 'cluster', 3000), ...working },
  { ...bank1('a04', 4, 'cluster', 3000), ...working },
  { ...bank1('a05', 5, 'cluster', 2500), ...working },
  { ...bank1('a06', 6, 'cluster', 2500), ...working },
  { ...bank1('a07', 7, 'operations', 2000), ...patent },
  { ...bank1('a08', 8, 'operations', 2500), ...working },
  { ...bank1('a09', 9, 'operations', 2000), ...working },
  { ...bank1('a10', 10, 'operations', 2000), ...working },
  { ...bank1('a11', 20, 'infrastructure', 20000), ...fixed },
  { ...bank1('a12', 21, 'infrastructure', 12000), ...fixed },
  { ...bank1('a13', 22, 'cluster', 5000), ...working },
  { ...bank1('a14', 23, 'cluster', 4500), ...working },
  { ...bank1('a15', 24, 'cluster', 3500), ...working },
  { ...bank1('a16', 25, 'operations', 1000), ...working },
  { ...bank1('a17', 26, 'operations', 800), ...working },
  { ...bank1('a18', 27, 'operations', 1500), ...patent },
  { ...bank1('a19', 28, 'cluster', 6000), ...working },
  { ...bank1('a20', 29, 'cluster', 5500), ...working },
  { ...bank2('b01', 1, 'cluster', 20000), ...core },
  { ...bank2('b02', 11, 'cluster', 3000), ...working },
  { ...bank2('b03', 12, 'cluster', 2500), ...working },
  { ...bank2('b04', 13, 'operations', 2500), ...working },
  { ...bank2('b05', 14, 'operations', 2000), ...working },
  { ...bank2('b06', 15, 'operations', 2000), ...working },
  { ...bank2('b07', 16, 'operations', 1500), ...patent },
  { ...bank2('b08', 20, 'infrastructure', 15000), ...fixed },
  { ...bank2('b09', 30, 'cluster', 3000), ...working },
  { ...bank2('b10', 31, 'cluster', 2000), ...working },
  { ...bank2('b11', 32, 'operations', 1200), ...working },
  { ...bank2('b12', 33, 'operations', 1000), ...working },
  { ...bank2('b13', 34, 'cluster', 4000), ...working },
  { ...bank2('b14', 35, 'cluster', 3500), ...working },
  { ...bank2('b15', 36, 'operations', 900), ...working },
];

/** Opened after the lines in which they stand. */
export const subLines: readonly LineRow[] = [
  {
    ...bank1('a01s', 1, 'cluster', 8000),
    product: '订单融资',
    rateAnnual: '0.0320',
    parent: 'a01',
  },
];

export interface LoanRow {
  /** The name by which repayments and the default refer to it. */
  readonly loan: string;
  readonly line: string;
  readonly amount: number;
  readonly valueOn: string;
  readonly months: number;
  /** In the risk-compensation pool, with the facts that its rule may add points for. */
  readonly enrolled?: readonly string[];
}

export interface RepaymentRow {
  readonly loan: string;
  readonly principal: number;
  readonly valueOn: string;
}

export interface LoanRound {
  readonly loans: readonly LoanRow[];
  readonly repayments: readonly RepaymentRow[];
}

const pool: readonly string[] = [];

const loan = (
  name: string,
  line: string,
  amount: number,
  valueOn: string,
  months = 12,
  enrolled?: readonly string[],
): LoanRow => ({ loan: name, line, amount, valueOn, months, ...(enrolled ? { enrolled } : {}) });

const back = (name: string, principal: number, valueOn: string): RepaymentRow => ({
  loan: name,
  principal,
  valueOn,
});

/** The loan that defaults: 500 drawn, 80 repaid, 420 lost; 40 % of it is compensated. */
export const defaulted = {
  loan: '1-06',
  defaultedOn: '2026-06-30',
  principalLoss: 420,
  claimedOn: '2026-09-15',
  paidOn: '2026-10-20',
} as const;

export const rounds: readonly LoanRound[] = [
  {
    loans: [
      loan('1-01', 'a01', 10000, '2025-07-08'),
      loan('1-02', 'a02', 2000, '2025-07-15'),
      loan('1-03', 'b01', 8000, '2025-07-21'),
      loan('1-04', 'a11', 8000, '2025-08-01', 60),
      loan('1-05', 'b08', 6000, '2025-09-05', 60),
      loan(defaulted.loan, 'a16', 500, '2025-08-20', 10, pool),
      loan('1-07', 'a03', 1000, '2025-09-10', 24),
      loan('1-08', 'a13', 2500, '2025-09-22'),
      loan('1-09', 'b02', 1500, '2025-10-15', 18, pool),
      loan('1-10', 'b13', 2000, '2025-10-28', 24),
      loan('1-11', 'a19', 3000, '2025-11-06'),
      loan('1-12', 'b05', 1000, '2025-11-12', 18, pool),
      loan('1-13', 'a20', 2000, '2025-12-04'),
      loan('1-14', 'b14', 1800, '2025-12-18'),
    ],
    repayments: [
      back(defaulted.loan, 80, '2026-02-20'),
      back('1-01', 4000, '2026-03-10'),
      back('1-03', 3000, '2026-04-21'),
      back('1-12', 500, '2026-05-12'),
      back('1-07', 500, '2026-06-10'),
      back('1-10', 1000, '2026-06-28'),
      back('1-01', 6000, '2026-07-08'),
      back('1-02', 2000, '2026-07-15'),
      back('1-03', 5000, '2026-07-21'),
      back('1-04', 800, '2026-08-01'),
      back('1-08', 2500, '2026-09-22'),
      back('1-11', 3000, '2026-11-06'),
    ],
  },
  {
    // Of 示例银行甲 15,000 enter the pool in 2026, so its loss of 420 is 2.8 % against a fuse of 3 %.
    loans: [
      loan('2-01', 'a02', 2000, '2026-01-20', 12, pool),
      loan('2-02', 'b03', 2400, '2026-01-28', 12, pool),
      loan('2-03', 'a04', 2500, '2026-02-05', 12, pool),
      loan('2-04', 'a05', 1500, '2026-02-26', 12, pool),
      loan('2-05', 'b04', 1600, '2026-03-04', 12, pool),
      loan('2-06', 'a06', 1800, '2026-03-18', 12, pool),
      loan('2-07', 'a12', 6000, '2026-03-30', 60),
      loan('2-08', 'a01s', 3000, '2026-04-02', 9),
      loan('2-09', 'b06', 2000, '2026-04-15', 12, pool),
      loan('2-10', 'a08', 2200, '2026-04-22', 12, pool),
      loan('2-11', 'a07', 1500, '2026-05-14', 12, ['ip']),
      loan('2-12', 'a14', 3000, '2026-05-20'),
      loan('2-13', 'b07', 1200, '2026-06-03', 12, ['ip']),
      loan('2-14', 'a09', 2000, '2026-06-11', 12, pool),
      loan('2-15', 'b08', 3000, '2026-06-18', 48),
      loan('2-16', 'a17', 400, '2026-07-02'),
      loan('2-17', 'b09', 1800, '2026-07-16', 12, pool),
      loan('2-18', 'a01', 12000, '2026-07-20'),
      loan('2-19', 'b01', 9000, '2026-08-04'),
      loan('2-20', 'a10', 1500, '2026-08-13', 12, pool),
      loan('2-21', 'b10', 1000, '2026-08-26'),
      loan('2-22', 'a15', 1800, '2026-09-03'),
      loan('2-23', 'b15', 900, '2026-09-10', 12, pool),
      loan('2-24', 'b11', 700, '2026-09-24'),
      loan('2-25', 'a18', 900, '2026-10-09'),
      loan('2-26', 'a20', 1500, '2026-10-22'),
      loan('2-27', 'b12', 500, '2026-10-30'),
      loan('2-28', 'a19', 2500, '2026-11-12'),
      loan('2-29', 'b13', 1500, '2026-11-18'),
    ],
    repayments: [
      back('2-08', 1000, '2026-10-12'),
      back('2-12', 600, '2026-11-10'),
      back('2-16', 100, '2026-11-16'),
    ],
  },
];

/** Set aside and not drawn yet. */
export const reservations: readonly { readonly line: string; readonly amount: number }[] = [
  { line: 'a14', amount: 800 },
  { line: 'a18', amount: 300 },
  { line: 'b02', amount: 1000 },
  { line: 'b10', amount: 500 },
];

export interface NominationRow {
  readonly enterprise: number;
  readonly bank: Bank;
  /** Left out: the bank has not decided yet. */
  readonly decision?: 'accept' | 'decline';
}

export const nominations: readonly NominationRow[] = [
  { enterprise: 1, bank: 'bank1', decision: 'accept' },
  { enterprise: 2, bank: 'bank1', decision: 'accept' },
  { enterprise: 22, bank: 'bank1', decision: 'accept' },
  { enterprise: 23, bank: 'bank1', decision: 'accept' },
  { enterprise: 28, bank: 'bank1', decision: 'decline' },
  { enterprise: 29, bank: 'bank1' },
  { enterprise: 1, bank: 'bank2', decision: 'accept' },
  { enterprise: 30, bank: 'bank2', decision: 'accept' },
  { enterprise: 34, bank: 'bank2' },
];
