/** Somebody took note of an incident (确认): from here on it is his. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import {
  IncidentChanged,
  incidentShape,
  incidentToChange,
  moveIncident,
} from '../incident-change.ts';

export const acknowledgeIncident = operation({
  name: 'limits.acknowledge-incident',
  title: { zh: '确认超限或预警', en: 'Acknowledge an incident' },
  permission: 'limits:manage',
  versioned: true,
  input: z.strictObject(incidentShape),
  output: IncidentChanged,
  async run(context, item) {
    const to = { step: 'acknowledged', state: 'ACKNOWLEDGED' } as const;
    const { incident } = await incidentToChange(context, item, to.state);
    return moveIncident(context, item, incident, to);
  },
});
