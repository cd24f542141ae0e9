/**
 * Progress of one agreement and of a whole zone, as of a day. A bank sees its own book; what the
 * other banks reached together (其他银行) only when its agreement allows, as amounts and nothing else.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { partyRefusals, zonesInScope } from '../parties/index.ts';
import type { QueryContext } from '../platform/operation.ts';
import { query } from '../platform/operation.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  InstantInput,
  InstantText,
} from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import { agreementRefusals as no } from './agreement-refusals.ts';
import type { When } from './progress-figures.ts';
import {
  MeasuredView,
  ProgressView,
  progressOf,
  standingsOn,
  sumOf,
  viewOfMeasured,
} from './progress.ts';
import { creditRefusals } from './refusals.ts';
import { agreementById } from './store-agreements.ts';

const whenShape = {
  asOf: DayInput.optional(),
  knownAt: InstantInput.transform((text) => new Date(text)).optional(),
};

const dated = { asOf: DayText, knownAt: InstantText.nullable() };

/** Progress is never a forecast: a day to come is refused. */
function whenOf(
  { today }: QueryContext,
  { asOf = today, knownAt }: { asOf?: When['day'] | undefined; knownAt?: Date | undefined },
): When {
  if (asOf > today) {
    throw new Failure(creditRefusals['value-day-in-future'], { valueOn: asOf, today });
  }
  return { day: asOf, knownAt, present: asOf === today && knownAt === undefined };
}

const readOwners = statement(
  'credit.read-owners',
  `select current_setting('yuanxin.owners', true) as owners`,
);
const setOwners = statement('credit.set-owners', `select set_config('yuanxin.owners', $1, true)`);

/** Reads beyond the bank's own rows inside its zones; a failure ends the transaction. */
async function amongAllOwners<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  const [row] = await tx.rows<{ owners: string }>(readOwners);
  await tx.rows(setOwners, ['*']);
  const result = await work();
  await tx.rows(setOwners, [row?.owners ?? '']);
  return result;
}

async function otherBanks({ tx, actor }: QueryContext, zoneId: string, when: When) {
  const { owners } = actor.scope;
  if (typeof owners === 'string') return null;
  const all = await amongAllOwners(tx, () => standingsOn(tx, { zoneId }, when));
  return viewOfMeasured(sumOf(all.filter(({ bankId }) => !owners.includes(bankId))));
}

const OtherBanks = MeasuredView.nullable().meta({
  description: '其他银行合计；协议不允许或本就可见全部时为空',
});

export const agreementProgress = query({
  name: 'credit.agreement-progress',
  title: { zh: '整园授信进度', en: 'Progress of a park agreement' },
  permission: 'credit:read',
  input: z.strictObject({ agreementId: IdInput('agr'), ...whenShape }),
  output: ProgressView.extend({ ...dated, otherBanks: OtherBanks }),
  async run(context, { agreementId, ...at }) {
    const { tx } = context;
    const agreement = await agreementById(tx, agreementId);
    if (!agreement) throw new Failure(creditRefusals['agreement-missing'], { agreementId });
    const when = whenOf(context, at);
    const { zoneId } = agreement;
    const standings = await standingsOn(tx, { zoneId, agreementId }, when);
    const [progress] = progressOf(standings, when.day);
    if (!progress) {
      const { startsOn } = agreement.terms;
      throw new Failure(no['day-before-agreement'], { asOf: when.day, startsOn });
    }
    const allowed = standings[0]?.terms.sharesTotals === true;
    return {
      ...progress,
      asOf: when.day,
      knownAt: when.knownAt?.toISOString() ?? null,
      otherBanks: allowed ? await otherBanks(context, zoneId, when) : null,
    };
  },
});

export const parkProgress = query({
  name: 'credit.park-progress',
  title: { zh: '园区整园授信总览', en: 'Progress of all agreements of a zone' },
  permission: 'credit:read',
  input: z.strictObject({ zoneId: IdInput('zone'), ...whenShape }),
  output: z.object({
    zoneId: IdText,
    ...dated,
    agreements: z.array(ProgressView),
    /** Measure by measure over the agreements shown. */
    together: MeasuredView,
  }),
  async run(context, { zoneId, ...at }) {
    const [zone] = await zonesInScope(context.tx, zoneId);
    if (!zone) throw new Failure(partyRefusals['zone-missing'], { zoneId });
    const when = whenOf(context, at);
    const standings = await standingsOn(context.tx, { zoneId }, when);
    return {
      zoneId,
      asOf: when.day,
      knownAt: when.knownAt?.toISOString() ?? null,
      agreements: progressOf(standings, when.day),
      together: viewOfMeasured(sumOf(standings)),
    };
  },
});
