/**
 * Renews an agreement (续签): a successor of its own, linked to the old one, starts after it.
 * Segments and programmes that are open are carried over when asked; lines stay where they are
 * until they are renewed one by one, so nothing of the old agreement counts for the new one.
 */
import { z } from 'zod';
import type { Id } from '../../kernel/index.ts';
import { Failure, newId } from '../../kernel/index.ts';
import { createNodes, readNodes } from '../../limits/index.ts';
import type { Context } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import { agreementLocked, expectCurrent, refuseEnded, whyOf } from '../agreement-change.ts';
import { agreementShape } from '../agreement-input.ts';
import { agreementRefusals as no } from '../agreement-refusals.ts';
import type { TermsOfAgreement } from '../rules/terms.ts';
import { amended, quotasOf, refuseAgreement, refuseQuotas } from '../rules/terms.ts';
import type { Agreement, Why } from '../store-agreements.ts';
import {
  addAgreement,
  addProgramme,
  addSegment,
  programmesOf,
  saveAgreement,
  segmentsOf,
  successorOf,
} from '../store-agreements.ts';

interface Renewal {
  readonly old: Agreement;
  readonly id: Id<'agr'>;
  readonly nodeId: Id<'lim'>;
  readonly terms: TermsOfAgreement;
}

/** The old node's place in the tree and its manner, with the new terms. */
async function addNode({ tx }: Context, { old, id, nodeId, terms }: Renewal): Promise<void> {
  const node = (await readNodes(tx, [old.nodeId])).get(old.nodeId);
  if (!node) throw new Error(`The limit ${old.nodeId} of ${old.id} is gone.`);
  await createNodes(tx, [
    {
      ...node,
      id: nodeId,
      name: terms.name,
      subjectId: id,
      limit: terms.intentAmount,
      startsOn: terms.startsOn,
      expiresOn: terms.endsOn,
    },
  ]);
}

async function carryOver({ tx }: Context, renewal: Renewal, why: Why): Promise<void> {
  const { old, id: agreementId, terms } = renewal;
  const { zoneId, ownerId } = old;
  const segments = await segmentsOf(tx, old.id);
  const nodes = await readNodes(
    tx,
    segments.map(({ nodeId }) => nodeId),
  );
  for (const segment of segments) {
    const node = nodes.get(segment.nodeId);
    if (!node) throw new Error(`The limit ${segment.nodeId} of ${segment.id} is gone.`);
    if (node.state === 'CLOSED') continue;
    const [id, nodeId] = [newId('seg'), newId('lim')];
    const { startsOn, endsOn: expiresOn } = terms;
    const place = { parentId: renewal.nodeId, subjectId: id, limit: segment.terms.amount };
    await createNodes(tx, [{ ...node, ...place, id: nodeId, startsOn, expiresOn }]);
    await addSegment(tx, { ...segment, id, agreementId, nodeId, version: 1 }, why);
  }
  const open = (await programmesOf(tx, old.id)).filter((one) => one.terms.state === 'OPEN');
  for (const { terms: carried } of open) {
    const id = newId('prio');
    await addProgramme(tx, { id, zoneId, ownerId, agreementId, terms: carried, version: 1 }, why);
  }
}

export const renewAgreement = operation({
  name: 'credit.renew-agreement',
  title: { zh: '续签整园授信协议', en: 'Renew a park agreement' },
  permission: 'credit:agreement-open',
  approval: { always: true, permission: 'credit:agreement-approve' },
  versioned: true,
  input: z
    .strictObject(agreementShape)
    .partial()
    .extend({
      agreementId: IdInput('agr'),
      startsOn: DayInput,
      endsOn: DayInput,
      /** Open the same segments and programmes under the successor. */
      carryOver: z.boolean().default(true),
      reason: ReasonInput,
    }),
  output: z.object({
    agreementId: IdText,
    nodeId: IdText,
    predecessorId: IdText,
    predecessorVersion: z.number().int(),
  }),
  async run(context, item) {
    const { tx, today } = context;
    const { agreementId, carryOver: carried, reason: _reason, ...fields } = item.input;
    const old = await agreementLocked(context, item, agreementId);
    await expectCurrent(context, item, old);
    const ended = refuseEnded(old);
    if (ended) throw ended;
    const successor = await successorOf(tx, agreementId);
    if (successor) throw new Failure(no['agreement-renewed'], { successorId: successor.id });
    const terms: TermsOfAgreement = amended(old.terms, fields);
    const { startsOn } = terms;
    const { endsOn } = old.terms;
    if (startsOn <= endsOn) throw new Failure(no['renewal-overlaps'], { startsOn, endsOn });
    const programmes = carried ? await programmesOf(tx, agreementId) : [];
    const refusal =
      refuseAgreement(terms, terms, { today, successorStartsOn: undefined }) ??
      refuseQuotas(quotasOf(programmes.map((one) => one.terms)), terms.intentAmount);
    if (refusal) throw refusal;
    const why = whyOf(context, item);
    const renewal: Renewal = { old, id: newId('agr'), nodeId: newId('lim'), terms };
    const { id, nodeId } = renewal;
    const { version: predecessorVersion } = await saveAgreement(tx, old, 'RENEWED', why);
    await addNode(context, renewal);
    const first = startsOn < today ? { ...why, valueOn: startsOn } : why;
    const next = { ...old, id, nodeId, predecessorId: old.id, terms, source: null, version: 1 };
    await addAgreement(tx, next, first);
    if (carried) await carryOver(context, renewal, first);
    context.emit(item, {
      name: 'credit.agreement-renewed',
      zoneId: old.zoneId,
      ownerId: old.ownerId,
      subjectId: old.id,
      payload: { successorId: id, startsOn, endsOn: terms.endsOn, reason: why.reason },
    });
    return { agreementId: id, nodeId, predecessorId: old.id, predecessorVersion };
  },
});
