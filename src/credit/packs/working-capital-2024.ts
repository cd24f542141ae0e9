/**
 * Sizing and tenor of working-capital and fixed-asset loans as data: the reference formula is an
 * annex of the rules and no bound of its own; the tenors are bounds.
 */
import { addMonths, Day } from '../../kernel/index.ts';
import type { CreditPack } from './pack.ts';
import type { WorkingCapitalRule } from './rule-shapes.ts';
import { WorkingCapitalRuleInput } from './rule-shapes.ts';

export const workingCapital2024: CreditPack<WorkingCapitalRule> = {
  scheme: 'working-capital-2024',
  kind: 'working-capital',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '国家金融监督管理总局令2024年第1—3号',
  title: '流动资金贷款管理办法、固定资产贷款管理办法',
  validFrom: Day.of('2024-07-01'),
  validTo: undefined,
  evidence: '[M-high]',
  parameters: WorkingCapitalRuleInput.parse({
    yearDays: 360,
    tenor: {
      'working-capital': { normalMonths: 36, longCycleMonths: 60, beyond: 'REFUSE' },
      'fixed-asset': { normalMonths: 120, beyond: 'EXCEPTION' },
    },
    drawdownMonthsMost: 1200,
    entrustedPaymentMoreThan: '10000000',
    entrustedPaymentScope: 'loan',
  }),
  clauses: {
    yearDays: {
      text:
        '流动资金贷款需求量测算参考：营运资金量＝上年度销售收入×（1－上年度销售利润率）×' +
        '（1＋预计销售收入年增长率）÷营运资金周转次数；周转次数＝360÷（存货＋应收账款－应付账款＋' +
        '预付账款－预收账款周转天数）；新增贷款额度＝营运资金量－自有资金－现有流动资金贷款－其他渠道',
      evidence: '[rep]',
    },
    'tenor.working-capital': {
      text: '流动资金贷款期限原则上不超过 3 年；经营现金流回收周期较长的，最长不超过 5 年',
      evidence: '[M-high]',
    },
    'tenor.fixed-asset': {
      text: '固定资产贷款期限一般不超过 10 年；确需更长的另行审批',
      evidence: '[M-high]',
    },
    drawdownMonthsMost: {
      text: '单笔借据最长 100 年，与产品期限上限一致（系统约定，防止误录；各类贷款另按其产品和办法）',
      evidence: '[D]',
    },
    entrustedPaymentMoreThan: {
      text: '向单一交易对象支付超过 1,000 万元的，采用受托支付',
      evidence: '[M-high]',
    },
    entrustedPaymentScope: {
      text: '同一贷款项下分次支付给同一交易对象的金额合并计算，防止拆分规避受托支付（产品约定）',
      evidence: '[D]',
    },
  },
};

/** A loan may outlast its line, which only ends drawing; but not this day. */
export const latestDueOn = (from: Day): Day =>
  addMonths(from, workingCapital2024.parameters.drawdownMonthsMost);

/** Above the threshold the bank pays the payee itself. */
export const entrusted = {
  threshold: workingCapital2024.parameters.entrustedPaymentMoreThan,
  scope: workingCapital2024.parameters.entrustedPaymentScope,
  clause: workingCapital2024.clauses['entrustedPaymentMoreThan']?.text ?? '',
} as const;
