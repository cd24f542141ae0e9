/**
 * What waits for somebody: what the reader must approve, demands and applications with their clocks,
 * conditions, whitelist entries, limits in trouble, inspections, loans and fees that fall due,
 * exceptions, and how far the agreements have come. What is late says so by a word, because a
 * print may be grey.
 */
import { percentText } from './amounts.js';
import { ask } from './api.js';
import { approvals } from './approvals.js';
import { element } from './dom.js';
import { listed, pageOfRows } from './lists.js';
import {
  alarming,
  amount,
  amountNode,
  bankName,
  coded,
  feePeriod,
  named,
  words,
} from './tables.js';
import { timeText } from './times.js';
import { kindText, word } from './words.js';

/** A day with a clock: whether it is the last one, or over. */
const clock = (head, read) => ({
  head,
  tight: true,
  cell: (row) => {
    const { day, due, overdue } = read(row);
    if (day === null || day === undefined) return '—';
    if (overdue) return alarming('逾期', day);
    return due ? element('span', {}, element('b', {}, '今日到期'), ' ', day) : day;
  },
});

const firm = named('企业', (row) => row.enterpriseName, { below: (row) => row.uscc });
const rank = words('排队', ({ queueRank }) => queueRank && `第 ${queueRank} 位`, { tight: true });

const demands = {
  key: 'demands',
  permission: 'demand:read',
  caption: '融资需求：按重点计划排队，再按答复期限',
  empty: '没有等待答复的融资需求。',
  load: listed('/financing-demands', { waiting: 'true' }),
  columns: [
    firm,
    amount('需求金额', (row) => row.amount),
    words('期限', (row) => `${row.termMonths} 个月`, { tight: true }),
    words('用途', (row) => row.purpose),
    words('重点计划', (row) => row.programme),
    rank,
    words('认领银行', (row) => row.claimedByName),
    coded('状态', 'demandState', (row) => row.state),
    clock('答复期限', (row) => ({ ...row, day: row.dueOn })),
  ],
};

const applications = {
  key: 'applications',
  permission: 'application:read',
  caption: '授信申请：从尽调到授信生效，按重点计划排队；名单外须另一人同意才能生效',
  empty: '没有在办的授信申请。',
  load: listed('/credit-applications', { running: 'true' }),
  columns: [
    firm,
    words('白名单', (row) => (row.whitelisted ? '名单内' : element('b', {}, '名单外')), {
      tight: true,
    }),
    words('产品', (row) => row.product),
    amount('申请金额', (row) => row.amount),
    amount('批复金额', (row) => row.approvedAmount),
    rank,
    coded('状态', 'applicationState', (row) => row.state),
    words('未落实条件', (row) => (row.openConditions > 0 ? `${row.openConditions} 项` : '无'), {
      tight: true,
    }),
    clock('审批期限', (row) => ({ ...row, day: row.decisionDueOn })),
    clock('批复有效期', (row) => ({ day: row.validUntil, overdue: row.lapsed })),
  ],
};

const conditions = {
  key: 'conditions',
  permission: 'application:read',
  caption: '待落实条件：先决条件落实之前授信不能生效',
  empty: '没有待落实的批复条件。',
  load: listed('/open-conditions'),
  columns: [
    named('企业', (row) => row.enterpriseName, { below: (row) => row.product }),
    words('条件', (row) => row.wording),
    coded('类别', 'conditionKind', (row) => row.kind),
    amount('批复金额', (row) => row.approvedAmount),
    clock('批复有效期', (row) => ({ day: row.validUntil, overdue: row.lapsed })),
  ],
};

const entries = {
  key: 'entries',
  permission: 'whitelist:read',
  caption: '白名单待决：园区已推荐，银行须在期限内接受或谢绝',
  empty: '没有等待银行决定的白名单企业。',
  load: listed('/whitelist-entries', { state: 'RECOMMENDED' }),
  columns: [
    firm,
    words('银行', (row) => row.bankName, { tight: true }),
    words('推荐日', (row) => row.nominatedOn, { tight: true }),
    clock('决定期限', (row) => ({ day: row.decisionDueOn, overdue: row.overdue })),
  ],
};

const inspections = {
  key: 'inspections',
  permission: 'credit:read',
  caption: '贷后检查：已逾期未检查的贷款',
  empty: '没有逾期的贷后检查。',
  load: listed('/inspections-due', { overdue: 'true' }),
  columns: [
    named('企业', (row) => row.enterpriseName),
    bankName,
    amount('贷款余额', (row) => row.outstanding),
    coded('五级分类', 'riskClass', (row) => row.riskClass),
    words('内容', (row) => (row.first ? '首次检查：资金用途' : '定期检查'), { tight: true }),
    words('上次检查', (row) => row.lastOn ?? '未检查', { tight: true }),
    clock('应检日', (row) => ({ ...row, day: row.dueOn })),
  ],
};

const loans = {
  key: 'loans-due',
  permission: 'credit:read',
  caption: '到期与逾期贷款：三十日内到期及已逾期的最早一期',
  empty: '三十日内没有到期的贷款，也没有逾期。',
  load: listed('/loans-due'),
  columns: [
    named('企业', (row) => row.enterpriseName, { below: (row) => row.product }),
    bankName,
    amount('应还金额', (row) => row.dueAmount),
    words('口径', (row) => (row.principalOnly ? '本金' : '本息'), { tight: true }),
    amount('贷款余额', (row) => row.outstanding),
    clock('到期日', (row) => ({ ...row, day: row.dueOn })),
    words('逾期天数', (row) => (row.overdue ? `${row.daysPastDue} 天` : '未逾期'), {
      number: true,
    }),
    coded('五级分类', 'riskClass', (row) => row.riskClass),
  ],
};

const fees = {
  key: 'fees-due',
  permission: 'credit:read',
  caption: '承诺费：三十日内到期及已逾期的账单',
  empty: '三十日内没有到期的承诺费，也没有逾期。',
  load: listed('/commitment-fee-bills', { dueWithinDays: '30' }),
  columns: [
    named('企业', (row) => row.enterpriseName, { below: (row) => row.product }),
    bankName,
    feePeriod,
    amount('未付金额', (row) => row.owed),
    clock('付款期限', (row) => ({ ...row, day: row.dueOn })),
    words('逾期天数', (row) => (row.overdue ? `${row.daysPastDue} 天` : '未逾期'), {
      number: true,
    }),
  ],
};

const exceptions = {
  key: 'exceptions',
  permission: 'exception:read',
  caption: '例外审批：尚未了结的例外',
  empty: '没有尚未了结的例外。',
  load: listed('/credit-exceptions', { open: 'true' }),
  columns: [
    named('企业', (row) => row.enterpriseName, { below: (row) => row.purpose }),
    coded('类别', 'exceptionKind', (row) => row.kind),
    words('额度', (row) => row.nodeName ?? row.product),
    amount('申请金额', (row) => row.amount),
    amount('批准金额', (row) => row.approvedAmount),
    coded('状态', 'exceptionState', (row) => row.state),
    clock('有效期', (row) => ({ day: row.expiresOn, overdue: row.overdue })),
  ],
};

/** A figure as it stands now, and under it that of the opening. */
const sinceOpening = (head, name) => ({
  head,
  number: true,
  unit: true,
  cell: ({ now, opening, ...row }, { unit }) =>
    element(
      'span.named',
      {},
      amountNode((now ?? row)[name], unit),
      element('small', {}, ' 发生时 ', amountNode(opening?.[name], unit)),
    ),
});

/** The figures may be well again before the next look says so. */
const incidentStateNode = ({ state, now }) =>
  element(
    'span.named',
    {},
    word('incidentState', state),
    now?.severity === null ? element('small', {}, '现已恢复，待复查') : null,
  );

const incidents = {
  key: 'incidents',
  permission: 'limits:read',
  caption: '超限与预警：尚未解除的事件，硬额度在前，超限在前；金额为现在的，其下为发生时的',
  empty: '没有尚未解除的超限或预警。',
  load: listed('/limit-incidents', { open: 'true' }),
  columns: [
    named('额度', (row) => row.nodeName, {
      below: (row) => `${word('nodeKind', row.nodeKind)}；${word('incidentCause', row.cause)}`,
    }),
    words('所属机构', (row, { nameOf }) => nameOf(row.ownerId)),
    words(
      '程度',
      ({ severity, enforcement }) => {
        const text = word('severity', severity);
        if (enforcement === 'SOFT') return `软·${text}`;
        return severity === 'BREACH' ? element('b.alarm', {}, text) : text;
      },
      { tight: true },
    ),
    sinceOpening('界限', 'bound'),
    sinceOpening('已用或\n已分配', 'used'),
    sinceOpening('预占', 'reserved'),
    sinceOpening('超出', 'size'),
    words('状态', incidentStateNode, { tight: true }),
    words('发生日', (row) => row.openedOn, { tight: true }),
    clock('豁免至', (row) => ({ day: row.waivedUntil })),
  ],
};

/** What the event says beyond its name, in words and amounts. */
function eventText({ payload }, { unit }) {
  const { daysPastDue, daysLeft, dueOn, defaultedOn, ratio, value } = payload;
  const { from, to, severity, cause, trigger, code, title, reason, paidOn, asOf } = payload;
  const parts = [
    daysPastDue > 0 && `逾期 ${daysPastDue} 天`,
    daysLeft > 0 && `剩余 ${daysLeft} 天`,
    dueOn && `期限 ${dueOn}`,
    defaultedOn && `违约日 ${defaultedOn}`,
    to && `${word('riskClass', from)} → ${word('riskClass', to)}`,
    ratio && `${word('riskRatio', ratio)} ${percentText(value)}，低于要求`,
    cause && word('incidentCause', cause),
    severity && word('severity', severity),
    trigger && word('reviewTrigger', trigger),
    payload.misuseId && `自 ${from} 起；原因：${reason}`,
    paidOn && `拟拨付日 ${paidOn}`,
    payload.failure && `截至 ${asOf} 未能计算`,
    (title || code) && `原因：${title ?? code}`,
  ].filter(Boolean);
  const amounts = eventAmounts
    .filter((name) => typeof payload[name] === 'string')
    .map((name) =>
      element('span', {}, ` ${word('eventAmount', name)} `, amountNode(payload[name], unit)),
    );
  return element('span', {}, parts.join('；'), ...amounts);
}

const eventAmounts = ['outstanding', 'bound', 'used', 'size', 'amount', 'compensation'];

const events = {
  key: 'events',
  permission: 'credit:read',
  caption:
    '预警事件：贷款逾期、将到期、分类变动与挪用，指标不足、额度超限、补偿暂缓与承诺费未出账，新的在前',
  empty: '没有预警事件。',
  load: listed('/events'),
  columns: [
    words('时间', (row) => timeText(row.recordedAt), { tight: true }),
    coded('事件', 'eventName', (row) => row.name),
    named('对象', (row) => row.subjectName ?? row.subjectId, {
      below: (row) => `${kindText(row.subjectId)} ${row.subjectId}`,
    }),
    words('所属机构', (row, { nameOf }) => nameOf(row.ownerId)),
    words('内容', eventText),
  ],
};

async function progressRows({ zoneId, ...place }) {
  const { body, at } = await ask(`/zones/${zoneId}/park-progress`);
  return { answer: pageOfRows(body.agreements, place), at };
}

const paceNode = ({ alert, pace }) =>
  alert === null ? word('pace', pace) : element('b.alarm', {}, word('paceAlert', alert));

/** The agreement names the measure that counts; the others stand beside it and are never added. */
export const progress = {
  key: 'progress',
  permission: 'credit:read',
  caption: '协议进度：四项口径分列，按协议指定的一项对照时间进度',
  empty: '没有可见的协议进度。',
  load: progressRows,
  columns: [
    named('协议', (row) => row.name, {
      below: (row) => `计入口径：${word('measureColumn', row.countingColumn)}`,
    }),
    amount('累计批复', (row) => row.measured.approvedCumulative),
    amount('在效批复', (row) => row.measured.approvedInForce),
    amount('累计投放', (row) => row.measured.drawnCumulative),
    amount('余额', (row) => row.measured.outstanding),
    words(
      '完成率',
      (row) => [row.shareQualifier, percentText(row.share)].filter(Boolean).join(' '),
      {
        number: true,
      },
    ),
    words('时间进度', (row) => percentText(row.elapsedShare), { number: true }),
    words('进度', paceNode, { tight: true }),
  ],
};

export const duties = [
  approvals,
  demands,
  applications,
  conditions,
  entries,
  incidents,
  events,
  inspections,
  loans,
  fees,
  exceptions,
];
