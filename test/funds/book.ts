// A zone with two fund managers and an enterprise on a database of its own. Everybody acts in the
// restricted scope of the manager, as in the product; the first manager where none is named.
import { commit, establishFund, issueCall } from '../../src/funds/index.ts';
import { invest, recordPayment } from '../../src/funds/index.ts';
import type { Failure } from '../../src/kernel/index.ts';
import { addDays } from '../../src/kernel/index.ts';
import { openZone, registerEnterprise, registerOrganisation } from '../../src/parties/index.ts';
import type { Actor, Operation, Query } from '../../src/platform/operation.ts';
import type { Outcome, Ports } from '../../src/platform/perform.ts';
import type { Scope } from '../../src/platform/transaction.ts';
import type { Answer, Base } from '../support/base.ts';
import { actorOf, ago, openBase } from '../support/base.ts';

export type { Answer } from '../support/base.ts';
export { ago, freshKey, today } from '../support/base.ts';

type Perform<R> = (operation: Operation, input: unknown, actor?: Actor) => Promise<R>;

export interface Book extends Omit<Base, 'done' | 'refused' | 'outcome' | 'ask'> {
  readonly zoneId: string;
  readonly managerId: string;
  readonly otherManagerId: string;
  readonly bankId: string;
  readonly enterpriseId: string;
  /** The first manager in its own scope. */
  readonly actor: Actor;
  readonly otherActor: Actor;
  readonly done: Perform<Answer>;
  readonly refused: Perform<Failure>;
  readonly outcome: Perform<Outcome>;
  ask<I, O>(question: Query<I, O>, input: unknown, actor?: Actor): Promise<O>;
}

export async function openBook(ports: Partial<Ports> = {}): Promise<Book> {
  const base = await openBase(ports);
  const idOf = async (name: string, operation: Operation, input: unknown): Promise<string> =>
    String((await base.done(operation, input, base.root))[name]);
  const organisation = (kind: string, name: string) =>
    idOf('organisationId', registerOrganisation, { kind, name, since: ago(900), generated: true });
  const managerId = await organisation('fund_manager', '示例基金管理人');
  const otherManagerId = await organisation('fund_manager', '示例基金管理人乙');
  const bankId = await organisation('bank', '示例银行甲');
  const zoneId = await idOf('zoneId', openZone, {
    code: 'demo',
    name: '示例高新区',
    nameEn: 'Demo',
    openedOn: ago(900),
    memberIds: [managerId, otherManagerId, bankId],
  });
  const enterpriseId = await idOf('enterpriseId', registerEnterprise, {
    zoneId,
    uscc: '91350100M000100Y43',
    name: '示例中试企业',
    registeredOn: ago(900),
  });
  const scopeOf = (owner: string): Scope => ({ zones: [zoneId], owners: [owner] });
  const actor = actorOf(managerId, scopeOf(managerId));
  return {
    ...base,
    zoneId,
    managerId,
    otherManagerId,
    bankId,
    enterpriseId,
    actor,
    otherActor: actorOf(otherManagerId, scopeOf(otherManagerId)),
    outcome: (operation, input, who = actor) => base.outcome(operation, input, who),
    done: (operation, input, who = actor) => base.done(operation, input, who),
    refused: (operation, input, who = actor) => base.refused(operation, input, who),
    ask: (question, input, who = actor) => base.ask(question, input, who),
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
