/**
 * The zone nominates a firm to a bank's whitelist (白名单推荐): straight to the bank, or as a draft that
 * is completed, screened and recommended first. Recommended, the bank's decision clock runs: 30
 * calendar days from the complete file (金发〔2024〕32号), a default of the zone's rule pack.
 */
import { z } from 'zod';
import { Failure, newId } from '../../kernel/index.ts';
import { enterprisesById, memberOf } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayText, IdInput, IdText, ReasonInput, TextInput } from '../../platform/schemas.ts';
import type { Entry } from '../model-whitelist.ts';
import { creditRefusals as no } from '../refusals.ts';
import { decisionDueOn } from '../rules/whitelist.ts';
import { addEntry, addEntrySteps, coolDownUntil } from '../store-whitelist.ts';
import type { Desk } from '../whitelist-moves.ts';
import { demandPack, openDesk, quoteClause } from '../whitelist-moves.ts';

const input = z.strictObject({
  enterpriseId: IdInput('ent'),
  bankId: IdInput('org'),
  reason: ReasonInput,
  /** Begins as a draft, which the bank does not see yet. */
  draft: z.boolean().default(false),
  /** A name under which entries are worked through together: 第12批. */
  batch: TextInput(40).optional(),
});
type Input = z.output<typeof input>;

function entryOf(zoneId: string, one: Input, desk: Desk): Entry {
  const { clock } = demandPack(desk).parameters;
  const { today, calendar } = desk;
  const asked = one.draft
    ? { state: 'DRAFT' as const, fileCompleteOn: null, clockCount: null, clockUnit: null }
    : {
        state: 'RECOMMENDED' as const,
        fileCompleteOn: today,
        clockCount: clock.count,
        clockUnit: clock.unit,
      };
  return {
    id: newId('wl'),
    zoneId,
    ownerId: one.bankId,
    enterpriseId: one.enterpriseId,
    reason: one.reason,
    batch: one.batch ?? null,
    nominatedOn: today,
    ...asked,
    decisionDueOn: one.draft ? null : decisionDueOn(today, clock, calendar),
    decidedOn: null,
    expiresOn: null,
    exitReason: null,
    renominableOn: null,
    screeningPassed: null,
    frozenNodes: [],
    version: 1,
  };
}

export const nominate = operation({
  name: 'credit.nominate',
  title: { zh: '推荐入白名单', en: 'Nominate for the whitelist' },
  permission: 'whitelist:nominate',
  input,
  output: z.object({
    entryId: IdText,
    state: z.string(),
    decisionDueOn: DayText.nullable(),
  }),
  async run(context, item) {
    const { tx, today } = context;
    const { enterpriseId, bankId, draft, reason } = item.input;
    const enterprise = (await enterprisesById(tx, [enterpriseId])).get(enterpriseId);
    if (!enterprise) throw new Failure(no['enterprise-missing'], { enterpriseId });
    const { zoneId } = enterprise;
    context.concern(item, zoneId);
    if ((await memberOf(tx, zoneId, bankId))?.kind !== 'bank') {
      throw new Failure(no['bank-missing'], { bankId, zoneId });
    }
    const desk = (await openDesk(tx, today))(zoneId);
    const entry = entryOf(zoneId, item.input, desk);
    const until = await coolDownUntil(tx, bankId, enterpriseId);
    const exists = !(await addEntry(tx, entry));
    if (exists) throw new Failure(no['entry-exists'], { enterpriseId, bankId });
    if (until !== undefined && today < until) {
      throw new Failure(no['cooling-down'], { enterpriseId, bankId, until });
    }
    if (!draft && demandPack(desk).parameters.screeningRequired) {
      throw new Failure(no['screening-required'], { enterpriseId, bankId });
    }
    quoteClause(context, item, desk, 'clock');
    const { id, ownerId, state } = entry;
    addEntrySteps(tx, [{ item, entry, from: state, to: state, reason }], context);
    const name = draft ? 'credit.entry-drafted' : 'credit.entry-recommended';
    const payload = { enterpriseId, reason };
    context.emit(item, { name, zoneId, ownerId, subjectId: id, payload });
    return { entryId: id, state, decisionDueOn: entry.decisionDueOn };
  },
});
