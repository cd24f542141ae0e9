/**
 * What insight reads: published views of the modules below, always up to a day and, when asked, as
 * known at an instant. Each statement takes ($1 day, $2 instant or null, $3 zone or null).
 */
import type { Day } from '../kernel/index.ts';
import { Money } from '../kernel/index.ts';
import { enterprisesById, officeOf, organisationsById } from '../parties/index.ts';
import type { Statement, Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Qualifier, Question } from './model.ts';
import type { Financing, Programme } from './rules/exposure.ts';
import type {
  FundFact,
  Mother,
  Pool,
  PoolFact,
  PoolFacts,
  ReportedHalf,
} from './rules/leverage.ts';

const inTime = 'value_on <= $1::date and ($2::timestamptz is null or recorded_at <= $2)';
const inZone = '($3::text is null or zone_id = $3)';

function ask<R>(tx: Tx, question: Question, text: Statement): Promise<R[]> {
  const { asOf, knownAt, zoneId } = question;
  return tx.rows<R>(text, [asOf, knownAt?.toISOString() ?? null, zoneId ?? null]);
}

type Amounts<T, K extends keyof T> = Omit<T, K> & { readonly [A in K]: string };

const selectMothers = statement(
  'insight.select-mothers',
  `select fund_id as id, zone_id as "zoneId", owner_id as "ownerId", name, generated
   from funds_funds_v
   where kind = 'MOTHER' and established_on <= $1::date
     and ($2::timestamptz is null or recorded_at <= $2) and ${inZone}
   order by zone_id, fund_id`,
);

export const mothersOf = (tx: Tx, question: Question): Promise<Mother[]> =>
  ask<Mother>(tx, question, selectMothers);

// Only the money of funds that have a fund among their partners: the others are nobody's sub-fund.
const selectFundFacts = statement(
  'insight.select-fund-facts',
  `select fact_id as "factId", zone_id as "zoneId", fund_id as "fundId", fund_name as "fundName",
     partner_fund_id as "partnerFundId", measure, amount, value_on as "valueOn"
   from funds_contributions_v
   where measure in ('committed', 'paid-in') and ${inTime} and ${inZone}
     and fund_id in (select fund_id from funds_contributions_v where partner_fund_id is not null)
   order by fund_id, value_on, fact_id`,
);

export async function fundFactsOf(tx: Tx, question: Question): Promise<FundFact[]> {
  const rows = await ask<Amounts<FundFact, 'amount'>>(tx, question, selectFundFacts);
  return rows.map((row) => ({ ...row, amount: Money.of(row.amount) }));
}

const selectPools = statement(
  'insight.select-pools',
  `select pool_id as id, zone_id as "zoneId", owner_id as "ownerId", name, scheme, generated
   from insight_pools_v
   where opened_on <= $1::date and $2::timestamptz is not distinct from $2 and ${inZone}
   order by zone_id, pool_id`,
);
const selectContributions = statement(
  'insight.select-pool-contributions',
  `select pool_id as "poolId", pool_id || '/' || value_on as id, sum(contributed) as amount,
     value_on as "valueOn"
   from risk_pool_balances_v where ${inTime} and ${inZone}
   group by pool_id, value_on having sum(contributed) <> 0 order by pool_id, value_on`,
);
const selectPayments = statement(
  'insight.select-pool-payments',
  `select pool_id as "poolId", claim_id as id, sum(paid) as amount, max(value_on) as "valueOn"
   from risk_pool_enrolments_v where ${inTime} and ${inZone}
   group by pool_id, claim_id having sum(paid) <> 0 order by pool_id, claim_id`,
);
const selectLoans = statement(
  'insight.select-pool-loans',
  `select pool_id as "poolId", enrolment_id as id, sum(outstanding) as amount,
     max(value_on) as "valueOn"
   from risk_pool_enrolments_v where ${inTime} and ${inZone}
   group by pool_id, enrolment_id having sum(outstanding) <> 0 order by pool_id, enrolment_id`,
);

export const poolsOf = (tx: Tx, question: Question): Promise<Pool[]> =>
  ask<Pool>(tx, question, selectPools);

export async function poolFactsOf(tx: Tx, question: Question): Promise<PoolFacts> {
  const facts = async (text: Statement): Promise<PoolFact[]> =>
    (await ask<Amounts<PoolFact, 'amount'>>(tx, question, text)).map((row) => ({
      ...row,
      amount: Money.of(row.amount),
    }));
  return {
    contributions: await facts(selectContributions),
    payments: await facts(selectPayments),
    loans: await facts(selectLoans),
  };
}

// Of the reported figures those that would be one half of a leverage, and say that the other is
// missing.
const selectReported = statement(
  'insight.select-reported',
  `select id, zone_id as "zoneId", subject, measure, value, qualifier, source,
     reported_on as "reportedOn", other_half as "otherHalf"
   from parties_reported_figures_v
   where measure in ('leverage', 'fund_size', 'approved_limit') and other_half is not null
     and (reported_on is null or reported_on <= $1::date)
     and $2::timestamptz is not distinct from $2 and ${inZone}
   order by zone_id, id`,
);

export async function reportedHalvesOf(tx: Tx, question: Question): Promise<ReportedHalf[]> {
  type Row = Amounts<Omit<ReportedHalf, 'ownerId'>, 'value'> & { qualifier: Qualifier | null };
  const rows = await ask<Row>(tx, question, selectReported);
  const offices = new Map<string, string>();
  for (const zoneId of new Set(rows.map((row) => row.zoneId))) {
    // A zone without an office reports for itself.
    offices.set(zoneId, (await officeOf(tx, zoneId)) ?? zoneId);
  }
  return rows.map((row) => ({
    ...row,
    ownerId: offices.get(row.zoneId) ?? row.zoneId,
    value: Money.of(row.value),
  }));
}

const selectProgrammes = statement(
  'insight.select-programmes',
  `select p.programme_id as id, p.zone_id as "zoneId", p.owner_id as "ownerId", p.name,
     p.core_enterprise_id as "coreEnterpriseId", p.generated, p.expires_on >= $1::date as running,
     l.fact_id as "factId", l.amount, l.value_on as "limitOn"
   from supply_chain_programmes_v p
   left join lateral (
     select fact_id, amount, value_on from insight_limits_v
     where node_id = p.node_id and value_on <= $1::date
       and (recorded_at is null or $2::timestamptz is null or recorded_at <= $2)
     order by value_on desc, recorded_at desc nulls last, fact_id desc limit 1) l on true
   where p.starts_on <= $1::date and ${inZone}
   order by p.zone_id, p.core_enterprise_id, p.owner_id, p.programme_id`,
);

interface ProgrammeRow extends Omit<Programme, 'coreName' | 'bankName' | 'limit'> {
  readonly factId: string | null;
  readonly amount: string | null;
  readonly limitOn: Day | null;
}

export async function programmesOf(tx: Tx, question: Question): Promise<Programme[]> {
  const rows = await ask<ProgrammeRow>(tx, question, selectProgrammes);
  const cores = await enterprisesById(
    tx,
    rows.map((row) => row.coreEnterpriseId),
  );
  const ids = [...new Set(rows.map((row) => row.ownerId))];
  const banks = new Map((await organisationsById(tx, ids)).map(({ id, name }) => [id, name]));
  return rows.map(({ factId, amount, limitOn, ...row }) => ({
    ...row,
    coreName: cores.get(row.coreEnterpriseId)?.name ?? row.coreEnterpriseId,
    bankName: banks.get(row.ownerId) ?? row.ownerId,
    limit:
      factId === null || amount === null || limitOn === null
        ? undefined
        : { factId, amount: Money.of(amount), valueOn: limitOn },
  }));
}

const selectFinancings = statement(
  'insight.select-financings',
  `select financing_id as id, programme_id as "programmeId", tier, face, value_on as "valueOn",
     due_on as "dueOn"
   from supply_chain_exposures_v
   where ${inTime} and ${inZone}
     and (settled_on is null or settled_on > $1::date
       or ($2::timestamptz is not null and settled_at > $2))
   order by programme_id, tier, value_on, financing_id`,
);

export async function financingsOf(tx: Tx, question: Question): Promise<Financing[]> {
  const rows = await ask<Amounts<Financing, 'face'>>(tx, question, selectFinancings);
  return rows.map((row) => ({ ...row, face: Money.of(row.face) }));
}
