/**
 * Pure decisions of the whitelists: which step may follow, when the bank's clock and a cool-down
 * run out, until when a tag holds, and whether the standards are met. Days are whole days, and the
 * last day named always belongs to the term (民法典 §201–202).
 */
import type { Calendar } from '../../kernel/index.ts';
import {
  Day,
  Failure,
  addDays,
  addMonths,
  addWorkingDays,
  checkUscc,
  dayParts,
} from '../../kernel/index.ts';
import type { RulePack, TagRule, WhitelistRule } from '../../rulebook/index.ts';
import type {
  Answer,
  ClockUnit,
  Entry,
  EntryState,
  Finding,
  Judged,
  ReferralState,
  TagTerm,
} from '../model-whitelist.ts';
import { entrySteps, referralSteps } from '../model-whitelist.ts';
import { creditRefusals as no } from '../refusals.ts';

/** The scheme under which the admission standards stand in the rulebook. */
export const admissionScheme = 'whitelist-admission';

export type AdmissionPack = RulePack<WhitelistRule>;

/** Undefined: the entry may take this step. A decided nomination says so in its own words. */
export function refuseStep(entry: Entry, to: EntryState): Failure | undefined {
  const { id: entryId, state } = entry;
  const allowed = entrySteps[state];
  if (allowed.includes(to)) return undefined;
  const decides = to === 'BANK_ACCEPTED' || to === 'DECLINED';
  return decides && !isBeforeDecision(state)
    ? new Failure(no['entry-decided'], { entryId, state })
    : new Failure(no['entry-step'], { entryId, state, to, allowed });
}

const isBeforeDecision = (state: EntryState): boolean =>
  ['DRAFT', 'SUBMITTED', 'SCREENED', 'RECOMMENDED'].includes(state);

/** Whether a firm is on the whitelist: listed, perhaps suspended. */
export const isListed = (state: EntryState): boolean => state === 'ACTIVE' || state === 'SUSPENDED';

/**
 * The last day on which the bank decides in time, counted from the complete file (金发〔2024〕32号):
 * complete on 2026-03-02 and 30 calendar days is 2026-04-01.
 */
export function decisionDueOn(
  fileCompleteOn: Day,
  clock: { readonly count: number; readonly unit: ClockUnit },
  calendar: Calendar,
): Day {
  return clock.unit === 'calendar-days'
    ? addDays(fileCompleteOn, clock.count)
    : addWorkingDays(calendar, fileCompleteOn, clock.count).day;
}

/** Late from the day after the last day on. */
export const isOverdue = (dueOn: Day | null, today: Day): boolean =>
  dueOn !== null && today > dueOn;

/** The first day on which a declined firm may be nominated to the same bank again. */
export const renominableOn = (declinedOn: Day, { coolDownDays }: WhitelistRule): Day =>
  addDays(declinedOn, coolDownDays);

/** The last day on which a tag granted on a day holds; undefined: only its certificate says so. */
export function tagEndsOn(grantedOn: Day, term: TagRule['term']): Day | undefined {
  switch (term.by) {
    case 'months':
      return addMonths(grantedOn, term.months);
    case 'next-31-march':
      return Day.fromParts({ year: dayParts(grantedOn).year + 1, month: 3, day: 31 });
    case 'stated':
      return undefined;
  }
}

/** The tag's last day, or why none can be given. A certificate may end sooner than the rule. */
export function tagTerm(
  rule: TagRule,
  { grantedOn, expiresOn }: { readonly grantedOn: Day; readonly expiresOn: Day | undefined },
): Day | Failure {
  const latest = tagEndsOn(grantedOn, rule.term);
  const last = expiresOn ?? latest;
  if (last === undefined) return new Failure(no['tag-term-missing'], { tag: rule.tag });
  if (last < grantedOn || (latest !== undefined && last > latest)) {
    return new Failure(no['tag-term-outside'], { tag: rule.tag, grantedOn, latest });
  }
  return last;
}

/** Whether the tag counts on that day: granted, not run out, not revoked; both ends included. */
export const tagHolds = (tag: TagTerm, on: Day): boolean =>
  tag.grantedOn <= on && on <= tag.expiresOn && (tag.revokedOn === null || on < tag.revokedOn);

interface Screened {
  readonly pack: {
    readonly parameters: Pick<WhitelistRule, 'standards'>;
    readonly clauses: AdmissionPack['clauses'];
  };
  readonly findings: readonly Finding[];
  readonly uscc: string;
  readonly tags: readonly TagTerm[];
  readonly on: Day;
}

/**
 * One judgement for each standard of the pack, in its order: a person's with evidence, the book's
 * own for tags and codes. Refuses findings on what is not a person's to find, then gaps.
 */
export function judge(screened: Screened): readonly Judged[] | Failure {
  const { pack, findings } = screened;
  const { standards } = pack.parameters;
  const asked = new Set(standards.filter(({ by }) => by === 'person').map(({ code }) => code));
  const found = new Map(findings.map((finding) => [finding.standard, finding]));
  const stray = [...found.keys()].filter((code) => !asked.has(code));
  if (stray.length > 0) return new Failure(no['finding-unknown'], { standards: stray });
  const gaps = [...asked].filter((code) => !found.has(code));
  if (gaps.length > 0) return new Failure(no['finding-missing'], { standards: gaps });
  return standards.map(({ code, name, by }, i): Judged => {
    const clause = pack.clauses[`standards.${i}`]?.text ?? null;
    const finding = by === 'person' ? found.get(code) : undefined;
    return { name, by, clause, ...(finding ?? ownFinding(code, by, screened)) };
  });
}

function ownFinding(code: string, by: Judged['by'], { uscc, tags, on }: Screened): Finding {
  if (by === 'uscc') return { standard: code, met: checkUscc(uscc).valid, evidence: uscc };
  const held = tags.filter((tag) => tagHolds(tag, on));
  const evidence = held.map(
    ({ tag, certificateNo, expiresOn }) => `${tag} ${certificateNo} ${expiresOn}`,
  );
  return { standard: code, met: held.length > 0, evidence: evidence.join('; ') };
}

export const isPassed = (judged: readonly Judged[]): boolean => judged.every(({ met }) => met);

/** Whether a recipient may give this answer now; declining is never without a reason. */
export function refuseAnswer(
  referral: { readonly id: string; readonly state: ReferralState },
  answer: Answer,
  note: string | undefined,
): Failure | undefined {
  const { id: referralId, state } = referral;
  const allowed = referralSteps[state];
  if (!allowed.includes(answer)) {
    return new Failure(no['answer-step'], { referralId, state, answer, allowed });
  }
  if (answer === 'DECLINED' && note === undefined) {
    return new Failure(no['answer-reason-missing'], { referralId });
  }
  return undefined;
}

/** A share as text with four places, 0.3333 is 33.33 %; null when nothing was sent. */
export function shareText(part: number, whole: number): string | null {
  if (whole === 0) return null;
  const tenThousandths = Math.round((part * 10_000) / whole);
  const decimals = String(tenThousandths % 10_000).padStart(4, '0');
  return `${Math.floor(tenThousandths / 10_000)}.${decimals}`;
}
