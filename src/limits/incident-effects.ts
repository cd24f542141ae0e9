/**
 * What an operation did to incidents: which it opened, worsened, eased, closed or walked on, and
 * how they stood before. The steps are kept, so what was before needs no second look.
 */
import type { EffectReader } from '../platform/trial.ts';
import { statement } from '../platform/transaction.ts';

const selectStepped = statement(
  'limits.select-incidents-stepped-by',
  `select i.id as "incidentId", i.node_id as "nodeId", n.name, n.kind, n.enforcement, i.cause,
     s.step, s.severity, s.state, s.size, s.bound, s.used, s.reserved, s.rule,
     b.severity as "severityBefore", b.state as "stateBefore", b.size as "sizeBefore"
   from limits_incident_steps s
     join limits_incidents i on i.id = s.incident_id
     join limits_nodes n on n.id = i.node_id
     left join limits_incident_steps b
       on b.incident_id = s.incident_id and b.version = s.version - 1
   where s.operation_id = $1 and s.made_at = $2::timestamptz
   order by n.depth desc, n.id, i.cause, s.version`,
);

export const incidentEffects: EffectReader = {
  name: 'incidents',
  async read(tx, { operationId, now }) {
    const stepped = await tx.rows(selectStepped, [operationId, now.toISOString()]);
    return () => Promise.resolve(stepped);
  },
};
