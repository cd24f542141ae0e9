/**
 * Figures that are a ratio of two: the leverage family and the supply chain's exposure. Each shows
 * both halves and what they mean; one that lacks a half says which, and a row opens its inputs.
 */
import { isZero, percentText, ratioText } from './amounts.js';
import { ask, askAll } from './api.js';
import { element } from './dom.js';
import { listed } from './lists.js';
import { alarming, amount, amountNode, named, qualified, words } from './tables.js';
import { inputSources, word } from './words.js';

const sides = { numerator: '分子', denominator: '分母' };

const inputs = {
  caption: '组成：每一笔都有来源和日期，按分子、分母相加即为本数',
  empty: '没有组成本数的记录。',
  columns: [
    words('归入', (row) => sides[row.side], { tight: true }),
    words('来源', (row) => inputSources[row.source] ?? row.source),
    named('事项', (row) => word('inputLabel', row.label)),
    amount('金额', (row) => row.amount),
    words('日期', (row) => row.valueOn ?? '未载', { tight: true }),
    words('编号', (row) => element('code', {}, row.id)),
  ],
};

const inputsAt = (path, nameOf) => ({
  nameOf,
  list: inputs,
  load: async ({ figureId, generated }, place) => {
    const { body } = await ask(`${path}/${encodeURIComponent(figureId)}/inputs`, place);
    return { ...body, items: body.items.map((row) => ({ ...row, generated })) };
  },
});

/** Where a ratio is missing a half it is the reason that is shown; a guess would be worse. */
const reasonNode = (reason) => element('span.reason', {}, reason);

/** What was computed from a qualified figure is only about right. */
const multipleNode = ({ value, reason, qualifier }) =>
  value === null
    ? reasonNode(reason)
    : qualified(qualifier === null ? null : '约', `${ratioText(value, 4)} 倍`);

/** What the figure means; two of them may be compared only when this is the same. */
function definitionOf({ definition }) {
  const { level, basis, perspective, numerator, consolidated, asOf } = definition;
  return [
    word('level', level),
    `口径：${word('basis', basis)}`,
    `分子：${word('numerator', numerator)}`,
    `视角：${perspective}`,
    consolidated ? '已合并抵销' : '未合并抵销',
    `截至 ${asOf}`,
  ].join('；');
}

/** The page of figures; a published one comes with its source and date. */
async function loadLeverage(place) {
  const [{ answer, at }, reported] = await Promise.all([
    listed('/leverage')(place),
    askAll('/reported-figures', { zoneId: place.zoneId }),
  ]);
  const published = new Map(reported.map((figure) => [figure.id, figure]));
  const items = answer.items.map((row) => ({ ...row, published: published.get(row.subjectId) }));
  return { answer: { ...answer, items }, at };
}

/** Of a published figure, where and when it was published. */
const publishedText = (figure) =>
  figure &&
  `来源：${figure.source}；日期：${[figure.reportedOn ?? '未载', figure.period]
    .filter(Boolean)
    .join('，')}`;

const leverageName = (row) => word('leverage', row.measure);

export const leverage = {
  key: 'leverage',
  permission: 'insight:read',
  caption: '放大倍数：每个数都带定义，定义不同的不可比较；展开看组成',
  empty: '没有可见的放大倍数。',
  load: loadLeverage,
  keyOf: (row) => row.figureId,
  details: inputsAt('/leverage', (row) => `${row.subjectName} ${leverageName(row)}`),
  columns: [
    named('对象', (row) => row.subjectName, { below: (row) => publishedText(row.published) }),
    named('定义', leverageName, { below: definitionOf, generated: () => false }),
    amount('分子', (row) => row.numerator, { qualifier: (row) => row.qualifier }),
    amount('分母', (row) => row.denominator),
    { head: '放大倍数', number: true, cell: multipleNode },
  ],
};

const tierText = ({ tier }) => (tier === null ? '合计' : `第 ${tier} 级`);

const overdueNode = ({ overdue }, { unit }) =>
  isZero(overdue) ? amountNode(overdue, unit) : alarming('逾期', amountNode(overdue, unit));

export const exposures = {
  key: 'exposures',
  permission: 'insight:read',
  caption: '供应链融资敞口：已融资未结清＝未到期＋逾期，当天到期算未到期；展开看组成',
  empty: '没有可见的供应链融资敞口。',
  load: listed('/exposures'),
  keyOf: (row) => row.figureId,
  details: inputsAt('/exposures', (row) => `${row.coreName} ${row.bankName} ${tierText(row)}`),
  columns: [
    named('核心企业', (row) => row.coreName),
    words('银行', (row) => row.bankName, { tight: true }),
    words('层级', tierText, { tight: true }),
    amount('已融资未结清', (row) => row.financed),
    amount('未到期', (row) => row.undue),
    { ...amount('逾期', (row) => row.overdue), cell: overdueNode },
    amount('核心企业额度', (row) => row.limit),
    {
      head: '额度占比',
      number: true,
      cell: ({ usedShare, reason }) =>
        usedShare === null ? reasonNode(reason) : percentText(usedShare),
    },
  ],
};
