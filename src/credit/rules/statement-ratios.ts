/**
 * Ratios and turnover days from balance sheets and an income statement. Balances are the mean of
 * opening and closing. Receivables and advances turn over on sales; stock, prepaid and payables on
 * the cost of sales.
 */
import { Exact, Failure } from '../../kernel/index.ts';
import type { Money } from '../../kernel/index.ts';
import { riskRefusals as no } from '../risk-refusals.ts';
import type { TurnoverDays } from './working-capital.ts';

export interface BalanceSheet {
  readonly inventory: Money;
  readonly receivables: Money;
  readonly prepaid: Money;
  readonly payables: Money;
  readonly advancesReceived: Money;
  readonly currentAssets: Money;
  readonly currentLiabilities: Money;
  readonly totalAssets: Money;
  readonly totalLiabilities: Money;
}

export interface IncomeStatement {
  readonly sales: Money;
  /** Of the year before; undefined when not known. */
  readonly priorSales: Money | undefined;
  readonly costOfSales: Money;
  /** Profit before tax; negative is a loss. */
  readonly totalProfit: Money;
  readonly interestExpense: Money;
}

export interface Statements {
  readonly opening: BalanceSheet;
  readonly closing: BalanceSheet;
  readonly income: IncomeStatement;
}

/** A part that is larger than its whole: the statement was misread. */
export function refuseBalanceSheet(sheet: BalanceSheet): Failure | undefined {
  const { inventory, receivables, prepaid, payables, advancesReceived } = sheet;
  const pairs = [
    ['currentAssets', inventory.plus(receivables).plus(prepaid), sheet.currentAssets],
    ['currentLiabilities', payables.plus(advancesReceived), sheet.currentLiabilities],
    ['totalAssets', sheet.currentAssets, sheet.totalAssets],
    ['totalLiabilities', sheet.currentLiabilities, sheet.totalLiabilities],
  ] as const;
  for (const [whole, parts, amount] of pairs) {
    if (parts.moreThan(amount)) {
      return new Failure(no['balance-sheet-unbalanced'], { whole, amount, parts });
    }
  }
  return undefined;
}

/** Days = 360 ÷ turns, turns = yearly flow ÷ average balance. A Failure when a flow is zero. */
export function turnoverDays(
  { opening, closing, income }: Statements,
  yearDays: number,
): TurnoverDays | Failure {
  if (!income.sales.isPositive()) return new Failure(no['sales-zero']);
  if (!income.costOfSales.isPositive()) return new Failure(no['cost-of-sales-zero']);
  const daysOf = (key: keyof BalanceSheet, flow: Money): Exact =>
    opening[key].plus(closing[key]).exact().times(yearDays).dividedBy(flow.exact().times(2));
  return {
    inventory: daysOf('inventory', income.costOfSales),
    receivable: daysOf('receivables', income.sales),
    payable: daysOf('payables', income.costOfSales),
    prepaid: daysOf('prepaid', income.costOfSales),
    advanceReceived: daysOf('advancesReceived', income.sales),
  };
}

/** Profit ÷ sales. */
export const marginOf = ({ totalProfit, sales }: IncomeStatement): Exact | Failure =>
  sales.isPositive() ? totalProfit.exact().dividedBy(sales.exact()) : new Failure(no['sales-zero']);

/** Six places; null where the divisor is zero or not known. */
export interface Ratios {
  /** 流动比率 */
  readonly currentRatio: string | null;
  /** 资产负债率 */
  readonly debtRatio: string | null;
  /** 利息保障倍数 = (profit before tax + interest) ÷ interest */
  readonly interestCover: string | null;
  /** 销售利润率 */
  readonly margin: string | null;
  /** 销售收入增长率 */
  readonly growth: string | null;
}

export function ratiosOf({ closing, income }: Pick<Statements, 'closing' | 'income'>): Ratios {
  const { totalProfit, interestExpense, sales, priorSales } = income;
  const ratio = (part: Money, whole: Money) => part.ratioTo(whole, 6) ?? null;
  return {
    currentRatio: ratio(closing.currentAssets, closing.currentLiabilities),
    debtRatio: ratio(closing.totalLiabilities, closing.totalAssets),
    interestCover: ratio(totalProfit.plus(interestExpense), interestExpense),
    margin: ratio(totalProfit, sales),
    growth: priorSales ? ratio(sales.minus(priorSales), priorSales) : null,
  };
}
