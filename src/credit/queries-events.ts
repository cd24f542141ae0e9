/**
 * Early warnings as they were told (预警事件): loans that became overdue, end soon or changed their
 * class, ratios that fell short, limits that were passed or end. Each is a row of the outbox, seen
 * by whose book it is and by the zone; what is confidential to a bank is not among them. A list to
 * be read, newest first, and no feed: what commits late may stand below what was read before.
 */
import { z } from 'zod';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { DayInput, IdInput, IdText, InstantText, listOf, pageShape } from '../platform/schemas.ts';
import { having, sql } from '../platform/sql.ts';

/** As in the partial index of the events: a name that is added here needs a new index. */
const warnings = [
  'credit.loan-defaulted',
  'credit.loan-ending',
  'credit.loan-overdue',
  'credit.loan-reclassified',
  'credit.repricing-refused',
  'credit.review-raised',
  'credit.risk-ratio-fell-short',
  'limits.node-expired',
  'limits.node-expiring',
  'limits.incident-opened',
  'limits.incident-resolved',
  'limits.incident-worsened',
] as const;

const EventRow = z.object({
  id: IdText,
  name: z.enum(warnings),
  zoneId: IdText,
  ownerId: IdText,
  /** The loan, the limit or whatever else it tells of. */
  subjectId: IdText,
  /** Of a loan: whose it is; of a limit: its name. */
  subjectName: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()),
  recordedAt: InstantText,
});

type Row = Omit<z.output<typeof EventRow>, 'recordedAt'> & { readonly recordedAt: Date };

export const listEvents = query({
  name: 'credit.list-events',
  title: { zh: '预警事件', en: 'Early-warning events' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    name: z.enum(warnings).optional(),
    /** Those that were told on this day or later. */
    since: DayInput.optional(),
    ...pageShape,
  }),
  output: listOf(EventRow),
  async run({ tx }, { zoneId, name, since, ...place }) {
    const rows = having(
      sql('platform_events as v')
        .leftJoin('credit_drawdowns as d', 'd.id', 'v.subject_id')
        .leftJoin('parties_enterprises as e', 'e.id', 'd.enterprise_id')
        .leftJoin(
          'limits_nodes as n',
          'n.id',
          sql.raw(`coalesce(v.payload ->> 'nodeId', v.subject_id)`),
        )
        .select('v.id', 'v.name', 'v.payload', {
          zoneId: 'v.zone_id',
          ownerId: 'v.owner_id',
          subjectId: 'v.subject_id',
          recordedAt: 'v.recorded_at',
        })
        .select(sql.raw('coalesce(e.name, n.name) as "subjectName"'))
        .whereIn('v.name', [...warnings]),
      { 'v.zone_id': zoneId, 'v.name': name },
    );
    if (since !== undefined) {
      void rows.where('v.recorded_at', '>=', `${since}T00:00:00+08:00`);
    }
    const page = await pageOf<Row>(tx, rows, place, { descending: true });
    const items = page.items.map(({ recordedAt, ...row }) => ({
      ...row,
      recordedAt: recordedAt.toISOString(),
    }));
    return { ...page, items };
  },
});
