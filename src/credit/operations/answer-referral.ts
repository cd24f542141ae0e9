/**
 * A bank or fund answers for a firm of a financing list: contacted, credited, invested, or declined
 * with its reason. Written for a list; what was answered before stays in the history.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import { IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import type { Answer } from '../model-whitelist.ts';
import { referralStates } from '../model-whitelist.ts';
import { creditRefusals as no } from '../refusals.ts';
import { refuseAnswer } from '../rules/whitelist.ts';
import type { GivenAnswer, Referral } from '../store-financing-lists.ts';
import { addAnswers, lockReferralsById, saveReferrals } from '../store-financing-lists.ts';

const input = z.strictObject({
  referralId: IdInput('ref'),
  answer: z.enum(referralStates).exclude(['SENT']),
  /** What was agreed; when declining, why. */
  note: ReasonInput.optional(),
});
type Input = z.output<typeof input>;

const output = z.object({
  referralId: IdText,
  state: z.string(),
  version: z.number().int(),
});

function refuse(referral: Referral | undefined, item: Item<Input>): Failure | undefined {
  const { referralId, answer, note } = item.input;
  if (!referral) return new Failure(no['referral-missing'], { referralId });
  const { version, state } = referral;
  if (item.expectedVersion !== undefined && item.expectedVersion !== version) {
    return new Failure(no['version-stale'], { referralId, version, state, note: referral.note });
  }
  return refuseAnswer(referral, answer, note);
}

/** Who was credited or invested in was contacted as well; the first day of each kind stays. */
function answered(referral: Referral, to: Answer, note: string | undefined, on: Day): Referral {
  const { contactedOn, creditedOn, investedOn } = referral;
  return {
    ...referral,
    state: to,
    note: note ?? null,
    answeredOn: on,
    contactedOn: contactedOn ?? (to === 'DECLINED' ? null : on),
    creditedOn: creditedOn ?? (to === 'CREDITED' ? on : null),
    investedOn: investedOn ?? (to === 'INVESTED' ? on : null),
    version: referral.version + 1,
  };
}

async function runMany(
  context: Context,
  items: readonly Item<Input>[],
): Promise<(z.output<typeof output> | Failure)[]> {
  const { tx, today } = context;
  const ids = items.map((item) => item.input.referralId);
  const book = await lockReferralsById(tx, ids);
  const given: GivenAnswer[] = [];
  const answers = items.map((item) => {
    const { referralId, answer, note } = item.input;
    const referral = book.get(referralId);
    if (referral) context.concern(item, referral.zoneId);
    const refusal = refuse(referral, item);
    if (refusal || !referral) return refusal as Failure;
    const after = answered(referral, answer, note, today);
    book.set(referralId, after);
    given.push({ item, referral, from: referral.state, to: answer, note });
    const { zoneId, ownerId, listId, enterpriseId } = referral;
    const payload = { listId, enterpriseId, answer, note: note ?? null };
    const name = 'credit.referral-answered';
    context.emit(item, { name, zoneId, ownerId, subjectId: referralId, payload });
    return { referralId, state: after.state, version: after.version };
  });
  const touched = new Set(given.map(({ referral }) => referral.id));
  saveReferrals(
    tx,
    [...book.values()].filter(({ id }) => touched.has(id)),
  );
  addAnswers(tx, given, context);
  return answers;
}

export const answerReferral = hotOperation({
  name: 'credit.answer-referral',
  title: { zh: '融资白名单反馈', en: 'Answer a financing referral' },
  permission: 'whitelist:answer',
  versioned: true,
  input,
  output,
  runMany,
});
