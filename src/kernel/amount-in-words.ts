// 大写: amounts and days as bills and notices write them (支付结算办法 银发〔1997〕393号 附一).
// Where the rule leaves a 零 to choice (万 or 元 is zero and the next figure is not) none is written.
import type { Day } from './day.ts';
import { dayParts } from './day.ts';
import type { Money } from './money.ts';

const WORDS: Readonly<Record<string, string>> = {
  '0': '零',
  '1': '壹',
  '2': '贰',
  '3': '叁',
  '4': '肆',
  '5': '伍',
  '6': '陆',
  '7': '柒',
  '8': '捌',
  '9': '玖',
};
/** Units of the places in a section of four digits, from the left. */
const PLACES = ['仟', '佰', '拾', ''];
/** What follows each of the four sections of a sixteen-digit amount; 亿 closes the upper half. */
const SECTION_UNITS = ['万', '亿', '万', ''];

/**
 * 1409.50 → 人民币壹仟肆佰零玖元伍角; without the 人民币 when `prefix` is false. 整 follows 元 only.
 * A negative amount takes 负. Throws RangeError from 10^16 yuan on, for which there are no words.
 */
export function amountInWords(money: Money, options: { readonly prefix?: boolean } = {}): string {
  const [yuan, decimals] = money.abs().toString().split('.') as [string, string];
  if (yuan.length > 16) throw new RangeError(`no words for 10^16 yuan and more: ${yuan}`);
  const prefix = (options.prefix ?? true) ? '人民币' : '';
  const sign = money.isNegative() ? '负' : '';
  return prefix + sign + wordsOf(yuanInWords(yuan), digit(decimals[0]!), digit(decimals[1]!));
}

/**
 * 2026-10-20 → 贰零贰陆年零壹拾月零贰拾日. So that nothing can be written in front, the months 1, 2
 * and 10 and the days 1–10, 20 and 30 take a leading 零, and 11–19 a leading 壹.
 */
export function dateInWords(date: Day): string {
  const { year, month, day } = dayParts(date);
  const yearWords = Array.from(String(year).padStart(4, '0'), digit);
  const monthZero = month <= 2 || month === 10 ? '零' : '';
  const dayZero = day < 10 || day % 10 === 0 ? '零' : '';
  const words = (n: number) => yuanInWords(String(n));
  return `${yearWords.join('')}年${monthZero}${words(month)}月${dayZero}${words(day)}日`;
}

function wordsOf(yuan: string, jiao: string, fen: string): string {
  const hasJiao = jiao !== '零';
  const hasFen = fen !== '零';
  if (!hasJiao && !hasFen) return `${yuan || '零'}元整`;
  const whole = yuan && `${yuan}元`;
  const gap = whole && !hasJiao ? '零' : '';
  return whole + (hasJiao ? `${jiao}角` : gap) + (hasFen ? `${fen}分` : '');
}

/** Whole yuan of up to sixteen digits; empty for zero. */
function yuanInWords(yuan: string): string {
  const digits = yuan.padStart(16, '0');
  let words = '';
  let zeroPending = false;
  for (let at = 0; at < 16; at += 1) {
    if (digits[at] === '0') {
      zeroPending = words !== '';
    } else {
      words += (zeroPending ? '零' : '') + digit(digits[at]!) + PLACES[at % 4]!;
      zeroPending = false;
    }
    const unit = at % 4 === 3 ? unitAfter(digits, (at - 3) / 4) : '';
    if (unit !== '') {
      words += unit;
      // A zero just before a unit is the optional one; the next section decides for itself.
      zeroPending = false;
    }
  }
  return words;
}

/** A section of zeros has no unit, but 亿 stands when anything stands before it. */
function unitAfter(digits: string, section: number): string {
  const from = section === 1 ? 0 : section * 4;
  return /[1-9]/.test(digits.slice(from, section * 4 + 4)) ? SECTION_UNITS[section]! : '';
}

function digit(figure: string): string {
  return WORDS[figure]!;
}
