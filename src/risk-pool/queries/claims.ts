/** Claims (补偿申请): the list, and one claim with every step of its computation. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { readNames } from '../../platform/names.ts';
import { query } from '../../platform/operation.ts';
import { pageOf } from '../../platform/page.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  listOf,
  MoneyText,
  pageShape,
} from '../../platform/schemas.ts';
import { sql } from '../../platform/sql.ts';
import type { Tx } from '../../platform/transaction.ts';
import { poolNames } from '../names.ts';
import { poolRefusals as no } from '../refusals.ts';
import { capNames } from '../rules/claim.ts';

export const State = z.enum([
  'CLAIM_FILED',
  'UNDER_REVIEW',
  'APPROVED',
  'REJECTED',
  'SUSPENDED_FUSE',
  'PAID',
]);

const Row = z.object({
  id: IdText,
  enrolmentId: IdText,
  poolId: IdText,
  zoneId: IdText,
  bankId: IdText,
  enterpriseId: IdText,
  principalLoss: MoneyText,
  recoveredBefore: MoneyText,
  base: MoneyText,
  raw: MoneyText,
  compensation: MoneyText,
  bound: z.enum(capNames).nullable(),
  packId: IdText,
  packVersion: z.number().int(),
  claimedOn: DayText,
  state: State,
  suspendedOn: DayText.nullable(),
  decidedOn: DayText.nullable(),
  decidedBy: IdText.nullable(),
  reason: z.string().nullable(),
  version: z.number().int(),
});

const Shown = Row.extend({ enterpriseName: z.string().nullable() });

/** The claims with the names of their firms, as far as their reader may see these. */
async function named<R extends { readonly id: string }>(tx: Tx, rows: readonly R[]) {
  const names = await readNames(
    tx,
    rows.map(({ id }) => id),
    poolNames,
  );
  return rows.map((row) => ({ ...row, enterpriseName: names.get(row.id) ?? null }));
}

const Step = z.object({
  rule: z.string(),
  clause: z.string().nullable(),
  evidence: z.string().nullable(),
  inputs: z.record(z.string(), z.unknown()),
  formula: z.string(),
  result: z.string(),
  bound: z.enum(capNames).nullable(),
  rounding: z.literal('half-up').nullable(),
});

const terms = `id, enrolment_id as "enrolmentId", pool_id as "poolId", zone_id as "zoneId",
  owner_id as "bankId", enterprise_id as "enterpriseId", principal_loss as "principalLoss",
  recovered_before as "recoveredBefore", base, raw, compensation, bound, pack_id as "packId",
  pack_version::int as "packVersion", claimed_on as "claimedOn", version::int`;

const stateNow = `state, suspended_on as "suspendedOn", decided_on as "decidedOn",
  decided_by as "decidedBy", reason`;

/**
 * A review that is pending has no day of its own: on a past day the claim was filed, or suspended.
 */
const stateThen = `case when decided_on <= :day::date then state
    when suspended_on <= :day::date then 'SUSPENDED_FUSE' else 'CLAIM_FILED' end as state,
  case when suspended_on <= :day::date then suspended_on end as "suspendedOn",
  case when decided_on <= :day::date then decided_on end as "decidedOn",
  case when decided_on <= :day::date then decided_by end as "decidedBy",
  case when decided_on <= :day::date then reason end as reason`;

export const listClaims = query({
  name: 'risk-pool.list-claims',
  title: { zh: '补偿申请列表', en: 'Claims' },
  permission: 'pool:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    poolId: IdInput('pool').optional(),
    bankId: IdInput('org').optional(),
    enrolmentId: IdInput('enrol').optional(),
    state: State.optional(),
    asOf: DayInput.optional(),
    ...pageShape,
  }),
  output: listOf(Shown),
  async run({ tx, today }, { zoneId, poolId, bankId, enrolmentId, state, asOf, ...place }) {
    const rows = sql.from('risk_pool_claims');
    if (asOf === undefined || asOf >= today) rows.select(sql.raw(`${terms}, ${stateNow}`));
    else {
      rows.select(sql.raw(`${terms}, ${stateThen}`, { day: asOf }));
      rows.where('claimed_on', '<=', asOf);
    }
    if (zoneId !== undefined) rows.where('zone_id', zoneId);
    if (poolId !== undefined) rows.where('pool_id', poolId);
    if (bankId !== undefined) rows.where('owner_id', bankId);
    if (enrolmentId !== undefined) rows.where('enrolment_id', enrolmentId);
    const chosen = sql.from(rows.as('claims')).select('*');
    if (state !== undefined) chosen.where({ state });
    const page = await pageOf<z.output<typeof Row>>(tx, chosen, place);
    return { ...page, items: await named(tx, page.items) };
  },
});

export const showClaim = query({
  name: 'risk-pool.show-claim',
  title: { zh: '补偿申请', en: 'A claim' },
  permission: 'pool:read',
  input: z.strictObject({ claimId: IdInput('claim') }),
  output: Shown.extend({ steps: z.array(Step) }),
  async run({ tx }, { claimId }) {
    const one = sql
      .from('risk_pool_claims')
      .select(sql.raw(`${terms}, ${stateNow}, steps`))
      .where('id', claimId);
    type Kept = z.output<typeof Row> & { steps: z.output<typeof Step>[] };
    const [row] = await named(tx, await tx.built<Kept>(one));
    if (!row) throw new Failure(no['claim-missing'], { claimId });
    return row;
  },
});
