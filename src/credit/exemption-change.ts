/** What every change of an exemption file shares: lock, version, and whose step it is. */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import { IdText } from '../platform/schemas.ts';
import { exemptionRefusals as no } from './agreement-refusals.ts';
import { creditRefusals } from './refusals.ts';
import type { ExemptionFile, Step } from './store-exemptions.ts';
import { lockFileById, stepsOf } from './store-exemptions.ts';

export const FileChanged = z.object({
  fileId: IdText,
  state: z.enum(['OPEN', 'FOUND', 'CONFIRMED']),
  version: z.number().int(),
});

export const changed = ({ id, state, version }: ExemptionFile): z.output<typeof FileChanged> => ({
  fileId: id,
  state,
  version,
});

/** Throws `exemption-file-missing`; or `version-stale` with the steps that were taken since. */
export async function fileToChange(
  { tx, concern }: Context,
  item: Item<{ readonly fileId: string }>,
): Promise<ExemptionFile> {
  const { fileId } = item.input;
  const file = await lockFileById(tx, fileId);
  if (!file) throw new Failure(no['exemption-file-missing'], { fileId });
  concern(item, file.zoneId);
  const { version } = file;
  const expected = item.expectedVersion ?? version;
  if (expected === version) return file;
  const changes = await stepsOf(tx, fileId, expected + 1);
  throw new Failure(creditRefusals['version-stale'], { fileId, version, expected, changes });
}

/** The caller's step, today. */
export const stepBy = (
  { today, now }: Context,
  { actor, operationId }: Item<unknown>,
  step: Pick<Step, 'step' | 'code' | 'answer' | 'proof' | 'reason'>,
): Step => {
  const { userId, personId } = actor;
  return { ...step, actor: { userId, personId }, valueOn: today, now, operationId };
};
