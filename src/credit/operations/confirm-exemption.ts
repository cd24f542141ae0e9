/**
 * The second person confirms a finding, or returns the file with a reason; neither the finder nor
 * who made the loan. A confirmed file is closed for good.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import { exemptionRefusals as no } from '../agreement-refusals.ts';
import { FileChanged, changed, fileToChange, stepBy } from '../exemption-change.ts';
import { findings, refuseFinder, refuseMaker } from '../rules/exemption.ts';
import { makersOf, saveFile } from '../store-exemptions.ts';

export const confirmExemption = operation({
  name: 'credit.confirm-exemption',
  title: { zh: '确认尽职免责认定', en: 'Confirm the finding on an exemption file' },
  permission: 'credit:exemption-confirm',
  versioned: true,
  input: z.strictObject({
    fileId: IdInput('exf'),
    decision: z.enum(['confirm', 'return']),
    reason: ReasonInput,
  }),
  output: FileChanged.extend({ finding: z.enum(findings).nullable() }),
  async run(context, item) {
    const { tx, emit } = context;
    const { decision, reason } = item.input;
    const { userId, personId } = item.actor;
    const file = await fileToChange(context, item);
    if (file.state !== 'FOUND' || !file.finder) {
      throw new Failure(no['exemption-not-found'], { state: file.state });
    }
    const refusal =
      refuseMaker(item.actor, await makersOf(tx, file.drawdownId)) ??
      refuseFinder(item.actor, file.finder);
    if (refusal) throw refusal;
    const confirmed = decision === 'confirm';
    const next = confirmed
      ? { ...file, state: 'CONFIRMED' as const, confirmer: { userId, personId } }
      : { ...file, state: 'OPEN' as const, finding: null, finder: null };
    const step = stepBy(context, item, { step: confirmed ? 'CONFIRMED' : 'RETURNED', reason });
    const after = await saveFile(tx, next, step);
    const { zoneId, ownerId, id: subjectId, drawdownId, finding } = file;
    const name = confirmed ? 'credit.exemption-confirmed' : 'credit.exemption-returned';
    const payload = { drawdownId, finding, reason };
    emit(item, { name, zoneId, ownerId, subjectId, payload });
    return { ...changed(after), finding: after.finding };
  },
});
