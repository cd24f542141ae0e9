/**
 * Loan-loss provisions as data: special and general provisions, coverage and loan-provision ratios.
 * Several documents stand behind one pack, so each clause names its own.
 */
import { Day } from '../../kernel/index.ts';
import type { CreditPack } from './pack.ts';
import type { ProvisionRule } from './rule-shapes.ts';
import { ProvisionRuleInput } from './rule-shapes.ts';

export const provisionGuidance: CreditPack<ProvisionRule> = {
  scheme: 'provision-guidance',
  kind: 'provision',
  version: 1,
  status: 'TEMPLATE',
  documentNo: '银发〔2002〕98号等，文号待核',
  title: '贷款损失准备计提与拨备监管要求',
  validFrom: Day.of('2002-01-01'),
  validTo: undefined,
  evidence: '[rep]',
  parameters: ProvisionRuleInput.parse({
    special: {
      NORMAL: '0',
      SPECIAL_MENTION: '0.02',
      SUBSTANDARD: '0.25',
      DOUBTFUL: '0.5',
      LOSS: '1',
    },
    float: { classes: ['SUBSTANDARD', 'DOUBTFUL'], share: '0.2' },
    generalShare: '0.01',
    coverage: { standard: '1.5', bandFloor: '1.2' },
    loanProvision: { standard: '0.025', bandFloor: '0.015' },
  }),
  clauses: {
    special: { text: '专项准备：关注 2%、次级 25%、可疑 50%、损失 100%', evidence: '[rep]' },
    float: {
      text: '次级和可疑类计提比例可上下浮动 20%，读作该比例的 20%（次级 20% 至 30%）',
      evidence: '[M-med]',
    },
    generalShare: { text: '一般准备年末余额不低于贷款余额的 1%', evidence: '[M-med]' },
    coverage: {
      text: '拨备覆盖率基本标准 150%，2018 年起差异化为 120% 至 150%',
      evidence: '[M-high]',
    },
    'loanProvision.standard': { text: '贷款拨备率基本标准 2.5%', evidence: '[rep]' },
    'loanProvision.bandFloor': {
      text: '贷款拨备率 2018 年起差异化为 1.5% 至 2.5%',
      evidence: '[M-high]',
    },
  },
};
