/**
 * Replays a real guaranteed-loan book through the real operations, into a zone whose key is the
 * file's SHA-256. It is an import with value days in the past: one bank per exact name, one
 * enterprise and one HARD line per loan, one pool. Everything goes through `performMany`, so a run
 * that was killed continues and a second one posts nothing.
 */
import type { Knex } from 'knex';
import {
  drawDown,
  markDefault,
  openAgreement,
  openLine,
  openSegment,
  repay,
} from '../../credit/index.ts';
import { dayInShanghai } from '../../kernel/index.ts';
import { makeUscc } from '../../kernel/identifiers/uscc.ts';
import { openZone, registerEnterprise, registerOrganisation } from '../../parties/index.ts';
import type { Actor, Operation } from '../../platform/operation.ts';
import type { Performer } from '../../platform/perform.ts';
import {
  admitBank,
  contribute,
  fileClaim,
  openPool,
  payCompensation,
} from '../../risk-pool/index.ts';
import { addPack } from '../../rulebook/index.ts';
import type { Book } from './file.ts';
import { readBook } from './file.ts';
import { bookedFigures, expectedFigures, type Figures } from './figures.ts';
import type { Loan } from './loans.ts';
import { repaidOn } from './loans.ts';
import type { Entry, Frame } from './plan.ts';
import { defaultedOf, frameOf, repaidBy } from './plan.ts';

const batchSize = 500;
const product = '担保贷款';

/** Calls an operation for a list; every call must be done, now or in an earlier run. */
class Runner {
  performed = 0;
  readonly #performer: Performer;
  readonly #actor: Actor;
  readonly #prefix: string;

  constructor(performer: Performer, actor: Actor, digest: string) {
    this.#performer = performer;
    this.#actor = actor;
    this.#prefix = `replay:${digest.slice(0, 32)}`;
  }

  async all<O>(operation: Operation, entries: readonly Entry[]): Promise<O[]> {
    const outputs: O[] = [];
    for (let from = 0; from < entries.length; from += batchSize) {
      const batch = entries
        .slice(from, from + batchSize)
        .map(({ raw, key }) => ({ raw, key: `${this.#prefix}:${key}` }));
      const outcomes = await this.#performer.performMany(operation, this.#actor, batch);
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.kind === 'refused') throw outcome.failure;
        if (outcome.kind !== 'done') {
          throw new Error(`${operation.name} was not done: ${batch[i]?.key}`);
        }
        if (!outcome.replayed) this.performed += 1;
        outputs.push(outcome.output as O);
      }
    }
    return outputs;
  }

  async one<O>(operation: Operation, raw: unknown, key: string): Promise<O> {
    const [output] = await this.all<O>(operation, [{ raw, key }]);
    return output as O;
  }
}

interface Ground {
  readonly zoneId: string;
  readonly poolId: string;
  /** By bank name. */
  readonly segments: ReadonlyMap<string, string>;
}

/** The rule of the replay: the ratio of each loan, no cap, no fuse; verified by the file itself. */
const replayRule = (digest: string, firstDay: string, zoneId: string) => ({
  kind: 'pool',
  scheme: `replay-${digest.slice(0, 16)}`,
  zoneId,
  title: 'replay：担保份额 ÷ 批准金额',
  documentNo: `SHA-256 ${digest}`,
  validFrom: firstDay,
  evidence: '[D]',
  parameters: { basis: 'PRINCIPAL_ONLY', ratio: { by: 'loan' } },
  officialText: { source: 'the replayed file', sha256: digest },
});

async function prepare(runner: Runner, book: Book, frame: Frame): Promise<Ground> {
  const since = frame.firstDay;
  const { zoneId } = await runner.one<{ zoneId: string }>(
    openZone,
    {
      code: `replay-${book.digest}`,
      name: '回放账簿',
      nameEn: 'Replayed book',
      kind: 'replay',
      openedOn: since,
    },
    'zone',
  );
  const member = (kind: string, name: string) => ({
    kind,
    name,
    generated: true,
    zoneIds: [zoneId],
    since,
  });
  const office = await runner.one<{ organisationId: string }>(
    registerOrganisation,
    member('zone_office', '回放账簿管理方（生成）'),
    'office',
  );
  const banks = await runner.all<{ organisationId: string }>(
    registerOrganisation,
    frame.banks.map(({ name }, i) => ({ raw: member('bank', name), key: `bank:${i}` })),
  );
  const term = { startsOn: since, endsOn: frame.lastDay };
  const agreements = await runner.all<{ agreementId: string }>(
    openAgreement,
    frame.banks.map(({ name, total }, i) => ({
      raw: {
        zoneId,
        bankId: banks[i]?.organisationId,
        name,
        intentAmount: total.toString(),
        sense: 'AT_MOST',
        zoneLimit: frame.total.toString(),
        generated: true,
        ...term,
      },
      key: `agreement:${i}`,
    })),
  );
  const opened = await runner.all<{ segmentId: string }>(
    openSegment,
    frame.banks.map(({ total }, i) => ({
      raw: {
        agreementId: agreements[i]?.agreementId,
        name: product,
        scope: 'operations',
        amount: total.toString(),
      },
      key: `segment:${i}`,
    })),
  );
  const poolId = await preparePool(runner, book, frame, {
    zoneId,
    officeId: office.organisationId,
    bankIds: banks.map((bank) => bank.organisationId),
  });
  const segments = new Map(
    frame.banks.map(({ name }, i) => [name, opened[i]?.segmentId as string]),
  );
  return { zoneId, poolId, segments };
}

async function preparePool(
  runner: Runner,
  book: Book,
  frame: Frame,
  party: { zoneId: string; officeId: string; bankIds: readonly string[] },
): Promise<string> {
  const rule = replayRule(book.digest, frame.firstDay, party.zoneId);
  await runner.one(addPack, rule, 'rule');
  const { poolId } = await runner.one<{ poolId: string }>(
    openPool,
    {
      zoneId: party.zoneId,
      ownerId: party.officeId,
      name: '回放风险补偿资金池',
      scheme: rule.scheme,
      openedOn: frame.firstDay,
      generated: true,
    },
    'pool',
  );
  if (frame.compensation.isPositive()) {
    await runner.one(
      contribute,
      {
        poolId,
        contributorId: party.officeId,
        amount: frame.compensation.toString(),
        contributedOn: frame.firstDay,
      },
      'contribution',
    );
  }
  await runner.all(
    admitBank,
    party.bankIds.map((bankId, i) => ({
      raw: { poolId, bankId, startsOn: frame.firstDay },
      key: `cooperation:${i}`,
    })),
  );
  return poolId;
}

interface Drawn {
  readonly drawdownId: string;
  readonly enrolmentId?: string;
}

/** Registers the firms, opens the lines, pays out and enrols. */
async function lend(
  runner: Runner,
  frame: Frame,
  ground: Ground,
): Promise<ReadonlyMap<string, Drawn>> {
  const firms = await runner.all<{ enterpriseId: string }>(
    registerEnterprise,
    frame.loans.map((loan, i) => ({
      raw: {
        zoneId: ground.zoneId,
        uscc: makeUscc('000000', i + 1),
        name: loan.number,
        generated: true,
        registeredOn: loan.disbursedOn,
      },
      key: `firm:${loan.number}`,
    })),
  );
  const lines = await runner.all<{ lineId: string }>(
    openLine,
    frame.loans.map((loan, i) => ({
      raw: {
        segmentId: ground.segments.get(loan.bank),
        enterpriseId: firms[i]?.enterpriseId,
        product,
        amount: loan.disbursed.toString(),
        rateAnnual: '0',
        startsOn: loan.disbursedOn,
        expiresOn: repaidOn(loan),
        whitelistRequired: false,
        reason: '贷款台账回放',
        generated: true,
      },
      key: `line:${loan.number}`,
    })),
  );
  const enrolled = (loan: Loan) => loan.guaranteed.isPositive() && loan.approved.isPositive();
  const drawn = await runner.all<Drawn>(
    drawDown,
    frame.loans.map((loan, i) => ({
      raw: {
        lineId: lines[i]?.lineId,
        amount: loan.disbursed.toString(),
        valueOn: loan.disbursedOn,
        dueOn: repaidOn(loan),
        purpose: product,
        ...(enrolled(loan)
          ? {
              enrol: {
                poolId: ground.poolId,
                ratio: {
                  numerator: loan.guaranteed.toString(),
                  denominator: loan.approved.toString(),
                },
              },
            }
          : {}),
      },
      key: `draw:${loan.number}`,
    })),
  );
  return new Map(frame.loans.map((loan, i) => [loan.number, drawn[i] as Drawn]));
}

/** Repayments of the good loans; default, claim and compensation of the bad ones. */
async function settle(
  runner: Runner,
  frame: Frame,
  drawn: ReadonlyMap<string, Drawn>,
): Promise<void> {
  const drawdownId = (loan: Loan) => drawn.get(loan.number)?.drawdownId;
  await runner.all(
    repay,
    repaidBy(frame.loans, dayInShanghai()).map((loan) => ({
      raw: {
        drawdownId: drawdownId(loan),
        principal: loan.disbursed.toString(),
        valueOn: repaidOn(loan),
      },
      key: `repay:${loan.number}`,
    })),
  );
  const bad = defaultedOf(frame.loans);
  await runner.all(
    markDefault,
    bad.map((loan) => ({
      raw: { drawdownId: drawdownId(loan), defaultedOn: loan.defaulted.on },
      key: `default:${loan.number}`,
    })),
  );
  const covered = bad.filter((loan) => drawn.get(loan.number)?.enrolmentId !== undefined);
  const claims = await runner.all<{ claimId: string }>(
    fileClaim,
    covered.map((loan) => ({
      raw: {
        enrolmentId: drawn.get(loan.number)?.enrolmentId,
        principalLoss: loan.defaulted.loss.toString(),
        claimedOn: loan.defaulted.on,
      },
      key: `claim:${loan.number}`,
    })),
  );
  await runner.all(
    payCompensation,
    covered.map((loan, i) => ({
      raw: { claimId: claims[i]?.claimId, paidOn: loan.defaulted.on },
      key: `compensate:${loan.number}`,
    })),
  );
}

export interface ReplayRuntime {
  readonly db: Knex;
  readonly performer: Performer;
  readonly actor: Actor;
}

/**
 * Replays the file and answers the figures of CONTRACT. Throws a Failure when the file is not the
 * book, and an Error when what was booked does not add up to what the book says.
 */
export async function replayGuaranteedLoans(
  { db, performer, actor }: ReplayRuntime,
  file: string,
): Promise<Figures> {
  const started = performance.now();
  const book = await readBook(file);
  const frame = frameOf(book);
  const expected = expectedFigures(book, frame, dayInShanghai());
  const before = await bookedFigures(db, book.digest);
  const runner = new Runner(performer, actor, book.digest);
  if (!before.complete(expected) && frame.loans.length > 0) {
    const ground = await prepare(runner, book, frame);
    await settle(runner, frame, await lend(runner, frame, ground));
  }
  const booked = await bookedFigures(db, book.digest);
  if (!booked.complete(expected)) {
    throw new Error(`What was booked is not what the book says: ${booked.difference(expected)}.`);
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    ...expected.figures,
    ledger: booked.ledger,
    seconds: Math.round(seconds * 10) / 10,
    operationsPerSecond: Math.round(runner.performed / seconds),
    replayed: runner.performed === 0,
  };
}
