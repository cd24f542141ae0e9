/**
 * Opens a due-diligence file (尽职免责档案) on a bad loan. Its checklist and negative list are those
 * of the day on which it is opened, whatever is published later.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import { exemptionRefusals as no } from '../agreement-refusals.ts';
import { stepBy } from '../exemption-change.ts';
import { creditRefusals } from '../refusals.ts';
import type { DrawdownState } from '../model.ts';
import type { RiskClass } from '../rules/risk-class.ts';
import { isNonPerforming } from '../rules/risk-class.ts';
import type { ExemptionFile } from '../store-exemptions.ts';
import { addFile, itemsOf } from '../store-exemptions.ts';
import { inspectedOf } from '../store-inspections.ts';
import { lockDrawdownsById } from '../store-loans.ts';

/** Defaulted, written off, or owed and non-performing by its class. */
const isBad = (state: DrawdownState, riskClass: RiskClass): boolean =>
  state === 'NPL' ||
  state === 'WRITTEN_OFF' ||
  ((state === 'DISBURSED' || state === 'PARTLY_REPAID') && isNonPerforming(riskClass));

export const openExemptionFile = operation({
  name: 'credit.open-exemption-file',
  title: { zh: '建立尽职免责档案', en: 'Open an exemption file' },
  permission: 'credit:exemption-keep',
  input: z.strictObject({ drawdownId: IdInput('draw'), reason: ReasonInput }),
  output: z.object({
    fileId: IdText,
    /** How many items are to be answered. */
    items: z.number().int(),
    version: z.number().int(),
  }),
  async run(context, item) {
    const { tx, today, concern, emit } = context;
    const { drawdownId, reason } = item.input;
    const drawdown = (await lockDrawdownsById(tx, [drawdownId])).get(drawdownId);
    if (!drawdown) throw new Failure(creditRefusals['drawdown-missing'], { drawdownId });
    const { zoneId, ownerId, state } = drawdown;
    concern(item, zoneId);
    const { riskClass } = await inspectedOf(tx, drawdownId);
    if (!isBad(state, riskClass)) {
      throw new Failure(no['drawdown-not-bad'], { drawdownId, state, riskClass });
    }
    const file: ExemptionFile = {
      id: newId('exf'),
      zoneId,
      ownerId,
      drawdownId,
      standardsOn: today,
      state: 'OPEN',
      finding: null,
      finder: null,
      confirmer: null,
      openedOn: today,
      version: 1,
    };
    if (!(await addFile(tx, file, stepBy(context, item, { step: 'OPENED', reason })))) {
      throw new Failure(no['exemption-file-exists'], { drawdownId });
    }
    const payload = { drawdownId, reason };
    emit(item, {
      name: 'credit.exemption-file-opened',
      zoneId,
      ownerId,
      subjectId: file.id,
      payload,
    });
    return { fileId: file.id, items: (await itemsOf(tx, file)).length, version: 1 };
  },
});
