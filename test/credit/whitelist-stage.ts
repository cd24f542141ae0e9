// Firms on the way to a bank's whitelist: every state, reached by the operations themselves.
import { activateEntry, decideEntry } from '../../src/credit/operations/decide-entry.ts';
import { nominate } from '../../src/credit/operations/nominate.ts';
import { declineEntry, submitEntry } from '../../src/credit/operations/prepare-entry.ts';
import { recommendEntry } from '../../src/credit/operations/recommend-entry.ts';
import { recordTag } from '../../src/credit/operations/record-tag.ts';
import { screenEntry } from '../../src/credit/operations/screen-entry.ts';
import { exitEntry, resumeEntry, suspendEntry } from '../../src/credit/operations/suspend-entry.ts';
import type { EntryState } from '../../src/credit/model-whitelist.ts';
import { makeUscc } from '../../src/kernel/index.ts';
import { registerEnterprise } from '../../src/parties/index.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago } from '../support/stage.ts';

let serial = 7_000_000;

/** A firm of the stage's zone with a code of its own. */
export async function newFirm(stage: Stage): Promise<string> {
  serial += 1;
  const uscc = makeUscc('000000', serial);
  const answer = await stage.done(
    registerEnterprise,
    { zoneId: stage.zoneId, uscc, name: `示例企业 ${serial}`, registeredOn: ago(2000) },
    stage.root,
  );
  return String(answer['enterpriseId']);
}

/** A certificate of a firm that holds today. */
export const tagged = (stage: Stage, enterpriseId: string, more: object = {}) =>
  stage.done(
    recordTag,
    {
      enterpriseId,
      tag: 'high-tech',
      certificateNo: 'GR202635000001',
      grantedOn: ago(30),
      evidence: '高新技术企业证书扫描件',
      ...more,
    },
    stage.office,
  );

const personal = [
  'going-concern',
  'fixed-premises',
  'real-need',
  'good-credit',
  'lawful-use',
  'not-dishonest',
  'not-abnormal',
];

/** A finding on every standard that a person finds; those named are not met. */
export const findings = (...unmet: string[]) =>
  personal.map((standard) => ({
    standard,
    met: !unmet.includes(standard),
    evidence: `核查记录 ${standard}`,
  }));

type Input = Readonly<Record<string, unknown>>;
type Way = readonly [Operation, (entryId: string) => Input, (stage: Stage) => Actor];

const office = (stage: Stage): Actor => stage.office;
const bank = (stage: Stage): Actor => stage.bank;
const reason = '核对无误';

/** How each operation is called that moves an entry. */
export const ways = {
  submit: [submitEntry, (entryId) => ({ entryId, reason }), office],
  screen: [screenEntry, (entryId) => ({ entryId, reason, findings: findings() }), office],
  zoneDecline: [declineEntry, (entryId) => ({ entryId, reason }), office],
  recommend: [recommendEntry, (entryId) => ({ entryId, reason }), office],
  accept: [
    decideEntry,
    (entryId) => ({ entryId, decision: 'accept', conditions: '开立结算账户', reason }),
    bank,
  ],
  decline: [decideEntry, (entryId) => ({ entryId, decision: 'decline', reason }), bank],
  activate: [activateEntry, (entryId) => ({ entryId, reason }), bank],
  suspend: [suspendEntry, (entryId) => ({ entryId, reason }), bank],
  resume: [resumeEntry, (entryId) => ({ entryId, reason }), bank],
  exit: [exitEntry, (entryId) => ({ entryId, reason, exitReason: 'VOLUNTARY' }), bank],
} satisfies Record<string, Way>;
export type WayName = keyof typeof ways;

const paths: Readonly<Record<EntryState, readonly WayName[]>> = {
  DRAFT: [],
  SUBMITTED: ['submit'],
  SCREENED: ['submit', 'screen'],
  RECOMMENDED: ['submit', 'screen', 'recommend'],
  BANK_ACCEPTED: ['submit', 'screen', 'recommend', 'accept'],
  ACTIVE: ['submit', 'screen', 'recommend', 'accept', 'activate'],
  SUSPENDED: ['submit', 'screen', 'recommend', 'accept', 'activate', 'suspend'],
  EXITED: ['submit', 'screen', 'recommend', 'accept', 'activate', 'exit'],
  DECLINED: ['submit', 'zoneDecline'],
};

export interface Placed {
  readonly entryId: string;
  readonly enterpriseId: string;
  readonly version: number;
}

export async function versionOf(stage: Stage, entryId: string): Promise<number> {
  const [row] = await stage.rows<{ version: string }>(
    `select version from credit_whitelist_entries where id = '${entryId}'`,
  );
  return Number(row?.version);
}

/** Performs one step at the entry's present version. */
export async function step(stage: Stage, name: WayName, entryId: string, more: object = {}) {
  const [operation, input, who] = ways[name];
  const expectedVersion = await versionOf(stage, entryId);
  return stage.outcome(operation, { ...input(entryId), ...more }, who(stage), { expectedVersion });
}

/** A new firm with a valid tag whose entry at the first bank stands at `state`. */
export async function entryAt(stage: Stage, state: EntryState, firm?: string): Promise<Placed> {
  const enterpriseId = firm ?? (await newFirm(stage));
  if (firm === undefined) await tagged(stage, enterpriseId);
  const { entryId } = (await stage.done(
    nominate,
    { enterpriseId, bankId: stage.bankId, reason: '产业链骨干', draft: true },
    stage.office,
  )) as { entryId: string };
  for (const name of paths[state]) {
    const outcome = await step(stage, name, entryId);
    if (outcome.kind !== 'done') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
  }
  return { entryId, enterpriseId, version: await versionOf(stage, entryId) };
}
