/**
 * Early warnings as they were told (预警事件): loans that became overdue, end soon, changed their
 * class or were misused, ratios that fell short, limits that were passed or end, claims that a fuse
 * suspended, fees that could not be billed. Each is a row of the outbox, seen
 * by whose book it is and by the zone; what is confidential to a bank is not among them. A list to
 * be read, newest first, and no feed: what commits late may stand below what was read before.
 */
import { z } from 'zod';
import { limitNames } from '../limits/index.ts';
import { readNames } from '../platform/names.ts';
import type { Actor } from '../platform/operation.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { DayInput, IdInput, IdText, InstantText, listOf, pageShape } from '../platform/schemas.ts';
import { having, sql } from '../platform/sql.ts';
import { poolNames } from '../risk-pool/index.ts';
import { creditNames } from './names.ts';

/** As in the partial index of the events: a name that is added here needs a new index. */
export const warnings = [
  'credit.commitment-fee-not-billed',
  'credit.loan-defaulted',
  'credit.loan-ending',
  'credit.loan-overdue',
  'credit.loan-reclassified',
  'credit.misuse-recorded',
  'credit.repricing-refused',
  'credit.review-raised',
  'credit.risk-ratio-fell-short',
  'limits.node-expired',
  'limits.node-expiring',
  'limits.incident-opened',
  'limits.incident-resolved',
  'limits.incident-worsened',
  'risk-pool.claim-suspended',
] as const;

/** Who may not read a pool hears nothing of its claims. */
const warningsFor = ({ permissions }: Actor): readonly string[] =>
  warnings.filter((name) => !name.startsWith('risk-pool.') || permissions.has('pool:read'));

const EventRow = z.object({
  id: IdText,
  name: z.enum(warnings),
  zoneId: IdText,
  ownerId: IdText,
  /** The loan, line, limit, incident, claim, review or report that it tells of. */
  subjectId: IdText,
  /** Of a limit its name, of a risk report bank and day, of all else whose it is. */
  subjectName: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()),
  recordedAt: InstantText,
});

type Row = Omit<z.output<typeof EventRow>, 'recordedAt' | 'subjectName'> & {
  readonly recordedAt: Date;
};

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
  async run({ tx, actor }, { zoneId, name, since, ...place }) {
    const rows = having(
      sql('platform_events as v')
        .select('v.id', 'v.name', 'v.payload', {
          zoneId: 'v.zone_id',
          ownerId: 'v.owner_id',
          subjectId: 'v.subject_id',
          recordedAt: 'v.recorded_at',
        })
        .whereIn('v.name', [...warningsFor(actor)]),
      { 'v.zone_id': zoneId, 'v.name': name },
    );
    if (since !== undefined) {
      void rows.where('v.recorded_at', '>=', `${since}T00:00:00+08:00`);
    }
    const page = await pageOf<Row>(tx, rows, place, { descending: true });
    const named = await readNames(
      tx,
      page.items.map((row) => row.subjectId),
      { ...limitNames, ...poolNames, ...creditNames },
    );
    const items = page.items.map(({ recordedAt, ...row }) => ({
      ...row,
      subjectName: named.get(row.subjectId) ?? null,
      recordedAt: recordedAt.toISOString(),
    }));
    return { ...page, items };
  },
});
