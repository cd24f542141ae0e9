/**
 * What a request is about, read from what its maker sent and what its rehearsal told: whom or what
 * it concerns, and how much it moves. Pure; requests are of every module, so members are looked for
 * by name, the nearest to the money first.
 */
import { Money, isMoneyText } from '../kernel/index.ts';

/** By what a request is known: the loan before its line, the firm before its bank. */
const subjects = [
  'drawdownId',
  'billId',
  'lineId',
  'claimId',
  'certificateId',
  'incidentId',
  'exceptionId',
  'applicationId',
  'entryId',
  'demandId',
  'enterpriseId',
  'coreEnterpriseId',
  'nodeId',
  'fundId',
  'poolId',
  'segmentId',
  'programmeId',
  'agreementId',
  'bankId',
] as const;

/** Of what has no id yet, or concerns nobody: what it is called; of a tier, its operation. */
const titles = ['name', 'title', 'zh', 'operation'] as const;

export interface AboutWhat {
  readonly id: string | null;
  /** As the maker called it; null where its id says who it is. */
  readonly name: string | null;
  /** How many others the same request concerns. */
  readonly more: number;
}

type Members = Readonly<Record<string, unknown>>;

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};

function textOf(members: Members, names: readonly string[]): string | undefined {
  const found = names.map((name) => members[name]).find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : undefined;
}

/** Null when neither an id nor a name says it. A batch is told of by its first. */
export function aboutWhat(input: unknown): AboutWhat | null {
  const members = membersOf(input);
  const batch = Object.values(members).find((value) => Array.isArray(value) && value.length > 0);
  const id = textOf(members, subjects);
  if (id !== undefined) return { id, name: null, more: 0 };
  if (Array.isArray(batch)) {
    const first = textOf(membersOf(batch[0]), subjects);
    if (first !== undefined) return { id: first, name: null, more: batch.length - 1 };
  }
  for (const subject of subjects) {
    const ids = members[`${subject}s`];
    const first: unknown = Array.isArray(ids) ? ids[0] : undefined;
    if (!Array.isArray(ids) || typeof first !== 'string') continue;
    return { id: first, name: null, more: ids.length - 1 };
  }
  const name = textOf(members, titles);
  return name === undefined ? null : { id: null, name, more: 0 };
}

const amountIn = (members: Members, name: string): Money | undefined => {
  const text = members[name];
  return typeof text === 'string' && isMoneyText(text) ? Money.of(text) : undefined;
};

/** Of a write-off both parts. */
function written(members: Members): Money | undefined {
  const [principal, interest] = [amountIn(members, 'principal'), amountIn(members, 'interest')];
  return principal && interest ? principal.plus(interest) : undefined;
}

/** The largest that the rehearsal posted to one account. */
function posted(effects: unknown): Money | undefined {
  const { ledger } = membersOf(effects);
  if (!Array.isArray(ledger)) return undefined;
  return ledger
    .map((row) => amountIn(membersOf(row), 'amount')?.abs())
    .reduce<Money | undefined>(
      (most, one) => (one && (!most || one.moreThan(most)) ? one : most),
      undefined,
    );
}

export interface Told {
  /** The member of the answer that its operation names as its stake. */
  readonly stake?: string | undefined;
  /** What the tier was asked about. */
  readonly amount: string | null;
  readonly input: unknown;
  readonly rehearsed: unknown;
  readonly effects: unknown;
}

/**
 * How much is lent, waived, paid, taken back or written off: what the tier weighed, else the stake
 * that its operation names, else what the maker named, else what the rehearsal answered or, last,
 * posted. Null where no money is moved.
 */
export function amountAsked({ amount, stake, input, rehearsed, effects }: Told): string | null {
  if (amount !== null) return amount;
  const [asked, answer] = [membersOf(input), membersOf(rehearsed)];
  if (stake !== undefined) return amountIn(answer, stake)?.toString() ?? null;
  const found =
    amountIn(asked, 'amount') ??
    amountIn(asked, 'limit') ??
    amountIn(answer, 'amount') ??
    amountIn(answer, 'paid') ??
    amountIn(answer, 'waivedSize') ??
    written(answer) ??
    posted(effects);
  return found?.toString() ?? null;
}
