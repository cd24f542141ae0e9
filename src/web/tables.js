/**
 * Tables, and what stands around them: cells, totals, rows that open, pages, and the three states
 * without rows (reading, empty, refused). A list is drawn from its answer alone, so a change of the
 * unit asks nothing again.
 */
import { defaultSize, pageSizes } from './address.js';
import { amountText, fullText, isNegative, isZero, missing, totalOf } from './amounts.js';
import { element, replaceInside } from './dom.js';
import { whatToDo, word } from './words.js';

/**
 * @typedef {object} Context
 * @property {import('./amounts.js').Unit} unit
 * @property {(id: string) => string} nameOf of an institution
 * @property {boolean} reportedOnly the zone is known from published reports alone
 * @typedef {object} Column
 * @property {string} head
 * @property {boolean} [number] right aligned
 * @property {boolean} [tight] never breaks
 * @property {boolean} [unit] its header shows the unit
 * @property {(row: any) => string | null} [sums] the exact amount of a row, for the total
 * @property {(row: any, context: Context) => Node | string} cell
 */

const generatedText = '演示数据（生成）';

export const badge = () => element('span.badge', {}, generatedText);

/** An amount in the unit; its tooltip and its copy are the whole yuan. */
export function amountNode(text, unit) {
  if (text === null || text === undefined) return missing;
  const classes = isNegative(text) ? 'span.amount.trouble' : 'span.amount';
  return element(classes, { title: fullText(text), 'data-yuan': text }, amountText(text, unit));
}

/** Words of the source that belong to the figure: 不少于, 约, 超, 近, 最高, 预计. */
export const qualified = (qualifier, node) =>
  qualifier === null || qualifier === undefined
    ? node
    : element('span', {}, element('span.qualifier', {}, qualifier), ' ', node);

/**
 * What the books hold. In a zone that is known from reports alone nothing happened that was not
 * reported, so a zero there is no zero but a figure that nobody published.
 */
export const booked = (text, { reportedOnly }) => (reportedOnly && isZero(text) ? null : text);

/**
 * A column of amounts.
 * @param {string} head
 * @param {(row: any) => string | null} read
 * @param {object} [options]
 * @param {boolean} [options.sums] its rows may be added up
 * @param {(row: any) => string | null} [options.qualifier] of the source
 */
export const amount = (head, read, { sums = false, qualifier } = {}) => ({
  head,
  number: true,
  unit: true,
  cell: (row, context) =>
    qualified(qualifier?.(row), amountNode(booked(read(row), context), context.unit)),
  ...(sums ? { sums: read } : {}),
});

/** `tight`: short words that never break. */
export const words = (head, read, { number = false, tight = false } = {}) => ({
  head,
  number,
  tight,
  cell: (row, context) => read(row, context) ?? missing,
});

/** The word of a code, by the kind of its words. */
export const coded = (head, kind, read) =>
  words(head, (row) => word(kind, read(row)), { tight: true });

export const bankName = words('银行', (row, { nameOf }) => nameOf(row.bankId), { tight: true });

/** An amount that means trouble is marked by a word, because a print may be grey. */
export const alarming = (text, node) =>
  element('span', {}, element('b.alarm', {}, text), ' ', node);

/** A name with what belongs under it, and the mark of generated rows. */
export const named = (head, read, { below, generated = (row) => row.generated } = {}) => ({
  head,
  cell: (row, context) => {
    const more = below?.(row, context);
    return element(
      'span.named',
      {},
      element('span.name', {}, read(row, context)),
      generated(row) ? badge() : null,
      more ? element('small', {}, more) : null,
    );
  },
});

/** The period of a bill of the commitment fee, its last day included. */
export const feePeriod = words('账期', ({ from, to, settledOn }) =>
  from === to
    ? element('span', {}, '前期调整', element('span.tight', {}, `（${settledOn}）`))
    : element('span', {}, whole(`${from} 至`), ' ', whole(settledOn)),
);

/** Text that never breaks, such as a day. */
const whole = (text) => element('span.tight', {}, text);

/** A long head may break where its text has a line break. */
const breakable = (head) =>
  head.split('\n').flatMap((part, i) => (i === 0 ? [part] : [element('wbr'), part]));

function headRow(columns, unit, opens) {
  const cells = columns.map(({ head, number, unit: inUnit }) =>
    element(
      number ? 'th.number' : 'th',
      { scope: 'col' },
      ...breakable(head),
      ...(inUnit ? [element('wbr'), element('small', {}, `（${unit.name}）`)] : []),
    ),
  );
  const opener = opens
    ? element('th.opener', { scope: 'col' }, element('span.unseen', {}, '展开'))
    : null;
  return element('tr', {}, opener, ...cells);
}

/** The row with its figures; where `details` is given, a second row that opens below it. */
function bodyRows(list, row, context, state) {
  const { columns, details } = list;
  const cells = columns.map(({ number, tight, cell }, i) =>
    element(
      i === 0 ? 'th' : number ? 'td.number' : tight ? 'td.tight' : 'td',
      { scope: i === 0 ? 'row' : undefined },
      cell(row, context),
    ),
  );
  if (!details) return [element('tr', {}, ...cells)];
  const { button, below } = opening(list, row, context, state);
  return [element('tr', {}, element('td.opener', {}, button), ...cells), below];
}

/**
 * What an open row holds is kept in `state.opened`, so that it is still open after a redraw; an
 * answer that comes after one is drawn where the row stands by then.
 */
function opening({ columns, details, keyOf }, row, context, state) {
  const key = keyOf(row);
  const inside = element('td', { colspan: columns.length + 1 });
  const below = element('tr.details', { hidden: !state.opened.has(key) }, inside);
  const drawInto = (entry) => {
    const actions = { turn: read, again: read };
    entry.draw = () =>
      replaceInside(inside, ...listNodes(details.list, entry.held, context, actions));
    entry.draw();
  };
  async function read(place = { page: 1, pageSize: defaultSize }) {
    const entry = state.opened.get(key);
    entry.held = await details.load(row, place).then(
      (answer) => ({ answer }),
      (problem) => ({ problem }),
    );
    entry.draw();
  }
  const open = () => {
    state.opened.set(key, { held: {} });
    drawInto(state.opened.get(key));
    void read();
  };
  const button = element('button.opener', {
    type: 'button',
    'data-focus': `open ${key}`,
    'aria-expanded': String(state.opened.has(key)),
    'aria-label': `展开：${details.nameOf(row)}`,
    click: () => {
      const closes = state.opened.delete(key);
      button.setAttribute('aria-expanded', String(!closes));
      below.hidden = closes;
      if (!closes) open();
    },
  });
  if (state.opened.has(key)) drawInto(state.opened.get(key));
  return { button, below };
}

/** Totals stand only under a list that is whole on its page, and only under what may be added. */
function footRow({ columns, details }, { items, total }, context) {
  const { unit } = context;
  if (items.length < 2 || items.length !== total) return null;
  if (!columns.some(({ sums }) => sums)) return null;
  let differs = false;
  const cells = columns.slice(1).map(({ number, sums }) => {
    const texts = sums ? items.map(sums) : [];
    if (!sums || texts.includes(null)) return element(number ? 'td.number' : 'td');
    const sum = totalOf(texts, unit);
    differs ||= sum.differs;
    return element('td.number', {}, amountNode(booked(sum.exact, context), unit));
  });
  const label = element('th', { scope: 'row' }, `合计（全部 ${total} 条）`);
  const row = element('tr', {}, details ? element('td') : null, label, ...cells);
  const width = columns.length + (details ? 1 : 0);
  const note = differs
    ? element('tr', {}, element('td.quiet', { colspan: width }, '尾差系四舍五入所致'))
    : null;
  return element('tfoot', {}, row, note);
}

function tableOf(list, answer, context, state) {
  const { columns, caption, details } = list;
  const rows = answer.items.flatMap((row) => bodyRows(list, row, context, state));
  const table = element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, headRow(columns, context.unit, details !== undefined)),
    element('tbody', {}, ...rows),
    footRow(list, answer, context),
  );
  return element('div.scroll', { tabindex: '0', role: 'region', 'aria-label': caption }, table);
}

export const reading = () => element('p.quiet', { role: 'status' }, '正在读取…');

/** What happened, what to do, and the number to quote. */
export function refusedNode(problem, again) {
  const { title, detail, traceId } = problem;
  const button = again && element('button', { type: 'button', click: again }, '重试');
  return element(
    'div.refused',
    { role: 'alert' },
    element('strong', {}, title ?? '页面出错'),
    element('span', {}, whatToDo(problem)),
    detail && problem.status < 500 ? element('span.quiet', {}, detail) : null,
    traceId ? element('span.quiet', {}, '追踪号 ', element('code', {}, traceId)) : null,
    button,
  );
}

/** 共 N 条, the pages and their size; `turn` is told the place that was chosen. */
function pager({ caption }, { page, pageSize, total }, turn) {
  const pages = Math.max(1, Math.ceil(total / pageSize));
  const count = element('span', {}, `共 ${total} 条`);
  if (total <= pageSizes[0]) return element('div.pager', {}, count);
  const step = (text, to) =>
    element(
      'button',
      {
        type: 'button',
        'data-focus': text,
        disabled: to < 1 || to > pages || to === page,
        click: () => turn({ page: to, pageSize }),
      },
      text,
    );
  const jump = element('input', {
    type: 'number',
    min: 1,
    max: pages,
    value: page,
    'data-focus': 'jump',
    'aria-label': '跳至第几页',
    change: () => {
      const to = Math.min(pages, Math.max(1, Math.trunc(jump.valueAsNumber) || 1));
      turn({ page: to, pageSize });
    },
  });
  const size = element(
    'select',
    {
      'aria-label': '每页条数',
      'data-focus': 'size',
      change: () => turn({ page: 1, pageSize: Number(size.value) }),
    },
    ...pageSizes.map((rows) =>
      element('option', { value: rows, selected: rows === pageSize }, `${rows} 条/页`),
    ),
  );
  return element(
    'nav.pager',
    { 'aria-label': `${caption}：分页` },
    count,
    step('首页', 1),
    step('上一页', page - 1),
    element('span', {}, '第 ', jump, ` / ${pages} 页`),
    step('下一页', page + 1),
    step('末页', pages),
    size,
  );
}

/** A list in its state: reading, refused, empty, or rows with their pages. */
export function listNodes(list, state, context, { turn, again }) {
  if (state.problem) return [refusedNode(state.problem, again)];
  if (!state.answer) return [reading()];
  const { answer } = state;
  if (answer.total === 0) return [element('p.quiet', {}, list.empty ?? '没有记录。')];
  return [tableOf(list, answer, context, state), pager(list, answer, turn)];
}
