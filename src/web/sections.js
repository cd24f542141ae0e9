/**
 * What the first page shows of a zone, section by section and list by list: where the rows come
 * from and what stands in each column. The four measures of credit stand in four columns and are
 * never added.
 */
import { countText, isZero, percentText, ratioText } from './amounts.js';
import { ask } from './api.js';
import { element } from './dom.js';
import { duties, progress } from './duties.js';
import { exposures, leverage } from './figures.js';
import { listed, pageOfRows } from './lists.js';
import {
  alarming,
  amount,
  amountNode,
  badge,
  bankName,
  coded,
  feePeriod,
  named,
  qualified,
  words,
} from './tables.js';
import { timeText } from './times.js';
import { rowsBehind, word } from './words.js';

const small = (text) => element('small', {}, text);

const agreements = {
  key: 'agreements',
  permission: 'credit:read',
  caption: '整园授信协议：四项口径分列，互不相加',
  empty: '没有可见的整园授信协议。',
  load: listed('/park-agreements'),
  columns: [
    named('协议', (row) => row.name, {
      below: (row) =>
        [row.bankName, row.source && `来源：${row.source}`].filter(Boolean).join('；'),
    }),
    amount('意向额度', (row) => row.intentAmount, { qualifier: (row) => row.qualifier }),
    coded('意向性质', 'sense', (row) => row.sense),
    amount('授信额度', (row) => row.approvedInForce, { sums: true }),
    amount('累计投放', (row) => row.drawnCumulative, { sums: true }),
    amount('余额', (row) => row.outstanding, { sums: true }),
    words('有效期', (row) => `${row.startsOn} 至 ${row.endsOn}`, { tight: true }),
  ],
};

const topUps = {
  caption: '临时额度：先用常设额度，再用临时额度',
  empty: '没有临时额度。',
  columns: [
    named('临时额度', (row) => row.ref),
    words('有效期', (row) => `${row.from} 至 ${row.to}`, { tight: true }),
    amount('核定', (row) => row.sanctioned),
    amount('已用', (row) => row.used),
    amount('预占', (row) => row.blocked),
    amount('可用', (row) => row.available),
  ],
};

const lines = {
  key: 'lines',
  permission: 'credit:read',
  caption: '额度台账：可用＝额度－已用－预占；沉淀为还款未恢复的额度；展开看临时额度',
  empty: '没有可见的授信额度。',
  load: listed('/credit-lines'),
  keyOf: (row) => row.id,
  details: {
    nameOf: (row) => row.enterpriseName,
    list: topUps,
    load: async (row, place) => pageOfRows(row.topUps, place),
  },
  columns: [
    named('企业', (row) => row.enterpriseName, { below: (row) => row.uscc }),
    bankName,
    words('产品', (row) => row.product),
    amount('额度', (row) => row.limit),
    amount('已用', (row) => row.used),
    amount('预占', (row) => row.reserved),
    // A closed line lends nothing, whatever its amounts leave.
    amount('可用', (row) => (row.state === 'CLOSED' ? '0.00' : row.available)),
    amount('余额', (row) => row.outstanding),
    amount('还款全恢复\n时可用', (row) => row.reinstatable),
    amount('沉淀', (row) => row.stranded),
    coded('状态', 'lineState', (row) => row.state),
    words('到期日', (row) => row.expiresOn, { tight: true }),
  ],
};

/** The nights of a bill: of its own period, and of each that it counts anew. */
async function feeNights({ id }, place) {
  const { body } = await ask(`/commitment-fee-bills/${id}`);
  const own = body.parts.map((part) => ({ ...part, of: '本期' }));
  const adjusted = body.adjustments.flatMap(({ from, was, now, parts }) =>
    parts.map((part) => ({ ...part, of: `重算 ${from} 起的账期`, was, now })),
  );
  return pageOfRows([...own, ...adjusted], place);
}

const feeParts = {
  caption: '构成：每晚未提用金额 × 承诺费率 ÷ 360；重算的账期列原计与现计',
  empty: '账单没有构成。',
  columns: [
    named('项目', (row) => row.of),
    words('起', (row) => row.from, { tight: true }),
    words('止（不含）', (row) => row.to, { tight: true }),
    words('天数', (row) => row.days, { number: true }),
    amount('未提用', (row) => row.undrawn),
    words('费率', (row) => percentText(row.rateAnnual), { number: true }),
    amount('原计', (row) => row.was),
    amount('现计', (row) => row.now),
  ],
};

const feeBills = {
  key: 'fee-bills',
  permission: 'credit:read',
  caption: '承诺费账单：未付＝当期＋调整－已付－减免－抵扣；展开看构成',
  empty: '没有承诺费账单。',
  load: listed('/commitment-fee-bills'),
  keyOf: (row) => row.id,
  details: {
    nameOf: (row) => `${row.enterpriseName} ${row.settledOn}`,
    list: feeParts,
    load: feeNights,
  },
  columns: [
    named('企业', (row) => row.enterpriseName, { below: (row) => row.product }),
    bankName,
    feePeriod,
    amount('当期', (row) => row.amount),
    amount('前期调整', (row) => row.adjustment),
    amount('已付', (row) => row.paid),
    amount('减免', (row) => row.waived),
    amount('抵扣', (row) => row.offset),
    amount('未付', (row) => row.owed),
    words('付款期限', (row) => row.dueOn, { tight: true }),
    words('逾期天数', (row) => (row.overdue ? `${row.daysPastDue} 天` : '未逾期'), {
      number: true,
    }),
  ],
};

/** Of holds that say no purpose of their own. */
const holdPurposes = { 'credit.draw-down': '放款待复核', 'credit.reserve': '未说明' };

const reservations = {
  key: 'reservations',
  permission: 'credit:read',
  caption: '额度预占：生效中的预占，到期自动释放；提前释放由经办人通过接口办理',
  empty: '没有生效中的额度预占。',
  load: listed('/reservations', { state: 'PENDING' }),
  columns: [
    named('企业', (row) => row.enterpriseName, { below: (row) => row.product }),
    bankName,
    amount('预占金额', (row) => row.amount),
    amount('尚占', (row) => row.held),
    words('用途', (row) => holdPurposes[row.purpose] ?? row.purpose),
    words('期限', (row) => (row.tenorDays === null ? null : `${row.tenorDays} 天`), {
      tight: true,
    }),
    words('经办人', (row) => row.makerName, { tight: true }),
    words('有效至', (row) => timeText(row.expiresAt), { tight: true }),
  ],
};

/** A pool without money has no multiple, and none is guessed. */
function poolUse({ leverage: use, balance }, { reportedOnly }) {
  if (use !== null) return `${ratioText(use)} 倍`;
  if (reportedOnly) return '不可计算：缺出资额';
  return isZero(balance) ? '不可计算：资金池余额为零' : '不可计算：余额已全部待付';
}

const pools = {
  key: 'pools',
  permission: 'pool:read',
  caption: '风险补偿资金池：放大使用＝入池贷款余额 ÷（池余额－待付补偿）',
  empty: '没有可见的资金池。',
  load: listed('/pools'),
  columns: [
    named('资金池', (row) => row.name, { below: (row) => `设立于 ${row.openedOn}` }),
    amount('池余额', (row) => row.balance),
    amount('待付补偿', (row) => row.pendingClaims),
    amount('入池贷款余额', (row) => row.enrolledOutstanding),
    words('放大使用', poolUse, { number: true }),
    words('放大上限', (row) => row.multiple && `${ratioText(row.multiple)} 倍`, { number: true }),
    amount('可支持贷款', (row) => row.capacity),
    {
      ...amount('剩余空间', (row) => row.headroom),
      cell: ({ headroom, overLeveraged }, { unit }) =>
        overLeveraged ? alarming('超限', amountNode(headroom, unit)) : amountNode(headroom, unit),
    },
    coded('状态', 'poolState', (row) => row.state),
  ],
};

const claims = {
  key: 'claims',
  permission: 'pool:read',
  caption: '风险补偿申请：本金损失扣除已追回后，按资金池规则计算补偿',
  empty: '没有风险补偿申请。',
  load: listed('/claims'),
  columns: [
    named('企业', (row) => row.enterpriseName ?? row.enterpriseId),
    bankName,
    amount('本金损失', (row) => row.principalLoss),
    amount('已追回', (row) => row.recoveredBefore),
    amount('补偿金额', (row) => row.compensation),
    words('受限于', (row) => (row.bound ? word('claimCap', row.bound) : '不受限')),
    coded('状态', 'claimState', (row) => row.state),
    words('申请日', (row) => row.claimedOn, { tight: true }),
    words('决定日', (row) => row.decidedOn, { tight: true }),
  ],
};

/** One row per pool, bank and fuse. Before anything is measured there is no distance to tell. */
async function fuseRows({ zoneId, ...place }) {
  const { body, at } = await ask('/pools', { zoneId, pageSize: 200 });
  const shown = await Promise.all(body.items.map(({ id }) => ask(`/pools/${id}`)));
  const several = shown.length > 1;
  const rows = shown.flatMap(({ body: pool }) =>
    pool.banks.flatMap((bank) =>
      bank.fuses.map((fuse) => ({ pool, bank, fuse, several, generated: pool.generated })),
    ),
  );
  return { answer: pageOfRows(rows, place), at };
}

const fuses = {
  key: 'fuses',
  permission: 'pool:read',
  caption: '距熔断：按资金池规则，每家合作银行每项指标还能增加多少',
  empty: '没有可见的熔断指标。',
  load: fuseRows,
  columns: [
    named('合作银行', (row, { nameOf }) => nameOf(row.bank.bankId), {
      below: (row) => (row.several ? row.pool.name : undefined),
    }),
    words('指标', (row) => word('fuseMetric', row.fuse.metric)),
    amount('分子', (row) => row.fuse.part),
    amount('分母', (row) => row.fuse.whole),
    words('当前', (row) => percentText(row.fuse.figure), { number: true }),
    words(
      '熔断线',
      (row) => `${word('operator', row.fuse.operator)} ${percentText(row.fuse.bound)}`,
      {
        number: true,
      },
    ),
    amount('距熔断', (row) => (row.fuse.figure === null ? null : row.fuse.room)),
    coded('触发后', 'fuseAction', (row) => row.fuse.action),
    words('状态', (row) => (row.fuse.tripped ? element('b.alarm', {}, '已触发') : '未触发'), {
      tight: true,
    }),
  ],
};

const partners = {
  caption: '出资人',
  empty: '没有已知的出资人。',
  columns: [
    named('出资人', (row) => row.name),
    words('资金来源', (row) => (row.partnerFundId ? '本书内基金' : word('source', row.source))),
    amount('认缴', (row) => row.committed, { sums: true }),
    amount('已通知', (row) => row.called, { sums: true }),
    amount('实缴', (row) => row.paidIn, { sums: true }),
    amount('未通知', (row) => row.unfunded, { sums: true }),
  ],
};

const funds = {
  key: 'funds',
  permission: 'funds:read',
  caption: '基金：认缴、实缴、已投是三件事，母子基金之间不相加；展开看出资人',
  empty: '没有可见的基金。',
  load: listed('/funds'),
  keyOf: (row) => row.fundId,
  details: {
    nameOf: (row) => row.name,
    list: partners,
    load: async ({ fundId, generated }, place) => {
      const { body } = await ask(`/funds/${fundId}`);
      const rows = body.partners.map((partner) => ({ ...partner, generated }));
      return pageOfRows(rows, place);
    },
  },
  columns: [
    named('基金', (row) => row.name, { below: (row) => `设立于 ${row.establishedOn}` }),
    coded('类型', 'fundKind', (row) => row.kind),
    amount('目标规模', (row) => row.targetSize),
    amount('认缴', (row) => row.committed),
    amount('实缴', (row) => row.paidIn),
    amount('已投', (row) => row.invested),
    amount('账面现金', (row) => row.cash),
    coded('状态', 'fundState', (row) => row.state),
  ],
};

const isMoney = (row) => row.unit === '元';

/** Where the generated rows behind a figure stand on this page. */
function behind(row) {
  const found = rowsBehind[row.generatedSumCheck];
  if (!found) return undefined;
  const link = element('a', { href: `#${found.section}` }, found.text);
  return row.measure === 'intent' ? link : element('span', {}, link, ' ', badge());
}

const reported = {
  key: 'reported',
  permission: 'parties:read',
  caption: '报道数据：按原文保留限定词、来源与日期，不参与任何计算',
  empty: '本园区没有报道数据。',
  load: listed('/reported-figures'),
  columns: [
    named('事项', (row) => row.subject, { below: (row) => row.note, generated: () => false }),
    coded('口径', 'measure', (row) => row.measure),
    {
      head: '数值',
      number: true,
      cell: (row, { unit }) =>
        qualified(row.qualifier, isMoney(row) ? amountNode(row.value, unit) : countText(row.value)),
    },
    words('单位', (row, { unit }) => (isMoney(row) ? unit.name : row.unit)),
    words('比率', (row) => row.otherHalf),
    words('来源', (row) => row.source),
    words('日期', (row) =>
      element(
        'span.named',
        {},
        row.reportedOn ?? '日期未载',
        row.period ? small(row.period) : null,
      ),
    ),
    words('其下明细', behind),
  ],
};

/**
 * In the order of the page. A list is asked for only with its permission, and hidden when the
 * server answers 403 all the same; a section goes with its last list.
 */
export const sections = [
  { id: 'duties', title: '待办与预警', lists: duties },
  { id: 'credit', title: '整园授信', lists: [agreements, progress] },
  { id: 'lines', title: '额度台账', lists: [lines, reservations, feeBills] },
  { id: 'pool', title: '风险补偿资金池', lists: [pools, claims, fuses] },
  { id: 'funds', title: '基金', lists: [funds] },
  { id: 'leverage', title: '放大倍数', lists: [leverage] },
  { id: 'exposure', title: '供应链融资敞口', lists: [exposures] },
  { id: 'reported', title: '报道数据', lists: [reported] },
];
