// Steps of random histories that change what caps count: their members are set anew, by name or by
// a rule, and limits are opened that a rule takes.
import type { DrawnStep } from './histories.ts';
import type { Asked, CapRule, Oracle, TreeNode } from './oracle.ts';

/** Caps are `c0`, `c1`, and with the name of their history before it in the database. */
export const isCap = (id: string): boolean => /(^|_)c\d+$/.test(id);

export const products = ['工业贷', '科技贷'] as const;
const one = <T>(list: readonly T[], number: number): T => list[number % list.length] as T;

/** The two borrowers of a history. */
export const partiesOf = (prefix: string): readonly [string, string] => [
  `ent_${prefix}1`,
  `ent_${prefix}2`,
];

/** Whom a limit is for and which product, now and then nobody. */
export function aboutWhom(prefix: string, number: number): Pick<TreeNode, 'party' | 'product'> {
  if (number % 5 === 0) return { party: undefined, product: undefined };
  return { party: one(partiesOf(prefix), number), product: one(products, number >> 1) };
}

const isNested = (oracle: Oracle, ids: readonly string[]): boolean =>
  ids.some((id) => oracle.above(id).some((up) => up !== id && ids.includes(up)));

const carriersOf = ({ nodes }: Oracle, cap: string): string[] =>
  [...nodes.values()].filter(({ caps }) => caps.includes(cap)).map(({ id }) => id);

/** What `open-cap` makes: a HARD limit of its own, R or NR, that counts nothing twice. */
export function settableCaps(oracle: Oracle): TreeNode[] {
  const all = [...oracle.nodes.values()];
  return all.filter(
    ({ id, parent, revolving, enforcement }) =>
      isCap(id) &&
      parent === undefined &&
      enforcement === 'HARD' &&
      revolving !== 'NRS' &&
      !all.some((other) => other.parent === id) &&
      !isNested(oracle, carriersOf(oracle, id)),
  );
}

/** Mostly one more or one less than now, at times another list; nested only now and then. */
function membersFrom(oracle: Oracle, cap: string, { pick, node, size }: DrawnStep): string[] {
  const main = [...oracle.nodes.keys()].filter((id) => !isCap(id));
  const now = carriersOf(oracle, cap);
  if (size === 0) return main.filter((_, i) => (pick >> i) % 3 === 1);
  if (size < 3 && now.length > 0) return now.filter((_, i) => i !== pick % now.length);
  const come = [one(main, node), one(main, pick)].slice(0, size < 6 ? 2 : 1);
  const along = (a: string, b: string): boolean =>
    oracle.above(a).includes(b) || oracle.above(b).includes(a);
  const stay = now.filter((id) => !come.some((other) => along(id, other)));
  return [...new Set([...stay, ...come])];
}

/** By a product, by a borrower, by both, or all that are about anybody. */
function ruleFrom(prefix: string, { part }: DrawnStep): CapRule {
  return {
    parties: part % 3 === 0 ? undefined : [one(partiesOf(prefix), part)],
    products: part % 2 === 0 ? undefined : [one(products, part >> 1)],
  };
}

/** @param lines of what prefix limits are opened and rules set; none where there are no rules. */
export function capStepFrom(
  oracle: Oracle,
  drawn: DrawnStep,
  base: Omit<Asked, 'op'>,
  lines: string | undefined,
): Asked | undefined {
  const cap = settableCaps(oracle)[drawn.node % Math.max(settableCaps(oracle).length, 1)];
  if (!cap) return undefined;
  const byRule = lines !== undefined && drawn.flag;
  const rule = byRule ? ruleFrom(lines, drawn) : undefined;
  const named = membersFrom(oracle, cap.id, drawn);
  const members = byRule && drawn.size < 8 ? [] : named;
  const [first] = oracle.nodes.keys();
  // At least one of the two says what a cap counts.
  const counted = members.length > 0 || rule ? members : [first as string];
  return { ...base, op: 'set-cap', node: cap.id, of: undefined, members: counted, rule };
}

/** A limit that is opened below some other one. */
export function openingFrom(
  oracle: Oracle,
  drawn: DrawnStep,
  base: Omit<Asked, 'op'>,
  prefix: string,
): Asked | undefined {
  const { closed } = oracle.look(base.now);
  const main = [...oracle.nodes.keys()].filter(
    (id) => !isCap(id) && !oracle.above(id).some((up) => closed.has(up)),
  );
  if (main.length === 0) return undefined;
  const parent = one(main, drawn.pick);
  const line: TreeNode = {
    id: `${prefix}${base.ref.replaceAll(/^.*_/g, '')}`,
    parent,
    caps: [],
    revolving: one(['R', 'R', 'NR', 'NRS'] as const, drawn.size),
    enforcement: 'HARD',
    contribution: one(['consumed', 'consumed', 'outstanding'] as const, drawn.part),
    limit: BigInt(drawn.part) * 500n,
    expiresOn: undefined,
    ...aboutWhom(prefix, drawn.node),
  };
  return { ...base, op: 'open', node: line.id, of: undefined, line };
}
