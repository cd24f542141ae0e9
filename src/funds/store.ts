/**
 * Rows of funds, their partners and commitments. Whoever writes anything of a fund locks its row.
 */
import type { Day } from '../kernel/index.ts';
import { Money, Rate } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { CommitmentEvent, Fund, FundState, Partner, ShareRule } from './model.ts';
import { classOfSource } from './model.ts';
import type { Change } from './rules/dated.ts';

type FundRow = Omit<Fund, 'targetSize' | 'firstCallMinimum' | 'concentration'> & {
  targetSize: string | null;
  firstCallMinimumShare: string | null;
  firstCallMinimumClause: string | null;
  concentrationShare: string | null;
  concentrationClause: string | null;
};

const fundColumns = `id, zone_id as "zoneId", owner_id as "ownerId", kind, name,
  target_size as "targetSize", state, established_on as "establishedOn",
  first_call_minimum_share as "firstCallMinimumShare",
  first_call_minimum_clause as "firstCallMinimumClause",
  concentration_share as "concentrationShare", concentration_clause as "concentrationClause",
  generated, version::int`;

const shareRule = (share: string | null, clause: string | null): ShareRule | undefined =>
  share === null || clause === null ? undefined : { share: Rate.of(share), clause };

const fundFromRow = (row: FundRow): Fund => ({
  id: row.id,
  zoneId: row.zoneId,
  ownerId: row.ownerId,
  kind: row.kind,
  name: row.name,
  targetSize: row.targetSize === null ? undefined : Money.of(row.targetSize),
  state: row.state,
  establishedOn: row.establishedOn,
  firstCallMinimum: shareRule(row.firstCallMinimumShare, row.firstCallMinimumClause),
  concentration: shareRule(row.concentrationShare, row.concentrationClause),
  generated: row.generated,
  version: row.version,
});

const lockStatement = statement(
  'funds.lock-funds',
  `select ${fundColumns} from funds_funds where id = any ($1::text[]) order by id
   for no key update`,
);

/** Locks the funds in the order of their ids; what is not in scope is not there. */
export async function lockFunds(tx: Tx, ids: readonly string[]): Promise<Map<string, Fund>> {
  const rows = await tx.rows<FundRow>(lockStatement, [ids]);
  return new Map(rows.map((row) => [row.id, fundFromRow(row)]));
}

const selectFund = statement(
  'funds.select-fund',
  `select ${fundColumns} from funds_funds where id = $1`,
);

export async function fundById(tx: Tx, id: string): Promise<Fund | undefined> {
  const [row] = await tx.rows<FundRow>(selectFund, [id]);
  return row && fundFromRow(row);
}

const insertFundRow = statement(
  'funds.insert-fund',
  `insert into funds_funds (id, zone_id, owner_id, kind, name, target_size, state, established_on,
     first_call_minimum_share, first_call_minimum_clause, concentration_share,
     concentration_clause, generated, operation_id, recorded_at)
   values ($1, $2, $3, $4, $5, $6::numeric, $7, $8, $9::numeric, $10, $11::numeric, $12, $13, $14,
     $15::timestamptz)
   on conflict on constraint funds_funds_name do nothing returning id`,
);

/** What the log and the known-at question need of every row. */
export interface Recorded {
  readonly operationId: string;
  readonly now: Date;
}

/** False when the manager has a fund of this name in the zone. */
export async function insertFund(tx: Tx, fund: Fund, at: Recorded): Promise<boolean> {
  const rows = await tx.rows(insertFundRow, [
    fund.id,
    fund.zoneId,
    fund.ownerId,
    fund.kind,
    fund.name,
    fund.targetSize?.toString() ?? null,
    fund.state,
    fund.establishedOn,
    fund.firstCallMinimum?.share.toString() ?? null,
    fund.firstCallMinimum?.clause ?? null,
    fund.concentration?.share.toString() ?? null,
    fund.concentration?.clause ?? null,
    fund.generated,
    at.operationId,
    at.now.toISOString(),
  ]);
  return rows.length > 0;
}

const moveFund = statement(
  'funds.move-fund',
  'update funds_funds set state = $2, version = version + 1 where id = $1',
);

export async function saveFundState(tx: Tx, fund: Fund, state: FundState): Promise<void> {
  if (fund.state !== state) await tx.rows(moveFund, [fund.id, state]);
}

type PartnerRow = Omit<Partner, 'partnerFundId' | 'source' | 'committed' | 'called' | 'paidIn'> & {
  partnerFundId: string | null;
  source: Partner['source'] | null;
  committed: string;
  called: string;
  paidIn: string;
};

const selectPartners = statement(
  'funds.select-partners',
  `select id, fund_id as "fundId", place, name, partner_fund_id as "partnerFundId", source,
     committed, called, paid_in as "paidIn"
   from funds_partners where fund_id = $1 order by place`,
);

/** The partners of a fund in their fixed order. */
export async function partnersOf(tx: Tx, fundId: string): Promise<Partner[]> {
  const rows = await tx.rows<PartnerRow>(selectPartners, [fundId]);
  return rows.map((row) => ({
    ...row,
    partnerFundId: row.partnerFundId ?? undefined,
    source: row.source ?? undefined,
    committed: Money.of(row.committed),
    called: Money.of(row.called),
    paidIn: Money.of(row.paidIn),
  }));
}

const insertPartnerRow = statement(
  'funds.insert-partner',
  `insert into funds_partners (id, fund_id, zone_id, owner_id, place, name, partner_fund_id, source,
     source_class, generated)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

/** A partner without money yet; its commitment follows. */
export async function insertPartner(
  tx: Tx,
  fund: Fund,
  partner: Partner,
  generated: boolean,
): Promise<void> {
  const { id, place, name, partnerFundId, source } = partner;
  const sourceClass = source ? classOfSource[source] : null;
  await tx.rows(insertPartnerRow, [
    id,
    fund.id,
    fund.zoneId,
    fund.ownerId,
    place,
    name,
    partnerFundId ?? null,
    source ?? null,
    sourceClass,
    generated,
  ]);
}

const movePartners = statement(
  'funds.move-partners',
  `update funds_partners p set committed = p.committed + m.committed, called = p.called + m.called,
     paid_in = p.paid_in + m.paid_in
   from unnest($1::text[], $2::numeric[], $3::numeric[], $4::numeric[])
     as m (id, committed, called, paid_in)
   where p.id = m.id`,
);

/** What a fact adds to the counters of a partner. */
export interface PartnerMovement {
  readonly partnerId: string;
  readonly committed?: Money;
  readonly called?: Money;
  readonly paidIn?: Money;
}

export async function addToPartners(tx: Tx, moves: readonly PartnerMovement[]): Promise<void> {
  const text = (amount: Money | undefined): string => (amount ?? Money.zero).toString();
  await tx.rows(movePartners, [
    moves.map((move) => move.partnerId),
    moves.map((move) => text(move.committed)),
    moves.map((move) => text(move.called)),
    moves.map((move) => text(move.paidIn)),
  ]);
}

const insertCommitmentRow = statement(
  'funds.insert-commitment',
  `insert into funds_commitments (id, fund_id, partner_id, zone_id, owner_id, kind, change,
     value_on, operation_id, recorded_at)
   values ($1, $2, $3, $4, $5, $6, $7::numeric, $8, $9, $10::timestamptz)`,
);

/** Appends the event and moves the partner's counter with it. */
export async function insertCommitment(
  tx: Tx,
  fund: Fund,
  event: CommitmentEvent,
  at: Recorded,
): Promise<void> {
  await tx.rows(insertCommitmentRow, [
    event.id,
    fund.id,
    event.partnerId,
    fund.zoneId,
    fund.ownerId,
    event.kind,
    event.change.toString(),
    event.valueOn,
    at.operationId,
    at.now.toISOString(),
  ]);
  await addToPartners(tx, [{ partnerId: event.partnerId, committed: event.change }]);
}

interface ChangeRow {
  readonly partnerId: string;
  readonly measure: 'committed' | 'called';
  readonly valueOn: Day;
  readonly amount: string;
}

const selectChanges = statement(
  'funds.select-partner-changes',
  `select partner_id as "partnerId", measure, value_on as "valueOn", amount
   from funds_contributions_v where fund_id = $1 and measure in ('committed', 'called')`,
);

/** The dated facts of a partner: what it committed, and what it is called for. */
export interface PartnerChanges {
  readonly committed: readonly Change[];
  /** Commitments less calls. */
  readonly unfunded: readonly Change[];
}

export async function partnerChanges(
  tx: Tx,
  fundId: string,
): Promise<(partnerId: string) => PartnerChanges> {
  const rows = await tx.rows<ChangeRow>(selectChanges, [fundId]);
  const byPartner = new Map<string, { committed: Change[]; unfunded: Change[] }>();
  for (const { partnerId, measure, valueOn, amount: text } of rows) {
    const amount = Money.of(text);
    const changes = byPartner.get(partnerId) ?? { committed: [], unfunded: [] };
    byPartner.set(partnerId, changes);
    if (measure === 'committed') changes.committed.push({ valueOn, amount });
    const free = measure === 'committed' ? amount : amount.negated();
    changes.unfunded.push({ valueOn, amount: free });
  }
  return (partnerId) => byPartner.get(partnerId) ?? { committed: [], unfunded: [] };
}

const selectCommitments = statement(
  'funds.select-commitment-changes',
  `select value_on as "valueOn", sum(change) as amount from funds_commitments where fund_id = $1
   group by value_on`,
);

/** What was committed to the whole fund, by value day. */
export async function commitmentChanges(tx: Tx, fundId: string): Promise<Change[]> {
  const rows = await tx.rows<{ valueOn: Day; amount: string }>(selectCommitments, [fundId]);
  return rows.map(({ valueOn, amount }) => ({ valueOn, amount: Money.of(amount) }));
}

const lockOwnershipRow = statement(
  'funds.lock-ownership',
  "select pg_advisory_xact_lock(hashtextextended('funds.ownership', 0))",
);
const selectOwners = statement(
  'funds.select-owners',
  `select fund_id as "fundId", partner_fund_id as "partnerFundId" from funds_partners
   where partner_fund_id is not null`,
);

/**
 * Which funds own a part of which, by owned fund. Holds one lock over all of them: two commitments
 * that close a circle only together would otherwise not see each other.
 */
export async function lockOwnership(tx: Tx): Promise<Map<string, string[]>> {
  await tx.rows(lockOwnershipRow);
  type Row = { fundId: string; partnerFundId: string };
  const owners = new Map<string, string[]>();
  for (const { fundId, partnerFundId } of await tx.rows<Row>(selectOwners)) {
    owners.set(fundId, [...(owners.get(fundId) ?? []), partnerFundId]);
  }
  return owners;
}
