/** Every "no" from demand to line, in order of precedence. */
import { refusals } from '../kernel/index.ts';

export const demandRefusals = refusals('credit', {
  'demand-missing': {
    kind: 'missing',
    zh: '没有这项融资需求',
    en: 'There is no such financing demand',
  },
  'application-missing': {
    kind: 'missing',
    zh: '没有这份授信申请',
    en: 'There is no such application',
  },
  'condition-missing': {
    kind: 'missing',
    zh: '批复中没有这项条件',
    en: 'The approval has no such condition',
  },
  'demand-not-yours': {
    kind: 'forbidden',
    zh: '需求由园区或企业本身提出、由认领银行答复',
    en: 'The zone or the firm itself enters a demand; the bank that claimed it answers',
  },
  'manager-proposes': {
    kind: 'forbidden',
    zh: '由客户经理提请审批，故其本人不得审批',
    en: 'The relationship manager proposes, and so never decides',
  },
  'demand-claimed': {
    kind: 'conflict',
    zh: '需求已被其他银行认领',
    en: 'Another bank has claimed the demand',
  },
  'demand-step': {
    kind: 'refused',
    zh: '该状态下不允许此操作',
    en: 'The demand is not at this step',
  },
  'demand-in-application': {
    kind: 'refused',
    zh: '该需求的授信申请尚未了结',
    en: 'An application for this demand is still open',
  },
  'demand-other-firm': {
    kind: 'refused',
    zh: '需求属于另一家企业',
    en: 'The demand is of another enterprise',
  },
  'application-step': {
    kind: 'refused',
    zh: '该状态下不允许此操作',
    en: 'The application is not at this step',
  },
  'effective-too-early': {
    kind: 'refused',
    zh: '授信生效日早于批复、签约或前提条件落实之日',
    en: 'The line would begin before its approval, its contract or its last condition',
  },
  'approval-lapsed': {
    kind: 'refused',
    zh: '批复已过有效期',
    en: 'The approval has run out',
  },
  'approval-still-valid': {
    kind: 'refused',
    zh: '批复仍在有效期内',
    en: 'The approval still holds',
  },
  'approval-above-application': {
    kind: 'refused',
    zh: '批复金额超过申请金额',
    en: 'More is approved than was applied for',
  },
  'approval-above-need': {
    kind: 'refused',
    zh: '批复金额超过测算的新增额度，须说明例外理由',
    en: 'More is approved than the sizing allows, and no exception is stated',
  },
  'collateral-short': {
    kind: 'refused',
    zh: '担保物折后价值不足',
    en: 'The collateral after haircut does not cover the amount',
  },
  'validity-in-past': {
    kind: 'refused',
    zh: '批复有效期早于营业日',
    en: 'The approval would end before today',
  },
  'statements-malformed': {
    kind: 'invalid',
    zh: '财务报表文件有误，逐行列出',
    en: 'The file of statements is wrong, line by line',
  },
  'statement-row-twice': {
    kind: 'refused',
    zh: '报表项目重复',
    en: 'An item of the statements is given twice',
  },
  'statement-row-missing': {
    kind: 'refused',
    zh: '报表项目缺失',
    en: 'The statements lack an item or a figure',
  },
  'prime-rate-missing': {
    kind: 'refused',
    zh: '该日没有已公布的 LPR，或加点后利率为负',
    en: 'No prime rate was published by that day, or the spread makes the rate negative',
  },
  'condition-met': {
    kind: 'refused',
    zh: '该条件已落实',
    en: 'The condition is met already',
  },
  'condition-open': {
    kind: 'refused',
    zh: '尚有先决条件未落实',
    en: 'A condition precedent is still open',
  },
  'contract-exists': {
    kind: 'conflict',
    zh: '合同编号已被使用',
    en: 'The contract number is in use',
  },
  'signed-day-outside': {
    kind: 'refused',
    zh: '签约日须在批复日与营业日之间',
    en: 'The contract is signed between the approval and today',
  },
});

export const renewalRefusals = refusals('credit', {
  'line-renewed': {
    kind: 'conflict',
    zh: '该授信已续',
    en: 'The line already has a successor',
  },
  'renewal-of-sub-line': {
    kind: 'refused',
    zh: '产品分项随主授信续期',
    en: 'A sub-line is renewed with its line',
  },
  'renewal-of-closed': {
    kind: 'refused',
    zh: '授信已关闭或冻结',
    en: 'The line is closed or frozen',
  },
  'renewal-while-reserved': {
    kind: 'refused',
    zh: '授信尚有预占',
    en: 'Part of the line is set aside',
  },
  'renewal-not-later': {
    kind: 'refused',
    zh: '续授信到期日须晚于原到期日',
    en: 'The successor must end later than the line',
  },
  'renewal-below-debt': {
    kind: 'refused',
    zh: '续授信金额低于未清偿余额',
    en: 'The renewal grants less than what is still owed',
  },
  'renewal-none': {
    kind: 'refused',
    zh: '该授信不是续授信',
    en: 'The line takes over from no other',
  },
  'renewal-closed': {
    kind: 'refused',
    zh: '续授信已结清销户，不再承接',
    en: 'The line that takes over is closed',
  },
  'renewal-room-lent': {
    kind: 'refused',
    zh: '承接的授信已将该额度放出',
    en: 'The line that took over has lent that amount already',
  },
  'renewal-other-firm': {
    kind: 'refused',
    zh: '授信属于另一家企业或另一家银行',
    en: 'The line is of another enterprise or bank',
  },
  'loan-has-schedule': {
    kind: 'refused',
    zh: '该借据有还款计划，须先结清当期本息',
    en: 'The loan has a schedule and is renewed through it',
  },
});

export const inspectionRefusals = refusals('credit', {
  'inspection-day-outside': {
    kind: 'refused',
    zh: '检查日须在放款日或上次检查日之后、不晚于营业日',
    en: 'The inspection lies between the drawdown or the last inspection and today',
  },
  'use-evidence-missing': {
    kind: 'refused',
    zh: '首次检查须附资金用途凭证',
    en: 'The first inspection of a loan needs evidence of the use of funds',
  },
});
