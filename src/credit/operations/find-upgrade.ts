/**
 * A person's finding that a non-performing loan has earned a better class (上调认定), confirmed by a
 * second. The rule's conditions are tested; the next night classifies the loan without its past.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, DayText, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import type { LockedLoan } from '../loan-change.ts';
import { lockOpenLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { paidNormally } from '../paid-normally.ts';
import { classification2023 as pack } from '../packs/classification-2023.ts';
import { creditRefusals } from '../refusals.ts';
import { upgradeDecision } from '../rules/class-upgrade.ts';
import type { RiskClass } from '../rules/risk-class.ts';
import { isNonPerforming } from '../rules/risk-class.ts';
import { addFinding, othersImpaired } from '../store-loan-findings.ts';
import { saveDrawdowns } from '../store-loans.ts';
import { classOf } from '../store-write-offs.ts';

const input = z.strictObject({
  drawdownId: IdInput('draw'),
  /** The day on which arrears and costs were fully paid. */
  curedOn: DayInput,
  /** The debtor can go on paying in full: the reason says how that was found. */
  abilityAssessed: z.literal(true),
  reason: ReasonInput,
});

const periodOf = ({ loan }: LockedLoan): number => {
  const { every, settlement } = loan.reschedules.at(-1)?.plan ?? loan.terms;
  return settlement?.everyMonths ?? (every && 'months' in every ? every.months : 1);
};

async function run(context: Context, item: Item<z.output<typeof input>>) {
  const { tx, now: at, today } = context;
  const { operationId } = item;
  const { drawdownId, curedOn, reason } = item.input;
  const locked = await lockOpenLoan(context, item, drawdownId);
  const { drawdown } = locked;
  if (curedOn > today) {
    throw new Failure(creditRefusals['value-day-in-future'], { valueOn: curedOn, today });
  }
  if (curedOn < drawdown.valueOn) {
    const facts = { valueOn: curedOn, drawnOn: drawdown.valueOn };
    throw new Failure(creditRefusals['value-day-before-drawdown'], facts);
  }
  const riskClass = (await classOf(tx, drawdownId)) as RiskClass;
  if (!isNonPerforming(riskClass)) throw new Failure(no['not-non-performing'], { riskClass });
  const periodMonths = periodOf(locked);
  const paidNormallySince = paidNormally(locked, curedOn, today);
  const impairedLeft = await othersImpaired(tx, drawdown);
  const cure = { curedOn, periodMonths, paidNormallySince, abilityAssessed: true };
  const rule = pack.parameters.upgrade;
  const decision = upgradeDecision(cure, { on: today, impairedLeft }, rule);
  if (!decision.allowed) {
    const { missing, earliestOn } = decision;
    throw new Failure(no['upgrade-not-earned'], { missing, earliestOn: earliestOn ?? null });
  }
  context.quote(item, { pack: pack.scheme, version: String(pack.version), clause: 'upgrade' });
  const id = newId('upg');
  const finding = { foundOn: today, curedOn, periodMonths, factsCorrected: false };
  addFinding(tx, drawdown, { id, ...finding, reason, operationId, at });
  if (drawdown.state === 'NPL') saveDrawdowns(tx, [{ ...drawdown, state: 'PARTLY_REPAID' }]);
  const { zoneId, ownerId } = drawdown;
  const payload = { findingId: id, curedOn, riskClass, reason };
  const name = 'credit.upgrade-found';
  context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
  return { findingId: id, drawdownId, riskClass, foundOn: today };
}

export const findUpgrade = operation({
  name: 'credit.find-upgrade',
  title: { zh: '认定分类上调', en: 'Find that a loan has earned an upgrade' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({
    findingId: IdText,
    drawdownId: IdText,
    /** Before it is lifted. */
    riskClass: z.string(),
    foundOn: DayText,
  }),
  run,
});
