/**
 * What published documents state about three zones, as they state it: value, qualifier, source,
 * date. No sentence of theirs stands here. Where a ratio would need a figure that no document
 * gives, the place of the ratio says what is missing.
 */
import { recordReportedFigure } from '../parties/index.ts';
import type { DemoBook } from './book.ts';
import type { Zones } from './zones.ts';

/** Nansha's and Chengdu's own contribution is not published. */
const noContribution = '不可计算：缺出资额';

export const nanningSource = '行业报纸高新区版消息（报名与日期页面未载，约2022年末）';
const nanshaSource =
  '南沙开发区科技成果转化实践署名文章（报刊名与日期页面未载，文中引用2023年数据）';
const chengduSource = '科技日报，2024年11月（探访日2024-11-07）';

const byNansha = { source: nanshaSource, period: '累计，截至文章发表' } as const;
const byChengdu = {
  source: chengduSource,
  reportedOn: '2024-11-07',
  period: '累计，截至探访日',
} as const;

const yuan = '元';

export const nanning = {
  intent: '20000000000.00',
} as const;

export const nansha = {
  banks: 21,
  enterprises: 531,
  approved: '6000000000.00',
  subFunds: '18000000000.00',
} as const;

export const chengdu = {
  pilotFunds: '9500000000.00',
  projects: 28,
  invested: '2100000000.00',
} as const;

const count = (n: number): string => `${n}.00`;

interface Figure {
  readonly zone: keyof Zones;
  readonly [member: string]: string;
}

const figures: readonly Figure[] = [
  {
    zone: 'nanning',
    subject: '整园授信总额度（中国建设银行广西分行）',
    measure: 'intent',
    value: nanning.intent,
    unit: yuan,
    qualifier: '不少于',
    source: nanningSource,
    period: '协议5年有效期',
    note: '意向性支持，不构成承诺；授信、投放、余额均未见报道',
    otherHalf: '不可计算：缺授信额',
    generatedSumCheck: 'agreement-intents',
  },
  {
    zone: 'nansha',
    subject: '信贷风险损失补偿资金池合作银行',
    measure: 'count',
    value: count(nansha.banks),
    unit: '家',
    ...byNansha,
    generatedSumCheck: 'cooperating-banks',
  },
  {
    zone: 'nansha',
    subject: '信贷风险损失补偿资金池授信企业',
    measure: 'count',
    value: count(nansha.enterprises),
    unit: '家',
    ...byNansha,
    generatedSumCheck: 'enterprises',
  },
  {
    zone: 'nansha',
    subject: '信贷风险损失补偿资金池授信额',
    measure: 'approved_limit',
    value: nansha.approved,
    unit: yuan,
    qualifier: '约',
    ...byNansha,
    note: '资金池出资额未见报道，放大倍数不可计算',
    otherHalf: noContribution,
    generatedSumCheck: 'approved-lines',
  },
  {
    zone: 'nansha',
    subject: '科技创新母基金撬动子基金总规模',
    measure: 'leverage',
    value: nansha.subFunds,
    unit: yuan,
    qualifier: '超',
    ...byNansha,
    note: '母基金出资额未见报道，放大倍数不可计算',
    otherHalf: noContribution,
    generatedSumCheck: 'sub-fund-commitments',
  },
  {
    zone: 'chengdu',
    subject: '中试基金总额',
    measure: 'fund_size',
    value: chengdu.pilotFunds,
    unit: yuan,
    ...byChengdu,
    note: '财政与国资各自出资额未见报道',
    otherHalf: noContribution,
    generatedSumCheck: 'pilot-fund-commitments',
  },
  {
    zone: 'chengdu',
    subject: '中试基金投资项目',
    measure: 'count',
    value: count(chengdu.projects),
    unit: '个',
    ...byChengdu,
    generatedSumCheck: 'invested-projects',
  },
  {
    zone: 'chengdu',
    subject: '中试基金投资额',
    measure: 'invested',
    value: chengdu.invested,
    unit: yuan,
    ...byChengdu,
    generatedSumCheck: 'project-investments',
  },
];

export async function recordFigures(book: DemoBook, zones: Zones): Promise<void> {
  await book.doMany(
    recordReportedFigure,
    'figure',
    figures.map(({ zone, ...figure }) => ({
      zoneId: zones[zone],
      evidence: '[S]',
      ...figure,
    })),
  );
}

/** The key of the load's last call. A demo that was loaded to it stays as it is for good. */
export const finalKey = `figure:${figures.length}`;
