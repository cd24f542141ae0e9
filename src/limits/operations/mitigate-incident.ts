/** What is being done about an incident (处置): repayment, more collateral, a new limit. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import {
  IncidentChanged,
  incidentShape,
  incidentToChange,
  moveIncident,
} from '../incident-change.ts';

export const mitigateIncident = operation({
  name: 'limits.mitigate-incident',
  title: { zh: '处置超限或预警', en: 'Mitigate an incident' },
  permission: 'limits:manage',
  versioned: true,
  input: z.strictObject(incidentShape),
  output: IncidentChanged,
  async run(context, item) {
    const to = { step: 'mitigated', state: 'MITIGATING' } as const;
    const { incident } = await incidentToChange(context, item, to.state);
    return moveIncident(context, item, incident, to);
  },
});
