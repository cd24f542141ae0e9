/** The register of enrolled loans (入库贷款台账): a bank sees its own, the zone sees all. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { query } from '../../platform/operation.ts';
import { pageOf } from '../../platform/page.ts';
import { DayText, IdInput, IdText, listOf, MoneyText, pageShape } from '../../platform/schemas.ts';
import { sql } from '../../platform/sql.ts';
import type { History } from './history.ts';
import { historyOf, historyShape } from './history.ts';

const State = z.enum(['REGISTERED', 'ABNORMAL', 'CLAIMED', 'COMPENSATED', 'CLOSED']);

const Row = z.object({
  id: IdText,
  poolId: IdText,
  zoneId: IdText,
  bankId: IdText,
  drawdownId: IdText,
  enterpriseId: IdText,
  loanAmount: MoneyText,
  outstanding: MoneyText,
  enrolledOn: DayText,
  flags: z.array(z.string()),
  state: State,
  defaultedOn: DayText.nullable(),
  version: z.number().int(),
});

const terms = `e.id, e.pool_id as "poolId", e.zone_id as "zoneId", e.owner_id as "bankId",
  e.drawdown_id as "drawdownId", e.enterprise_id as "enterpriseId",
  e.loan_amount as "loanAmount", e.enrolled_on as "enrolledOn", e.flags, e.version::int`;

function enrolmentRows(history: History | undefined): Knex.QueryBuilder {
  const rows = sql.from('risk_pool_enrolments as e');
  if (history === undefined) {
    const now = 'e.outstanding, e.state, e.defaulted_on as "defaultedOn"';
    return rows.select(sql.raw(`${terms}, ${now}`));
  }
  const changes = sql
    .from('risk_pool_movements')
    .select(
      'enrolment_id',
      sql.raw('sum(outstanding)::numeric(20,2) as outstanding'),
      sql.raw('(array_agg(state order by value_on desc, seq desc))[1] as state'),
    )
    .where('value_on', '<=', history.day)
    .groupBy('enrolment_id');
  if (history.knownAt !== null) changes.where('recorded_at', '<=', history.knownAt);
  const then = `h.outstanding, h.state, case when e.defaulted_on <= ?::date then e.defaulted_on end
    as "defaultedOn"`;
  return rows
    .select(sql.raw(`${terms}, ${then}`, [history.day]))
    .join(changes.as('h'), 'h.enrolment_id', 'e.id');
}

export const listEnrolments = query({
  name: 'risk-pool.list-enrolments',
  title: { zh: '入库贷款列表', en: 'Enrolled loans' },
  permission: 'pool:read',
  input: z.strictObject({
    poolId: IdInput('pool').optional(),
    bankId: IdInput('org').optional(),
    enterpriseId: IdInput('ent').optional(),
    drawdownId: IdInput('draw').optional(),
    state: State.optional(),
    ...historyShape,
    ...pageShape,
  }),
  output: listOf(Row),
  async run({ tx, today }, { asOf, knownAt, state, ...rest }) {
    const { poolId, bankId, enterpriseId, drawdownId, ...place } = rest;
    const history = historyOf({ asOf, knownAt }, today);
    const rows = enrolmentRows(history);
    if (poolId !== undefined) rows.where('e.pool_id', poolId);
    if (bankId !== undefined) rows.where('e.owner_id', bankId);
    if (enterpriseId !== undefined) rows.where('e.enterprise_id', enterpriseId);
    if (drawdownId !== undefined) rows.where('e.drawdown_id', drawdownId);
    if (state !== undefined) rows.where(history === undefined ? 'e.state' : 'h.state', state);
    return pageOf<z.output<typeof Row>>(tx, rows, place);
  },
});
