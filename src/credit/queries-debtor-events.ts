/** The read side of events of debtors: those in force and those that were lifted. */
import { z } from 'zod';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { DayText, FlagFilter, IdInput, IdText, listOf, pageShape } from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import { debtorEventKinds } from './store-debtor-events.ts';

const DebtorEventRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  enterpriseId: IdText,
  kind: z.enum(debtorEventKinds),
  from: DayText,
  liftedOn: DayText.nullable(),
  evidence: z.string(),
  reason: z.string(),
  liftedReason: z.string().nullable(),
  operationId: IdText,
});
type Row = z.output<typeof DebtorEventRow>;

export const listDebtorEvents = query({
  name: 'credit.list-debtor-events',
  title: { zh: '债务人风险事件', en: 'Events of debtors' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    enterpriseId: IdInput('ent').optional(),
    /** Whether it is lifted. */
    lifted: FlagFilter,
    ...pageShape,
  }),
  output: listOf(DebtorEventRow),
  run: async ({ tx }, { zoneId, enterpriseId, lifted, ...place }) => {
    const rows = sql('credit_debtor_events').select('id', 'kind', 'evidence', 'reason', {
      zoneId: 'zone_id',
      bankId: 'owner_id',
      enterpriseId: 'enterprise_id',
      from: 'from_on',
      liftedOn: 'lifted_on',
      liftedReason: 'lifted_reason',
      operationId: 'operation_id',
    });
    if (zoneId !== undefined) void rows.where('zone_id', zoneId);
    if (enterpriseId !== undefined) void rows.where('enterprise_id', enterpriseId);
    if (lifted !== undefined) {
      void rows.whereRaw('(lifted_on is not null) = ?', [lifted === 'true']);
    }
    return pageOf<Row>(tx, rows, place);
  },
});
