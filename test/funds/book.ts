// A zone with two fund managers and an enterprise on a database of its own, and the shortest way to
// perform and to ask. Everybody acts in the restricted scope of the manager, as in the product.
import { expect } from 'chai';
import type { Knex } from 'knex';
import { commit, establishFund, fundsModule, issueCall } from '../../src/funds/index.ts';
import { invest, recordPayment } from '../../src/funds/index.ts';
import type { Day } from '../../src/kernel/index.ts';
import { addDays, dayInShanghai, isFailure } from '../../src/kernel/index.ts';
import type { Failure } from '../../src/kernel/index.ts';
import { brokenInvariants, ledgerInvariants } from '../../src/ledger/index.ts';
import { openZone, registerEnterprise, registerOrganisation } from '../../src/parties/index.ts';
import type { Actor, Operation, Query } from '../../src/platform/operation.ts';
import type { Outcome, Ports } from '../../src/platform/perform.ts';
import { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import type { Scope } from '../../src/platform/transaction.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import { cloneDatabase } from '../support/database.ts';

export const today: Day = dayInShanghai();
/** So many days before today: every fact of a test lies in the past. */
export const ago = (days: number): Day => addDays(today, -days);

/** What an operation answers; the members that a test reads. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Book {
  readonly url: string;
  readonly db: Knex;
  readonly performer: Performer;
  readonly zoneId: string;
  readonly managerId: string;
  readonly otherManagerId: string;
  readonly bankId: string;
  readonly enterpriseId: string;
  /** The first manager in its own scope. */
  readonly actor: Actor;
  readonly otherActor: Actor;
  /** The console: all rows. */
  readonly root: Actor;
  /** The output of an operation that must succeed. */
  done(operation: Operation, input: unknown, actor?: Actor): Promise<Answer>;
  /** The refusal of an operation that must not. */
  refused(operation: Operation, input: unknown, actor?: Actor): Promise<Failure>;
  outcome(operation: Operation, input: unknown, actor?: Actor): Promise<Outcome>;
  ask<I, O>(question: Query<I, O>, input: unknown, actor?: Actor): Promise<O>;
  rows<R>(sql: string): Promise<R[]>;
  /** Throws when an invariant of the funds or of the ledger does not hold. */
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

export async function openBook(ports: Partial<Ports> = {}): Promise<Book> {
  const database = await cloneDatabase();
  const db = makePool({ url: database.url, max: 8, applicationName: 'test-funds' });
  const performer = new Performer(db, { ...trivial, ...ports });
  const root = actorOf('org_root', everything);

  const outcome: Book['outcome'] = async (operation, input, actor = root) => {
    try {
      return await performer.perform(operation, actor, input, freshKey());
    } catch (problem) {
      // Malformed and foreign calls are thrown, because they are not stored.
      if (isFailure(problem)) return { kind: 'refused', failure: problem, replayed: false };
      throw problem;
    }
  };
  const done: Book['done'] = async (operation, input, actor = root) => {
    const answer = await outcome(operation, input, actor);
    if (answer.kind !== 'done') throw new Error(`not done: ${JSON.stringify(answer)}`);
    return answer.output as Answer;
  };

  const organisation = (kind: string, name: string) =>
    done(registerOrganisation, { kind, name, since: ago(900), generated: true }, root);
  const managers = [await organisation('fund_manager', '示例基金管理人')];
  managers.push(await organisation('fund_manager', '示例基金管理人乙'));
  const bank = await organisation('bank', '示例银行甲');
  const [managerId, otherManagerId, bankId] = [...managers, bank].map((one) =>
    String(one['organisationId']),
  ) as [string, string, string];
  const memberIds = [managerId, otherManagerId, bankId];
  const opened = {
    code: 'demo',
    name: '示例高新区',
    nameEn: 'Demo',
    openedOn: ago(900),
    memberIds,
  };
  const zoneId = String((await done(openZone, opened, root))['zoneId']);
  const enterprise = await done(
    registerEnterprise,
    { zoneId, uscc: '91350100M000100Y43', name: '示例中试企业', registeredOn: ago(900) },
    root,
  );
  const scopeOf = (owner: string): Scope => ({ zones: [zoneId], owners: [owner] });
  const actor = actorOf(managerId, scopeOf(managerId));

  const check = async (): Promise<void> => {
    const all = [...ledgerInvariants, ...fundsModule.invariants];
    expect(all.length).to.be.greaterThan(10);
    const broken = await withTransaction(db, everything, (tx) => brokenInvariants(tx, all));
    expect(broken).to.deep.equal([]);
  };
  return {
    url: database.url,
    db,
    performer,
    zoneId,
    managerId,
    otherManagerId,
    bankId,
    enterpriseId: String(enterprise['enterpriseId']),
    actor,
    otherActor: actorOf(otherManagerId, scopeOf(otherManagerId)),
    root,
    outcome: (operation, input, who = actor) => outcome(operation, input, who),
    done: (operation, input, who = actor) => done(operation, input, who),
    async refused(operation, input, who = actor) {
      const answer = await outcome(operation, input, who);
      if (answer.kind !== 'refused') throw new Error(`not refused: ${JSON.stringify(answer)}`);
      return answer.failure;
    },
    ask: (question, input, who = actor) => performer.ask(question, who, input),
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

/** Establishes a fund 400 days ago unless the terms say otherwise; answers its id. */
export async function fundIn(book: Book, terms: object = {}, actor = book.actor): Promise<string> {
  names += 1;
  const input = {
    zoneId: book.zoneId,
    kind: 'SUB',
    name: `示例基金${names}`,
    establishedOn: ago(400),
    generated: true,
    ...terms,
  };
  return String((await book.done(establishFund, input, actor))['fundId']);
}

export type PartnerInput = { fundId: string } | { name: string; source: string };

/** The first commitment of a partner, 390 days ago; answers the partner's id. */
export async function partnerIn(
  book: Book,
  fundId: string,
  partner: PartnerInput,
  amount: string,
  valueOn = ago(390),
): Promise<string> {
  const input = { kind: 'initial', fundId, partner, amount, valueOn };
  return String((await book.done(commit, input))['partnerId']);
}

export interface IssuedCall {
  readonly callId: string;
  readonly number: number;
  readonly items: readonly { readonly partnerId: string; readonly amount: string }[];
  readonly steps: readonly { readonly rule: string }[];
}

export async function callIn(
  book: Book,
  fundId: string,
  amount: string,
  issuedOn = ago(300),
): Promise<IssuedCall> {
  const input = { fundId, amount, issuedOn, dueOn: addDays(issuedOn, 20) };
  return (await book.done(issueCall, input)) as unknown as IssuedCall;
}

export const pay = (
  book: Book,
  callId: string,
  partnerId: string,
  amount: string,
  valueOn = ago(290),
): Promise<Answer> => book.done(recordPayment, { callId, partnerId, amount, valueOn });

/** A fund with one partner that has paid `amount` 290 days ago. */
export async function fundWithCash(book: Book, amount: string, terms: object = {}) {
  const fundId = await fundIn(book, terms);
  const partnerId = await partnerIn(book, fundId, { name: '区财政', source: 'district' }, amount);
  const { callId } = await callIn(book, fundId, amount);
  await pay(book, callId, partnerId, amount);
  return { fundId, partnerId, callId };
}

export const investIn = (book: Book, fundId: string, amount: string, more: object = {}) =>
  book.done(invest, { fundId, project: '示例项目', amount, valueOn: ago(200), ...more });
