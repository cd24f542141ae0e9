// The database path against the oracle: random histories in small batches, then every counter
// equals the journal and the oracle, and the invariants hold. Each history has a zone of its own,
// so that what it costs to check it does not grow with the histories before it.
// YUANXIN_LIMIT_DB_RUNS makes it longer by hand (2000).
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Failure } from '../../src/kernel/index.ts';
import { Day, Money, dayInShanghai, isFailure } from '../../src/kernel/index.ts';
import type { LimitNode, Taken } from '../../src/limits/index.ts';
import {
  changeTerms,
  createNodes,
  joinCaps,
  lockNode,
  readNodes,
  shareCapRules,
} from '../../src/limits/index.ts';
import { asOfDay, seeNodes } from '../../src/limits/store-figures.ts';
import { moveNode } from '../../src/limits/move.ts';
import { close } from '../../src/limits/operations/close.ts';
import { setCap } from '../../src/limits/operations/set-cap.ts';
import { freshContext } from '../../src/platform/batch.ts';
import type { Tx } from '../../src/platform/transaction.ts';
import { sayFencedAbove } from '../../src/limits/store-terms.ts';
import { everything } from '../../src/platform/transaction.ts';
import type { LimitTestBook } from './book.ts';
import { bankId, because, openLimitBook, quietly, startsOn } from './book.ts';
import { job } from './desk.ts';
import { aboutWhom, isCap, partiesOf } from './history-caps.ts';
import { beginning, isIdle, later, moneyStep, stepFrom, steps, tree, yuan } from './histories.ts';
import type { DrawnStep } from './histories.ts';
import { engineTerms } from './history-terms.ts';
import type { Asked, Figures, TreeNode, Verdict } from './oracle.ts';
import { isCounted, takes } from './oracle-cap.ts';
import { Oracle } from './oracle.ts';
import { reasonsOf } from './oracle-request.ts';

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
    const about = isCap(node.id) ? {} : aboutWhom(own(''), Number(node.limit));
    return {
      ...node,
      ...about,
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

const newNode = (one: TreeNode) => {
  const { id, parent, caps, expiresOn, limit, revolving, enforcement, contribution } = one;
  const { party, product } = one;
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
    kind: isCap(id) ? ('CAP' as const) : ('ENTERPRISE_LINE' as const),
    limit: Money.of(yuan(limit)),
    startsOn,
    expiresOn: expiresOn === undefined ? undefined : Day.of(expiresOn),
    ...(party === undefined ? {} : { partyId: party }),
    ...(product === undefined ? {} : { product }),
  };
};

/** The zone of a history with its two borrowers, whom rules of caps name. */
async function settle({ db }: LimitTestBook): Promise<void> {
  const id = zoneOf(made);
  const names = { code: id, name: id, name_en: id };
  await db('parties_zones').insert({ id, ...names, kind: 'live', opened_on: startsOn });
  await db('parties_enterprises').insert(
    partiesOf(`h${made}_`).map((firm, i) => ({
      id: firm,
      zone_id: id,
      uscc: `91350100M000100Y4${i}`,
      name: firm,
      registered_on: startsOn,
    })),
  );
}

async function plant(book: LimitTestBook, all: readonly TreeNode[]): Promise<void> {
  await settle(book);
  const root = `h${made}_zone`;
  const zone = {
    id: root,
    name: root,
    zoneId: zoneOf(made),
    ownerId: bankId,
    kind: 'ZONE',
  } as const;
  const soft = { revolving: 'R', enforcement: 'SOFT', limit: Money.zero, startsOn } as const;
  await book.tx(async (tx) => {
    await createNodes(tx, [{ ...zone, ...soft }]);
    for (const one of all) await createNodes(tx, [newNode(one)]);
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
const rearranged = new Map<string, number>();
const more = (of: string) => rearranged.set(of, (rearranged.get(of) ?? 0) + 1);

function expectVerdict(
  result: Taken | Failure | undefined,
  { verdict, what }: Batch['verdicts'][0],
) {
  const failure = isFailure(result) ? result : undefined;
  expect(failure?.code, what).to.equal(verdict.code);
  if (verdict.code === undefined) tally.accepted += 1;
  else tally.refused += 1;
  if (failure && verdict.short) {
    const { short = [], smallest } = reasonsOf(failure);
    expect([...short].sort(), what).to.deep.equal([...verdict.short].sort());
    expect(smallest, what).to.equal(verdict.smallest);
  }
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

/** Each limit carries the caps of the model, and what a rule takes counts in its cap. */
async function expectCaps(book: LimitTestBook, oracle: Oracle, now: number): Promise<void> {
  const all = [...oracle.nodes.values()];
  const kept = await book.tx((tx) =>
    readNodes(
      tx,
      all.map(({ id }) => id),
    ),
  );
  for (const { id, caps } of all) {
    expect([...(kept.get(id)?.caps ?? [])].sort(), id).to.deep.equal([...caps].sort());
  }
  const view = oracle.look(now);
  const countable = all.filter(({ id }) => isCounted(oracle.nodes, view, id));
  for (const { id: cap, rule } of all) {
    for (const one of countable.filter((each) => takes(rule, each))) {
      expect([...oracle.route(one.id).keys()], `${one.id} in ${cap}`).to.include(cap);
    }
  }
}

/** What changes who counts where, as the operations do it, at the time of the history. */
async function rearrange(tx: Tx, asked: Asked): Promise<Failure | undefined> {
  const { node: nodeId, of: parentId = '', members: nodeIds, rule, line } = asked;
  const now = new Date(asked.now);
  const today = dayInShanghai(now);
  const [reason, operationId] = ['test', 'op_test'];
  if (asked.op === 'move') {
    await moveNode(
      tx,
      { nodeId, parentId },
      { now, today, reason, operationId, scope: everything },
    );
    return undefined;
  }
  if (line) {
    const node = newNode(line);
    await shareCapRules(tx, [node]);
    await createNodes(tx, [node]);
    await joinCaps(tx, new Map([[nodeId, operationId]]), { valueOn: today, now });
    return undefined;
  }
  const { parties: enterpriseIds, products } = rule ?? {};
  const selector = rule && { zoneId: zoneOf(made), enterpriseIds, products };
  const context = { ...freshContext(tx), now, today };
  const by = { actor: job, operationId, expectedVersion: undefined };
  const [answer] =
    asked.op === 'close'
      ? await close.runMany(context, [{ ...by, input: close.input.parse({ nodeId, reason }) }])
      : await setCap.runMany(context, [
          { ...by, input: setCap.input.parse({ nodeId, nodeIds, selector, reason }) },
        ]);
  return isFailure(answer) ? answer : undefined;
}

const rearranging: ReadonlySet<Asked['op']> = new Set(['move', 'set-cap', 'open', 'close']);

class Life {
  readonly book: LimitTestBook;
  readonly oracle: Oracle;
  #batch: Batch | undefined;

  constructor(book: LimitTestBook, nodes: readonly TreeNode[]) {
    this.book = book;
    this.oracle = new Oracle(nodes);
  }

  /**
   * SOFT nodes have no counters to draw on. Caps are only caps here: what a line holds of one
   * beyond its expiry is given back with the line's tree, not with the cap's.
   */
  get targets(): string[] {
    return [...this.oracle.nodes.values()]
      .filter((node) => node.enforcement === 'HARD' && !isCap(node.id))
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
    const lines = `h${made}_`;
    const at = { ref, now, view, backdate: true, lines };
    const asked = stepFrom(this.oracle, this.targets, numbers, at);
    const verdict = this.oracle.judge(asked, view);
    if (rearranging.has(asked.op)) {
      await this.flush();
      expectVerdict(await this.#rearrange(asked), { verdict, what: `${ref} ${asked.op}` });
      more(asked.op === 'move' ? 'move' : `${asked.op} ${verdict.code ?? 'accepted'}`);
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

  async #rearrange(asked: Asked): Promise<Failure | undefined> {
    try {
      return await this.book.tx((tx) => rearrange(tx, asked));
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
      await expectCaps(book, life.oracle, now);
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
    const listed = [...rearranged].map(([of, count]) => `${of} ${count}`).toSorted();
    process.stdout.write(`      ${listed.join(', ')}\n`);
    expect(rearranged.get('set-cap accepted')).to.be.greaterThan(0);
    expect(rearranged.get('open accepted')).to.be.greaterThan(0);
    expect(rearranged.get('close accepted')).to.be.greaterThan(0);
    expect(share).to.be.greaterThan(20);
  });
});
