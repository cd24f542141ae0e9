/**
 * The tree and the steps of a scenario, and what is wrong with them: every contradiction is
 * reported at once, by its place in the input.
 */
import type { Day, InputFault } from '../../kernel/index.ts';
import { Failure, Money, problemOfFault, sentence } from '../../kernel/index.ts';
import type { LimitNode } from '../model.ts';
import { limitRefusals as no } from '../refusals.ts';
import type { Allowance } from './allowance.ts';
import type { DatedTerms } from './dated-terms.ts';
import { demandTerms, plainTerms } from './dated-terms.ts';
import type { LimitBook } from './headroom.ts';
import { fencedIn } from './headroom.ts';

export const scenarioOps = [
  'reserve',
  'draw',
  'repay',
  'release',
  'expire',
  'freeze',
  'unfreeze',
  'reverse',
  'set-limit',
  'set-terms',
] as const;
export type ScenarioOp = (typeof scenarioOps)[number];

export type ScenarioNode = Pick<
  LimitNode,
  | 'id'
  | 'name'
  | 'kind'
  | 'limit'
  | 'revolving'
  | 'enforcement'
  | 'contribution'
  | 'caps'
  | 'startsOn'
  | 'expiresOn'
  | 'state'
> & { readonly parent: string | undefined; readonly terms?: DatedTerms | undefined };

export interface ScenarioStep {
  readonly op: ScenarioOp;
  /** Names the reservation or draw that the step makes. */
  readonly ref: string;
  readonly node: string | undefined;
  readonly amount: Money | undefined;
  /** The reservation that is used or given back, or the draw that is repaid or reversed. */
  readonly of: string | undefined;
  readonly spill: boolean;
  readonly restore: boolean;
  /** Days until it is due, where a node has tenor buckets. */
  readonly tenorDays?: number | undefined;
  /** Of a draw: the approved exceptions that it names. */
  readonly allowances?: readonly Allowance[] | undefined;
  /** Of `set-terms`: what becomes of the terms that the node has. */
  readonly terms?: ((before: DatedTerms) => DatedTerms) | undefined;
  readonly now: Date;
  readonly day: Day;
  readonly expiresAt: Date;
}

export interface Scenario {
  readonly nodes: readonly ScenarioNode[];
  readonly steps: readonly ScenarioStep[];
}

/** What a step cannot do without; where one of several will do they stand together. */
const needs: Readonly<
  Record<ScenarioOp, readonly (readonly ('node' | 'amount' | 'of' | 'terms')[])[]>
> = {
  reserve: [['node'], ['amount']],
  draw: [
    ['node', 'of'],
    ['amount', 'of'],
  ],
  repay: [['node', 'of'], ['amount']],
  release: [['of', 'node']],
  expire: [['of', 'node']],
  freeze: [['node']],
  unfreeze: [['node']],
  reverse: [['of']],
  'set-limit': [['node'], ['amount']],
  'set-terms': [['node'], ['terms']],
};

const fault = (path: string, zh: string, en: string): InputFault => ({
  path,
  message: sentence(zh, en),
});

const repeated = (names: readonly string[], what: string): InputFault[] =>
  names.flatMap((name, i) =>
    names.indexOf(name) === i
      ? []
      : [fault(what.replace('#', `${i}`), `重复：${name}`, `twice: ${name}`)],
  );

const unknownNode = (path: string, id: string): InputFault =>
  fault(path, `没有这个节点：${id}`, `no such node: ${id}`);

function nodeFaults(nodes: readonly ScenarioNode[]): InputFault[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const unknown = nodes.flatMap(({ parent, caps }, i) => [
    ...(parent === undefined || byId.has(parent) ? [] : [unknownNode(`nodes.${i}.parent`, parent)]),
    ...caps.flatMap((cap) => (byId.has(cap) ? [] : [unknownNode(`nodes.${i}.caps`, cap)])),
  ]);
  const circular = nodes.flatMap(({ id }, i) =>
    pathOf(byId, id)
      ? []
      : [fault(`nodes.${i}.parent`, `${id} 位于自身之上`, `${id} is above itself`)],
  );
  const ids = nodes.map((node) => node.id);
  return [...repeated(ids, 'nodes.#.id'), ...unknown, ...circular];
}

/** The node first, the root last; undefined when it never ends. */
function pathOf(byId: ReadonlyMap<string, ScenarioNode>, id: string): string[] | undefined {
  const path: string[] = [];
  for (let node = byId.get(id); node; node = byId.get(node.parent ?? '')) {
    if (path.includes(node.id)) return undefined;
    path.push(node.id);
  }
  return path;
}

function stepFaults({ nodes, steps }: Scenario): InputFault[] {
  const ids = new Set(nodes.map((node) => node.id));
  const amounts = new Map(steps.map((step) => [step.ref, step.amount]));
  const faults = steps.flatMap((step, i) => {
    const { op, node, amount, of, allowances = [] } = step;
    const missing = needs[op].filter((some) => some.every((name) => step[name] === undefined));
    const other = op === 'reverse' && amount && of !== undefined ? amounts.get(of) : undefined;
    return [
      ...missing.map((some) =>
        fault(
          `steps.${i}.${some[0]}`,
          `${op} 须有 ${some.join(' 或 ')}`,
          `${op} needs ${some.join(' or ')}`,
        ),
      ),
      ...(node === undefined || ids.has(node) ? [] : [unknownNode(`steps.${i}.node`, node)]),
      ...(allowances.length > 0 && op !== 'draw'
        ? [fault(`steps.${i}.allowances`, '例外只用于用款', 'exceptions are of a draw')]
        : []),
      ...allowances.flatMap(({ nodeId }, k) =>
        ids.has(nodeId) ? [] : [unknownNode(`steps.${i}.allowances.${k}.node`, nodeId)],
      ),
      ...(amount?.isZero() === true && op !== 'set-limit'
        ? [fault(`steps.${i}.amount`, '金额须大于零', 'the amount must be above zero')]
        : []),
      ...(other && amount && !amount.equals(other)
        ? [fault(`steps.${i}.amount`, '用款须整笔冲销', 'a draw is reversed as a whole')]
        : []),
    ];
  });
  const refs = steps.map((step) => step.ref);
  return [...repeated(refs, 'steps.#.ref'), ...faults];
}

const unused = {
  outstanding: Money.zero,
  drawn: Money.zero,
  consumed: Money.zero,
  reserved: Money.zero,
  sameDayOn: undefined,
  sameDayRestorable: Money.zero,
  easedOn: undefined,
  bucketUse: new Map<number, Money>(),
} as const;

/** The scenario's tree, nothing used yet. Throws `scenario-malformed` with every problem. */
export function openBook(scenario: Scenario): LimitBook {
  const faults = [...nodeFaults(scenario.nodes), ...stepFaults(scenario)];
  if (faults.length > 0) {
    const problems = faults.map(problemOfFault);
    const detail = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new Failure(no['scenario-malformed'], { detail, problems });
  }
  const byId = new Map(scenario.nodes.map((node) => [node.id, node]));
  const nodes = scenario.nodes.map(({ parent, ...node }): LimitNode => {
    const path = pathOf(byId, node.id) ?? [];
    return {
      ...node,
      ...unused,
      granted: node.limit,
      terms: node.terms ?? plainTerms,
      fenced: false,
      zoneId: '',
      ownerId: '',
      parentId: parent,
      shared: false,
      subjectId: undefined,
      path,
      depth: path.length - 1,
      version: 1,
    };
  });
  for (const node of nodes) demandTerms(node.terms);
  return {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    reservations: new Map(),
    fenced: fencedIn(nodes),
  };
}
