/**
 * Sets dated terms of a limit (额度计划、临时额度、押品、期限分档、调剂), always by two persons. What is not
 * named stays as it is, null takes it away, and the difference is journalled. A cut below what is
 * used is carried out, as by `change-limit`: the excess is told, and nothing is admitted until use
 * has fallen.
 */
import { z } from 'zod';
import type { Money } from '../../kernel/index.ts';
import { sentence } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { MoneyText } from '../../platform/schemas.ts';
import {
  Changed,
  changeNode,
  changeShape,
  changed,
  nodeToChange,
  termCause,
} from '../administration.ts';
import { refuseGrants } from '../allocation.ts';
import { raiseOf } from '../rules/over-subscription.ts';
import { demandTerms, onDay } from '../rules/dated-terms.ts';
import { availableOf } from '../rules/headroom.ts';
import { refuseBuckets } from '../rules/tenor.ts';
import { excessOf, refuseSettled, refuseSharing } from '../rules/terms.ts';
import { lockNode, sayFencedAbove } from '../store-terms.ts';
import { namesTerms, termsChangeShape, termsChanged } from '../terms-input.ts';

const input = z.strictObject({ ...changeShape, ...termsChangeShape }).refine(namesTerms, {
  message: sentence('须至少指明一项条款', 'at least one of the terms'),
});
type Input = z.output<typeof input>;

/** The largest amount that the named terms could ever grant, for the tiers of approval. */
const stake = (one: Input): Money | undefined =>
  [...(one.schedule ?? []), ...(one.seasons ?? []), ...(one.topUps ?? [])]
    .map((step) => step.amount)
    .reduce<Money | undefined>(
      (most, amount) => (most?.atLeast(amount) ? most : amount),
      undefined,
    );

export const setTerms = operation({
  name: 'limits.set-terms',
  title: { zh: '设定额度计划', en: 'Set the dated terms of a limit' },
  permission: 'limits:manage',
  approval: { always: true, amount: stake, permission: 'limits:approve' },
  versioned: true,
  input,
  output: Changed.extend({
    /** In force today. */
    limit: MoneyText,
    available: MoneyText.nullable(),
    overLimit: MoneyText.nullable(),
  }),
  async run(context, item) {
    // The child is locked before its parent, as by everybody.
    const node = onDay(await nodeToChange(context, item), context.today);
    const terms = termsChanged(node.terms, item.input);
    demandTerms(terms);
    const settled = refuseSettled(node);
    if (settled) throw settled;
    const { parentId } = node;
    const parent = parentId === undefined ? undefined : await lockNode(context.tx, parentId);
    const onToday = onDay({ ...node, terms }, context.today);
    const refusal =
      refuseSharing(node, terms, parent) ??
      refuseBuckets({ ...onToday, terms: node.terms }, terms.buckets, parent);
    if (refusal) throw refusal;
    const raise = raiseOf(node, { terms });
    const [over] = await refuseGrants(context, item.actor.scope, [raise]);
    if (over) throw over;
    const after = await changeNode(
      context,
      item,
      node,
      { terms },
      { name: 'limits.terms-set', payload: { reason: item.input.reason } },
    );
    await sayFencedAbove(context.tx, parent, termCause(context, item, item.input.reason));
    const hard = after.enforcement === 'HARD';
    return {
      ...changed(after),
      limit: after.limit.toString(),
      available: hard ? availableOf(after).toString() : null,
      overLimit: excessOf(after)?.toString() ?? null,
    };
  },
});
