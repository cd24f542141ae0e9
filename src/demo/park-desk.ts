/**
 * The relationship managers' desks of 示范园区: what lies between a firm's wish and a loan, and what
 * may pass by exception. All of it is generated, and something of each is left to do.
 */
import {
  answerReferral,
  apply,
  approveApplication,
  approveException,
  claimDemand,
  declineDemand,
  enterDemand,
  justifyException,
  listReferrals,
  makeEffective,
  meetCondition,
  nominate,
  raiseException,
  recordDiligence,
  recordTag,
  screenEntry,
  sendFinancingList,
  setExceptionQuota,
  showApplication,
  signContract,
  submitEntry,
  withdrawDemand,
} from '../credit/index.ts';
import { wan } from './amounts.ts';
import type { DemoBook } from './book.ts';
import type { Park } from './park.ts';

export interface Desks {
  readonly lineIds: ReadonlyMap<string, string>;
  /** Of the segment for enterprises' operations. */
  readonly segmentIds: Readonly<Record<'bank1' | 'bank2', string>>;
}

const firmOf = ({ enterpriseIds }: Park, number: number) => enterpriseIds[number - 1];

export async function setTheDesks(book: DemoBook, park: Park, desks: Desks): Promise<void> {
  const office = await book.as('zone.finance', { second: true });
  await tagFirms(office, park);
  await screenFirms(office, park);
  await sendList(office, park);
  const claimed = await enterDemands(book, park);
  await leadApplications(book, park, desks, claimed);
  await openExceptions(book, park, desks);
}

const tags = [
  { enterprise: 2, tag: 'high-tech', grantedOn: '2025-11-20' },
  { enterprise: 3, tag: 'little-giant', grantedOn: '2024-08-30' },
  { enterprise: 22, tag: 'tech-sme', grantedOn: '2026-05-15' },
  { enterprise: 37, tag: 'high-tech', grantedOn: '2023-12-08' },
] as const;

async function tagFirms(book: DemoBook, park: Park): Promise<void> {
  for (const [i, { enterprise, ...tag }] of tags.entries()) {
    const certificate = { certificateNo: `生成-${i + 1}`, evidence: '资质证书（生成）' };
    const enterpriseId = firmOf(park, enterprise);
    await book.do(recordTag, `park:tag-${i + 1}`, { enterpriseId, ...tag, ...certificate });
  }
}

const standards = [
  'going-concern',
  'fixed-premises',
  'real-need',
  'good-credit',
  'lawful-use',
  'not-dishonest',
  'not-abnormal',
];

/** One firm passes the screening and waits for the recommendation, one fails it. */
async function screenFirms(book: DemoBook, park: Park): Promise<void> {
  const bankId = park.organisations.ids.bank1;
  for (const [i, { enterprise, unmet }] of [
    { enterprise: 37, unmet: '' },
    { enterprise: 38, unmet: 'fixed-premises' },
  ].entries()) {
    const key = `park:screening-${i + 1}`;
    const nomination = { enterpriseId: firmOf(park, enterprise), bankId, draft: true };
    const why = { reason: '园区科技企业（生成）' };
    const { entryId } = await book.do(nominate, key, { ...nomination, ...why });
    await book.do(submitEntry, `${key}-papers`, { entryId, reason: '资料齐备（生成）' }, 1);
    const findings = standards.map((standard) => ({
      standard,
      met: standard !== unmet,
      evidence: '现场核查（生成）',
    }));
    const screening = { entryId, findings, reason: '逐项核查（生成）' };
    await book.do(screenEntry, `${key}-findings`, screening, 2);
  }
}

const answers = [
  { recipient: 'bank1', enterprise: 7, answer: 'CREDITED' },
  { recipient: 'bank1', enterprise: 37, answer: 'CONTACTED' },
  { recipient: 'bank2', enterprise: 37, answer: 'DECLINED' },
  { recipient: 'manager', enterprise: 38, answer: 'CONTACTED' },
] as const;

async function sendList(book: DemoBook, park: Park): Promise<void> {
  const { ids } = park.organisations;
  const { listId } = await book.do(sendFinancingList, 'park:financing-list', {
    zoneId: park.zoneId,
    name: '示范园区融资白名单第一批（生成）',
    sourceDocument: '示范园区融资白名单（生成）',
    documentOn: '2026-11-02',
    recipientIds: [ids.bank1, ids.bank2, ids.manager],
    enterpriseIds: [7, 37, 38, 39].map((n) => firmOf(park, n)),
  });
  const { items } = await book.ask(listReferrals, { listId, pageSize: '200' });
  for (const [i, { recipient, enterprise, answer }] of answers.entries()) {
    const referral = items.find(
      (one) => one.recipientId === ids[recipient] && one.enterpriseId === firmOf(park, enterprise),
    );
    const given = { referralId: referral?.id, answer, note: '反馈（生成）' };
    await book.do(answerReferral, `park:referral-${i + 1}`, given, 1);
  }
}

/** Open in the queue of a programme, open, claimed, declined and withdrawn. */
const demands = [
  { enterprise: 2, amount: 1_500, termMonths: 12, programme: '双百双新（生成）' },
  { enterprise: 38, amount: 300, termMonths: 12 },
  { enterprise: 37, amount: 600, termMonths: 24, claimed: true },
  { enterprise: 39, amount: 400, termMonths: 12, claimed: true },
  { enterprise: 36, amount: 200, termMonths: 6, declined: true },
  { enterprise: 40, amount: 100, termMonths: 6, withdrawn: true },
] as const;

/** Answers the demands that the first bank has claimed. */
async function enterDemands(book: DemoBook, park: Park): Promise<string[]> {
  const bank1 = await book.as('rm.bank1');
  const bank2 = await book.as('rm.bank2');
  const claimed: string[] = [];
  for (const [i, row] of demands.entries()) {
    const key = `park:demand-${i + 1}`;
    const { demandId } = await book.do(enterDemand, key, {
      enterpriseId: firmOf(park, row.enterprise),
      amount: wan(row.amount),
      termMonths: row.termMonths,
      purpose: '采购与备货（生成）',
      ...('programme' in row ? { programme: row.programme } : {}),
    });
    if ('claimed' in row) {
      await bank1.do(claimDemand, `${key}-claim`, { demandId }, 1);
      claimed.push(demandId);
    }
    const reason = '不符合本行当前准入政策（生成）';
    if ('declined' in row) {
      await bank2.do(claimDemand, `${key}-claim`, { demandId }, 1);
      await bank2.do(declineDemand, `${key}-decline`, { demandId, reason }, 2);
    }
    if ('withdrawn' in row) {
      await book.do(
        withdrawDemand,
        `${key}-withdrawal`,
        { demandId, reason: '企业撤回（生成）' },
        1,
      );
    }
  }
  return claimed;
}

/** Sales of 80 million, margin 5 %, a cycle of 90 days at growth 0: a need of 19 million. */
export const statements = [
  { item: 'sales', before: '64000000', now: '80000000' },
  { item: 'costOfSales', now: '60000000' },
  { item: 'totalProfit', now: '4000000' },
  { item: 'interestExpense', now: '1000000' },
  { item: 'inventory', before: '10000000', now: '10000000' },
  { item: 'receivables', before: '20000000', now: '20000000' },
  { item: 'prepaid', before: '0', now: '0' },
  { item: 'payables', before: '10000000', now: '10000000' },
  { item: 'advancesReceived', before: '0', now: '0' },
  { item: 'currentAssets', before: '36000000', now: '40000000' },
  { item: 'currentLiabilities', before: '20000000', now: '20000000' },
  { item: 'totalAssets', before: '70000000', now: '80000000' },
  { item: 'totalLiabilities', before: '40000000', now: '40000000' },
];

const diligence = {
  statements,
  growth: '0',
  ownFunds: '4000000',
  existingLoans: '5000000',
  otherFinancing: '0',
  collaterals: [
    { kind: 'ip-pledge', name: '发明专利三项（生成）', value: '6000000', haircut: '0.7' },
    { kind: 'property', name: '厂房（生成）', value: '5000000', haircut: '0.4' },
  ],
  opinion: '现金流稳定、用途真实（生成）',
};

/** One has become a line, one waits for a condition; the manager goes on with the third. */
async function leadApplications(
  book: DemoBook,
  park: Park,
  { segmentIds }: Desks,
  [first, second]: readonly string[],
): Promise<void> {
  const bank = await book.as('rm.bank1', { second: true });
  const manager = await book.as('rm.bank1');
  const wanted = (number: number, amount: number) => ({
    segmentId: segmentIds.bank1,
    enterpriseId: firmOf(park, number),
    product: '流动资金贷款',
    amount: wan(amount),
    termMonths: 12,
    purpose: '采购与备货（生成）',
  });
  for (const [i, { number, amount, demandId, met }] of [
    { number: 37, amount: 600, demandId: first, met: true },
    { number: 39, amount: 400, demandId: second, met: false },
  ].entries()) {
    const key = `park:application-${i + 1}`;
    const raw = { ...wanted(number, amount), demandId };
    const { applicationId } = await bank.do(apply, key, raw);
    await bank.do(recordDiligence, `${key}-diligence`, { applicationId, ...diligence }, 1);
    const approval = { amount: wan(amount), primeTerm: '1Y', spreadBp: 45, reason: '同意（生成）' };
    const conditions = [
      { kind: 'precedent', wording: '知识产权质押登记办妥（生成）' },
      { kind: 'covenant', wording: '资产负债率不超过 70%（生成）' },
    ];
    const word = { validUntil: '2027-05-31', commitmentRateAnnual: '0.003', conditions };
    const terms = { applicationId, ...approval, ...word };
    const { conditionIds } = await bank.do(approveApplication, `${key}-approval`, terms, 2);
    if (!met) continue;
    // The day of the approval, so that a load that goes on another day says the same.
    const { approvedOn } = await bank.ask(showApplication, { applicationId });
    const contract = { applicationId, contractNo: `生成-授信-${i + 1}`, signedOn: approvedOn };
    await bank.do(signContract, `${key}-contract`, contract, 3);
    const proof = { conditionId: conditionIds[0], evidence: '质押登记证明（生成）' };
    await bank.do(meetCondition, `${key}-proof`, { applicationId, ...proof }, 4);
    const { conditions: kept } = await bank.ask(showApplication, { applicationId });
    const startsOn = kept.find(({ kind }) => kind === 'precedent')?.metOn ?? approvedOn;
    const effective = { applicationId, startsOn, whitelistRequired: false };
    await bank.do(makeEffective, `${key}-line`, effective, 5);
  }
  await manager.do(apply, 'park:application-3', wanted(26, 500));
}

/** Of the first bank: one approved and not used yet, one that waits for its reasons. */
const exceptions = [
  { line: 'a17', amount: 100, approvedUntil: '2027-05-31' },
  { line: 'a16', amount: 50 },
] as const;

async function openExceptions(book: DemoBook, { zoneId }: Park, { lineIds }: Desks): Promise<void> {
  const bank = await book.as('rm.bank1', { second: true });
  const manager = await book.as('rm.bank1');
  const quota = { zoneId, amount: wan(1_000), reason: '年度例外配额（生成）' };
  await bank.do(setExceptionQuota, 'park:exception-quota', quota, 0);
  for (const [i, { line, amount, ...more }] of exceptions.entries()) {
    const key = `park:exception-${i + 1}`;
    const raw = {
      kind: 'excess',
      lineId: lineIds.get(line),
      amount: wan(amount),
      purpose: '订单集中到期备货（生成）',
    };
    if (!('approvedUntil' in more)) {
      await manager.do(raiseException, key, raw);
      continue;
    }
    const { exceptionId } = await bank.do(raiseException, key, raw);
    const why = { justification: '订单已签、回款确定（生成）', evidence: '销售合同（生成）' };
    await bank.do(justifyException, `${key}-reasons`, { exceptionId, ...why }, 1);
    const word = { amount: wan(amount), expiresOn: more.approvedUntil, reason: '同意（生成）' };
    await bank.do(approveException, `${key}-approval`, { exceptionId, ...word }, 2);
  }
}
