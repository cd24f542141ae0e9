/**
 * Reads two balance sheets and an income statement from a list of rows, as a spreadsheet has them:
 * an item with the figure before (opening balance, last year but one) and now (closing, last year).
 */
import { Failure, Money } from '../../kernel/index.ts';
import { demandRefusals as no } from '../demand-refusals.ts';
import type { BalanceSheet, Statements } from './statement-ratios.ts';
import { refuseBalanceSheet } from './statement-ratios.ts';

export const balanceItems = [
  'inventory',
  'receivables',
  'prepaid',
  'payables',
  'advancesReceived',
  'currentAssets',
  'currentLiabilities',
  'totalAssets',
  'totalLiabilities',
] as const;
const incomeItems = ['sales', 'costOfSales', 'totalProfit', 'interestExpense'] as const;
export const statementItems = [...balanceItems, ...incomeItems] as const;
export type StatementItem = (typeof statementItems)[number];

export interface StatementRow {
  readonly item: StatementItem;
  /** Of the balance sheet's items both are needed; of the others `before` only serves growth. */
  readonly before?: Money | undefined;
  readonly now: Money;
}

const isBalance = (item: StatementItem): boolean => balanceItems.some((one) => one === item);

/** The statements, or why the list is none: an item twice, missing or larger than its whole. */
export function readStatementRows(rows: readonly StatementRow[]): Statements | Failure {
  const byItem = new Map(rows.map((row) => [row.item, row]));
  const twice = rows.find((row) => byItem.get(row.item) !== row)?.item;
  if (twice !== undefined) return new Failure(no['statement-row-twice'], { item: twice });
  const missing = statementItems.filter((item) => {
    const row = byItem.get(item);
    return !row || (isBalance(item) && row.before === undefined);
  });
  if (missing.length > 0) return new Failure(no['statement-row-missing'], { items: missing });
  const now = (item: StatementItem): Money => byItem.get(item)?.now ?? Money.zero;
  const before = (item: StatementItem): Money => byItem.get(item)?.before ?? Money.zero;
  const sheet = (figure: (item: StatementItem) => Money): BalanceSheet => ({
    inventory: figure('inventory'),
    receivables: figure('receivables'),
    prepaid: figure('prepaid'),
    payables: figure('payables'),
    advancesReceived: figure('advancesReceived'),
    currentAssets: figure('currentAssets'),
    currentLiabilities: figure('currentLiabilities'),
    totalAssets: figure('totalAssets'),
    totalLiabilities: figure('totalLiabilities'),
  });
  const [opening, closing] = [sheet(before), sheet(now)];
  const refusal = refuseBalanceSheet(opening) ?? refuseBalanceSheet(closing);
  if (refusal) return refusal;
  const income = {
    sales: now('sales'),
    priorSales: byItem.get('sales')?.before,
    costOfSales: now('costOfSales'),
    totalProfit: now('totalProfit'),
    interestExpense: now('interestExpense'),
  };
  return { opening, closing, income };
}
