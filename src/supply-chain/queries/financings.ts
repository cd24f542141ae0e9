/**
 * Financings as of any day, and as they were known at any instant: the rows behind every figure of
 * the supply chain's exposure. Undue is due on that day or later; overdue was due before it.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure } from '../../kernel/index.ts';
import { query } from '../../platform/operation.ts';
import { pageOf } from '../../platform/page.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  InstantInput,
  MoneyText,
  listOf,
  pageShape,
} from '../../platform/schemas.ts';
import { sql } from '../../platform/sql.ts';
import { supplyChainRefusals as no } from '../refusals.ts';

const State = z.enum(['OPEN', 'OVERDUE', 'REPAID']);

const FinancingRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  programmeId: IdText,
  coreEnterpriseId: IdText,
  certificateId: IdText,
  holderId: IdText,
  tier: z.number().int(),
  face: MoneyText,
  rateAnnual: z.string(),
  days: z.number().int(),
  interest: MoneyText,
  net: MoneyText,
  valueOn: DayText,
  dueOn: DayText,
  settledOn: DayText.nullable(),
  reviewOpinion: z.string().nullable(),
  state: State,
  version: z.number().int(),
});
type FinancingRow = z.output<typeof FinancingRow>;

interface Moment {
  readonly asOf: Day;
  /** An instant as text, or `infinity`. */
  readonly knownAt: string;
}

function financingRows({ asOf, knownAt }: Moment) {
  const settled = 'f.settled_on <= ?::date and f.settled_at <= ?::timestamptz';
  return sql('supply_chain_financings as f')
    .join('supply_chain_programmes as p', 'p.id', 'f.programme_id')
    .join('supply_chain_certificates as c', 'c.id', 'f.certificate_id')
    .whereRaw('f.value_on <= ?::date and f.recorded_at <= ?::timestamptz', [asOf, knownAt])
    .select('f.id', 'f.tier', 'f.face', 'f.days', 'f.interest', 'f.net', {
      zoneId: 'f.zone_id',
      bankId: 'f.owner_id',
      programmeId: 'f.programme_id',
      coreEnterpriseId: 'p.core_enterprise_id',
      certificateId: 'f.certificate_id',
      holderId: 'c.holder_id',
      valueOn: 'f.value_on',
      dueOn: 'f.due_on',
      reviewOpinion: 'f.review_opinion',
    })
    .select(
      sql.raw('trim_scale(f.rate_annual) as "rateAnnual"'),
      sql.raw(`case when ${settled} then f.settled_on end as "settledOn"`, [asOf, knownAt]),
      sql.raw(
        `case when ${settled} then 'REPAID' when f.due_on < ?::date then 'OVERDUE' else 'OPEN' end
         as state`,
        [asOf, knownAt, asOf],
      ),
      sql.raw('f.version::int as version'),
    );
}

export const listFinancings = query({
  name: 'supply-chain.list-financings',
  title: { zh: '凭证融资台账', en: 'Financings' },
  permission: 'chain:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    bankId: IdInput('org').optional(),
    programmeId: IdInput('prog').optional(),
    coreEnterpriseId: IdInput('ent').optional(),
    certificateId: IdInput('cert').optional(),
    tier: z.coerce.number().int().min(1).max(10).optional(),
    state: State.optional(),
    asOf: DayInput.optional(),
    knownAt: InstantInput.optional(),
    ...pageShape,
  }),
  output: listOf(FinancingRow),
  run: ({ tx, today }, { asOf = today, knownAt = 'infinity', ...input }) => {
    const { zoneId, bankId, programmeId, coreEnterpriseId, certificateId, tier, state } = input;
    const rows = financingRows({ asOf, knownAt });
    if (zoneId !== undefined) void rows.where('f.zone_id', zoneId);
    if (bankId !== undefined) void rows.where('f.owner_id', bankId);
    if (programmeId !== undefined) void rows.where('f.programme_id', programmeId);
    if (coreEnterpriseId !== undefined) void rows.where('p.core_enterprise_id', coreEnterpriseId);
    if (certificateId !== undefined) void rows.where('f.certificate_id', certificateId);
    if (tier !== undefined) void rows.where('f.tier', tier);
    const dated = sql.select('*').from(rows.as('dated'));
    if (state !== undefined) void dated.where('state', state);
    return pageOf<FinancingRow>(tx, dated, input);
  },
});

export const showFinancing = query({
  name: 'supply-chain.show-financing',
  title: { zh: '凭证融资详情', en: 'Financing' },
  permission: 'chain:read',
  input: z.strictObject({ financingId: IdInput('fin') }),
  output: FinancingRow,
  async run({ tx, today }, { financingId }) {
    const rows = financingRows({ asOf: today, knownAt: 'infinity' }).where('f.id', financingId);
    const [row] = await tx.built<FinancingRow>(rows);
    if (!row) throw new Failure(no['financing-missing'], { financingId });
    return row;
  },
});
