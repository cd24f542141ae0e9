/**
 * The first of two persons finds: exempt, reduced or liable. Only on a complete file, never by who
 * made the loan, and it holds only when a second person confirms it.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import { exemptionRefusals as no } from '../agreement-refusals.ts';
import { FileChanged, changed, fileToChange, stepBy } from '../exemption-change.ts';
import { findings, refuseFinding, refuseMaker } from '../rules/exemption.ts';
import { itemsOf, makersOf, saveFile } from '../store-exemptions.ts';

export const findExemption = operation({
  name: 'credit.find-exemption',
  title: { zh: '尽职免责认定', en: 'Find on an exemption file' },
  permission: 'credit:exemption-find',
  versioned: true,
  input: z.strictObject({
    fileId: IdInput('exf'),
    finding: z.enum(findings),
    reason: ReasonInput,
  }),
  output: FileChanged.extend({ finding: z.enum(findings) }),
  async run(context, item) {
    const { tx, emit } = context;
    const { finding, reason } = item.input;
    const { actor } = item;
    const file = await fileToChange(context, item);
    if (file.state !== 'OPEN') throw new Failure(no['exemption-found'], { state: file.state });
    const refusal =
      refuseMaker(actor, await makersOf(tx, file.drawdownId)) ??
      refuseFinding(finding, await itemsOf(tx, file));
    if (refusal) throw refusal;
    const finder = { userId: actor.userId, personId: actor.personId };
    const step = stepBy(context, item, { step: 'FOUND', reason });
    const after = await saveFile(tx, { ...file, state: 'FOUND', finding, finder }, step);
    const { zoneId, ownerId, id: subjectId, drawdownId } = file;
    const payload = { drawdownId, finding, reason };
    emit(item, { name: 'credit.exemption-found', zoneId, ownerId, subjectId, payload });
    return { ...changed(after), finding };
  },
});
