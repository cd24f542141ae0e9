/**
 * Pools with what they hold, owe and back. A bank sees the totals of now, which the pool shares; a
 * past day would have to be summed from rows of other banks, so only the zone may ask for it.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import { Failure, Money, Rate } from '../../kernel/index.ts';
import type { QueryContext } from '../../platform/operation.ts';
import { query } from '../../platform/operation.ts';
import { pageOf } from '../../platform/page.ts';
import { DayText, IdInput, IdText, listOf, MoneyText, pageShape } from '../../platform/schemas.ts';
import { sql } from '../../platform/sql.ts';
import { poolRefusals as no } from '../refusals.ts';
import { leverageOf } from '../rules/capacity.ts';
import type { History } from './history.ts';
import { historyOf, historyShape } from './history.ts';
import { BankInPool, banksInPool, packHeld, PackHeld } from './pool-banks.ts';

const poolShape = {
  id: IdText,
  zoneId: IdText,
  ownerId: IdText,
  name: z.string(),
  scheme: z.string(),
  state: z.enum(['OPEN', 'CLOSED']),
  openedOn: DayText,
  generated: z.boolean(),
  version: z.number().int(),
  balance: MoneyText,
  pendingClaims: MoneyText,
  enrolledOutstanding: MoneyText,
  multiple: z.string().nullable(),
  nodeId: IdText.nullable(),
  /** multiple × (balance − pending claims); null without a multiple. */
  capacity: MoneyText.nullable(),
  headroom: MoneyText.nullable(),
  /** Enrolled outstanding ÷ (balance − pending claims): how often the money is used. */
  leverage: z.string().nullable(),
  overLeveraged: z.boolean(),
};

interface PoolFacts {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly name: string;
  readonly scheme: string;
  readonly state: 'OPEN' | 'CLOSED';
  readonly openedOn: string;
  readonly generated: boolean;
  readonly version: number;
  readonly multiple: string | null;
  readonly nodeId: string | null;
  readonly balance: string;
  readonly pendingClaims: string;
  readonly enrolledOutstanding: string;
}

const terms = `p.id, p.zone_id as "zoneId", p.owner_id as "ownerId", p.name, p.scheme, p.state,
  p.opened_on as "openedOn", p.generated, p.version::int, p.multiple, p.node_id as "nodeId"`;

const countersNow = `p.cash as balance, p.pending_claims as "pendingClaims",
  p.enrolled_outstanding as "enrolledOutstanding"`;

const sumsThen = `coalesce(h.balance, 0)::numeric(20,2) as balance,
  coalesce(h.pending, 0)::numeric(20,2) as "pendingClaims",
  coalesce(h.outstanding, 0)::numeric(20,2) as "enrolledOutstanding"`;

/** The pools of the scope with their figures of now, or of a past day. */
function poolRows(history: History | undefined): Knex.QueryBuilder {
  const rows = sql.from('risk_pool_pools as p');
  if (history === undefined) return rows.select(sql.raw(`${terms}, ${countersNow}`));
  const changes = sql
    .from('risk_pool_balances_v')
    .select('pool_id', sql.raw('sum(contributed - paid) as balance'))
    .sum({ pending: 'pending', outstanding: 'outstanding' })
    .where('value_on', '<=', history.day)
    .groupBy('pool_id');
  if (history.knownAt !== null) changes.where('recorded_at', '<=', history.knownAt);
  return rows
    .select(sql.raw(`${terms}, ${sumsThen}`))
    .leftJoin(changes.as('h'), 'h.pool_id', 'p.id')
    .where('p.opened_on', '<=', history.day);
}

function withLeverage(row: PoolFacts) {
  const cash = Money.of(row.balance);
  const pendingClaims = Money.of(row.pendingClaims);
  const outstanding = Money.of(row.enrolledOutstanding);
  const multiple = row.multiple === null ? undefined : Rate.of(row.multiple);
  const figures = multiple && leverageOf(multiple, { cash, pendingClaims }, outstanding);
  return {
    ...row,
    multiple: multiple?.toString() ?? null,
    capacity: figures?.capacity.toString() ?? null,
    headroom: figures?.headroom.toString() ?? null,
    leverage: outstanding.ratioTo(cash.minus(pendingClaims), 6) ?? null,
    overLeveraged: figures?.overLeveraged ?? false,
  };
}

/** Sums of a past day are whole only for those who see every bank. */
function allowed({ actor, today }: QueryContext, asked: Parameters<typeof historyOf>[0]) {
  const history = historyOf(asked, today);
  if (history !== undefined && actor.scope.owners !== '*') {
    throw new Failure(no['as-of-outside-scope'], { asOf: history.day });
  }
  return history;
}

export const listPools = query({
  name: 'risk-pool.list-pools',
  title: { zh: '资金池列表', en: 'Pools' },
  permission: 'pool:read',
  input: z.strictObject({ zoneId: IdInput('zone').optional(), ...historyShape, ...pageShape }),
  output: listOf(z.object(poolShape)),
  async run(context, { zoneId, asOf, knownAt, ...place }) {
    const rows = poolRows(allowed(context, { asOf, knownAt }));
    if (zoneId !== undefined) rows.where('p.zone_id', zoneId);
    const page = await pageOf<PoolFacts>(context.tx, rows, place);
    return { ...page, items: page.items.map(withLeverage) };
  },
});

export const showPool = query({
  name: 'risk-pool.show-pool',
  title: { zh: '资金池', en: 'A pool' },
  permission: 'pool:read',
  input: z.strictObject({ poolId: IdInput('pool'), ...historyShape }),
  output: z.object({
    ...poolShape,
    asOf: DayText,
    /** The rule for loans that are enrolled on the day; null when none is in force. */
    rule: PackHeld.nullable(),
    /** The cooperation banks that the caller may see, with the distance to every fuse. */
    banks: z.array(BankInPool),
  }),
  async run(context, { poolId, ...asked }) {
    const { tx, today } = context;
    const history = allowed(context, asked);
    const [row] = await tx.built<PoolFacts>(poolRows(history).where('p.id', poolId));
    if (!row) throw new Failure(no['pool-missing'], { poolId });
    const at = history ?? { day: today, knownAt: null };
    const pack = await packHeld(tx, row, at.day);
    const banks = await banksInPool(tx, poolId, pack?.fuses ?? [], at);
    return { ...withLeverage(row), asOf: at.day, rule: pack?.rule ?? null, banks };
  },
});
