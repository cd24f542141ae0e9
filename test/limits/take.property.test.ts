// The database path against the oracle: random histories in small batches, then every counter
// equals the journal and the oracle, and the invariants hold. Each history has a zone of its own,
// so that what it costs to check it does not grow with the histories before it.
// YUANXIN_LIMIT_DB_RUNS makes it longer by hand (2000).
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Failure } from '../../src/kernel/index.ts';
import { Day, Money, dayInShanghai, isFailure } from '../../src/kernel/index.ts';
import type { LimitNode, Taken } from '../../src/limits/index.ts';
import { changeTerms, createNodes, lockNode, readNodes } from '../../src/limits/index.ts';
import { asOfDay, seeNodes } from '../../src/limits/store-figures.ts';
import { moveNode } from '../../src/limits/move.ts';
import { sayFencedAbove } from '../../src/limits/store-terms.ts';
import { everything } from '../../src/platform/transaction.ts';
import type { LimitTestBook } from './book.ts';
import { bankId, because, openLimitBook, quietly, startsOn } from './book.ts';
import { beginning, isIdle, later, moneyStep, stepFrom, steps, tree, yuan } from './histories.ts';
import type { DrawnStep } from './histories.ts';
import { engineTerms } from './history-terms.ts';
import type { Asked, Figures, TreeNode, Verdict } from './oracle.ts';
import { Oracle } from './oracle.ts';

const histories = Number(process.env['YUANXIN_LIMIT_DB_RUNS'] ?? 200);
let made = 0;

/** Ids of its own, and a cap at most once on a path: a sum over children cannot tell more. */
function planted(nodes: readonly TreeNode[]): TreeNode[] {
  made += 1;
  const own = (id: string): string => `h${made}_${id}`;
  const parents = new Map(nodes.map((node) => [node.id, node.parent]));
  const caps = new Map(nodes.map((node) => [node.id, node.caps]));
  const above = (id: string | undefined): string[] =>
    id === undefined ? [] : [id, ...above(parents.get(id))];
  return nodes.map((node) => {
    const carried = above(node.parent).flatMap((id) => caps.get(id) ?? []);
    // A cap hangs below the root or alone; caps below caps are left to the test without database.
    const parent = node.id.startsWith('c') && node.parent !== 'n0' ? undefined : node.parent;
    return {
      ...node,
      id: own(node.id),
      parent: parent === undefined ? undefined : own(parent),
      caps: node.caps.filter((cap) => !carried.includes(cap)).map(own),
    };
  });
}

const zoneOf = (history: number): string => `zone_h${history}`;

/** Before every history, so that a past day of one sees the terms it began with. */
const beforeAll = {
  valueOn: startsOn,
  now: new Date(`${startsOn}T00:00:00Z`),
  ...quietly,
};

async function plant(book: LimitTestBook, all: readonly TreeNode[]): Promise<void> {
  const nodes = all.map((one) => {
    const { id, parent, caps, expiresOn, limit, revolving, enforcement, contribution } = one;
    return {
      revolving,
      enforcement,
      contribution,
      id,
      zoneId: zoneOf(made),
      ownerId: bankId,
      parentId: parent,
      caps,
      name: id,
      kind: id.includes('_c') ? ('CAP' as const) : ('ENTERPRISE_LINE' as const),
      limit: Money.of(yuan(limit)),
      startsOn,
      expiresOn: expiresOn === undefined ? undefined : Day.of(expiresOn),
    };
  });
  await book.tx(async (tx) => {
    for (const node of nodes) await createNodes(tx, [node]);
    // As the operation leaves them, but for the history of the change: they begin with their terms.
    for (const { id, terms } of all) {
      if (!terms) continue;
      const node = (await lockNode(tx, id)) as LimitNode;
      await changeTerms(tx, node, { terms: engineTerms(terms) }, beforeAll);
      if (node.parentId === undefined) continue;
      await sayFencedAbove(tx, await lockNode(tx, node.parentId), beforeAll);
    }
  });
}

/** Steps that leave together, each with what the oracle expects of it. */
interface Batch {
  readonly now: number;
  readonly takes: ReturnType<typeof because>[];
  readonly verdicts: { readonly verdict: Verdict; readonly what: string }[];
}

const tally = { accepted: 0, refused: 0 };

function expectVerdict(
  result: Taken | Failure | undefined,
  { verdict, what }: Batch['verdicts'][0],
) {
  const failure = isFailure(result) ? result : undefined;
  expect(failure?.code, what).to.equal(verdict.code);
  if (verdict.code === undefined) tally.accepted += 1;
  else tally.refused += 1;
  if (failure?.code !== 'limit-exceeded') return;
  const binding = (failure.facts['binding'] as { nodeId: string }[]).map(({ nodeId }) => nodeId);
  expect(binding.sort(), what).to.deep.equal([...verdict.binding].sort());
}

const told = ({ limit, used, reserved, outstanding, drawn }: Figures) =>
  [limit, used, reserved, outstanding, drawn].map(yuan);
const counted = ({ limit, consumed, reserved, outstanding, drawn }: LimitNode) =>
  [limit, consumed, reserved, outstanding, drawn].map(String);

/** The figures a reader sees now, by the counters and by projecting the journal again. */
async function expectFigures(book: LimitTestBook, oracle: Oracle, now: number): Promise<void> {
  const ids = [...oracle.nodes.keys()];
  const instant = new Date(now);
  const today = dayInShanghai(instant);
  const seen = (knownAt?: Date) =>
    book.tx(async (tx) => {
      const nodes = [...(await readNodes(tx, ids)).values()];
      const at = asOfDay({ now: instant, today }, today, knownAt);
      return seeNodes(tx, everything, nodes, at);
    });
  const wanted = Object.fromEntries([...oracle.look(now).figures].map(([id, f]) => [id, told(f)]));
  const byId = (list: Awaited<ReturnType<typeof seen>>) =>
    Object.fromEntries(list.map(({ node }) => [node.id, counted(node)]));
  expect(byId(await seen())).to.deep.equal(wanted);
  expect(byId(await seen(instant))).to.deep.equal(wanted);
}

class Life {
  readonly book: LimitTestBook;
  readonly oracle: Oracle;
  readonly targets: readonly string[];
  #batch: Batch | undefined;

  constructor(book: LimitTestBook, nodes: readonly TreeNode[]) {
    this.book = book;
    this.oracle = new Oracle(nodes);
    // SOFT nodes have no counters to draw on. Caps are only caps here: what a line holds of one
    // beyond its expiry is given back with the line's tree, not with the cap's.
    this.targets = nodes
      .filter((node) => node.enforcement === 'HARD' && !node.id.includes('_c'))
      .map((node) => node.id);
  }

  async flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = undefined;
    if (!batch) return;
    const results = await this.book.take(batch.takes, new Date(batch.now));
    batch.verdicts.forEach((one, i) => expectVerdict(results[i], one));
  }

  async step(numbers: DrawnStep, ref: string, clock: number): Promise<number> {
    const now = this.#batch?.now ?? later(clock, numbers);
    const view = this.oracle.look(now);
    const asked = stepFrom(this.oracle, this.targets, numbers, { ref, now, view, backdate: true });
    const verdict = this.oracle.judge(asked, view);
    if (asked.op === 'move') {
      await this.flush();
      expectVerdict(await this.#move(asked), { verdict, what: `${ref} move` });
    } else if (asked.op === 'freeze' || asked.op === 'unfreeze' || asked.op.startsWith('set-')) {
      await this.flush();
      if (verdict.code === undefined) await this.#change(asked);
    } else {
      this.#batch ??= { now, takes: [], verdicts: [] };
      this.#batch.takes.push(because(moneyStep(asked, view)));
      this.#batch.verdicts.push({ verdict, what: `${ref} ${asked.op}` });
    }
    if (verdict.code === undefined) this.oracle.accept(asked);
    if (numbers.pick % 4 === 0) await this.flush();
    return now;
  }

  async #move({ node: nodeId, of: parentId = '', now: instant }: Asked) {
    const now = new Date(instant);
    const cause = { now, today: dayInShanghai(now), reason: 'test', operationId: 'op_test' };
    try {
      await this.book.tx((tx) => moveNode(tx, { nodeId, parentId }, cause));
      return undefined;
    } catch (problem) {
      if (isFailure(problem)) return problem;
      throw problem;
    }
  }

  async #change({ op, node, amount, terms, now }: Asked): Promise<void> {
    const change = {
      'set-limit': { limit: Money.of(yuan(amount)) },
      'set-terms': { terms: engineTerms(terms) },
      freeze: { state: 'FROZEN' as const },
      unfreeze: { state: 'ACTIVE' as const },
    }[op as 'set-limit' | 'set-terms' | 'freeze' | 'unfreeze'];
    await this.book.change(node, change, new Date(now));
  }
}

describe('takeLimits against an independent model', function () {
  this.timeout(0);
  let book: LimitTestBook;
  before(async () => {
    book = await openLimitBook();
  });
  after(() => book.close());

  it(`agrees on ${histories} histories in small batches`, async () => {
    const property = fc.asyncProperty(tree, steps(40), async (drawnTree, drawn) => {
      const nodes = planted(drawnTree);
      await plant(book, nodes);
      const life = new Life(book, nodes);
      if (life.targets.length === 0) return;
      let now = beginning;
      for (const [i, numbers] of drawn.entries()) {
        if (!isIdle(numbers)) now = await life.step(numbers, `h${made}_s${i}`, now);
      }
      await life.flush();
      await expectFigures(book, life.oracle, now);
      await book.expectSound({ zones: [zoneOf(made)], owners: '*' });
    });
    // Shrinking a long history may take hours; the seed and path of a failure are enough to go on.
    const interruptAfterTimeLimit = 60_000 + histories * 2_000;
    await fc.assert(property, {
      numRuns: histories,
      interruptAfterTimeLimit,
      markInterruptAsFailure: true,
    });
    const total = tally.accepted + tally.refused;
    const share = (100 * tally.accepted) / total;
    process.stdout.write(`      accepted ${tally.accepted} of ${total} (${share.toFixed(1)} %)\n`);
    expect(share).to.be.greaterThan(20);
  });
});
