/**
 * Closes an incident by hand (解除), without waiting until the figure is better by the buffer: but
 * what a fresh look still finds stays open, or is waived.
 */
import { z } from 'zod';
import { Money } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import {
  IncidentChanged,
  incidentShape,
  incidentToChange,
  moveIncident,
} from '../incident-change.ts';
import { refuseStanding } from '../rules/incident.ts';
import { freshFinding } from '../watch.ts';

export const resolveIncident = operation({
  name: 'limits.resolve-incident',
  title: { zh: '解除超限或预警', en: 'Resolve an incident' },
  permission: 'limits:manage',
  versioned: true,
  input: z.strictObject(incidentShape),
  output: IncidentChanged,
  async run(context, item) {
    const { incident, node } = await incidentToChange(context, item, 'RESOLVED');
    const by = { now: context.now, scope: item.actor.scope };
    const fresh = await freshFinding(context.tx, node, incident, by);
    const refusal = refuseStanding(incident, fresh);
    if (refusal) throw refusal;
    const { size, bound, used, reserved, rule } = fresh;
    const worstSize = Money.max(incident.worstSize, size);
    const figures = { size, worstSize, bound, used, reserved, rule };
    const to = { step: 'resolved', state: 'RESOLVED', closedOn: context.today } as const;
    return moveIncident(context, item, incident, { ...figures, ...to });
  },
});
