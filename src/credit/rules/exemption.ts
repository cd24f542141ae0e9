/**
 * Due-diligence exemption (尽职免责): whether the people behind a bad loan did their duty. A finding
 * needs every item answered; nothing of the negative list allows any relief, and full relief needs
 * every duty met.
 */
import { Failure } from '../../kernel/index.ts';
import { exemptionRefusals as no } from '../agreement-refusals.ts';

export type ItemKind = 'CHECKLIST' | 'NEGATIVE';

export const answers = ['MET', 'NOT_MET', 'NOT_APPLICABLE', 'ABSENT', 'PRESENT'] as const;
export type ItemAnswer = (typeof answers)[number];

/** 免责, 减责, 问责. */
export const findings = ['EXEMPT', 'REDUCED', 'LIABLE'] as const;
export type Finding = (typeof findings)[number];

export type FileState = 'OPEN' | 'FOUND' | 'CONFIRMED';

export interface Item {
  readonly code: string;
  readonly kind: ItemKind;
  readonly answer: ItemAnswer | null;
}

const fitting: Readonly<Record<ItemKind, readonly ItemAnswer[]>> = {
  CHECKLIST: ['MET', 'NOT_MET', 'NOT_APPLICABLE'],
  NEGATIVE: ['ABSENT', 'PRESENT'],
};

/** A duty that is said to be met, and a thing of the negative list that is said to be there. */
const needsProof = new Set<ItemAnswer>(['MET', 'PRESENT']);

export function refuseAnswer(
  item: Pick<Item, 'code' | 'kind'>,
  answer: ItemAnswer,
  proof: string | undefined,
): Failure | undefined {
  const { code, kind } = item;
  if (!fitting[kind].includes(answer)) {
    return new Failure(no['answer-unfit'], { code, answer, fitting: fitting[kind] });
  }
  if (proof !== undefined || !needsProof.has(answer)) return undefined;
  return new Failure(no['proof-missing'], { code, answer });
}

export interface Completeness {
  readonly answered: number;
  readonly items: number;
  readonly missing: readonly string[];
}

export function completenessOf(items: readonly Item[]): Completeness {
  const missing = items.filter(({ answer }) => answer === null).map(({ code }) => code);
  return { answered: items.length - missing.length, items: items.length, missing };
}

const answeredWith = (items: readonly Item[], answer: ItemAnswer): string[] =>
  items.filter((item) => item.answer === answer).map(({ code }) => code);

export function refuseFinding(finding: Finding, items: readonly Item[]): Failure | undefined {
  const { missing } = completenessOf(items);
  if (missing.length > 0) return new Failure(no['exemption-incomplete'], { missing });
  const present = answeredWith(items, 'PRESENT');
  if (finding !== 'LIABLE' && present.length > 0) {
    return new Failure(no['negative-item-present'], { present });
  }
  const notMet = answeredWith(items, 'NOT_MET');
  if (finding !== 'EXEMPT' || notMet.length === 0) return undefined;
  return new Failure(no['duty-not-met'], { notMet });
}

/** An account and the natural person behind it. */
export interface Who {
  readonly userId: string;
  readonly personId: string;
}

const same = (a: Who, b: Who): boolean => a.userId === b.userId || a.personId === b.personId;

/** Who made the loan neither finds nor confirms. */
export const refuseMaker = (actor: Who, makers: readonly Who[]): Failure | undefined =>
  makers.some((maker) => same(maker, actor)) ? new Failure(no['loan-made-by-you']) : undefined;

export const refuseFinder = (actor: Who, finder: Who): Failure | undefined =>
  same(actor, finder) ? new Failure(no['found-by-you']) : undefined;
