/**
 * What waits for the reader's approval: what it is, whom it concerns and how much it moves; a row
 * opens to its maker's reason and to what the rehearsal did to limits and accounts.
 */
import { missing, percentText } from './amounts.js';
import { ask } from './api.js';
import { listed, pageOfRows } from './lists.js';
import { amount, amountNode, coded, named, words } from './tables.js';
import { timeText } from './times.js';
import { kindText } from './words.js';

/** A term as words: 无, the text itself, or the members of each entry; — where none was asked. */
function termText(value) {
  if (value === undefined) return missing;
  if (value === null) return '无';
  if (Array.isArray(value)) return value.map(termText).join('；') || '无';
  return typeof value === 'object' ? Object.values(value).map(termText).join(' ') : String(value);
}

/** Each limit's figures that differ, then its terms, from what to what. */
function effectRows({ effects }) {
  return (effects?.limits ?? []).flatMap(({ changes = [], ...node }) => {
    const row = (field, from, to, money = false) => ({ name: node.name, field, from, to, money });
    const figures = [
      row('limit', node.limitBefore, node.limit, true),
      ...['used', 'reserved', 'available'].map((name) =>
        row(name, node.before[name], node.after[name], true),
      ),
    ].filter(({ from, to }) => from !== to);
    return [...figures, ...changes.map(({ field, from, to }) => row(field, from, to))];
  });
}

/** Every account that the rehearsal moved, from what to what. */
const postedRows = ({ effects }) =>
  (effects?.ledger ?? []).map(({ name, kind, before, balance }) => {
    return { name: name ?? kind, field: 'balance', from: before, to: balance, money: true };
  });

/** What the maker gave as the reason; it has no figure before. */
const reasonRows = ({ input }) =>
  input?.reason ? [{ name: '经办人', field: 'reason', to: input.reason }] : [];

const askedRows = (one) => [...reasonRows(one), ...effectRows(one), ...postedRows(one)];

/** Terms that are shares of the limit. */
const shares = new Set(['toleranceRate', 'warnRate']);

const effect = (head, name) => ({
  head,
  number: true,
  unit: true,
  cell: (row, { unit }) => {
    if (row.money) return amountNode(row[name], unit);
    return shares.has(row.field) ? percentText(row[name]) : termText(row[name]);
  },
});

const effects = {
  caption: '经办理由，与提交时试算的额度、账户变更前后',
  empty: '试算没有额度或账户变动。',
  columns: [
    named('对象', (row) => row.name),
    coded('事项', 'limitField', (row) => row.field),
    effect('变更前', 'from'),
    effect('变更后', 'to'),
  ],
};

/** Whom or what the request concerns; a batch is told of by its first. */
function aboutText({ about }) {
  if (about === null) return missing;
  const first = about.name ?? about.id;
  return about.more > 0 ? `${first} 等 ${about.more + 1} 个` : first;
}

/** What waits for the reader, here or in no zone at all; what they made waits for another. */
export const approvals = {
  key: 'approvals',
  permission: 'approvals:decide',
  caption: '待我审批：经办人已提交，须由另一人决定',
  empty: '没有等待您审批的事项。',
  load: listed('/approvals', { box: 'to-decide' }),
  keyOf: (row) => row.approvalId,
  details: {
    nameOf: (row) => row.title.zh,
    list: effects,
    load: async ({ approvalId }, place) =>
      pageOfRows(askedRows((await ask(`/approvals/${approvalId}`)).body), place),
  },
  columns: [
    named('事项', (row) => row.title.zh, { below: (row) => row.approvalId }),
    named('对象', aboutText, { below: ({ about }) => about?.id && kindText(about.id) }),
    amount('金额', (row) => row.amount),
    words('经办人', (row) => row.makerName, { tight: true }),
    words('提交时间', (row) => timeText(row.madeAt), { tight: true }),
    words('有效至', (row) => timeText(row.expiresAt), { tight: true }),
  ],
};
