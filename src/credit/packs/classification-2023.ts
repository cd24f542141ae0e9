/**
 * 商业银行金融资产风险分类办法 as data. The text is known from memory and from its published
 * interpretation, so this is a template: a zone attaches the official text before it goes live.
 * Numbers of articles are left out on purpose, because none was checked.
 */
import { Day } from '../../kernel/index.ts';
import type { CreditPack } from './pack.ts';
import type { ClassificationRule } from './rule-shapes.ts';
import { ClassificationRuleInput } from './rule-shapes.ts';

const parameters = ClassificationRuleInput.parse({
  atLeast: {
    overdue: 'SPECIAL_MENTION',
    'use-changed': 'SPECIAL_MENTION',
    'repaid-by-new-borrowing': 'SPECIAL_MENTION',
    'bad-debt-at-this-bank': 'SPECIAL_MENTION',
    'bad-debt-at-another-bank': 'SPECIAL_MENTION',
    'credit-impaired': 'SUBSTANDARD',
    'sharp-downgrade': 'SUBSTANDARD',
    'overdue-across-banks': 'SUBSTANDARD',
    contagion: 'SUBSTANDARD',
    'debt-evasion': 'DOUBTFUL',
    'bankruptcy-liquidation': 'LOSS',
  },
  technicalOverdueDays: 7,
  exemptBorrowings: ['bond', 'qualifying-renewal'],
  overdueDays: [
    { moreThan: 90, atLeast: 'SUBSTANDARD' },
    { moreThan: 270, atLeast: 'DOUBTFUL' },
    { moreThan: 360, atLeast: 'LOSS' },
  ],
  expectedLoss: [
    { share: '0.5', atLeast: 'DOUBTFUL' },
    { share: '0.9', atLeast: 'LOSS' },
  ],
  overdueAcrossBanks: { daysMoreThan: 90, shareMoreThan: '0.2' },
  contagionShareMoreThan: '0.1',
  upgrade: { months: 6, periods: 2, until: 'SUBSTANDARD' },
  restructuring: {
    months: 12,
    periods: 2,
    performing: 'SPECIAL_MENTION',
    nonPerforming: 'SUBSTANDARD',
    again: 'SUBSTANDARD',
  },
  firstDayPastDue: 'DAY_AFTER_DUE',
  oneClassPerLoan: true,
  collateralAloneLifts: false,
});

export const classification2023: CreditPack<ClassificationRule> = {
  scheme: 'classification-2023',
  kind: 'classification',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '中国银保监会 中国人民银行令〔2023〕第1号',
  title: '商业银行金融资产风险分类办法',
  validFrom: Day.of('2023-07-01'),
  validTo: undefined,
  evidence: '[M-high]',
  parameters,
  clauses: {
    atLeast: { text: '任一情形成立，至少归为所列类别，取最差一类', evidence: '[M-high]' },
    'atLeast.overdue': { text: '本金、利息或收益逾期，至少归为关注类', evidence: '[M-high]' },
    'atLeast.use-changed': {
      text: '未经银行同意改变资金用途，至少归为关注类',
      evidence: '[M-high]',
    },
    'atLeast.repaid-by-new-borrowing': {
      text: '通过借新还旧或其他债务融资方式偿还，债券及符合条件的小微企业续贷除外，至少归为关注类',
      evidence: '[M-high]',
    },
    'atLeast.bad-debt-at-this-bank': {
      text: '同一非零售债务人在本行有不良债务，至少归为关注类',
      evidence: '[M-high]',
    },
    'atLeast.bad-debt-at-another-bank': {
      text: '同一非零售债务人在其他银行有不良债务，至少归为关注类',
      evidence: '[M-high]',
    },
    'atLeast.credit-impaired': { text: '已发生信用减值，至少归为次级类', evidence: '[M-high]' },
    'atLeast.sharp-downgrade': {
      text: '债务人或资产的外部评级大幅下调，至少归为次级类',
      evidence: '[M-high]',
    },
    'atLeast.overdue-across-banks': {
      text: '同一非零售债务人在所有银行的债务中，逾期超过 90 天的超过 20%，至少归为次级类',
      evidence: '[M-high]',
    },
    'atLeast.contagion': {
      text: '非零售债务人在本行的债权超过 10% 为不良的，其在本行的所有债权均归为不良',
      evidence: '[M-high]',
    },
    'atLeast.debt-evasion': { text: '逃废银行债务，至少归为可疑类', evidence: '[M-high]' },
    'atLeast.bankruptcy-liquidation': {
      text: '债务人进入破产清算程序，归为损失类',
      evidence: '[M-high]',
    },
    technicalOverdueDays: {
      text: '操作性或技术性原因导致的短期逾期除外（7 天内）',
      evidence: '[M-high]',
    },
    exemptBorrowings: { text: '债券、符合条件的小微企业续贷业务除外', evidence: '[M-high]' },
    'overdueDays.0': { text: '逾期超过 90 天，至少归为次级类', evidence: '[M-high]' },
    'overdueDays.1': { text: '逾期超过 270 天，至少归为可疑类', evidence: '[M-high]' },
    'overdueDays.2': { text: '逾期超过 360 天，归为损失类', evidence: '[M-high]' },
    'expectedLoss.0': {
      text: '已发生信用减值且预期信用损失占账面余额 50% 以上，至少归为可疑类',
      evidence: '[M-high]',
    },
    'expectedLoss.1': {
      text: '已发生信用减值且预期信用损失占账面余额 90% 以上，归为损失类',
      evidence: '[M-high]',
    },
    overdueAcrossBanks: { text: '逾期超过 90 天的债务合计占比超过 20%', evidence: '[M-high]' },
    contagionShareMoreThan: { text: '不良债权占比超过 10%', evidence: '[M-high]' },
    upgrade: {
      text:
        '不良上调：逾期本息、费用全部偿还，并至少在随后连续两个还款期或 6 个月内（按两者孰长）' +
        '正常还款，预计未来能够持续足额还款，且在本行没有已发生信用减值的资产',
      evidence: '[M-high]',
    },
    restructuring: {
      text:
        '重组观察期自合同调整后约定的第一次还款日起算，不少于 1 年且至少包含连续两个还款期；' +
        '观察期内再次重组的，重新计算观察期',
      evidence: '[M-high]',
    },
    'restructuring.performing': {
      text: '重组前为正常类或关注类的，观察期内至少归为关注类',
      evidence: '[M-high]',
    },
    'restructuring.nonPerforming': {
      text: '重组前为不良的，观察期内不得上调；本规则读作保持重组前的类别，待核对原文',
      evidence: '[D]',
    },
    'restructuring.again': {
      text: '观察期内再次重组的，至少归为次级类，并重新计算观察期',
      evidence: '[M-high]',
    },
    firstDayPastDue: {
      text: '到期日次日为逾期第 1 天，“超过 90 天”即逾期天数不少于 91',
      evidence: '[D]',
    },
    oneClassPerLoan: { text: '不得将一笔贷款拆分归入不同类别', evidence: '[M-high]' },
    collateralAloneLifts: { text: '不得仅因有抵质押物而上调类别', evidence: '[M-high]' },
  },
};
