/**
 * Qualification tags of a firm (资质标签), each with its certificate and its own last day, which
 * follows from the rule pack; a revoked one stops counting on its day and stays in the book.
 */
import { z } from 'zod';
import { Failure, isFailure, newId } from '../../kernel/index.ts';
import { enterprisesById } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  ReasonInput,
  TextInput,
} from '../../platform/schemas.ts';
import { creditRefusals as no } from '../refusals.ts';
import { tagTerm } from '../rules/whitelist.ts';
import { addTag, lockTagById, saveRevocation } from '../store-tags.ts';
import { demandPack, openDesk } from '../whitelist-moves.ts';

export const recordTag = operation({
  name: 'credit.record-tag',
  title: { zh: '登记资质标签', en: 'Record a qualification tag' },
  permission: 'whitelist:tag',
  input: z.strictObject({
    enterpriseId: IdInput('ent'),
    tag: TextInput(40),
    level: TextInput(40).optional(),
    certificateNo: TextInput(60),
    grantedOn: DayInput,
    /** As the certificate says; the rule's own last day when left out. */
    expiresOn: DayInput.optional(),
    evidence: TextInput(500),
  }),
  output: z.object({ tagId: IdText, expiresOn: DayText }),
  async run(context, item) {
    const { tx, today } = context;
    const { enterpriseId, tag, level, certificateNo, grantedOn, evidence } = item.input;
    const enterprise = (await enterprisesById(tx, [enterpriseId])).get(enterpriseId);
    if (!enterprise) throw new Failure(no['enterprise-missing'], { enterpriseId });
    const { zoneId } = enterprise;
    context.concern(item, zoneId);
    const pack = demandPack((await openDesk(tx, today))(zoneId));
    const place = pack.parameters.tags.findIndex((one) => one.tag === tag);
    const rule = pack.parameters.tags[place];
    if (!rule) {
      const known = pack.parameters.tags.map((one) => one.tag);
      throw new Failure(no['tag-unknown'], { tag, known });
    }
    if (grantedOn > today) throw new Failure(no['tag-day-in-future'], { grantedOn, today });
    const expiresOn = tagTerm(rule, { grantedOn, expiresOn: item.input.expiresOn });
    if (isFailure(expiresOn)) throw expiresOn;
    const { operationId, actor } = item;
    const id = newId('tag');
    const what = { id, zoneId, ownerId: actor.organisationId, enterpriseId, tag, level };
    const terms = { certificateNo, evidence, grantedOn, expiresOn, packId: pack.id, operationId };
    if (!(await addTag(tx, { ...what, ...terms }))) {
      throw new Failure(no['tag-exists'], { enterpriseId, tag, certificateNo });
    }
    const version = String(pack.version);
    context.quote(item, { pack: pack.id, version, clause: `tags.${place}` });
    context.emit(item, {
      name: 'credit.tag-recorded',
      zoneId,
      ownerId: actor.organisationId,
      subjectId: id,
      payload: { enterpriseId, tag, expiresOn },
    });
    return { tagId: id, expiresOn };
  },
});

export const revokeTag = operation({
  name: 'credit.revoke-tag',
  title: { zh: '撤销资质标签', en: 'Revoke a qualification tag' },
  permission: 'whitelist:tag',
  versioned: true,
  input: z.strictObject({
    tagId: IdInput('tag'),
    revokedOn: DayInput.optional(),
    reason: ReasonInput,
  }),
  output: z.object({ tagId: IdText, revokedOn: DayText }),
  async run(context, item) {
    const { tx, today } = context;
    const { tagId, reason, revokedOn = today } = item.input;
    const tag = await lockTagById(tx, tagId);
    if (!tag) throw new Failure(no['tag-missing'], { tagId });
    const { zoneId, ownerId, enterpriseId, version, grantedOn } = tag;
    context.concern(item, zoneId);
    if (item.expectedVersion !== undefined && item.expectedVersion !== version) {
      throw new Failure(no['version-stale'], { tagId, version, revokedOn: tag.revokedOn });
    }
    if (revokedOn > today) throw new Failure(no['tag-day-in-future'], { revokedOn, today });
    if (revokedOn < grantedOn) {
      throw new Failure(no['tag-term-outside'], { tagId, grantedOn, revokedOn });
    }
    if (tag.revokedOn !== null) {
      throw new Failure(no['tag-revoked'], { tagId, revokedOn: tag.revokedOn });
    }
    saveRevocation(tx, tagId, revokedOn, reason);
    const payload = { enterpriseId, tag: tag.tag, revokedOn, reason };
    context.emit(item, { name: 'credit.tag-revoked', zoneId, ownerId, subjectId: tagId, payload });
    return { tagId, revokedOn };
  },
});
