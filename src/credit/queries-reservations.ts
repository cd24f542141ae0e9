/**
 * What is held of lines (额度预占). Whether a reservation still holds is told at the instant of the
 * question: one whose time has come is EXPIRED, whatever the job of the night has tidied up.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { limitRefusals } from '../limits/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { IdInput, IdText, InstantText, MoneyText, listOf, pageShape } from '../platform/schemas.ts';
import { having, sql } from '../platform/sql.ts';

const states = ['PENDING', 'POSTED', 'RELEASED', 'EXPIRED'] as const;

const ReservationRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  lineId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  product: z.string(),
  nodeId: IdText,
  amount: MoneyText,
  used: MoneyText,
  /** What it still keeps from others. */
  held: MoneyText,
  state: z.enum(states),
  expiresAt: InstantText,
  tenorDays: z.int().nullable(),
  purpose: z.string(),
  madeAt: InstantText,
  resolvedAt: InstantText.nullable(),
  /** Null: nobody's account made it, or one that is not in sight. */
  makerName: z.string().nullable(),
  version: z.int(),
});

type Instants = 'expiresAt' | 'madeAt' | 'resolvedAt';
interface Row extends Omit<z.output<typeof ReservationRow>, Instants> {
  readonly expiresAt: Date;
  readonly madeAt: Date;
  readonly resolvedAt: Date | null;
}

/** An entry of the log bears the instant of its transaction: it is found without a scan. */
const makerName = `(select u.name from limits_movements m
  join platform_operations o on o.recorded_at = r.made_at and o.id = m.operation_id
  join identity_users_v u on u.id = o.actor_id
  where m.node_id = r.node_id and m.reservation_id = r.id and m.kind = 'reserve' limit 1)`;

function reservations(now: Date) {
  const expired = `r.state = 'PENDING' and r.expires_at <= ?`;
  const rows = sql('limits_reservations as r')
    .join('credit_lines as l', 'l.node_id', 'r.node_id')
    .join('parties_enterprises as e', 'e.id', 'l.enterprise_id')
    .select('r.id', 'r.amount', 'r.used', 'r.purpose', 'l.product', {
      zoneId: 'r.zone_id',
      bankId: 'r.owner_id',
      lineId: 'l.id',
      enterpriseId: 'l.enterprise_id',
      enterpriseName: 'e.name',
      nodeId: 'r.node_id',
      expiresAt: 'r.expires_at',
      tenorDays: 'r.tenor_days',
      madeAt: 'r.made_at',
      resolvedAt: 'r.resolved_at',
    })
    .select(
      sql.raw(`case when ${expired} then 'EXPIRED' else r.state end as state`, [now]),
      sql.raw(
        `case when r.state = 'PENDING' and r.expires_at > ? then r.amount - r.used
           else 0 end::numeric(20,2) as held`,
        [now],
      ),
      sql.raw(`${makerName} as "makerName"`),
      sql.raw('r.version::int as version'),
    );
  return sql.select('*').from(rows.as('reservations'));
}

const shown = ({ expiresAt, madeAt, resolvedAt, ...row }: Row) => ({
  ...row,
  expiresAt: expiresAt.toISOString(),
  madeAt: madeAt.toISOString(),
  resolvedAt: resolvedAt?.toISOString() ?? null,
});

export const listReservations = query({
  name: 'credit.list-reservations',
  title: { zh: '额度预占台账', en: 'Reservations' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    lineId: IdInput('line').optional(),
    enterpriseId: IdInput('ent').optional(),
    state: z.enum(states).optional(),
    ...pageShape,
  }),
  output: listOf(ReservationRow),
  async run({ tx, now }, { zoneId, lineId, enterpriseId, state, ...place }) {
    const rows = having(reservations(now), { zoneId, lineId, enterpriseId, state });
    const page = await pageOf<Row>(tx, rows, place, { descending: true });
    return { ...page, items: page.items.map(shown) };
  },
});

export const showReservation = query({
  name: 'credit.show-reservation',
  title: { zh: '额度预占详情', en: 'A reservation' },
  permission: 'credit:read',
  input: z.strictObject({ reservationId: IdInput('rsv') }),
  output: ReservationRow,
  async run({ tx, now }, { reservationId }) {
    const [row] = await tx.built<Row>(reservations(now).where({ id: reservationId }));
    if (!row) throw new Failure(limitRefusals['reservation-missing'], { reservationId });
    return shown(row);
  },
});
