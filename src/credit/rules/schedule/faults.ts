/**
 * In which ways terms contradict themselves. Whoever takes terms from outside asks here first; the
 * schedule itself only asserts, because a fault that reaches it is a mistake of the program.
 */
import type { InputFault } from '../../../kernel/index.ts';
import { dayParts, Money, sentence } from '../../../kernel/index.ts';
import type { Every, Reschedule, ScheduleTerms } from './terms.ts';
import { periodsOf, phasesOf } from './timetable.ts';

export const mostInstalments = 1200;
export const mostEvents = { drawdowns: 60, rateChanges: 120, payments: 1200 } as const;
/**
 * Each event may cut the instalment anew over all rows left, and a payment look at all that are
 * open, so the product is bounded: a schedule is answered in a second or two.
 */
const mostWork = { cuts: 30_000, payments: 200_000 } as const;
/** Day arithmetic ends with the year 9999. */
const lastYear = 9900;
const mostYears = 110;

/** Empty when a schedule can be drawn up. */
export function faultsOf(terms: ScheduleTerms): InputFault[] {
  const faults = terms.timetable.kind === 'regular' ? regularFaults(terms) : endFaults(terms);
  if (faults.length > 0) return faults;
  const changes = (terms.reschedules ?? []).flatMap((one) => rescheduleFaults(terms, one));
  if (changes.length > 0) return changes;
  return [...periodFaults(terms), ...eventFaults(terms)];
}

type Say = (path: string, zh: string, en: string) => void;

function collect(work: (say: Say) => void): InputFault[] {
  const faults: InputFault[] = [];
  work((path, zh, en) => faults.push({ path, message: sentence(zh, en) }));
  return faults;
}

const regularFaults = ({ from, timetable }: ScheduleTerms): InputFault[] =>
  collect((say) => {
    if (timetable.kind !== 'regular') return;
    const { instalments, firstDueOn, every } = timetable;
    if (instalments < 1) say('instalments', '至少一期', 'at least one instalment');
    if (instalments > mostInstalments)
      say('instalments', `至多 ${mostInstalments} 期`, `at most ${mostInstalments}`);
    if (firstDueOn !== undefined && firstDueOn <= from) {
      say(
        'firstDueOn',
        '首期到期日须晚于首日',
        'the first instalment falls due after the first day',
      );
    }
    const lastDueIn = dayParts(firstDueOn ?? from).year + (instalments * daysOf(every)) / 365;
    if (lastDueIn > lastYear)
      say(
        'instalments',
        `末期到期日晚于 ${lastYear} 年`,
        `the last one falls due after ${lastYear}`,
      );
    if (lastDueIn - dayParts(from).year > mostYears) say('instalments', ...tooLong);
  });

/** The new timetable by itself, and what it leaves to be repaid after its day. */
function rescheduleFaults(terms: ScheduleTerms, { on, ...changed }: Reschedule): InputFault[] {
  const { method, timetable } = changed;
  const own: ScheduleTerms = { ...terms, from: on, method, timetable };
  const faults = timetable.kind === 'regular' ? regularFaults(own) : endFaults(own);
  if (faults.length > 0) return faults.map((one) => ({ ...one, path: `reschedule.${one.path}` }));
  const phase = phasesOf(terms).find(({ by }) => by?.on === on);
  const first = phase?.periods[0];
  return collect((say) => {
    if (on <= terms.from) say('reschedule.on', '须晚于首日', 'after the first day');
    if (first && first.dueOn <= on)
      say('reschedule.instalments', '首期到期日须晚于该日', 'the first is due after the day');
    if (changed.principalGrace >= (phase?.periods.length ?? 0)) {
      say('reschedule.principalGrace', '末期须还本金', 'the last instalment pays principal');
    }
  });
}

const tooLong = [
  `贷款期限至多 ${mostYears} 年`,
  `a loan lasts at most ${mostYears} years`,
] as const;

const daysOf = (every: Every): number => {
  if ('months' in every) return every.months * 31;
  return 'weeks' in every ? every.weeks * 7 : every.days;
};

const endFaults = ({ from, method, timetable }: ScheduleTerms): InputFault[] =>
  collect((say) => {
    if (timetable.kind === 'regular') return;
    const { to } = timetable;
    if (to <= from) say('to', '贷款止日须晚于首日', 'the loan ends after its first day');
    if (dayParts(to).year > lastYear)
      say('to', `不得晚于 ${lastYear} 年`, `no year after ${lastYear}`);
    if (dayParts(to).year - dayParts(from).year > mostYears) say('to', ...tooLong);
    if (timetable.kind === 'settlement' && method === 'bullet') {
      say(
        'settlement',
        '到期一次还本付息的贷款只在期末结息一次',
        'a bullet loan is settled once, at its end',
      );
    }
  });

const periodFaults = (terms: ScheduleTerms): InputFault[] =>
  collect((say) => {
    const { periods } = periodsOf(terms);
    const count = periods.length;
    const ends = periods.at(-1)?.to ?? terms.from;
    if (count > mostInstalments)
      say('to', `至多 ${mostInstalments} 期`, `at most ${mostInstalments} instalments`);
    const { drawdowns, rateChanges, payments } = terms;
    const early = payments.filter(({ excess }) => excess !== 'next').length;
    if (count * (drawdowns.length + rateChanges.length + early) > mostWork.cuts) {
      say(
        'instalments',
        `期数×引起重算的事件数至多 ${mostWork.cuts}`,
        `instalments × events that cut them anew: at most ${mostWork.cuts}`,
      );
    }
    if (count * payments.length > mostWork.payments) {
      say(
        'payments',
        `期数×还款笔数至多 ${mostWork.payments}`,
        `instalments × payments: at most ${mostWork.payments}`,
      );
    }
    const [plain] = phasesOf(terms);
    const own = plain?.periods.length ?? 0;
    if (terms.principalGrace >= own)
      say('principalGrace', '末期须还本金', 'the last instalment pays principal');
    if (terms.interestDeferral >= own) {
      say('interestDeferral', '末期须付利息', 'the last instalment pays interest');
    }
    if (terms.interestFree > own)
      say('interestFree', `共 ${own} 期`, `there are ${own} instalments`);
    if (drawdowns.some(({ on }) => on >= ends)) {
      say('drawdowns', '提款须早于贷款末日', 'all before the last day of the loan');
    }
  });

const eventFaults = (terms: ScheduleTerms): InputFault[] =>
  collect((say) => {
    const { principal, from, drawdowns, rateChanges, payments } = terms;
    const drawn = Money.sum(drawdowns.map(({ amount }) => amount));
    if (!principal.isPositive())
      say('principal', '本金须大于零', 'the principal must be above zero');
    if (!drawn.equals(principal))
      say('drawdowns', `提款合计为 ${drawn.toString()}`, `they add up to ${drawn.toString()}`);
    for (const [path, list] of Object.entries({ drawdowns, payments })) {
      if (list.some(({ on }) => on < from)) say(path, '不得早于首日', 'none before the first day');
      if (list.some(({ amount }) => !amount.isPositive()))
        say(path, '金额须大于零', 'amounts above zero');
    }
    if (new Set(rateChanges.map((change) => change.from)).size < rateChanges.length) {
      say('rateChanges', '同一日只能有一个利率', 'one rate for a day');
    }
    if (!terms.instalmentUnit.isPositive())
      say('instalmentUnit', '取整单位须大于零', 'the unit must be above zero');
  });
