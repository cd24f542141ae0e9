/**
 * A bank says what it holds in provisions (已计提拨备) for its loans in a zone, as of a day. The book
 * does not know it otherwise, and without it the day-end leaves the coverage of that bank open.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { AmountInput, DayInput, IdInput, IdText, TextInput } from '../../platform/schemas.ts';
import { riskRefusals as no } from '../risk-refusals.ts';
import { addHeldProvision, hasBook } from '../store-risk-reports.ts';

export const recordHeldProvision = operation({
  name: 'credit.record-held-provision',
  title: { zh: '登记已计提拨备', en: 'Record provisions that are held' },
  permission: 'credit:provision',
  input: z.strictObject({
    zoneId: IdInput('zone'),
    asOf: DayInput,
    amount: AmountInput,
    /** The report or ledger that it was taken from. */
    evidence: TextInput(200),
  }),
  output: z.object({ heldId: IdText }),
  async run(context, item) {
    const { tx, now, today } = context;
    const { zoneId, asOf, amount, evidence } = item.input;
    const ownerId = item.actor.organisationId;
    if (!(await hasBook(tx, { zoneId, ownerId }))) {
      throw new Failure(no['bank-not-in-zone'], { zoneId });
    }
    context.concern(item, zoneId);
    if (asOf > today) throw new Failure(no['provision-day-in-future'], { asOf, today });
    const id = newId('held');
    const { operationId } = item;
    addHeldProvision(tx, { id, zoneId, ownerId, asOf, amount, evidence, operationId, at: now });
    const payload = { asOf, amount: amount.toString() };
    const name = 'credit.held-provision-recorded';
    context.emit(item, { name, zoneId, ownerId, subjectId: id, payload });
    return { heldId: id };
  },
});
