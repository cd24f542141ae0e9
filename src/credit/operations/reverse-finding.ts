/**
 * Takes back a finding that a loan had earned a better class (撤销上调认定), before a night has lifted
 * the class by it. A loan that the finding took out of default is in default again.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import { undoCorrections, withThoseFoundTogether } from '../class-corrections.ts';
import { lockLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { saveDrawdowns } from '../store-loans.ts';
import { findingsOf, isDefaulted, markFindingReversed } from '../store-take-backs.ts';
import { classOf } from '../store-write-offs.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  findingId: IdInput('upg'),
  reason: ReasonInput,
});

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx } = context;
  const { operationId } = item;
  const { drawdownId, findingId, reason } = item.input;
  const { drawdown } = await lockLoan(context, item, drawdownId);
  const finding = (await findingsOf(tx, drawdownId)).find(({ id }) => id === findingId);
  if (!finding) throw new Failure(no['finding-missing'], { findingId });
  if (finding.reversedBy !== null) throw new Failure(no['finding-reversed'], { findingId });
  if (finding.served) throw new Failure(no['finding-served'], { findingId });
  if (finding.factsCorrected) {
    const falling = await withThoseFoundTogether(tx, [findingId], 'TAKEN_BACK');
    const others = falling.filter(({ id }) => id !== findingId);
    await undoCorrections(context, item, others);
  }
  markFindingReversed(tx, findingId, operationId, 'TAKEN_BACK');
  const isOwed = drawdown.state === 'PARTLY_REPAID' || drawdown.state === 'DISBURSED';
  if (isOwed && (await isDefaulted(tx, drawdownId))) {
    saveDrawdowns(tx, [{ ...drawdown, state: 'NPL' }]);
  }
  const { zoneId, ownerId } = drawdown;
  const name = 'credit.upgrade-finding-reversed';
  const payload = { findingId, reason };
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return { findingId, drawdownId, riskClass: await classOf(tx, drawdownId) };
}

export const reverseFinding = operation({
  name: 'credit.reverse-upgrade-finding',
  title: { zh: '撤销分类上调认定', en: 'Take back the finding of an upgrade' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ findingId: IdText, drawdownId: IdText, riskClass: z.string() }),
  run,
});
