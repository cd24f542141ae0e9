/**
 * Answers one item of an exemption file's lists, with what proves it. An answer may be given again
 * until there is a finding; the last one holds and the earlier ones stay in the story.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, TextInput } from '../../platform/schemas.ts';
import { exemptionRefusals as no } from '../agreement-refusals.ts';
import { FileChanged, changed, fileToChange, stepBy } from '../exemption-change.ts';
import { answers, completenessOf, refuseAnswer } from '../rules/exemption.ts';
import { itemsOf, saveFile } from '../store-exemptions.ts';

export const answerExemptionItem = operation({
  name: 'credit.answer-exemption-item',
  title: { zh: '答复尽职免责清单项', en: 'Answer an item of an exemption file' },
  permission: 'credit:exemption-keep',
  versioned: true,
  input: z.strictObject({
    fileId: IdInput('exf'),
    code: TextInput(60),
    answer: z.enum(answers),
    /** Where the proof is: a document, its number, a place in the credit file. */
    proof: TextInput(500).optional(),
    note: TextInput(500).optional(),
  }),
  output: FileChanged.extend({ answered: z.number().int(), items: z.number().int() }),
  async run(context, item) {
    const { tx } = context;
    const { code, answer, proof, note: reason } = item.input;
    const file = await fileToChange(context, item);
    const items = await itemsOf(tx, file);
    const asked = items.find((one) => one.code === code);
    if (!asked) throw new Failure(no['exemption-item-missing'], { code });
    if (file.state !== 'OPEN') throw new Failure(no['exemption-found'], { state: file.state });
    const refusal = refuseAnswer(asked, answer, proof);
    if (refusal) throw refusal;
    const step = stepBy(context, item, { step: 'ANSWERED', code, answer, proof, reason });
    const after = await saveFile(tx, file, step);
    const now = items.map((one) => (one.code === code ? { ...one, answer } : one));
    const { answered, items: count } = completenessOf(now);
    return { ...changed(after), answered, items: count };
  },
});
