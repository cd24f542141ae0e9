/**
 * Says above which amounts a second person is needed, and who. It always needs a second person
 * itself: otherwise a maker could first lift the tier and then act alone. Requests already filed
 * keep theirs.
 */
import { z } from 'zod';
import { Failure, sentence } from '../../kernel/index.ts';
import type { Operation } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { AmountInput, DayInput, IdInput, TextInput } from '../../platform/schemas.ts';
import type { Catalogue } from '../carry-out.ts';
import { approvalRefusals as no } from '../refusals.ts';
import { addTier } from '../store.ts';

const BandInput = z.strictObject({
  fromAmount: AmountInput.meta({ description: '高于此金额须审批' }),
  permission: z
    .string()
    .regex(/^[a-z][a-z-]*:[a-z][a-z-]*$/)
    .optional()
    .meta({ description: '此档审批人须有的权限；不填即业务本身所定' }),
});

const SetTier = z.strictObject({
  operation: TextInput(80).meta({ examples: ['credit.draw-down'] }),
  organisationId: IdInput('org')
    .optional()
    .meta({ description: '不填：本机构；管理员不填：所有未自设的机构' }),
  bands: z
    .array(BandInput)
    .min(1)
    .max(10)
    .refine(
      (bands) =>
        bands.every((band, i) => i === 0 || bands[i - 1]?.fromAmount.lessThan(band.fromAmount)),
      { message: sentence('档位须由低到高', 'the bands rise from the first to the last') },
    ),
  validFrom: DayInput,
  source: TextInput(300).meta({ description: '依据' }),
});

export const setTier = (catalogue: Catalogue): Operation =>
  operation({
    name: 'approvals.set-tier',
    title: { zh: '设置审批额度', en: 'Set approval tiers' },
    permission: 'tiers:manage',
    approval: { always: true, permission: 'tiers:approve' },
    input: SetTier,
    output: z.object({ operation: z.string(), version: z.number().int() }),
    async run({ tx, today }, item) {
      const { operation: name, organisationId, bands, validFrom, source } = item.input;
      const named = catalogue().find((one) => one.name === name);
      if (!named?.approval) throw new Failure(no['tier-operation-unknown'], { operation: name });
      // Whoever sees all zones sets the defaults and anybody's tiers; others their own.
      const everybody = item.actor.scope.zones === '*';
      const own = item.actor.organisationId;
      const ownerId = organisationId ?? (everybody ? null : own);
      if (!everybody && ownerId !== own) throw new Failure(no['tier-elsewhere'], { ownerId });
      if (validFrom < today) throw new Failure(no['tier-day-past'], { validFrom, today });
      const version = await addTier(tx, {
        operation: name,
        ownerId,
        bands: bands.map((band) => ({ ...band, permission: band.permission ?? null })),
        validFrom,
        source,
        operationId: item.operationId,
      });
      return { operation: name, version };
    },
  });
