/**
 * The compensation of one claim, in the order that the measures state: eligible, base, ratio, raw,
 * caps, fuse. Every line is a step with its clause. A tripped fuse suspends and never rejects.
 */
import type { Day } from '../../kernel/index.ts';
import { addDays, Money } from '../../kernel/index.ts';
import type { Clauses, PoolRule } from '../../rulebook/index.ts';
import type { FuseFigures, FuseReading } from './fuse.ts';
import { readFuses, suspends } from './fuse.ts';
import type { Fraction, LoanRatio } from './ratio.ts';
import { addonsFor, baseRatio, capped, raised, ratioText, shareOf, tierOf } from './ratio.ts';

/** In the order in which they are applied; the first limits the ratio, the others the amount. */
export const capNames = [
  'ratio-cap',
  'loan-share',
  'firm-year',
  'bank-year',
  'pool-balance',
  'pool-year',
] as const;
export type CapName = (typeof capNames)[number];

export type Ineligible =
  | 'enrolled-after-default'
  | 'claim-window-closed'
  | 'compensated-elsewhere'
  | 'above-top-tier'
  | 'ratio-missing';

export interface ClaimFacts {
  readonly loanAmount: Money;
  readonly enrolledOn: Day;
  readonly defaultedOn: Day;
  readonly claimedOn: Day;
  /** Unpaid principal, before what was recovered from collateral, guarantor or insurer. */
  readonly principalLoss: Money;
  readonly recoveredBefore: Money;
  readonly flags: readonly string[];
  readonly ratio?: LoanRatio | undefined;
  readonly compensatedElsewhere?: boolean | undefined;
  /** What other levels of government pay on the same loss; counts against `loanShare`. */
  readonly otherCompensation?: Money | undefined;
  /** Compensation computed so far in the year of the claim, this claim not included. */
  readonly compensatedInYear?: Readonly<Record<'firm' | 'bank' | 'pool', Money>> | undefined;
  /** Balance less pending claims; undefined: the pool's means are not asked about. */
  readonly poolAvailable?: Money | undefined;
  /** The bank's figures; the loss of the year without this claim, whose base is added here. */
  readonly figures?: FuseFigures | undefined;
}

/** One line of the explanation. */
export interface Step {
  readonly rule: string;
  readonly clause: string | null;
  readonly evidence: string | null;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly formula: string;
  readonly result: string;
  readonly bound: CapName | null;
  readonly rounding: 'half-up' | null;
}

export interface ClaimResult {
  readonly eligible: boolean;
  readonly reason: Ineligible | null;
  readonly base: Money;
  /** Six places, for reading. */
  readonly ratio: string | null;
  readonly raw: Money;
  readonly compensation: Money;
  /** The last cap that lowered the result: the one that holds it where it is. */
  readonly bound: CapName | null;
  readonly fuses: readonly FuseReading[];
  readonly suspended: boolean;
  readonly steps: readonly Step[];
}

type NewStep = Pick<Step, 'inputs' | 'formula' | 'result'> & Partial<Step>;

/** Collects steps; each looks its clause up under the path of the parameter that it used. */
class Explanation {
  readonly steps: Step[] = [];
  readonly #clauses: Clauses;

  constructor(clauses: Clauses) {
    this.#clauses = clauses;
  }

  add(rule: string, path: string, step: NewStep): void {
    const clause = this.#clauses[path];
    this.steps.push({
      rule,
      clause: clause?.text ?? null,
      evidence: clause?.evidence ?? null,
      bound: null,
      rounding: null,
      ...step,
    });
  }
}

/** The first reason against the claim, in this order; undefined when it is eligible. */
export function ineligibility(rule: PoolRule, facts: ClaimFacts): Ineligible | undefined {
  const { enrolledOn, defaultedOn, claimedOn, loanAmount } = facts;
  if (enrolledOn > defaultedOn) return 'enrolled-after-default';
  if (rule.claimWindowDays !== undefined && claimedOn > addDays(defaultedOn, rule.claimWindowDays))
    return 'claim-window-closed';
  if (facts.compensatedElsewhere === true) return 'compensated-elsewhere';
  if (rule.ratio.by === 'tiers' && tierOf(rule.ratio, loanAmount) === undefined)
    return 'above-top-tier';
  if (baseRatio(rule, loanAmount, facts.ratio) === undefined) return 'ratio-missing';
  return undefined;
}

function explainRatio(
  rule: PoolRule,
  facts: ClaimFacts,
  base: Fraction,
  why: Explanation,
): { ratio: Fraction; bound: CapName | null } {
  const { loanAmount, flags } = facts;
  if (rule.ratio.by === 'loan') {
    why.add('pool.ratio', 'ratio', {
      inputs: { ...facts.ratio },
      formula: 'numerator ÷ denominator',
      result: ratioText(base),
    });
  } else {
    why.add('pool.ratio', 'ratio.tiers', {
      inputs: { loanAmount, mode: rule.ratio.mode },
      formula: rule.ratio.mode === 'slab' ? 'Σ slab × ratio ÷ loan' : 'ratio of the loan’s tier',
      result: ratioText(base),
    });
  }
  let ratio = base;
  for (const addon of addonsFor(rule, flags)) {
    ratio = raised(ratio, addon.points.exact);
    why.add('pool.addon', `addons.${rule.addons.indexOf(addon)}`, {
      inputs: { flag: addon.flag, points: addon.points },
      formula: 'ratio + points; of a group only the largest',
      result: ratioText(ratio),
    });
  }
  if (rule.ratioCap === undefined) return { ratio, bound: null };
  const after = capped(ratio, rule.ratioCap.exact);
  const bound = after.bound ? 'ratio-cap' : null;
  why.add('pool.ratio-cap', 'ratioCap', {
    inputs: { ratio: ratioText(ratio), cap: rule.ratioCap },
    formula: 'min(ratio, cap)',
    result: ratioText(after.ratio),
    bound,
  });
  return { ratio: after.ratio, bound };
}

interface Cap {
  readonly name: CapName;
  readonly path: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What the cap still admits. */
  readonly room: Money;
}

/** The amount caps of the rule that apply, in their order. */
function capsOf(rule: PoolRule, facts: ClaimFacts, base: Money): Cap[] {
  const { loanShare, firmYear, bankYear, poolYear } = rule.caps;
  const caps: Cap[] = [];
  if (loanShare !== undefined) {
    const other = facts.otherCompensation ?? Money.zero;
    const inputs = { base, share: loanShare, otherCompensation: other };
    const room = base.times(loanShare).minus(other);
    caps.push({ name: 'loan-share', path: 'caps.loanShare', inputs, room });
  }
  const yearly = (name: CapName, path: string, cap: Money | undefined, so: Money | undefined) => {
    if (cap === undefined) return;
    const compensated = so ?? Money.zero;
    caps.push({ name, path, inputs: { cap, compensated }, room: cap.minus(compensated) });
  };
  yearly('firm-year', 'caps.firmYear', firmYear, facts.compensatedInYear?.firm);
  yearly('bank-year', 'caps.bankYear', bankYear, facts.compensatedInYear?.bank);
  if (facts.poolAvailable !== undefined) {
    const inputs = { available: facts.poolAvailable };
    caps.push({ name: 'pool-balance', path: 'pool', inputs, room: facts.poolAvailable });
  }
  yearly('pool-year', 'caps.poolYear', poolYear, facts.compensatedInYear?.pool);
  return caps;
}

function explainCaps(
  caps: readonly Cap[],
  raw: Money,
  why: Explanation,
): { amount: Money; bound: CapName | null } {
  let amount = raw;
  let bound: CapName | null = null;
  for (const { name, path, inputs, room } of caps) {
    const before = amount;
    const binds = before.moreThan(room);
    if (binds) {
      amount = Money.max(room, Money.zero);
      bound = name;
    }
    why.add(`pool.${name}`, path, {
      inputs: { amount: before, ...inputs },
      formula: 'min(amount, what the cap still admits)',
      result: amount.toString(),
      bound: binds ? name : null,
    });
  }
  return { amount, bound };
}

function withThisLoss(figures: FuseFigures, base: Money): FuseFigures {
  const year = figures['loss-to-entered'];
  if (year === undefined) return figures;
  return { ...figures, 'loss-to-entered': { ...year, part: year.part.plus(base) } };
}

function explainFuses(rule: PoolRule, facts: ClaimFacts, base: Money, why: Explanation) {
  const readings = readFuses(rule.fuses, withThisLoss(facts.figures ?? {}, base));
  for (const { metric, operator, bound, part, whole, tripped, action } of readings) {
    why.add('pool.fuse', 'fuses', {
      inputs: { metric, part, whole },
      formula: `part ÷ whole ${operator} ${bound}`,
      result: tripped ? action : 'PASS',
    });
  }
  return readings;
}

const refused = (reason: Ineligible, base: Money, steps: readonly Step[]): ClaimResult => ({
  eligible: false,
  reason,
  base,
  ratio: null,
  raw: Money.zero,
  compensation: Money.zero,
  bound: null,
  fuses: [],
  suspended: false,
  steps,
});

/**
 * Steps 1 to 6 of the measures, each explained. Amounts in yuan, rounded half-up once, at `raw`.
 */
export function computeClaim(
  rule: PoolRule,
  facts: ClaimFacts,
  clauses: Clauses = {},
): ClaimResult {
  const why = new Explanation(clauses);
  const { principalLoss, recoveredBefore, enrolledOn, defaultedOn } = facts;
  const base = Money.max(principalLoss.minus(recoveredBefore), Money.zero);
  const reason = ineligibility(rule, facts);
  why.add('pool.eligible', 'eligible', {
    inputs: { enrolledOn, defaultedOn, loanAmount: facts.loanAmount },
    formula: 'enrolled before the default, in time, once, within the tiers',
    result: reason ?? 'eligible',
  });
  const start = baseRatio(rule, facts.loanAmount, facts.ratio);
  if (reason !== undefined || start === undefined) {
    return refused(reason ?? 'ratio-missing', base, why.steps);
  }
  why.add('pool.base', 'basis', {
    inputs: { principalLoss, recoveredBefore },
    formula: 'max(principalLoss − recoveredBefore, 0)',
    result: base.toString(),
  });
  const { ratio, bound: ratioBound } = explainRatio(rule, facts, start, why);
  const raw = shareOf(base, ratio);
  why.add('pool.raw', 'ratio', {
    inputs: { base, ratio: ratioText(ratio) },
    formula: 'base × ratio',
    result: raw.toString(),
    rounding: 'half-up',
  });
  const after = explainCaps(capsOf(rule, facts, base), raw, why);
  const fuses = explainFuses(rule, facts, base, why);
  return {
    eligible: true,
    reason: null,
    base,
    ratio: ratioText(ratio),
    raw,
    compensation: after.amount,
    bound: after.bound ?? ratioBound,
    fuses,
    suspended: suspends(fuses),
    steps: why.steps,
  };
}
