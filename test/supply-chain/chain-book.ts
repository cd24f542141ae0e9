// A zone with two banks, a core enterprise and its suppliers in a database of its own, and short
// words for what happens to certificates there. Two performers stand for two processes on one
// database.
import { expect } from 'chai';
import type { Knex } from 'knex';
import {
  addDays,
  type Day,
  dayInShanghai,
  type Failure,
  isFailure,
  Money,
  newId,
} from '../../src/kernel/index.ts';
import { GENERATED_REGION, makeUscc } from '../../src/kernel/index.ts';
import { brokenInvariants, ledgerInvariants } from '../../src/ledger/index.ts';
import { openZone, registerEnterprise, registerOrganisation } from '../../src/parties/index.ts';
import type { Actor, Operation, Query } from '../../src/platform/operation.ts';
import type { CallOptions, Outcome } from '../../src/platform/perform.ts';
import { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import type { Scope, Tx } from '../../src/platform/transaction.ts';
import { everything, statement, withTransaction } from '../../src/platform/transaction.ts';
import {
  acceptCertificate,
  financeCertificate,
  issueCertificate,
  openProgramme,
  relateSupplier,
  settleFinancing,
  supplyChainModule,
  transferCertificate,
} from '../../src/supply-chain/index.ts';
import { cloneDatabase } from '../support/database.ts';

export const today = dayInShanghai();
/** The day so many days after today, or before it. */
export const on = (days: number): Day => addDays(today, days);

export interface Terms {
  readonly face: string;
  /** Issued and due, in days from today. */
  readonly issued: number;
  readonly due: number;
  readonly contractNo: string;
  readonly invoiceNo: string;
  readonly holderId: string;
}

export interface Programme {
  readonly programmeId: string;
  readonly nodeId: string;
}

type Reply<T> = Promise<T & Record<string, unknown>>;

/** A table of the database as text, to see whether anything in it was touched. */
const business = [
  'supply_chain_programmes',
  'supply_chain_relations',
  'supply_chain_receivables',
  'supply_chain_certificates',
  'supply_chain_financings',
  'limits_nodes',
  'limits_reservations',
  'limits_movements',
  'ledger_accounts',
  'ledger_entries',
  'platform_events',
];

export function refusalOf(outcome: Outcome): Failure {
  if (outcome.kind !== 'refused') throw new Error(`it was not refused but ${outcome.kind}`);
  return outcome.failure;
}

export class ChainBook {
  readonly performers: readonly [Performer, Performer];
  zoneId = '';
  bank: Actor = actorOf('org_none', everything);
  otherBank: Actor = actorOf('org_none', everything);
  coreId = '';
  suppliers: string[] = [];
  /** Whether the next calls go to a second person; then `submitted` names the reservation. */
  fourEyes = false;
  hold: string | undefined;
  private readonly db: Knex;
  private readonly close: () => Promise<void>;
  private serial = 0;

  private constructor(db: Knex, close: () => Promise<void>) {
    this.db = db;
    this.close = close;
    const make = (): Performer =>
      new Performer(db, {
        authorise: () => undefined,
        needsApproval: () => this.fourEyes,
        submit: async (_context, _operation, _item, { hold }) => {
          this.hold = hold;
          return newId('apr');
        },
        observe: () => undefined,
      });
    this.performers = [make(), make()];
  }

  static async open(suppliers = 3): Promise<ChainBook> {
    const database = await cloneDatabase();
    const db = makePool({ url: database.url, max: 12, applicationName: 'test' });
    const book = new ChainBook(db, async () => {
      await db.destroy();
      await database.drop();
    });
    await book.populate(suppliers);
    return book;
  }

  /** Ends the book; whatever the tests did, its invariants hold. */
  async end(): Promise<void> {
    const broken = await this.see((tx) =>
      brokenInvariants(tx, [...ledgerInvariants, ...supplyChainModule.invariants]),
    );
    await this.close();
    expect(broken).to.deep.equal([]);
  }

  private async populate(suppliers: number): Promise<void> {
    const system = actorOf('system', everything);
    const since = on(-800);
    const bankIds: string[] = [];
    for (const name of ['示例银行甲', '示例银行乙']) {
      const input = { kind: 'bank', name, generated: true, since };
      const { organisationId } = await this.as<{ organisationId: string }>(
        system,
        registerOrganisation,
        input,
      );
      bankIds.push(organisationId);
    }
    const zone = { code: 'chain', name: '链区', nameEn: 'Chain', openedOn: since };
    const opened = { ...zone, memberIds: bankIds };
    this.zoneId = (await this.as<{ zoneId: string }>(system, openZone, opened)).zoneId;
    const [first, second] = bankIds as [string, string];
    this.bank = actorOf(first, { zones: [this.zoneId], owners: [first] });
    this.otherBank = actorOf(second, { zones: [this.zoneId], owners: [second] });
    const ids: string[] = [];
    for (let serial = 1; serial <= suppliers + 1; serial += 1) {
      const uscc = makeUscc(GENERATED_REGION, serial);
      const { zoneId } = this;
      const input = { zoneId, uscc, name: `企业${serial}`, generated: true, registeredOn: since };
      const entered = await this.as<{ enterpriseId: string }>(system, registerEnterprise, input);
      ids.push(entered.enterpriseId);
    }
    this.coreId = ids[0] as string;
    this.suppliers = ids.slice(1);
  }

  /** Performs under a new key and demands that it is done. */
  async as<T>(actor: Actor, operation: Operation, raw: unknown, options?: CallOptions): Reply<T> {
    const outcome = await this.try(actor, operation, raw, options);
    if (outcome.kind === 'refused') throw outcome.failure;
    if (outcome.kind !== 'done') throw new Error(`it was ${outcome.kind}`);
    return outcome.output as T & Record<string, unknown>;
  }

  /** Performs under a new key; what is refused without a trace is an outcome here as well. */
  async try(
    actor: Actor,
    operation: Operation,
    raw: unknown,
    options: CallOptions = {},
    process: 0 | 1 = 0,
  ): Promise<Outcome> {
    this.serial += 1;
    try {
      const performer = this.performers[process];
      return await performer.perform(operation, actor, raw, `key-${this.serial}`, options);
    } catch (problem) {
      if (!isFailure(problem)) throw problem;
      return { kind: 'refused', failure: problem, replayed: false };
    }
  }

  ask<I, O>(question: Query<I, O>, raw: unknown, actor = this.bank): Promise<O> {
    return this.performers[0].ask(question, actor, raw);
  }

  see<T>(work: (tx: Tx) => Promise<T>, scope: Scope = everything): Promise<T> {
    return withTransaction(this.db, scope, work);
  }

  async value(sql: string): Promise<string> {
    const [row] = await this.see((tx) =>
      tx.rows<{ value: unknown }>(statement('', `select (${sql})::text as value`)),
    );
    return String(row?.value);
  }

  /** Every business row, so that two moments can be compared. */
  async rows(): Promise<Record<string, unknown>> {
    const tables: Record<string, unknown> = {};
    for (const table of business) {
      tables[table] = await this.see((tx) =>
        tx.rows(statement('', `select t::text as row from ${table} t order by 1`)),
      );
    }
    return tables;
  }

  /** A chain limit over all suppliers, each on tier 1 but the last, which is on tier 2. */
  async programme(limit: string, actor = this.bank, more: object = {}): Promise<Programme> {
    const opened = await this.as<Programme>(actor, openProgramme, {
      zoneId: this.zoneId,
      bankId: actor.organisationId,
      coreEnterpriseId: this.coreId,
      name: '链主项目',
      limit,
      startsOn: on(-700),
      expiresOn: on(700),
      generated: true,
      ...more,
    });
    const { programmeId } = opened;
    for (const [i, enterpriseId] of this.suppliers.entries()) {
      const tier = i > 0 && i === this.suppliers.length - 1 ? 2 : 1;
      const input = { programmeId, enterpriseId, tier, since: on(-700) };
      await this.as(actor, relateSupplier, input);
    }
    return opened;
  }

  private terms(programmeId: string, terms: Partial<Terms>): object {
    this.serial += 1;
    const { issued = -60, due = 60, face = '100000.00', ...rest } = terms;
    return {
      programmeId,
      holderId: this.suppliers[0],
      face,
      issuedOn: on(issued),
      dueOn: on(due),
      contractNo: `HT-${this.serial}`,
      invoiceNo: String(this.serial).padStart(20, '0'),
      ...rest,
    };
  }

  async issued(programmeId: string, terms: Partial<Terms> = {}, actor = this.bank) {
    const input = this.terms(programmeId, terms);
    return this.as<{ certificateId: string }>(actor, issueCertificate, input);
  }

  /** Issued and accepted on the day of issue. @returns its id. */
  async certificate(
    programmeId: string,
    terms: Partial<Terms> = {},
    actor = this.bank,
  ): Promise<string> {
    const { certificateId } = await this.issued(programmeId, terms, actor);
    const input = { certificateId, valueOn: on(terms.issued ?? -60) };
    await this.as(actor, acceptCertificate, input, { expectedVersion: 1 });
    return certificateId;
  }

  /** Asks a bank for money; 3.6 % a year, 30 days ago, unless said otherwise. */
  finance(
    certificateId: string,
    terms: { amount?: string; day?: number; opinion?: string; rate?: string } = {},
    { actor = this.bank, process = 0 }: { actor?: Actor; process?: 0 | 1 } = {},
  ): Promise<Outcome> {
    const { amount = '100000.00', day = -30, opinion, rate = '0.036' } = terms;
    const input = { certificateId, amount, rateAnnual: rate, valueOn: on(day) };
    const raw = opinion === undefined ? input : { ...input, reviewOpinion: opinion };
    return this.try(actor, financeCertificate, raw, {}, process);
  }

  /** Demands that it is paid. @returns the id of the financing. */
  async financed(...request: Parameters<ChainBook['finance']>): Promise<string> {
    const outcome = await this.finance(...request);
    if (outcome.kind === 'refused') throw outcome.failure;
    if (outcome.kind !== 'done') throw new Error(`it was ${outcome.kind}`);
    return (outcome.output as { financingId: string }).financingId;
  }

  transfer(certificateId: string, newHolderId: string, day = -30, actor = this.bank) {
    const input = { certificateId, newHolderId, valueOn: on(day) };
    return this.try(actor, transferCertificate, input);
  }

  settle(financingId: string, day: number, expectedVersion = 1, actor = this.bank) {
    const input = { financingId, valueOn: on(day) };
    return this.try(actor, settleFinancing, input, { expectedVersion });
  }

  /** What the chain limit has used and reserved. */
  async used(nodeId: string): Promise<{ outstanding: string; reserved: string }> {
    const [row] = await this.see((tx) =>
      tx.rows<{ outstanding: string; reserved: string }>(
        statement('', 'select outstanding, reserved from limits_nodes where id = $1'),
        [nodeId],
      ),
    );
    return row ?? { outstanding: '', reserved: '' };
  }
}

function actorOf(organisationId: string, scope: Scope): Actor {
  return {
    userId: `user_${organisationId}`,
    personId: `person_${organisationId}`,
    organisationId,
    permissions: new Set(),
    scope,
  };
}

/** As many times the amount. */
export const timesOf = (amount: string, count: number): string =>
  Money.sum(Array.from({ length: count }, () => Money.of(amount))).toString();
