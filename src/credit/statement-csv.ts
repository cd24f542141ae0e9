/**
 * Statements from a spreadsheet, as CSV text: a heading with 项目, 期初 (or 上年), 期末 (or 本年), or item,
 * before, now; a row for each item by its Chinese name or its code. Amounts in yuan, thousands may
 * be parted by commas. Everything that is wrong is told at once, by its line.
 */
import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import type { InputFault, Sentence } from '../kernel/index.ts';
import { Failure, problemOfFault, sentence } from '../kernel/index.ts';
import { demandRefusals as no } from './demand-refusals.ts';
import type { StatementItem } from './rules/statement-rows.ts';
import { statementItems } from './rules/statement-rows.ts';
import { StatementsInput } from './statement-input.ts';

const headings = {
  item: ['item', '项目'],
  before: ['before', '期初', '期初余额', '上年', '上期金额'],
  now: ['now', '期末', '期末余额', '本年', '本期金额'],
} as const;
type Column = keyof typeof headings;
const columns = ['item', 'before', 'now'] as const satisfies readonly Column[];

/** The names of the printed forms; a code is its own name. */
const names: Readonly<Record<StatementItem, readonly string[]>> = {
  inventory: ['存货'],
  receivables: ['应收账款'],
  prepaid: ['预付款项', '预付账款'],
  payables: ['应付账款'],
  advancesReceived: ['预收款项', '预收账款'],
  currentAssets: ['流动资产合计'],
  currentLiabilities: ['流动负债合计'],
  totalAssets: ['资产总计', '资产合计'],
  totalLiabilities: ['负债合计', '负债总计'],
  sales: ['营业收入'],
  costOfSales: ['营业成本'],
  totalProfit: ['利润总额'],
  interestExpense: ['利息费用', '利息支出'],
};

const itemOf = (name: string): string =>
  statementItems.find((item) => item === name || names[item].includes(name)) ?? name;

const malformed = (faults: readonly InputFault[]): Failure =>
  new Failure(no['statements-malformed'], { problems: faults.map(problemOfFault) });

const fault = (path: string, zh: string, en: string): InputFault => ({
  path,
  message: sentence(zh, en),
});

interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function linesOf(text: string): Line[] {
  try {
    const options = { bom: true, skip_empty_lines: true, trim: true, info: true } as const;
    return parse(text, options) as unknown as Line[];
  } catch (problem) {
    const reason = (problem as Error).message.slice(0, 200);
    throw malformed([fault('', `不是 CSV：${reason}`, `not CSV: ${reason}`)]);
  }
}

function placesOf(heading: readonly string[]): Record<Column, number> {
  const place = (column: Column): number =>
    heading.findIndex((cell) => headings[column].some((name) => name === cell.toLowerCase()));
  const places = { item: place('item'), before: place('before'), now: place('now') };
  const missing = columns.filter((column) => places[column] < 0);
  if (missing.length === 0) return places;
  throw malformed(
    missing.map((column) => {
      const wanted = headings[column].join('、');
      return fault('1', `表头缺少：${wanted}`, `the heading lacks ${column}`);
    }),
  );
}

const plain = (cell: string): string =>
  /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(cell) ? cell.replaceAll(',', '') : cell;

/** Throws `statements-malformed` with every problem, each by its line and column. */
export function statementsFromCsv(text: string): z.output<typeof StatementsInput> {
  const [heading, ...lines] = linesOf(text);
  const places = placesOf(heading?.record ?? []);
  const rows = lines.map(({ record }) => {
    const cell = (column: Column): string => record[places[column]] ?? '';
    const before = cell('before') === '' ? {} : { before: plain(cell('before')) };
    return { item: itemOf(cell('item')), ...before, now: plain(cell('now')) };
  });
  const read = StatementsInput.safeParse(rows);
  if (read.success) return read.data;
  throw malformed(
    read.error.issues.map(({ path: [row, column], message, code }) => {
      const line = typeof row === 'number' ? String(lines[row]?.info.lines ?? '') : '';
      const at = [line, typeof column === 'string' ? column : ''].filter(Boolean).join('.');
      if (column !== 'item' || code !== 'invalid_value') {
        return { path: at, message: message as Sentence };
      }
      const name = lines[row as number]?.record[places.item] ?? '';
      return fault(at, `不认识的报表项目：${name}`, `no such item of the statements: ${name}`);
    }),
  );
}
