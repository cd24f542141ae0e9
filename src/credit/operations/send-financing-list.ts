/**
 * The zone office sends a financing list (融资白名单): firms of a document, put before banks and fund
 * managers of the zone, each of whom answers for each firm. No limit arises from it.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, newId, sentence } from '../../kernel/index.ts';
import { enterprisesById, membersOf, officeOf } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, DayText, IdInput, IdText, TextInput } from '../../platform/schemas.ts';
import type { Tx } from '../../platform/transaction.ts';
import { creditRefusals as no } from '../refusals.ts';
import { addList, addReferrals } from '../store-financing-lists.ts';

const unique = (list: readonly string[]): boolean => new Set(list).size === list.length;
const once = { message: sentence('不得重复', 'each is named once') };

const input = z.strictObject({
  zoneId: IdInput('zone'),
  name: TextInput(100),
  /** Title and number of the document that the firms stand in. */
  sourceDocument: TextInput(200),
  documentOn: DayInput,
  recipientIds: z.array(IdInput('org')).min(1).max(50).refine(unique, once),
  enterpriseIds: z.array(IdInput('ent')).min(1).max(2000).refine(unique, once),
});
type Input = z.output<typeof input>;

async function refuse(tx: Tx, one: Input, today: Day): Promise<Failure | undefined> {
  const { zoneId, recipientIds, enterpriseIds, documentOn } = one;
  const firms = await enterprisesById(tx, enterpriseIds);
  const strangers = enterpriseIds.filter((id) => firms.get(id)?.zoneId !== zoneId);
  if (strangers.length > 0) {
    return new Failure(no['enterprise-missing'], { enterpriseIds: strangers });
  }
  const members = new Map((await membersOf(tx, zoneId)).map(({ id, kind }) => [id, kind]));
  const absent = recipientIds.filter((id) => {
    const kind = members.get(id);
    return kind !== 'bank' && kind !== 'fund_manager';
  });
  if (absent.length > 0) return new Failure(no['recipient-missing'], { recipientIds: absent });
  return documentOn > today
    ? new Failure(no['list-day-in-future'], { documentOn, today })
    : undefined;
}

export const sendFinancingList = operation({
  name: 'credit.send-financing-list',
  title: { zh: '推送融资白名单', en: 'Send a financing list' },
  permission: 'whitelist:send',
  input,
  output: z.object({ listId: IdText, sentOn: DayText, referrals: z.number().int() }),
  async run(context, item) {
    const { tx, today } = context;
    const { zoneId, name, sourceDocument, documentOn, recipientIds, enterpriseIds } = item.input;
    const refusal = await refuse(tx, item.input, today);
    if (refusal) throw refusal;
    context.concern(item, zoneId);
    const ownerId = (await officeOf(tx, zoneId)) ?? item.actor.organisationId;
    const { operationId } = item;
    const terms = { name, sourceDocument, documentOn, sentOn: today, operationId };
    const list = { id: newId('fl'), zoneId, ownerId, ...terms };
    if (!(await addList(tx, list))) throw new Failure(no['list-exists'], { zoneId, name });
    addReferrals(tx, list, { recipientIds, enterpriseIds });
    const referrals = recipientIds.length * enterpriseIds.length;
    context.emit(item, {
      name: 'credit.financing-list-sent',
      zoneId,
      ownerId,
      subjectId: list.id,
      payload: { name, recipientIds, enterprises: enterpriseIds.length },
    });
    return { listId: list.id, sentOn: today, referrals };
  },
});
