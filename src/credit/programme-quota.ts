/**
 * What priority programmes keep of an agreement (预留额度). Where the intent is a ceiling (AT_MOST), a
 * line that counts for no programme may not take what an open programme has kept and not used; a
 * line of the programme uses its own first. Under an intent of "at least" there is nothing to keep
 * from anybody, and the quota is told.
 */
import type { Day } from '../kernel/index.ts';
import { Failure, Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { agreementRefusals as no } from './agreement-refusals.ts';

const lockAgreements = statement(
  'credit.lock-quota-agreements',
  `select a.id, a.intent_amount as intent from credit_agreements a
   where a.id = any ($1::text[]) and a.sense = 'AT_MOST' and exists (
     select from credit_programmes p
     where p.agreement_id = a.id and p.state = 'OPEN' and p.reserved_quota is not null)
   order by a.id for no key update of a`,
);
const selectGranted = statement(
  'credit.select-granted',
  `select l.agreement_id as "agreementId", sum(n.amount)::numeric(20,2) as granted
   from credit_lines l join limits_nodes n on n.id = l.node_id
   where l.agreement_id = any ($1::text[]) and l.parent_line_id is null and n.state <> 'CLOSED'
     and (n.expires_on is null or n.expires_on >= $2::date)
   group by 1`,
);
const selectKept = statement(
  'credit.select-kept',
  `select p.id, p.agreement_id as "agreementId", p.name, p.reserved_quota as quota,
     coalesce(sum(n.amount), 0)::numeric(20,2) as granted
   from credit_programmes p
   left join lateral (
     select distinct on (t.line_id) t.line_id, t.counts from credit_line_tags t
     where t.programme_id = p.id and t.value_on <= $2::date order by t.line_id, t.id desc
   ) tagged on tagged.counts
   left join credit_lines l on l.id = tagged.line_id
   left join limits_nodes n on n.id = l.node_id and n.state <> 'CLOSED'
     and (n.expires_on is null or n.expires_on >= $2::date)
   where p.agreement_id = any ($1::text[]) and p.state = 'OPEN' and p.reserved_quota is not null
   group by p.id order by p.queue_rank`,
);

interface Programme {
  readonly id: string;
  readonly agreementId: string;
  readonly name: string;
  readonly quota: Money;
  readonly granted: Money;
}

export interface LineGrant {
  readonly agreementId: string;
  readonly programmeId: string | undefined;
  readonly amount: Money;
}

const unused = ({ quota, granted }: Programme): Money =>
  Money.max(quota.minus(granted), Money.zero);

/**
 * Decides grants in order, each seeing those before it, under the lock of their agreements.
 * @returns one entry per grant: why not, or undefined.
 */
export async function refuseQuotaTaken(
  tx: Tx,
  grants: readonly LineGrant[],
  today: Day,
): Promise<(Failure | undefined)[]> {
  const ids = [...new Set(grants.map((one) => one.agreementId))];
  const locked = await tx.rows<{ id: string; intent: string }>(lockAgreements, [ids]);
  if (locked.length === 0) return grants.map(() => undefined);
  const values = [locked.map(({ id }) => id), today];
  type Granted = { readonly agreementId: string; readonly granted: string };
  const taken = new Map(
    (await tx.rows<Granted>(selectGranted, values)).map((row) => [
      row.agreementId,
      Money.of(row.granted),
    ]),
  );
  type Kept = Omit<Programme, 'quota' | 'granted'> & { quota: string; granted: string };
  const programmes = (await tx.rows<Kept>(selectKept, values)).map((row) => ({
    ...row,
    quota: Money.of(row.quota),
    granted: Money.of(row.granted),
  }));
  const intents = new Map(locked.map(({ id, intent }) => [id, Money.of(intent)]));
  return grants.map(({ agreementId, programmeId, amount }) => {
    const intent = intents.get(agreementId);
    if (!intent) return undefined;
    const granted = taken.get(agreementId) ?? Money.zero;
    const others = programmes.filter(
      (one) => one.agreementId === agreementId && one.id !== programmeId,
    );
    const reserved = Money.sum(others.map(unused));
    const free = intent.minus(granted).minus(reserved);
    // Without a reservation in its way this is another rule's affair.
    if (reserved.isPositive() && amount.moreThan(free)) {
      const kept = others.map((one) => ({ name: one.name, unused: unused(one) }));
      const shortBy = amount.minus(free);
      const facts = { agreementId, intent, granted, reserved, kept, requested: amount, shortBy };
      const smallestAdmissible = Money.max(free, Money.zero);
      return new Failure(no['programme-quota-reserved'], { ...facts, smallestAdmissible });
    }
    taken.set(agreementId, granted.plus(amount));
    const own = programmes.findIndex((one) => one.id === programmeId);
    const mine = programmes[own];
    if (mine) programmes[own] = { ...mine, granted: mine.granted.plus(amount) };
    return undefined;
  });
}
