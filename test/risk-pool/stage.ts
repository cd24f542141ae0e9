// A zone with its office, two banks and two firms on a database of their own, and the shortest way
// to perform and to ask. Loans enter through operations of this file, which stand for the credit
// side.
import { expect } from 'chai';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Day, Failure } from '../../src/kernel/index.ts';
import { addDays, dayInShanghai, isFailure, Money } from '../../src/kernel/index.ts';
import { brokenInvariants, ledgerInvariants } from '../../src/ledger/index.ts';
import { limitsModule } from '../../src/limits/index.ts';
import { openZone, registerEnterprise, registerOrganisation } from '../../src/parties/index.ts';
import type { Actor, Operation, Query } from '../../src/platform/operation.ts';
import { hotOperation } from '../../src/platform/operation.ts';
import type { CallOptions, Outcome, Ports } from '../../src/platform/perform.ts';
import { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { AmountInput, DayInput, IdInput } from '../../src/platform/schemas.ts';
import type { Scope } from '../../src/platform/transaction.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import {
  admitBank,
  contribute,
  enrolLoans,
  fileClaim,
  openPool,
  recordDefaults,
  recordPrincipalRepaid,
  riskPoolModule,
} from '../../src/risk-pool/index.ts';
import { addPack } from '../../src/rulebook/index.ts';
import { cloneDatabase } from '../support/database.ts';

export const today: Day = dayInShanghai();
/** So many days before today: every fact of a test lies in the past. */
export const ago = (days: number): Day => addDays(today, -days);

export type Answer = Readonly<Record<string, string>>;

export const enrol = hotOperation({
  name: 'test.enrol',
  title: { zh: '入库', en: 'Enrol' },
  permission: 'pool:enrol',
  input: z.strictObject({
    poolId: IdInput('pool'),
    bankId: IdInput('org'),
    zoneId: IdInput('zone'),
    drawdownId: IdInput('draw'),
    enterpriseId: IdInput('ent'),
    loanAmount: AmountInput,
    outstanding: AmountInput.optional(),
    enrolledOn: DayInput,
    ratio: z.strictObject({ numerator: AmountInput, denominator: AmountInput }).optional(),
    flags: z.array(z.string()).optional(),
  }),
  output: z.object({ enrolmentId: z.string() }),
  runMany: (context, items) =>
    enrolLoans(
      context,
      items.map((item) => ({ item, ...item.input })),
    ),
});

const done = z.object({});

export const repayPrincipal = hotOperation({
  name: 'test.repay',
  title: { zh: '还本', en: 'Repay' },
  permission: 'pool:enrol',
  input: z.strictObject({
    enrolmentId: IdInput('enrol'),
    amount: AmountInput,
    valueOn: DayInput,
  }),
  output: done,
  async runMany(context, items) {
    await recordPrincipalRepaid(
      context,
      items.map((item) => ({ item, ...item.input })),
    );
    return items.map(() => ({}));
  },
});

export const defaultLoan = hotOperation({
  name: 'test.default',
  title: { zh: '违约', en: 'Default' },
  permission: 'pool:enrol',
  input: z.strictObject({
    enrolmentId: IdInput('enrol'),
    outstanding: AmountInput,
    defaultedOn: DayInput,
  }),
  output: done,
  async runMany(context, items) {
    await recordDefaults(
      context,
      items.map((item) => ({ item, ...item.input })),
    );
    return items.map(() => ({}));
  },
});

/** Half of the loss, whatever the loan: the plainest rule. */
export const halfRule = {
  basis: 'PRINCIPAL_ONLY',
  ratio: { by: 'tiers', mode: 'whole-loan', tiers: [{ upTo: null, ratio: '0.5' }] },
};

export interface Stage {
  readonly db: Knex;
  readonly performer: Performer;
  readonly zoneId: string;
  readonly officeId: string;
  readonly bankId: string;
  readonly otherBankId: string;
  readonly firmId: string;
  readonly otherFirmId: string;
  readonly office: Actor;
  readonly bank: Actor;
  readonly otherBank: Actor;
  readonly root: Actor;
  done(operation: Operation, input: unknown, actor: Actor, options?: CallOptions): Promise<Answer>;
  refused(
    operation: Operation,
    input: unknown,
    actor: Actor,
    options?: CallOptions,
  ): Promise<Failure>;
  outcome(
    operation: Operation,
    input: unknown,
    actor: Actor,
    options?: CallOptions,
  ): Promise<Outcome>;
  ask<I, O>(question: Query<I, O>, input: unknown, actor: Actor): Promise<O>;
  rows<R>(sql: string): Promise<R[]>;
  /** Throws when an invariant of the pools or of the ledger does not hold. */
  check(): Promise<void>;
  close(): Promise<void>;
}

const trivial: Ports = {
  authorise: () => undefined,
  needsApproval: () => false,
  submit: () => Promise.reject(new Error('nothing needs approval here')),
  observe: () => undefined,
};

const actorOf = (organisationId: string, scope: Scope): Actor => ({
  userId: `user_${organisationId}`,
  personId: `person_${organisationId}`,
  organisationId,
  permissions: new Set(),
  scope,
});

let keys = 0;
export const freshKey = (): string => `key-${(keys += 1)}`;

export async function openStage(ports: Partial<Ports> = {}): Promise<Stage> {
  const database = await cloneDatabase();
  const db = makePool({ url: database.url, max: 8, applicationName: 'test-risk-pool' });
  const performer = new Performer(db, { ...trivial, ...ports });
  const root = actorOf('org_root', everything);

  const outcome: Stage['outcome'] = async (operation, input, actor, options = {}) => {
    try {
      return await performer.perform(operation, actor, input, freshKey(), options);
    } catch (problem) {
      if (isFailure(problem)) return { kind: 'refused', failure: problem, replayed: false };
      throw problem;
    }
  };
  const performed: Stage['done'] = async (operation, input, actor, options) => {
    const answer = await outcome(operation, input, actor, options);
    if (answer.kind !== 'done') throw new Error(`not done: ${JSON.stringify(answer)}`);
    return answer.output as Answer;
  };
  const idOf = async (name: string, operation: Operation, input: unknown): Promise<string> =>
    String((await performed(operation, input, root))[name]);

  const organisation = (kind: string, name: string) =>
    idOf('organisationId', registerOrganisation, { kind, name, since: ago(2000) });
  const officeId = await organisation('zone_office', '示例高新区财政局');
  const bankId = await organisation('bank', '示例银行甲');
  const otherBankId = await organisation('bank', '示例银行乙');
  const zoneId = await idOf('zoneId', openZone, {
    code: 'demo',
    name: '示例高新区',
    nameEn: 'Demo',
    openedOn: ago(2000),
    memberIds: [officeId, bankId, otherBankId],
  });
  const firm = (uscc: string, name: string) =>
    idOf('enterpriseId', registerEnterprise, { zoneId, uscc, name, registeredOn: ago(2000) });
  const inZone = (owners: Scope['owners']): Scope => ({ zones: [zoneId], owners });

  const check = async (): Promise<void> => {
    const all = [...ledgerInvariants, ...limitsModule.invariants, ...riskPoolModule.invariants];
    expect(all.length).to.be.greaterThan(12);
    const broken = await withTransaction(db, everything, (tx) => brokenInvariants(tx, all));
    expect(broken).to.deep.equal([]);
  };
  return {
    db,
    performer,
    zoneId,
    officeId,
    bankId,
    otherBankId,
    firmId: await firm('91350100M000100Y43', '示例中试企业'),
    otherFirmId: await firm('91110108551385082Q', '示例科技企业'),
    office: actorOf(officeId, inZone('*')),
    bank: actorOf(bankId, inZone([bankId])),
    otherBank: actorOf(otherBankId, inZone([otherBankId])),
    root,
    outcome,
    done: performed,
    async refused(operation, input, actor, options) {
      const answer = await outcome(operation, input, actor, options);
      if (answer.kind !== 'refused') throw new Error(`not refused: ${JSON.stringify(answer)}`);
      return answer.failure;
    },
    ask: (question, input, actor) => performer.ask(question, actor, input),
    rows: async <R>(text: string) => (await db.raw<{ rows: R[] }>(text)).rows,
    check,
    async close() {
      try {
        await check();
      } finally {
        await db.destroy();
        await database.drop();
      }
    },
  };
}

let names = 0;
const nextName = (): number => (names += 1);

/** A pack of a scheme of its own, verified unless `more` is given; answers the scheme. */
export async function schemeIn(
  stage: Stage,
  parameters: object = halfRule,
  more: object = { officialText: { source: '示例', sha256: 'a'.repeat(64) } },
): Promise<string> {
  const scheme = `scheme-${nextName()}`;
  await stage.done(
    addPack,
    {
      kind: 'pool',
      scheme,
      zoneId: stage.zoneId,
      documentNo: '示例〔2020〕1号',
      title: '示例风险补偿办法',
      validFrom: '2015-01-01',
      evidence: '[D]',
      parameters,
      ...more,
    },
    stage.root,
  );
  return scheme;
}

export interface PoolTerms {
  readonly scheme?: string;
  readonly multiple?: string;
  readonly cash?: string;
  readonly quota?: string;
}

/** A pool opened 900 days ago with money in it and both banks admitted; answers its id. */
export async function poolIn(stage: Stage, terms: PoolTerms = {}): Promise<string> {
  const { office, officeId, zoneId } = stage;
  const { poolId } = await stage.done(
    openPool,
    {
      zoneId,
      ownerId: officeId,
      name: `示例资金池${nextName()}`,
      scheme: terms.scheme ?? (await schemeIn(stage)),
      openedOn: ago(900),
      ...(terms.multiple === undefined ? {} : { multiple: terms.multiple }),
    },
    office,
  );
  const contributedOn = ago(890);
  const { cash = '1000000' } = terms;
  if (!Money.of(cash).isZero()) {
    const input = { poolId, contributorId: officeId, amount: cash, contributedOn };
    await stage.done(contribute, input, office);
  }
  const quota = terms.quota === undefined ? {} : { quota: terms.quota };
  const startsOn = ago(880);
  await stage.done(admitBank, { poolId, bankId: stage.bankId, startsOn, ...quota }, office);
  await stage.done(admitBank, { poolId, bankId: stage.otherBankId, startsOn }, office);
  return poolId as string;
}

/** What `enrol` takes, for a loan of the first bank 400 days ago; `more` overrides. */
export const loan = (stage: Stage, poolId: string, loanAmount: string, more: object = {}) => ({
  poolId,
  bankId: stage.bankId,
  zoneId: stage.zoneId,
  drawdownId: `draw_${nextName()}`,
  enterpriseId: stage.firmId,
  loanAmount,
  enrolledOn: ago(400),
  ...more,
});

/** An enrolled loan in default since 200 days; answers the enrolment's id. */
export async function badLoan(
  stage: Stage,
  poolId: string,
  amount: string,
  { actor = stage.bank, ...more }: { actor?: Actor; [name: string]: unknown } = {},
): Promise<string> {
  const input = loan(stage, poolId, amount, { bankId: actor.organisationId, ...more });
  const { enrolmentId } = await stage.done(enrol, input, actor);
  const failed = { enrolmentId, outstanding: amount, defaultedOn: ago(200) };
  await stage.done(defaultLoan, failed, actor);
  return enrolmentId as string;
}

/** A claim of the whole principal 100 days ago; answers what filing answered. */
export async function claimIn(
  stage: Stage,
  poolId: string,
  amount: string,
  actor = stage.bank,
): Promise<Answer> {
  const enrolmentId = await badLoan(stage, poolId, amount, { actor });
  const input = { enrolmentId, principalLoss: amount, claimedOn: ago(100) };
  return stage.done(fileClaim, input, actor);
}
