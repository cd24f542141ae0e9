/** What the detail of a pool tells beside its totals: the rule in force, and each bank's fuses. */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { dayParts, Money } from '../../kernel/index.ts';
import { DayText, IdText, MoneyText } from '../../platform/schemas.ts';
import type { Tx } from '../../platform/transaction.ts';
import { statement } from '../../platform/transaction.ts';
import type { FuseRule } from '../../rulebook/index.ts';
import { fuseMetrics, packInForce, packsOf } from '../../rulebook/index.ts';
import { readFuses } from '../rules/fuse.ts';
import type { History } from './history.ts';

export const PackHeld = z.object({
  packId: IdText,
  version: z.number().int(),
  status: z.enum(['TEMPLATE', 'VERIFIED']),
  documentNo: z.string(),
  validTo: DayText.nullable(),
});

/** The pack that decides about loans enrolled on that day, and its fuses. */
export async function packHeld(
  tx: Tx,
  pool: { readonly scheme: string; readonly zoneId: string },
  on: Day,
): Promise<{ rule: z.output<typeof PackHeld>; fuses: readonly FuseRule[] } | undefined> {
  const pack = packInForce(await packsOf(tx, 'pool', [pool.scheme]), { ...pool, on });
  if (!pack) return undefined;
  const { id: packId, version, status, documentNo, validTo } = pack;
  const rule = { packId, version, status, documentNo, validTo: validTo ?? null };
  return { rule, fuses: pack.parameters.fuses };
}

const Fuse = z.object({
  metric: z.enum(fuseMetrics),
  operator: z.enum(['>', '>=']),
  bound: z.string(),
  action: z.enum(['WARN', 'SUSPEND_CLAIMS']),
  part: MoneyText,
  whole: MoneyText,
  figure: z.string().nullable(),
  tripped: z.boolean(),
  /** What the part may still grow before it reaches the bound. */
  room: MoneyText,
});

export const BankInPool = z.object({
  cooperationId: IdText,
  bankId: IdText,
  startsOn: DayText,
  endsOn: DayText.nullable(),
  quota: MoneyText.nullable(),
  outstanding: MoneyText,
  fuses: z.array(Fuse),
});

interface BankFacts {
  readonly cooperationId: string;
  readonly bankId: string;
  readonly startsOn: string;
  readonly endsOn: string | null;
  readonly quota: string | null;
  readonly outstanding: string;
  readonly bad: string;
  readonly entered: string;
  readonly lost: string;
}

const selectFacts = statement(
  'risk-pool.select-bank-facts',
  `with known as (
     select * from risk_pool_movements where pool_id = $1 and value_on <= $2::date
       and ($4::timestamptz is null or recorded_at <= $4::timestamptz)
   ), loans as (
     select enrolment_id, sum(outstanding) as outstanding,
       (array_agg(state order by value_on desc, seq desc))[1] as state
     from known group by 1
   ), owing as (
     select e.owner_id, sum(l.outstanding) as outstanding,
       sum(l.outstanding) filter (where l.state in ('ABNORMAL', 'CLAIMED')) as bad,
       sum(e.loan_amount) filter (where e.enrolled_on >= $3::date) as entered
     from loans l join risk_pool_enrolments e on e.id = l.enrolment_id group by 1
   ), losing as (
     select c.owner_id, sum(sign(k.pending) * c.base) as lost
     from known k join risk_pool_claims c on c.id = k.claim_id
     where k.kind in ('claim', 'suspend', 'reject') and c.claimed_on >= $3::date group by 1
   )
   select b.id as "cooperationId", b.owner_id as "bankId", b.starts_on as "startsOn",
     b.ends_on as "endsOn", b.quota, coalesce(o.outstanding, 0)::numeric(20,2) as outstanding,
     coalesce(o.bad, 0)::numeric(20,2) as bad, coalesce(o.entered, 0)::numeric(20,2) as entered,
     coalesce(l.lost, 0)::numeric(20,2) as lost
   from risk_pool_banks b
   left join owing o on o.owner_id = b.owner_id
   left join losing l on l.owner_id = b.owner_id
   where b.pool_id = $1 and b.starts_on <= $2::date
   order by b.owner_id, b.starts_on`,
);

/** The banks that the caller may see, each with its figures up to the day and of the day's year. */
export async function banksInPool(
  tx: Tx,
  poolId: string,
  fuses: readonly FuseRule[],
  { day, knownAt }: History,
): Promise<z.output<typeof BankInPool>[]> {
  const newYear = `${String(dayParts(day).year).padStart(4, '0')}-01-01`;
  const rows = await tx.rows<BankFacts>(selectFacts, [poolId, day, newYear, knownAt]);
  return rows.map(({ bad, entered, lost, ...bank }) => {
    const readings = readFuses(fuses, {
      'loss-to-entered': { part: Money.of(lost), whole: Money.of(entered) },
      'npl-ratio': { part: Money.of(bad), whole: Money.of(bank.outstanding) },
    });
    return {
      ...bank,
      fuses: readings.map((reading) => ({
        ...reading,
        part: reading.part.toString(),
        whole: reading.whole.toString(),
        room: reading.room.toString(),
      })),
    };
  });
}
