/**
 * Opens a line (单户授信) for an enterprise inside a segment, or a product sub-line inside a line.
 * Written for a list: imports and the replay open thousands. The term must lie inside the
 * agreement's.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, Money, isFailure, newId, sentence } from '../../kernel/index.ts';
import {
  createNodes,
  joinCaps,
  limitRefusals,
  readNodes,
  grantOf,
  refuseGrants,
  shareCapRules,
} from '../../limits/index.ts';
import { enterprisesById } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { hotOperation } from '../../platform/operation.ts';
import type { Tx } from '../../platform/transaction.ts';
import {
  CurrencyInput,
  DayInput,
  IdInput,
  IdText,
  PositiveAmountInput,
  RateInput,
  ReasonInput,
  TextInput,
} from '../../platform/schemas.ts';
import { agreementRefusals as agreementNo } from '../agreement-refusals.ts';
import type { Line } from '../model.ts';
import { feeRefusals } from '../fee-refusals.ts';
import { refuseQuotaTaken } from '../programme-quota.ts';
import { creditRefusals as no } from '../refusals.ts';
import type { Programme } from '../store-agreements.ts';
import { programmesById } from '../store-agreements.ts';
import { addFeeRates, openFeeAccounts } from '../store-fee-accounts.ts';
import { addTags } from '../store-line-tags.ts';
import { linesById } from '../store-loans.ts';
import type { NewLine, SegmentTerms } from '../store-terms.ts';
import { addLines, segmentsById } from '../store-terms.ts';
import { activeEntries } from '../store-whitelist.ts';

const shape = z.strictObject({
  segmentId: IdInput('seg'),
  enterpriseId: IdInput('ent'),
  parentLineId: IdInput('line').optional(),
  product: TextInput(60),
  amount: PositiveAmountInput,
  currency: CurrencyInput,
  rateAnnual: RateInput,
  revolving: z.enum(['R', 'NR', 'NRS']).default('R'),
  contribution: z.enum(['consumed', 'outstanding']).default('consumed'),
  startsOn: DayInput,
  expiresOn: DayInput,
  renewal: z.boolean().default(false),
  /** False lets a bank open a line for a firm that no whitelist names, by a second person. */
  whitelistRequired: z.boolean().default(true),
  /** Why the line goes round the whitelist: told to whoever approves it. */
  reason: ReasonInput.optional(),
  generated: z.boolean().default(false),
  /** The priority programme for which the line counts from its first day. */
  programmeId: IdInput('prio').optional(),
  /** Of the commitment fee (承诺费) on what is not drawn. */
  commitmentRateAnnual: RateInput.optional(),
});
const input = shape.refine(({ whitelistRequired, reason }) => whitelistRequired || reason, {
  path: ['reason'],
  message: sentence('名单外授信须说明理由', 'a line outside the whitelist needs a reason'),
});
type Input = z.output<typeof input>;

interface Opened {
  readonly item: Item<Input>;
  readonly line: NewLine;
  readonly parentNodeId: string;
  readonly name: string;
}

interface Facts {
  readonly segments: Map<string, SegmentTerms>;
  readonly parents: Map<string, Line>;
  readonly names: Map<string, { readonly name: string; readonly zoneId: string }>;
  readonly whitelisted: Set<string>;
  readonly programmes: Map<string, Programme>;
}

/** A line counts for an open programme of its own agreement; a sub-line counts with its line. */
function refuseOfProgramme(
  { programmeId, parentLineId }: Input,
  programmes: Facts['programmes'],
  agreementId: string,
): Failure | undefined {
  if (programmeId === undefined) return undefined;
  const programme = programmes.get(programmeId);
  if (!programme || parentLineId !== undefined) {
    return new Failure(agreementNo['programme-missing'], { programmeId });
  }
  if (programme.agreementId !== agreementId) {
    return new Failure(agreementNo['programme-other-agreement'], { programmeId, agreementId });
  }
  if (programme.terms.state === 'OPEN') return undefined;
  return new Failure(agreementNo['programme-closed'], { programmeId });
}

function decideOne(item: Item<Input>, facts: Facts): Opened | Failure {
  const one = item.input;
  const segment = facts.segments.get(one.segmentId);
  if (!segment) return new Failure(no['segment-missing'], { segmentId: one.segmentId });
  const parent = one.parentLineId === undefined ? undefined : facts.parents.get(one.parentLineId);
  const beside = parent?.enterpriseId !== one.enterpriseId || parent.segmentId !== segment.id;
  if (one.parentLineId !== undefined && beside) {
    return new Failure(no['line-missing'], { lineId: one.parentLineId });
  }
  if (one.parentLineId !== undefined && one.commitmentRateAnnual !== undefined) {
    return new Failure(feeRefusals['fee-of-sub-line'], { parentLineId: one.parentLineId });
  }
  const enterprise = facts.names.get(one.enterpriseId);
  if (enterprise?.zoneId !== segment.zoneId) {
    return new Failure(no['line-missing'], { enterpriseId: one.enterpriseId });
  }
  if (one.expiresOn < one.startsOn) return new Failure(no['term-reversed']);
  if (one.startsOn < segment.startsOn || one.startsOn > segment.endsOn) {
    return new Failure(no['term-outside-agreement'], {
      startsOn: one.startsOn,
      agreementStartsOn: segment.startsOn,
      agreementEndsOn: segment.endsOn,
    });
  }
  if (segment.endedOn !== null) {
    const { agreementId, endedOn } = segment;
    return new Failure(agreementNo['agreement-ended'], { agreementId, endedOn });
  }
  if (one.whitelistRequired && !facts.whitelisted.has(`${segment.ownerId} ${one.enterpriseId}`)) {
    return new Failure(no['not-whitelisted'], { enterpriseId: one.enterpriseId });
  }
  const { zoneId, ownerId, agreementId } = segment;
  const outside = refuseOfProgramme(one, facts.programmes, agreementId);
  if (outside) return outside;
  const line: NewLine = {
    id: newId('line'),
    zoneId,
    ownerId,
    agreementId,
    segmentId: segment.id,
    enterpriseId: one.enterpriseId,
    parentLineId: one.parentLineId,
    product: one.product,
    rateAnnual: one.rateAnnual.toString(),
    nodeId: newId('lim'),
    approvedOn: one.startsOn,
    renewal: one.renewal,
    generated: one.generated,
    commitmentRateAnnual: one.commitmentRateAnnual?.toString(),
  };
  return { item, line, parentNodeId: parent?.nodeId ?? segment.nodeId, name: enterprise.name };
}

const nodeOf = ({ item, line, parentNodeId, name }: Opened) => ({
  id: line.nodeId,
  zoneId: line.zoneId,
  ownerId: line.ownerId,
  parentId: parentNodeId,
  name: line.parentLineId === undefined ? name : `${name} ${line.product}`,
  kind:
    line.parentLineId === undefined ? ('ENTERPRISE_LINE' as const) : ('PRODUCT_SUBLINE' as const),
  subjectId: line.id,
  partyId: line.enterpriseId,
  product: line.product,
  revolving: item.input.revolving,
  enforcement: 'HARD' as const,
  contribution: item.input.contribution,
  limit: item.input.amount,
  startsOn: item.input.startsOn,
  expiresOn: item.input.expiresOn,
});

/** @param refused by the place among those that were asked about. */
function refusedAmong(
  decided: readonly (Opened | Failure)[],
  asked: readonly Opened[],
  refused: readonly (Failure | undefined)[],
): (Opened | Failure)[] {
  const why = new Map(asked.map((one, i) => [one, refused[i]]));
  return decided.map((one) => (isFailure(one) ? one : (why.get(one) ?? one)));
}

/** Refuses lines that would take what programmes keep; a renewal grants nothing new. */
async function withinQuotas(
  tx: Tx,
  decided: readonly (Opened | Failure)[],
  today: Day,
): Promise<(Opened | Failure)[]> {
  const fresh = decided.filter(
    (one): one is Opened =>
      !isFailure(one) && one.line.parentLineId === undefined && !one.line.renewal,
  );
  const refused = await refuseQuotaTaken(
    tx,
    fresh.map(({ item, line }) => ({
      agreementId: line.agreementId,
      programmeId: item.input.programmeId,
      amount: item.input.amount,
    })),
    today,
  );
  return refusedAmong(decided, fresh, refused);
}

/** Nothing is granted below a segment or a line that is closed. */
async function refuseBelowClosed(
  tx: Tx,
  opened: readonly Opened[],
): Promise<(Failure | undefined)[]> {
  const parents = await readNodes(tx, [...new Set(opened.map((one) => one.parentNodeId))]);
  return opened.map(({ parentNodeId: nodeId }) =>
    parents.get(nodeId)?.state === 'CLOSED'
      ? new Failure(limitRefusals['limit-closed'], { nodeId })
      : undefined,
  );
}

/**
 * Refuses lines below a closed limit, and those that would grant more below a limit than its
 * over-subscription policy allows.
 */
async function withinPolicy(
  { tx, today }: Pick<Context, 'tx' | 'today'>,
  decided: readonly (Opened | Failure)[],
  replaced: Money,
): Promise<(Opened | Failure)[]> {
  const opened = decided.filter((one): one is Opened => !isFailure(one));
  const closed = await refuseBelowClosed(tx, opened);
  const left = opened.filter((_, i) => closed[i] === undefined);
  const [first] = left;
  if (!first) return refusedAmong(decided, opened, closed);
  const grants = left.map(({ parentNodeId, item }) =>
    grantOf(parentNodeId, item.input.amount.minus(replaced)),
  );
  const refused = await refuseGrants({ tx, today }, first.item.actor.scope, grants);
  return refusedAmong(refusedAmong(decided, opened, closed), left, refused);
}

/** Each line that names a programme counts for it from its approval, or from today. */
const tagsOf = (opened: readonly Opened[], { today, now }: Pick<Context, 'today' | 'now'>) =>
  opened.flatMap(({ item, line }) => {
    const { programmeId } = item.input;
    if (programmeId === undefined) return [];
    const { zoneId, ownerId, id: lineId, approvedOn } = line;
    const valueOn = approvedOn > today ? today : approvedOn;
    const why = { valueOn, now, reason: '授信时计入', operationId: item.operationId };
    return [{ ...why, zoneId, ownerId, lineId, programmeId, counts: true }];
  });

/** Where a fee is agreed on what is not drawn, from the line's first day on. */
function agreeFees(tx: Tx, opened: readonly Opened[], now: Date): void {
  const agreed = opened.flatMap(({ item, line }) => {
    const { startsOn, commitmentRateAnnual: rateAnnual } = item.input;
    if (rateAnnual === undefined) return [];
    const { id: lineId, zoneId, ownerId } = line;
    const why = { no: 1, reason: '授信时约定', operationId: item.operationId };
    return [{ ...why, lineId, zoneId, ownerId, startsOn, from: startsOn, rateAnnual }];
  });
  openFeeAccounts(tx, agreed);
  addFeeRates(tx, agreed, now);
}

/** @param replaced what each line takes the place of: it is granted already. */
export async function openLines(
  { tx, today, now, concern, emit }: Context,
  items: readonly Item<Input>[],
  replaced: Money = Money.zero,
): Promise<({ lineId: string; nodeId: string } | Failure)[]> {
  const enterpriseIds = items.map((item) => item.input.enterpriseId);
  const needed = items.filter((item) => item.input.whitelistRequired);
  const segments = await segmentsById(
    tx,
    items.map((item) => item.input.segmentId),
  );
  await shareCapRules(tx, [...segments.values()]);
  const facts: Facts = {
    segments,
    parents: await linesById(
      tx,
      items.flatMap((item) => item.input.parentLineId ?? []),
    ),
    names: await enterprisesById(tx, enterpriseIds),
    whitelisted:
      needed.length > 0 ? await activeEntries(tx, enterpriseIds, today) : new Set<string>(),
    programmes: await programmesById(
      tx,
      items.flatMap((item) => item.input.programmeId ?? []),
    ),
  };
  const possible = items.map((item) => decideOne(item, facts));
  const decided = await withinPolicy(
    { tx, today },
    await withinQuotas(tx, possible, today),
    replaced,
  );
  const opened = decided.filter((one): one is Opened => !isFailure(one));
  await createNodes(tx, opened.map(nodeOf));
  const made = new Map(opened.map(({ item, line }) => [line.nodeId, item.operationId]));
  await joinCaps(tx, made, { valueOn: today, now });
  await addLines(
    tx,
    opened.map((one) => one.line),
  );
  addTags(tx, tagsOf(opened, { today, now }));
  agreeFees(tx, opened, now);
  return decided.map((one) => {
    if (isFailure(one)) return one;
    concern(one.item, one.line.zoneId);
    emit(one.item, {
      name: 'credit.line-opened',
      zoneId: one.line.zoneId,
      ownerId: one.line.ownerId,
      subjectId: one.line.id,
      payload: { enterpriseId: one.line.enterpriseId, amount: one.item.input.amount },
    });
    return { lineId: one.line.id, nodeId: one.line.nodeId };
  });
}

export const openLine = hotOperation({
  name: 'credit.open-line',
  title: { zh: '授信生效', en: 'Open a line' },
  permission: 'credit:line-open',
  approval: {
    amount: (one: Input) => one.amount,
    needed: ({ whitelistRequired }: Input) => !whitelistRequired,
    permission: 'credit:approve',
  },
  input,
  output: z.object({ lineId: IdText, nodeId: IdText }),
  runMany: (context, items) => openLines(context, items),
});
