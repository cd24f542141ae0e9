/**
 * Writes down a figure that a published document states about a zone (登记报道数据). It decides
 * nothing.
 */
import { z } from 'zod';
import { Failure, newId, sentence } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { AmountInput, DayInput, IdInput, IdText, TextInput } from '../../platform/schemas.ts';
import { partyRefusals as no } from '../refusals.ts';
import { addReportedFigure, qualifiers, reportedMeasures, sumChecks } from '../reported-figures.ts';
import { officeOf, zonesInScope } from '../store.ts';

const input = z
  .strictObject({
    zoneId: IdInput('zone'),
    subject: TextInput(120),
    measure: z.enum(reportedMeasures),
    value: AmountInput,
    unit: TextInput(20),
    qualifier: z.enum(qualifiers).optional(),
    source: TextInput(300),
    reportedOn: DayInput.optional(),
    /** What the document says about time where it names no day. */
    period: TextInput(120).optional(),
    evidence: TextInput(20).default('[S]'),
    note: TextInput(300).optional(),
    otherHalf: TextInput(80).optional(),
    generatedSumCheck: z.enum(sumChecks).optional(),
  })
  .refine((one) => one.reportedOn !== undefined || one.period !== undefined, {
    path: ['reportedOn'],
    message: sentence('数据须有日期或期间', 'a figure has a day or a period'),
  });

export const recordReportedFigure = operation({
  name: 'parties.record-reported-figure',
  title: { zh: '登记报道数据', en: 'Record a reported figure' },
  permission: 'parties:manage',
  input,
  output: z.object({ figureId: IdText }),
  async run(context, item) {
    const { tx, now } = context;
    const { zoneId, subject, measure } = item.input;
    if ((await zonesInScope(tx, zoneId)).length === 0) {
      throw new Failure(no['zone-missing'], { zoneId });
    }
    context.concern(item, zoneId);
    const figure = { ...item.input, id: newId('figure'), ownerId: await officeOf(tx, zoneId) };
    const { operationId } = item;
    if (!(await addReportedFigure(tx, figure, { now, operationId }))) {
      throw new Failure(no['figure-exists'], { zoneId, subject, measure });
    }
    return { figureId: figure.id };
  },
});
