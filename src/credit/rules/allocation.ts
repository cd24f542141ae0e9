/**
 * How a payment is divided over what is owed. The order is data: which stage and part of a debt is
 * paid first is a list, not code. What finds no place stays a credit balance of the payer: it is
 * neither debt nor headroom, and is refunded or used by an operation of its own.
 */
import type { Day } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';

/** Costs of enforcement, penalty interest 罚息, compound interest 复利, interest, principal. */
export const parts = ['costs', 'penalty', 'compound', 'interest', 'principal'] as const;
export type Part = (typeof parts)[number];

/** Fell due before the day of payment, on it, or falls due after it. */
export const stages = ['past-due', 'due', 'in-advance'] as const;
export type Stage = (typeof stages)[number];

export type Amounts = Readonly<Record<Part, Money>>;

/** What is still unpaid of one instalment. */
export interface Due extends Amounts {
  readonly no: number;
  readonly dueOn: Day;
}

export interface AllocationOrder {
  readonly sequence: readonly { readonly stage: Stage; readonly part: Part }[];
  /**
   * 'by-part': one entry of the sequence over all instalments, oldest first, then the next entry.
   * 'by-instalment': the oldest instalment with all its parts in the sequence's order, then the
   * next one; stages keep their order.
   */
  readonly processing: 'by-part' | 'by-instalment';
  /** Which instalments a payment in advance goes to: the next ones, the last ones, or all alike. */
  readonly future: 'next' | 'last' | 'spread';
}

export interface Allocated extends Amounts {
  readonly no: number;
  readonly dueOn: Day;
  readonly stage: Stage;
}

export interface Allocation {
  /** One per instalment given, in order of falling due. */
  readonly rows: readonly Allocated[];
  readonly totals: Amounts;
  /** What found no place. */
  readonly credit: Money;
}

const costsFirst: readonly Part[] = parts;
const principalFirst: readonly Part[] = ['principal', 'costs', 'penalty', 'compound', 'interest'];

const sequenceOf = (order: readonly Part[]): AllocationOrder['sequence'] => [
  ...(['past-due', 'due'] as const).flatMap((stage) => order.map((part) => ({ stage, part }))),
  // Future interest is not earned yet: in advance only principal is paid.
  { stage: 'in-advance', part: 'principal' },
];

/** The usual orders by name, with their clause; a product may bring its own. */
export const namedSequences = {
  'costs-first': {
    sequence: sequenceOf(costsFirst),
    clause: '民法典第五百六十一条：费用、利息、主债务；逾期先于到期',
  },
  'principal-first': {
    sequence: sequenceOf(principalFirst),
    clause: '不良贷款按约定先本后息（合同参数）',
  },
} as const;

/** The order of loans that are not bad: costs, penalty and compound, interest, principal. */
export const usualOrder: AllocationOrder = {
  sequence: namedSequences['costs-first'].sequence,
  processing: 'by-part',
  future: 'next',
};

export function stageOf(dueOn: Day, on: Day): Stage {
  if (dueOn === on) return 'due';
  return dueOn < on ? 'past-due' : 'in-advance';
}

const nothing: Amounts = {
  costs: Money.zero,
  penalty: Money.zero,
  compound: Money.zero,
  interest: Money.zero,
  principal: Money.zero,
};

interface Slot {
  readonly due: Due;
  readonly stage: Stage;
  readonly paid: Record<Part, Money>;
}

/**
 * Divides `amount`, paid on `on`, over the dues: rows + credit = amount, and no row takes more than
 * it owes. Nothing is carried over from one stage to another than by the sequence.
 */
export function allocate(
  dues: readonly Due[],
  amount: Money,
  on: Day,
  order: AllocationOrder = usualOrder,
): Allocation {
  const byDay = (a: Due, b: Due) =>
    a.dueOn === b.dueOn ? a.no - b.no : a.dueOn < b.dueOn ? -1 : 1;
  const slots: Slot[] = [...dues].sort(byDay).map((due) => ({
    due,
    stage: stageOf(due.dueOn, on),
    paid: { ...nothing },
  }));
  let left = amount;
  for (const { stage, turn } of turnsOf(order)) {
    const inStage = slots.filter((slot) => slot.stage === stage);
    left = stage === 'in-advance' ? payAhead(inStage, turn, order, left) : pay(inStage, turn, left);
  }
  const rows = slots.map(({ due: { no, dueOn }, stage, paid }) => ({ no, dueOn, stage, ...paid }));
  return { rows, totals: totalsOf(rows), credit: left };
}

/** One pass over the instalments of a stage, with the parts that each pays in it. */
interface Turn {
  readonly stage: Stage;
  readonly turn: readonly Part[];
}

/** By instalment, neighbours of one stage are one turn; by part, every entry is a turn. */
function turnsOf({ sequence, processing }: AllocationOrder): Turn[] {
  const turns: { stage: Stage; turn: Part[] }[] = [];
  for (const { stage, part } of sequence) {
    const last = turns.at(-1);
    if (processing === 'by-instalment' && last?.stage === stage) last.turn.push(part);
    else turns.push({ stage, turn: [part] });
  }
  return turns;
}

const owed = ({ due, paid }: Slot, part: Part): Money => due[part].minus(paid[part]);

function pay(slots: readonly Slot[], turn: readonly Part[], amount: Money): Money {
  let left = amount;
  for (const slot of slots) {
    for (const part of turn) {
      const taken = Money.min(left, owed(slot, part));
      slot.paid[part] = slot.paid[part].plus(taken);
      left = left.minus(taken);
    }
  }
  return left;
}

function payAhead(
  slots: readonly Slot[],
  turn: readonly Part[],
  { future }: AllocationOrder,
  amount: Money,
): Money {
  if (future === 'next') return pay(slots, turn, amount);
  if (future === 'last') return pay(slots.toReversed(), turn, amount);
  return turn.reduce((left, part) => spread(slots, part, left), amount);
}

/**
 * Equal shares over the instalments that still owe the part. Those that owe least come first, so
 * that what they cannot take is shared by the others; odd fen go to those that owe most.
 */
function spread(slots: readonly Slot[], part: Part, amount: Money): Money {
  const open = slots
    .filter((slot) => owed(slot, part).isPositive())
    .sort((a, b) => owed(a, part).compare(owed(b, part)));
  let left = amount;
  for (const [i, slot] of open.entries()) {
    const share = Money.round(left.exact().dividedBy(open.length - i), 'down');
    const taken = Money.min(share, owed(slot, part));
    slot.paid[part] = slot.paid[part].plus(taken);
    left = left.minus(taken);
  }
  return left;
}

const totalsOf = (rows: readonly Amounts[]): Amounts => {
  const total = (part: Part) => Money.sum(rows.map((row) => row[part]));
  return {
    costs: total('costs'),
    penalty: total('penalty'),
    compound: total('compound'),
    interest: total('interest'),
    principal: total('principal'),
  };
};
