/**
 * Opens a cap across the tree (横向限额、集团限额): one limit over lines of different branches, such as
 * all lines of a group's firms, named one by one or by a rule that takes later ones as well. What
 * they use already must fit below it. Always by two persons.
 */
import { z } from 'zod';
import { Failure, newId, sentence } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  AmountInput,
  DayInput,
  IdInput,
  IdText,
  ReasonInput,
  TextInput,
} from '../../platform/schemas.ts';
import { mayChange, termCause } from '../administration.ts';
import {
  SelectorInput,
  carriersWanted,
  demandSelectable,
  lockCapRules,
  saveSelector,
} from '../cap-selectors.ts';
import { demandSeen, lockCarriers, setCarriers } from '../caps.ts';
import { limitRefusals as no } from '../refusals.ts';
import { demandTerms, plainTerms } from '../rules/dated-terms.ts';
import { refuseBuckets } from '../rules/tenor.ts';
import { readNodes } from '../store.ts';
import { changeTerms, createNodes, lockNode } from '../store-terms.ts';
import { termsShape } from '../terms-input.ts';

/** At least one of the two says what a cap counts. */
export const countedShape = {
  nodeIds: z
    .array(IdInput('lim'))
    .max(500)
    .default([])
    .meta({ description: '受限的额度；之下的一切占用都计入' }),
  selector: SelectorInput.optional(),
};

export const somethingCounted = {
  check: (one: { readonly nodeIds: readonly unknown[]; readonly selector?: unknown }): boolean =>
    one.nodeIds.length > 0 || one.selector !== undefined,
  wording: {
    message: sentence('须指明额度或选取规则', 'limits or a rule that takes them'),
    path: ['nodeIds'],
  },
};

const input = z
  .strictObject({
    name: TextInput(120),
    limit: AmountInput,
    /** NR: what was ever drawn counts. */
    revolving: z.enum(['R', 'NR']).default('R'),
    startsOn: DayInput.optional(),
    expiresOn: DayInput.optional(),
    ...countedShape,
    /** 期限分档：按期限设限 */
    buckets: termsShape.buckets,
    reason: ReasonInput,
  })
  .refine(somethingCounted.check, somethingCounted.wording);
type Input = z.output<typeof input>;

/** Whose cap it is, and where: those of the first limit, else the caller's in the rule's zone. */
async function placeOf(
  { tx }: Context,
  { actor, input: { nodeIds, selector } }: Item<Input>,
): Promise<{ readonly zoneId: string; readonly ownerId: string }> {
  const [first] = nodeIds;
  if (first === undefined) {
    return { zoneId: selector?.zoneId ?? '', ownerId: actor.organisationId };
  }
  const node = (await readNodes(tx, [first])).get(first);
  if (!node || (selector && selector.zoneId !== node.zoneId)) {
    throw new Failure(no['node-missing'], { nodeId: first });
  }
  if (!mayChange(actor, node)) throw new Failure(no['limit-not-owned'], { nodeId: first });
  return node;
}

/** A cap by tenor has its buckets from the first day. */
async function giveBuckets(context: Context, item: Item<Input>, capId: string): Promise<number> {
  const { buckets, reason } = item.input;
  const cap = await lockNode(context.tx, capId);
  if (buckets.length === 0 || !cap) return 1;
  const terms = { ...plainTerms, buckets: buckets.toSorted((a, b) => a.days - b.days) };
  demandTerms(terms);
  const refusal = refuseBuckets(cap, terms.buckets, undefined);
  if (refusal) throw refusal;
  const why = termCause(context, item, reason);
  return (await changeTerms(context.tx, cap, { terms }, why)).version;
}

export const openCap = operation({
  name: 'limits.open-cap',
  title: { zh: '设立横向限额', en: 'Open a cap across limits' },
  permission: 'limits:manage',
  approval: {
    always: true,
    amount: (one: Input) => one.limit,
    permission: 'limits:approve',
  },
  input,
  output: z.object({ nodeId: IdText, version: z.int(), carriers: z.int() }),
  async run(context, item) {
    const { name, limit, revolving, expiresOn, nodeIds, selector, reason } = item.input;
    const { tx, now, today } = context;
    await demandSeen(tx, nodeIds);
    await demandSelectable(tx, selector);
    const place = await placeOf(context, item);
    const { zoneId, ownerId } = place;
    context.concern(item, zoneId);
    await lockCapRules(tx, place);
    const nodeId = newId('lim');
    const cap = { id: nodeId, zoneId, ownerId, name, kind: 'CAP', revolving, limit } as const;
    const startsOn = item.input.startsOn ?? today;
    await createNodes(tx, [{ ...cap, enforcement: 'HARD', startsOn, expiresOn }]);
    const version = await giveBuckets(context, item, nodeId);
    const cause = { now, today, reason, operationId: item.operationId };
    const wanted = await carriersWanted(tx, place, nodeIds, selector);
    const carrying = await lockCarriers(tx, nodeId, wanted, cause);
    const { added } = carrying;
    await setCarriers(tx, nodeId, carrying, cause, { opening: true });
    await saveSelector(tx, cap, selector, { ...cause, valueOn: today, version });
    const payload = { name, limit, carriers: added, selector, reason };
    context.emit(item, { name: 'limits.cap-opened', zoneId, ownerId, subjectId: nodeId, payload });
    return { nodeId, version, carriers: added.length };
  },
});
