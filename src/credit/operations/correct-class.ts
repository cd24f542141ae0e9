/**
 * A person's finding that a non-performing class rests on facts that were corrected since (更正分类),
 * confirmed by a second: a payment told late, say. The book is asked whether that is so; the next
 * night classifies the loans as if the class had never been found. Loans that made each other
 * non-performing are named together.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, newId } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayText, IdInput, IdText, ReasonInput } from '../../platform/schemas.ts';
import type { LockedLoan } from '../loan-change.ts';
import { factsOf, lockOpenLoan } from '../loan-change.ts';
import { loanRefusals as no } from '../loan-refusals.ts';
import { classification2023 as pack } from '../packs/classification-2023.ts';
import type { FoundClass } from '../rules/class-correction.ts';
import { nonPerformingRun, performingUpTo, refusedCorrection } from '../rules/class-correction.ts';
import { mostDaysPastDue } from '../rules/overdue-history.ts';
import { foundClasses } from '../store-loan-classes.ts';
import { addFinding } from '../store-loan-findings.ts';
import { findingsOf } from '../store-take-backs.ts';

const input = z.strictObject({
  /** Of one debtor or of several: what one of them adds to the others is corrected with it. */
  drawdownIds: z.array(IdInput('draw')).min(1).max(50),
  reason: ReasonInput,
});
type Input = z.output<typeof input>;

const Corrected = z.object({
  findingId: IdText,
  drawdownId: IdText,
  /** Before the night finds it anew. */
  riskClass: z.string(),
  /** The first day of the class. */
  since: DayText,
  /** The most on any day since, by the corrected facts. */
  daysPastDue: z.number().int(),
});

/** Throws what stands against correcting the class of this loan. */
function judge(
  { drawdown, loan }: LockedLoan,
  found: readonly FoundClass[],
  today: Day,
): Pick<z.output<typeof Corrected>, 'riskClass' | 'since' | 'daysPastDue'> & { since: Day } {
  const { id: drawdownId } = drawdown;
  const since = nonPerformingRun(found);
  const [first, last] = [since[0], since.at(-1)];
  if (!first || !last) throw new Failure(no['not-non-performing'], { drawdownId });
  // A default that a person marked is no finding of the night: it is cured, not corrected.
  if (drawdown.state === 'NPL') throw new Failure(no['class-of-default'], { drawdownId });
  const { on } = first;
  const daysPastDue = mostDaysPastDue(factsOf(loan, drawdown), { from: on, upTo: today });
  const missing = refusedCorrection(since, daysPastDue, pack);
  if (missing.length > 0) {
    const rule = { daysPastDue, performingUpTo: performingUpTo(pack) };
    throw new Failure(no['class-not-corrected'], { drawdownId, missing, since: on, ...rule });
  }
  return { riskClass: last.riskClass, since: on, daysPastDue };
}

/** One that no night has used yet is enough. */
async function refuseSecond({ tx }: Context, drawdownId: string): Promise<void> {
  const waiting = (await findingsOf(tx, drawdownId)).find(
    (one) => one.factsCorrected && !one.served && one.reversedBy === null,
  );
  if (!waiting) return;
  throw new Failure(no['class-corrected'], { drawdownId, findingId: waiting.id });
}

async function run(context: Context, item: Item<Input>) {
  const { tx, now: at, today } = context;
  const { operationId } = item;
  const { reason } = item.input;
  const ids = [...new Set(item.input.drawdownIds)].sort();
  const locked: LockedLoan[] = [];
  for (const id of ids) locked.push(await lockOpenLoan(context, item, id));
  const found = await foundClasses(tx, ids);
  for (const id of ids) await refuseSecond(context, id);
  context.quote(item, { pack: pack.scheme, version: String(pack.version), clause: 'overdueDays' });
  const items = locked.map((one) => {
    const { drawdown } = one;
    const { id: drawdownId, zoneId, ownerId } = drawdown;
    const own = found.filter((row) => row.drawdownId === drawdownId);
    const judged = judge(one, own, today);
    const { since, riskClass } = judged;
    const findingId = newId('upg');
    const finding = { foundOn: today, curedOn: since, periodMonths: 1, factsCorrected: true };
    addFinding(tx, drawdown, { id: findingId, ...finding, reason, operationId, at });
    const payload = { findingId, factsCorrected: true, since, riskClass, reason };
    const name = 'credit.upgrade-found';
    context.emit(item, { name, zoneId, ownerId, subjectId: drawdownId, payload });
    return { findingId, drawdownId, ...judged };
  });
  return { items, foundOn: today };
}

export const correctClass = operation({
  name: 'credit.correct-class',
  title: { zh: '认定分类更正', en: 'Find that classes rest on corrected facts' },
  permission: 'credit:draw',
  approval: { always: true, permission: 'credit:approve' },
  input,
  output: z.object({ items: z.array(Corrected), foundOn: DayText }),
  run,
});
