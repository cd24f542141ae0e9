// A zone with its office, two banks and two firms on a database of their own, and the shortest way
// to perform and to ask.
import { expect } from 'chai';
import type { Knex } from 'knex';
import type { Day, Failure } from '../../src/kernel/index.ts';
import { addDays, dayInShanghai, isFailure } from '../../src/kernel/index.ts';
import { brokenInvariants } from '../../src/ledger/index.ts';
import { openZone, registerEnterprise, registerOrganisation } from '../../src/parties/index.ts';
import type { Actor, Operation, Query } from '../../src/platform/operation.ts';
import type { CallOptions, Outcome, Ports } from '../../src/platform/perform.ts';
import { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import type { Scope } from '../../src/platform/transaction.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { invariants } from '../../src/runtime.ts';
import { cloneDatabase } from './database.ts';

export const today: Day = dayInShanghai();
/** So many days before today: every fact of a test lies in the past. */
export const ago = (days: number): Day => addDays(today, -days);

export type Answer = Readonly<Record<string, string>>;

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
  /** Throws when an invariant of any module does not hold. */
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
  const db = makePool({ url: database.url, max: 8, applicationName: 'test-stage' });
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
    expect(invariants.length).to.be.greaterThan(12);
    const broken = await withTransaction(db, everything, (tx) => brokenInvariants(tx, invariants));
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
