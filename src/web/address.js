/**
 * The state of the page lives in its address (zone, unit, page of each list), so that refresh, back
 * and a shared link show the same rows.
 */
import { units } from './amounts.js';

const defaultUnit = 'wan';
const sizes = [10, 20, 50, 200];
export const pageSizes = Object.freeze(sizes);
export const defaultSize = 10;

const params = () => new URLSearchParams(location.search);

const wholeNumber = (text) => (/^[1-9]\d{0,4}$/.test(text ?? '') ? Number(text) : undefined);

/** The code of the zone that is shown; undefined when the address names none. */
export const zoneCode = () => params().get('zone') ?? undefined;

/** The key of the unit switch: yuan, wan or yi. */
export function unitKey() {
  const asked = params().get('unit');
  return asked !== null && Object.hasOwn(units, asked) ? asked : defaultUnit;
}

export const currentUnit = () => units[unitKey()];

/** Which page of a list is shown, and of how many rows. */
export function placeOf(list) {
  const found = params();
  const size = wholeNumber(found.get(`${list}-size`));
  return {
    page: wholeNumber(found.get(`${list}-page`)) ?? 1,
    pageSize: sizes.includes(size) ? size : defaultSize,
  };
}

function go(changed, replace) {
  const query = changed.toString();
  const url = `${location.pathname}${query === '' ? '' : `?${query}`}${location.hash}`;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
}

export function chooseUnit(key) {
  const changed = params();
  changed.set('unit', key);
  go(changed, true);
}

/** Another zone begins at the first page of every list. */
export function chooseZone(code, { replace = false } = {}) {
  const changed = new URLSearchParams({ zone: code, unit: unitKey() });
  go(changed, replace);
}

export function choosePlace(list, { page, pageSize }, { replace = false } = {}) {
  const changed = params();
  changed.set(`${list}-page`, String(page));
  changed.set(`${list}-size`, String(pageSize));
  go(changed, replace);
}
