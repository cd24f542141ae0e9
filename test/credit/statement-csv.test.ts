// Statements as CSV: printed names and codes, grouped amounts, and every fault by its line.
import { expect } from 'chai';
import { Failure } from '../../src/kernel/index.ts';
import { statementsFromCsv } from '../../src/credit/statement-csv.ts';

const faults = (text: string): string[] => {
  try {
    statementsFromCsv(text);
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    expect(problem.code).to.equal('statements-malformed');
    const problems = problem.facts['problems'] as { path: string; message: string }[];
    return problems.map(({ path, message }) => `${path} ${message}`);
  }
  return [];
};
const read = (text: string): string[] =>
  statementsFromCsv(text).map(({ item, before, now }) =>
    [item, String(before ?? '-'), String(now)].join(' '),
  );

describe('statements as CSV', () => {
  it('are read by their printed names or their codes, in any order of columns', () => {
    expect(
      read('\ufeff期末余额,项目,期初余额\r\n"1,234,567.80",存货,2\r\n-3.5,利润总额,\r\n'),
    ).to.deep.equal(['inventory 2.00 1234567.80', 'totalProfit - -3.50']);
    expect(read('item,before,now\nsales,,"80,000"\n\nprepaid,0,0')).to.deep.equal([
      'sales - 80000.00',
      'prepaid 0.00 0.00',
    ]);
  });

  it('tell every fault at once, by line and column', () => {
    expect(faults('项目,期初,期末\n存货,1,一\n商誉,1,1\n\n应收账款,"1,23",-1')).to.deep.equal([
      '2.now 金额（元）须为文本',
      '3.item 不认识的报表项目：商誉',
      '5.before 金额（元）须为文本',
    ]);
    expect(faults('项目,期末\n存货,1')).to.deep.equal([
      '1 表头缺少：before、期初、期初余额、上年、上期金额',
    ]);
    expect(faults('项目,期初,期末\n存货,1')[0]).to.match(/^ 不是 CSV：/);
    expect(faults('项目,期初,期末')).to.have.length(1);
  });
});
