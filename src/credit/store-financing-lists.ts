/**
 * Rows of financing lists (融资白名单): the list, one referral for each firm before each recipient, and
 * every answer ever given. Referrals belong to the recipient, so nobody sees another's answers.
 */
import type { Day } from '../kernel/index.ts';
import { newId } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Item } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Answer, ReferralState } from './model-whitelist.ts';

export interface FinancingList {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly name: string;
  readonly sourceDocument: string;
  readonly documentOn: Day;
  readonly sentOn: Day;
  readonly operationId: string;
}

const insertList = statement(
  'credit.insert-financing-lists',
  `insert into credit_financing_lists (id, zone_id, owner_id, name, source_document, document_on,
     sent_on, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`,
);

/** False when the zone has a list of this name. */
export async function addList(tx: Tx, l: FinancingList): Promise<boolean> {
  const rows = await tx.rows(insertList, [
    l.id,
    l.zoneId,
    l.ownerId,
    l.name,
    l.sourceDocument,
    l.documentOn,
    l.sentOn,
    l.operationId,
  ]);
  return rows.length > 0;
}

const insertReferrals = bulkInsert('credit.insert-referrals', 'credit_financing_referrals', {
  id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  list_id: 'text',
  enterprise_id: 'text',
});

/** Puts every firm before every recipient. */
export function addReferrals(
  tx: Tx,
  list: FinancingList,
  to: { readonly recipientIds: readonly string[]; readonly enterpriseIds: readonly string[] },
): void {
  const pairs = to.recipientIds.flatMap((recipient) =>
    to.enterpriseIds.map((enterprise) => ({ recipient, enterprise })),
  );
  insertReferrals(tx, {
    id: pairs.map(() => newId('ref')),
    zone_id: pairs.map(() => list.zoneId),
    owner_id: pairs.map(({ recipient }) => recipient),
    list_id: pairs.map(() => list.id),
    enterprise_id: pairs.map(({ enterprise }) => enterprise),
  });
}

export interface Referral {
  readonly id: string;
  readonly zoneId: string;
  /** The recipient. */
  readonly ownerId: string;
  readonly listId: string;
  readonly enterpriseId: string;
  readonly state: ReferralState;
  readonly note: string | null;
  readonly answeredOn: Day | null;
  readonly contactedOn: Day | null;
  readonly creditedOn: Day | null;
  readonly investedOn: Day | null;
  readonly version: number;
}

const lockReferrals = statement(
  'credit.lock-referrals',
  `select id, zone_id as "zoneId", owner_id as "ownerId", list_id as "listId",
     enterprise_id as "enterpriseId", state, note, answered_on as "answeredOn",
     contacted_on as "contactedOn", credited_on as "creditedOn", invested_on as "investedOn",
     version::int
   from credit_financing_referrals where id = any ($1::text[]) order by id for no key update`,
);

export async function lockReferralsById(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, Referral>> {
  const rows = await tx.rows<Referral>(lockReferrals, [[...new Set(ids)].sort()]);
  return new Map(rows.map((row) => [row.id, row]));
}

const updateReferrals = statement(
  'credit.update-referrals',
  `update credit_financing_referrals r set state = c.state, note = c.note,
     answered_on = c.answered_on, contacted_on = c.contacted_on, credited_on = c.credited_on,
     invested_on = c.invested_on, version = c.version
   from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[], $6::date[], $7::date[],
     $8::bigint[]) as c (id, state, note, answered_on, contacted_on, credited_on, invested_on,
       version)
   where r.id = c.id`,
);

export function saveReferrals(tx: Tx, list: readonly Referral[]): void {
  if (list.length === 0) return;
  tx.send(updateReferrals, [
    list.map((r) => r.id),
    list.map((r) => r.state),
    list.map((r) => r.note),
    list.map((r) => r.answeredOn),
    list.map((r) => r.contactedOn),
    list.map((r) => r.creditedOn),
    list.map((r) => r.investedOn),
    list.map((r) => r.version),
  ]);
}

export interface GivenAnswer {
  readonly item: Item<unknown>;
  readonly referral: Referral;
  readonly from: ReferralState;
  readonly to: Answer;
  readonly note: string | undefined;
}

const insertAnswers = bulkInsert('credit.insert-referral-answers', 'credit_financing_answers', {
  id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  referral_id: 'text',
  from_state: 'text',
  to_state: 'text',
  note: 'text',
  answered_on: 'date',
  made_by: 'text',
  made_at: 'timestamptz',
  operation_id: 'text',
});

export function addAnswers(
  tx: Tx,
  list: readonly GivenAnswer[],
  { today, now }: { readonly today: Day; readonly now: Date },
): void {
  insertAnswers(tx, {
    id: list.map(() => newId('ans')),
    zone_id: list.map(({ referral }) => referral.zoneId),
    owner_id: list.map(({ referral }) => referral.ownerId),
    referral_id: list.map(({ referral }) => referral.id),
    from_state: list.map((one) => one.from),
    to_state: list.map((one) => one.to),
    note: list.map((one) => one.note),
    answered_on: list.map(() => today),
    made_by: list.map(({ item }) => item.actor.userId),
    made_at: list.map(() => now.toISOString()),
    operation_id: list.map(({ item }) => item.operationId),
  });
}
