/**
 * The read side of class corrections (分类更正): those in force and those that fell, with the cause.
 * Findings that an upgrade is earned share its table and stand in the answer of their loan.
 */
import { z } from 'zod';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayText,
  FlagFilter,
  IdInput,
  IdText,
  InstantText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import { reversalCauses } from './store-take-backs.ts';

const CorrectionRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  drawdownId: IdText,
  enterpriseId: IdText,
  /** The first day of the class. */
  since: DayText,
  foundOn: DayText,
  foundAt: InstantText,
  reason: z.string(),
  /** The same for all that were found together. */
  operationId: IdText,
  /** A night has lifted the class by it. */
  served: z.boolean(),
  /** The operation with which it fell; null while it is in force. */
  reversedBy: IdText.nullable(),
  reversalCause: z
    .enum(reversalCauses)
    .nullable()
    .meta({
      description:
        '失效原因：TAKEN_BACK 经人撤销，FACT_TAKEN_BACK 所依据的事实被冲销，' +
        'FELL_TOGETHER 一并认定的更正失效',
    }),
});

const correctionRows = () =>
  sql('credit_upgrade_findings as f')
    .join('credit_drawdowns as d', 'd.id', 'f.drawdown_id')
    .where('f.facts_corrected', true)
    .select('f.id', 'f.reason', {
      zoneId: 'f.zone_id',
      bankId: 'f.owner_id',
      drawdownId: 'f.drawdown_id',
      enterpriseId: 'd.enterprise_id',
      since: 'f.cured_on',
      foundOn: 'f.found_on',
      foundAt: 'f.recorded_at',
      operationId: 'f.operation_id',
      reversedBy: 'f.reversed_by',
      reversalCause: 'f.reversal_cause',
    })
    .select(
      sql.raw(`exists (select from credit_loan_classes k where k.drawdown_id = f.drawdown_id
        and k.classified_on >= f.found_on and k.risk_class in ('NORMAL', 'SPECIAL_MENTION'))
        as served`),
    );

export const listClassCorrections = query({
  name: 'credit.list-class-corrections',
  title: { zh: '分类更正', en: 'Corrections of classes' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    drawdownId: IdInput('draw').optional(),
    /** Whether it is in force no more. */
    fallen: FlagFilter,
    ...pageShape,
  }),
  output: listOf(CorrectionRow),
  run: async ({ tx }, { zoneId, drawdownId, fallen, ...place }) => {
    const rows = correctionRows();
    if (zoneId !== undefined) void rows.where('f.zone_id', zoneId);
    if (drawdownId !== undefined) void rows.where('f.drawdown_id', drawdownId);
    if (fallen !== undefined) {
      void rows.whereRaw('(f.reversed_by is not null) = ?', [fallen === 'true']);
    }
    type Row = Omit<z.output<typeof CorrectionRow>, 'foundAt'> & { readonly foundAt: Date };
    const page = await pageOf<Row>(tx, rows, place);
    const items = page.items.map((row) => ({ ...row, foundAt: row.foundAt.toISOString() }));
    return { ...page, items };
  },
});
