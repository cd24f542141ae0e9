/**
 * A small generated book with the dirt of the real one, and its figures worked out separately: each
 * row states what it is, so nothing of the product's own judgement is used to expect its result.
 */

export interface WrittenRow {
  readonly cells: Readonly<Record<string, string>>;
  /** What this row must be refused for; undefined when it is accepted. */
  readonly refused?: string;
  /** In cents, of accepted rows. */
  readonly disbursed?: number;
  readonly loss?: number;
  readonly compensation?: number;
  readonly ignoredLoss?: number;
}

const heading = [
  'LoanNr_ChkDgt',
  'Name',
  'Bank',
  'Term',
  'ChgOffDate',
  'DisbursementDate',
  'DisbursementGross',
  'MIS_Status',
  'ChgOffPrinGr',
  'GrAppv',
  'SBA_Appv',
];

let serial = 1_000_000_000;

function row(cells: Record<string, string>, expected: Omit<WrittenRow, 'cells'>): WrittenRow {
  serial += 1;
  return {
    cells: {
      LoanNr_ChkDgt: String(serial),
      Name: '',
      Bank: 'GENERATED BANK A',
      Term: '12',
      ChgOffDate: '',
      DisbursementDate: '2/28/1999',
      DisbursementGross: '60000',
      MIS_Status: 'P I F',
      ChgOffPrinGr: '0',
      GrAppv: '60000',
      SBA_Appv: '48000',
      ...cells,
    },
    ...expected,
  };
}

const bad = (cells: Record<string, string>) => ({
  MIS_Status: 'CHGOFF',
  ChgOffDate: '4-Sep-01',
  ChgOffPrinGr: '1000',
  ...cells,
});

export const rows: readonly WrittenRow[] = [
  row({}, { disbursed: 6_000_000 }),
  row({ Term: '0' }, { disbursed: 6_000_000 }),
  // Repaid in a year that has not come: lent, not repaid.
  row({ Term: '1200', DisbursementDate: '1/31/2008' }, { disbursed: 6_000_000 }),
  row(
    { ChgOffDate: 'no day at all', ChgOffPrinGr: '500' },
    { disbursed: 6_000_000, ignoredLoss: 50_000 },
  ),
  row({ Bank: 'GENERATED BANK B', DisbursementGross: '$12,345.67' }, { disbursed: 1_234_567 }),
  row({ Bank: '"QUOTED", GENERATED BANK' }, { disbursed: 6_000_000 }),
  // 1,000 × 48,000 ÷ 60,000 = 800.00
  row(bad({}), { disbursed: 6_000_000, loss: 100_000, compensation: 80_000 }),
  // 333.33 × 2 ÷ 3 = 222.22; half a cent goes up: 0.01 × 1 ÷ 2 = 0.01
  row(bad({ ChgOffPrinGr: '333.33', GrAppv: '3', SBA_Appv: '2' }), {
    disbursed: 6_000_000,
    loss: 33_333,
    compensation: 22_222,
  }),
  row(bad({ ChgOffPrinGr: '0.01', GrAppv: '2', SBA_Appv: '1', Bank: 'GENERATED BANK B' }), {
    disbursed: 6_000_000,
    loss: 1,
    compensation: 1,
  }),
  row(bad({ ChgOffPrinGr: '60000', ChgOffDate: '28-Feb-99' }), {
    disbursed: 6_000_000,
    loss: 6_000_000,
    compensation: 4_800_000,
  }),
  // No guaranteed share: lent and lost, but not enrolled.
  row(bad({ SBA_Appv: '0' }), { disbursed: 6_000_000, loss: 100_000, compensation: 0 }),
  // Two-digit years: 68 is 2068 and lies ahead of a day in 69, which is 1969.
  row(bad({ DisbursementDate: '5/31/1969', ChgOffDate: '1-Jan-70' }), {
    disbursed: 6_000_000,
    loss: 100_000,
    compensation: 80_000,
  }),
  row({ Bank: '', DisbursementDate: '', MIS_Status: '' }, { refused: 'missing-bank' }),
  row({ DisbursementDate: '', MIS_Status: '' }, { refused: 'missing-disbursement-date' }),
  row({ MIS_Status: '' }, { refused: 'missing-status' }),
  row({ MIS_Status: 'PIF' }, { refused: 'missing-status' }),
  row(bad({ ChgOffPrinGr: '0', ChgOffDate: '' }), { refused: 'default-without-loss' }),
  row(bad({ ChgOffDate: '', ChgOffPrinGr: '70000' }), { refused: 'default-without-date' }),
  row(bad({ ChgOffPrinGr: '60000.01', ChgOffDate: '1-Jan-98' }), {
    refused: 'loss-exceeds-disbursement',
  }),
  row(bad({ ChgOffDate: '27-Feb-99' }), { refused: 'default-before-disbursement' }),
];

const quoted = (cell: string): string =>
  /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** The book as a file, with the columns in another order and one that nobody knows. */
export const text = (lines: readonly WrittenRow[] = rows, columns = heading): string =>
  [
    [...columns, 'Unknown'].join(','),
    ...lines.map(({ cells }) =>
      [...columns.map((name) => quoted(cells[name] ?? '')), 'x'].join(','),
    ),
    '',
  ].join('\r\n');

export const columns = heading;

const yuan = (cents: number): string =>
  `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;

const total = (pick: (one: WrittenRow) => number | undefined): string =>
  yuan(rows.reduce((sum, one) => sum + (pick(one) ?? 0), 0));

export const expected = {
  rows: rows.length,
  accepted: rows.filter((one) => one.refused === undefined).length,
  disbursed: total((one) => one.disbursed),
  defaults: rows.filter((one) => one.loss !== undefined).length,
  principalLoss: total((one) => one.loss),
  compensation: total((one) => one.compensation),
  ignoredLoss: total((one) => one.ignoredLoss),
};
