/** Rows of what happened to a debtor itself, as the bank recorded it for its own book. */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

export const debtorEventKinds = [
  'sharp-downgrade',
  'debt-evasion',
  'bankruptcy-liquidation',
] as const;
/** 外部评级大幅下调、逃废债、破产或清算. */
export type DebtorEventKind = (typeof debtorEventKinds)[number];

export interface DebtorEvent {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly enterpriseId: string;
  readonly kind: DebtorEventKind;
  /** In force from this day to the day before it was lifted. */
  readonly from: Day;
  readonly liftedOn: Day | null;
}

const columns = `id, zone_id as "zoneId", owner_id as "ownerId", enterprise_id as "enterpriseId",
  kind, from_on as "from", lifted_on as "liftedOn"`;

const lockDebtor = statement(
  'credit.lock-debtor-events',
  `select pg_advisory_xact_lock(hashtextextended('debtor event ' || $1 || ' ' || $2, 0))`,
);
const selectOpen = statement(
  'credit.select-open-debtor-event',
  `select ${columns} from credit_debtor_events
   where enterprise_id = $1 and owner_id = $2 and kind = $3 and lifted_on is null`,
);
const insertEvent = statement(
  'credit.insert-debtor-event',
  `insert into credit_debtor_events (id, zone_id, owner_id, enterprise_id, kind, from_on, evidence,
     reason, operation_id, recorded_at)
   values ($1, $2, $3, $4, $5, $6::date, $7, $8, $9, $10::timestamptz)`,
);
const lockEvent = statement(
  'credit.lock-debtor-event',
  `select ${columns} from credit_debtor_events where id = $1 for no key update`,
);
const liftEvent = statement(
  'credit.lift-debtor-event',
  `update credit_debtor_events set lifted_on = $2::date, lifted_reason = $3, lifted_by = $4
   where id = $1`,
);
const selectInForce = statement(
  'credit.select-debtor-events-in-force',
  `select ${columns} from credit_debtor_events
   where enterprise_id = any ($1::text[]) and from_on <= $2::date
     and (lifted_on is null or lifted_on > $2::date)
   order by enterprise_id, owner_id, kind, id`,
);

/** One of a kind at a time: whoever records waits for who records it of the same debtor. */
export async function openDebtorEvent(
  tx: Tx,
  { enterpriseId, ownerId, kind }: Pick<DebtorEvent, 'enterpriseId' | 'ownerId' | 'kind'>,
): Promise<DebtorEvent | undefined> {
  await tx.rows(lockDebtor, [enterpriseId, ownerId]);
  return (await tx.rows<DebtorEvent>(selectOpen, [enterpriseId, ownerId, kind]))[0];
}

export interface NewDebtorEvent extends Omit<DebtorEvent, 'liftedOn'> {
  readonly evidence: string;
  readonly reason: string;
  readonly operationId: string;
  readonly at: Date;
}

export const addDebtorEvent = (tx: Tx, one: NewDebtorEvent): Promise<unknown[]> =>
  tx.rows(insertEvent, [
    one.id,
    one.zoneId,
    one.ownerId,
    one.enterpriseId,
    one.kind,
    one.from,
    one.evidence,
    one.reason,
    one.operationId,
    one.at.toISOString(),
  ]);

export const lockDebtorEvent = async (tx: Tx, id: string): Promise<DebtorEvent | undefined> =>
  (await tx.rows<DebtorEvent>(lockEvent, [id]))[0];

export const saveLifted = (
  tx: Tx,
  id: string,
  { on, reason, operationId }: { on: Day; reason: string; operationId: string },
): Promise<unknown[]> => tx.rows(liftEvent, [id, on, reason, operationId]);

/** Of debtors on a day, at every bank that the caller sees. */
export const debtorEventsOn = (
  tx: Tx,
  debtors: readonly string[],
  day: Day,
): Promise<DebtorEvent[]> => tx.rows<DebtorEvent>(selectInForce, [debtors, day]);
