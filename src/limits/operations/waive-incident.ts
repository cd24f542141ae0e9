/**
 * Lets an incident stand until a day (豁免), always by two persons, for the size that it has. When it
 * grows, or the day is over and it still stands, it is open again.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, DayText, MoneyText } from '../../platform/schemas.ts';
import {
  IncidentChanged,
  incidentShape,
  incidentToChange,
  moveIncident,
} from '../incident-change.ts';
import { limitRefusals as no } from '../refusals.ts';

export const waiveIncident = operation({
  name: 'limits.waive-incident',
  title: { zh: '豁免超限或预警', en: 'Waive an incident' },
  permission: 'limits:manage',
  approval: { always: true, permission: 'limits:approve' },
  versioned: true,
  input: z.strictObject({
    ...incidentShape,
    /** The last day of the waiver. */
    until: DayInput,
  }),
  output: IncidentChanged.extend({ waivedSize: MoneyText, waivedUntil: DayText }),
  async run(context, item) {
    const { until } = item.input;
    const { incident } = await incidentToChange(context, item, 'WAIVED');
    if (until < context.today) {
      const { id: incidentId } = incident;
      throw new Failure(no['waiver-ended'], { incidentId, until, today: context.today });
    }
    const { size: waivedSize } = incident;
    const waiver = { waivedSize, waivedUntil: until };
    const to = { ...waiver, step: 'waived', state: 'WAIVED' } as const;
    const moved = moveIncident(context, item, incident, to);
    return { ...moved, waivedSize: waivedSize.toString(), waivedUntil: until };
  },
});
