/**
 * The first page: who is signed in, which zone is shown, and its sections. Each list asks for
 * itself and is drawn when it answers, so one that is refused or slow holds up no other.
 */
import {
  choosePlace,
  chooseUnit,
  chooseZone,
  currentUnit,
  placeOf,
  unitKey,
  zoneCode,
} from './address.js';
import { ask, askAll, isSignedIn, onSessionEnd, signIn, signOut } from './api.js';
import { element, replaceInside } from './dom.js';
import { sections } from './sections.js';
import { listNodes, reading, refusedNode } from './tables.js';
import { timeText } from './times.js';
import { zoneNotes } from './words.js';

const byId = (id) => document.getElementById(id);

let zones = [];
let permissions = new Set();
/** The zone on the screen, with the state of its lists; replaced as a whole by the next one. */
let view;

function showSignIn(problem) {
  view = undefined;
  byId('workspace').hidden = true;
  byId('sign-in').hidden = false;
  document.title = '登录 - 园信';
  byId('sign-in-problem').replaceChildren(...(problem ? [refusedNode(problem)] : []));
  byId('username').focus();
}

async function openWorkspace() {
  byId('sign-in').hidden = true;
  byId('workspace').hidden = false;
  byId('sections').replaceChildren(reading());
  try {
    const [{ body: me }, all] = await Promise.all([ask('/me'), askAll('/zones')]);
    zones = all;
    permissions = new Set(me.permissions);
    byId('person').textContent = `${me.organisationName} · ${me.name}`;
    byId('zone').replaceChildren(
      ...zones.map(({ code, name }) => element('option', { value: code }, name)),
    );
    showZone();
  } catch (problem) {
    if (isSignedIn()) byId('sections').replaceChildren(refusedNode(problem, openWorkspace));
  }
}

/** The zone of the address, or else the one in which the demo works, or the first. */
function chosenZone() {
  const asked = zones.find(({ code }) => code === zoneCode());
  const zone = asked ?? zones.find(({ kind }) => kind === 'demo') ?? zones[0];
  if (zone && !asked) chooseZone(zone.code, { replace: true });
  return zone;
}

/** Where a zone is known from reports alone, they come first. */
const inOrder = ({ kind }) =>
  kind === 'reported'
    ? [...sections].sort((a, b) => Number(b.id === 'reported') - Number(a.id === 'reported'))
    : sections;

/** The section with the lists that the reader's role opens, or nothing. */
function partOf(section) {
  const lists = section.lists.filter(({ permission }) => permissions.has(permission));
  return lists.length === 0 ? [] : [{ section, states: lists.map(stateOf) }];
}

const stateOf = (list) => ({ list, opened: new Map(), answer: undefined, problem: undefined });

/** Draws the frame of the chosen zone, then asks for everything in it. */
function showZone() {
  const zone = chosenZone();
  byId('units').querySelector(`[value="${unitKey()}"]`).checked = true;
  if (!zone) {
    byId('sections').replaceChildren(element('p.quiet', {}, '您的数据范围内没有园区。'));
    return;
  }
  byId('zone').value = zone.code;
  byId('zone-title').textContent = zone.name;
  document.title = `${zone.name} - 园信`;
  const note = zoneNotes[zone.kind];
  byId('zone-note').textContent = note ?? '';
  byId('zone-note').hidden = note === undefined;
  byId('data-time').textContent = '';
  view = {
    zone,
    search: location.search,
    names: new Map(),
    oldest: undefined,
    parts: inOrder(zone).flatMap(partOf),
  };
  drawFrame(view);
  void readZone(view);
}

function drawFrame({ parts }) {
  const drawn = parts.map(({ section, states }) =>
    element(
      'section',
      { id: section.id, 'aria-labelledby': `${section.id}-title` },
      element('h2', { id: `${section.id}-title` }),
      ...states.map(({ list }) => element('div.list', { id: `list-${list.key}` })),
    ),
  );
  byId('sections').replaceChildren(...drawn);
  const links = parts.map(({ section }) =>
    element('a', { href: `#${section.id}`, id: `menu-${section.id}` }, section.title),
  );
  byId('menu').replaceChildren(...links);
  for (const part of parts) drawPart(part);
}

const contextNow = () => ({
  unit: currentUnit(),
  nameOf: (id) => view?.names.get(id) ?? id,
  reportedOnly: view?.zone.kind === 'reported',
});

/** A section stays away when every list of it is closed to the reader's role. */
function drawPart({ section, states }) {
  const closed = (state) => state.problem?.status === 403;
  const hidden = states.every(closed);
  byId(section.id).hidden = hidden;
  byId(`menu-${section.id}`).hidden = hidden;
  byId(`${section.id}-title`).textContent = `${section.title}（单位：${currentUnit().name}）`;
  for (const state of states) {
    const { list } = state;
    const place = byId(`list-${list.key}`);
    place.hidden = closed(state);
    const actions = {
      turn: (to) => {
        choosePlace(list.key, to);
        void readList(view, state);
      },
      again: () => void readList(view, state),
    };
    replaceInside(place, ...listNodes(list, state, contextNow(), actions));
  }
}

async function readZone(of) {
  of.named = readNames(of);
  await Promise.all(of.parts.flatMap(({ states }) => states.map((state) => readList(of, state))));
}

/** The names of the zone's institutions; without them they are shown by their ids. */
async function readNames(of) {
  const rows = await askAll('/organisations', { zoneId: of.zone.id }).catch(() => []);
  of.names = new Map(rows.map(({ id, name }) => [id, name]));
}

/** Asks for the page of the list that the address names; an answer that came late is dropped. */
async function readList(of, state) {
  const { list } = state;
  const asked = placeOf(list.key);
  const turn = Symbol(list.key);
  state.turn = turn;
  of.search = location.search;
  const loading = list.load({ zoneId: of.zone.id, ...asked }).catch((problem) => ({ problem }));
  const [found] = await Promise.all([loading, of.named]);
  if (of !== view || state.turn !== turn) return;
  const { answer, at, problem } = found;
  const lastPage = answer && Math.max(1, Math.ceil(answer.total / answer.pageSize));
  if (answer && asked.page > lastPage) {
    choosePlace(list.key, { page: lastPage, pageSize: answer.pageSize }, { replace: true });
    await readList(of, state);
    return;
  }
  Object.assign(state, { answer, problem });
  if (at && (of.oldest === undefined || at < of.oldest)) of.oldest = at;
  drawTime(of);
  drawPart(of.parts.find(({ states }) => states.includes(state)));
}

/** The age of the oldest list on the screen, by the server's clock. */
function drawTime({ oldest }) {
  byId('data-time').textContent = oldest ? `数据截至 ${timeText(oldest)}` : '';
}

function redraw(of) {
  if (of === view) for (const part of of.parts) drawPart(part);
}

/** What is copied out of a table are whole yuan, whatever the unit on the screen. */
function copyWholeYuan(event) {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const around = range.commonAncestorContainer;
  const one = (around.nodeType === Node.TEXT_NODE ? around.parentElement : around).closest(
    '[data-yuan]',
  );
  const held = range.cloneContents();
  const amounts = held.querySelectorAll('[data-yuan]');
  if (!one && amounts.length === 0) return;
  for (const node of amounts) node.textContent = node.dataset.yuan;
  const rows = [...held.querySelectorAll('tr')].map((row) =>
    [...row.cells].map((cell) => cell.textContent.trim()).join('\t'),
  );
  const text = rows.length > 0 ? rows.join('\n') : held.textContent;
  event.clipboardData.setData('text/plain', one ? one.dataset.yuan : text);
  event.preventDefault();
}

async function submitSignIn(event) {
  event.preventDefault();
  const form = event.target;
  const button = byId('sign-in-button');
  button.disabled = true;
  byId('sign-in-problem').replaceChildren();
  try {
    await signIn(form.username.value, form.password.value);
    form.reset();
    await openWorkspace();
    byId('content').focus();
  } catch (problem) {
    byId('sign-in-problem').replaceChildren(refusedNode(problem));
    form.password.value = '';
    form.password.focus();
  } finally {
    button.disabled = false;
  }
}

function start() {
  byId('sign-in-form').addEventListener('submit', (event) => void submitSignIn(event));
  byId('sign-out').addEventListener('click', () => void signOut().then(() => showSignIn()));
  byId('refresh').addEventListener('click', showZone);
  byId('zone').addEventListener('change', ({ target }) => {
    chooseZone(target.value);
    showZone();
  });
  byId('units').addEventListener('change', ({ target }) => {
    chooseUnit(target.value);
    if (!view) return;
    view.search = location.search;
    redraw(view);
  });
  // A link to a section changes the address as well, but not what is asked of the server.
  window.addEventListener('popstate', () => {
    if (view && view.search !== location.search) showZone();
  });
  document.addEventListener('copy', copyWholeYuan);
  onSessionEnd(() => showSignIn({ title: '登录已失效', status: 401 }));
  if (isSignedIn()) void openWorkspace();
  else showSignIn();
}

start();
