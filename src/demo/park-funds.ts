/**
 * The funds of 示范园区: a mother fund, three sub-funds that it seeds, and a pilot-stage fund. Calls
 * and payments are unequal on purpose, so that leverage on commitments and on paid-in money
 * differ.
 */
import { commit, establishFund, invest, issueCall, recordPayment } from '../funds/index.ts';
import { Exact, Money } from '../kernel/index.ts';
import { wan } from './amounts.ts';
import type { DemoBook } from './book.ts';
import type { Park } from './park.ts';

interface PartnerRow {
  /** Another fund of this table, or a named source of money. */
  readonly fund?: string;
  readonly name?: string;
  readonly source?: 'district' | 'city' | 'province' | 'soe' | 'bank' | 'private';
  readonly amount: number;
}

interface FundRow {
  readonly fund: string;
  readonly kind: 'MOTHER' | 'SUB' | 'PILOT';
  readonly name: string;
  readonly establishedOn: string;
  readonly partners: readonly PartnerRow[];
}

const funds: readonly FundRow[] = [
  {
    fund: 'mother',
    kind: 'MOTHER',
    name: '示范园区科创母基金（生成）',
    establishedOn: '2025-06-20',
    partners: [
      { name: '园区财政（生成）', source: 'district', amount: 40_000 },
      { name: '市级财政（生成）', source: 'city', amount: 10_000 },
      { name: '园区国资平台（生成）', source: 'soe', amount: 30_000 },
      { name: '社会出资人甲（生成）', source: 'private', amount: 20_000 },
    ],
  },
  {
    fund: 'making',
    kind: 'SUB',
    name: '示范智能制造子基金（生成）',
    establishedOn: '2025-08-15',
    partners: [
      { fund: 'mother', amount: 20_000 },
      { name: '省级引导资金（生成）', source: 'province', amount: 10_000 },
      { name: '社会出资人乙（生成）', source: 'private', amount: 50_000 },
    ],
  },
  {
    fund: 'medicine',
    kind: 'SUB',
    name: '示范生物医药子基金（生成）',
    establishedOn: '2025-10-20',
    partners: [
      { fund: 'mother', amount: 12_000 },
      { name: '市属国企（生成）', source: 'soe', amount: 8_000 },
      { name: '社会出资人丙（生成）', source: 'private', amount: 20_000 },
    ],
  },
  {
    fund: 'early',
    kind: 'SUB',
    name: '示范早期科创子基金（生成）',
    establishedOn: '2026-01-22',
    partners: [
      { fund: 'mother', amount: 8_000 },
      { name: '银行理财子公司（生成）', source: 'bank', amount: 2_000 },
      { name: '社会出资人丁（生成）', source: 'private', amount: 10_000 },
    ],
  },
  {
    fund: 'pilot',
    kind: 'PILOT',
    name: '示范中试基金（生成）',
    establishedOn: '2026-02-10',
    partners: [
      { name: '园区财政（生成）', source: 'district', amount: 3_000 },
      { name: '园区国资平台（生成）', source: 'soe', amount: 2_000 },
      { name: '社会出资人戊（生成）', source: 'private', amount: 5_000 },
    ],
  },
];

interface CallRow {
  readonly fund: string;
  readonly amount: number;
  readonly issuedOn: string;
  readonly dueOn: string;
  readonly paidOn: string;
  /** Per partner in order: tenths of the call item that arrived. */
  readonly paidTenths: readonly number[];
}

/** A mother fund is called before its sub-funds, because it pays them with what it has. */
const calls: readonly CallRow[] = [
  {
    fund: 'mother',
    amount: 40_000,
    issuedOn: '2025-07-10',
    dueOn: '2025-08-10',
    paidOn: '2025-08-05',
    paidTenths: [10, 10, 10, 10],
  },
  {
    fund: 'making',
    amount: 40_000,
    issuedOn: '2025-09-15',
    dueOn: '2025-10-15',
    paidOn: '2025-10-13',
    paidTenths: [10, 10, 6],
  },
  {
    fund: 'medicine',
    amount: 20_000,
    issuedOn: '2025-12-01',
    dueOn: '2025-12-31',
    paidOn: '2025-12-26',
    paidTenths: [10, 10, 10],
  },
  {
    fund: 'mother',
    amount: 20_000,
    issuedOn: '2026-03-02',
    dueOn: '2026-04-01',
    paidOn: '2026-03-27',
    paidTenths: [10, 0, 10, 5],
  },
  {
    fund: 'early',
    amount: 8_000,
    issuedOn: '2026-03-16',
    dueOn: '2026-04-15',
    paidOn: '2026-04-10',
    paidTenths: [10, 10, 5],
  },
  {
    fund: 'pilot',
    amount: 5_000,
    issuedOn: '2026-04-07',
    dueOn: '2026-05-07',
    paidOn: '2026-04-30',
    paidTenths: [10, 10, 10],
  },
];

interface InvestmentRow {
  readonly fund: string;
  readonly project: string;
  readonly enterprise: number;
  readonly amount: number;
  readonly valueOn: string;
  readonly round?: { readonly name: string; readonly total: number };
}

const battery = { project: '固态电池中试线（生成）', enterprise: 24 } as const;

const investments: readonly InvestmentRow[] = [
  {
    fund: 'making',
    project: '工业视觉（生成）',
    enterprise: 22,
    amount: 6_000,
    valueOn: '2025-11-20',
    round: { name: 'A轮', total: 15_000 },
  },
  { fund: 'making', ...battery, amount: 4_000, valueOn: '2026-01-16' },
  {
    fund: 'medicine',
    project: '细胞治疗载体（生成）',
    enterprise: 30,
    amount: 5_000,
    valueOn: '2026-02-05',
    round: { name: 'B轮', total: 20_000 },
  },
  {
    fund: 'medicine',
    project: '合成生物酶（生成）',
    enterprise: 35,
    amount: 3_000,
    valueOn: '2026-05-21',
  },
  {
    fund: 'early',
    project: '边缘计算芯片（生成）',
    enterprise: 33,
    amount: 800,
    valueOn: '2026-06-09',
    round: { name: '天使轮', total: 2_000 },
  },
  {
    fund: 'early',
    project: '储能管理（生成）',
    enterprise: 36,
    amount: 600,
    valueOn: '2026-09-17',
  },
  { fund: 'pilot', ...battery, amount: 1_500, valueOn: '2026-06-25' },
  {
    fund: 'pilot',
    project: '氢能膜电极（生成）',
    enterprise: 27,
    amount: 1_200,
    valueOn: '2026-10-15',
  },
];

interface Established {
  readonly fundId: string;
  /** In the order of the table. */
  readonly partnerIds: readonly string[];
}

export async function loadFunds(book: DemoBook, park: Park): Promise<void> {
  const established = await establish(book, park);
  for (const [i, call] of calls.entries()) {
    await carryOut(book, established, call, `park:call-${i + 1}`);
  }
  await book.doMany(
    invest,
    'park:investment',
    investments.map(({ fund, project, enterprise, amount, valueOn, round }) => ({
      fundId: established.get(fund)?.fundId,
      project,
      enterpriseId: park.enterpriseIds[enterprise - 1],
      amount: wan(amount),
      valueOn,
      ...(round ? { round: { name: round.name, total: wan(round.total) } } : {}),
    })),
  );
}

async function establish(book: DemoBook, park: Park): Promise<Map<string, Established>> {
  const opened = await book.doMany(
    establishFund,
    'park:fund',
    funds.map(({ kind, name, establishedOn, partners }) => ({
      zoneId: park.zoneId,
      managerId: park.organisations.ids.manager,
      kind,
      name,
      establishedOn,
      targetSize: wan(partners.reduce((sum, { amount }) => sum + amount, 0)),
      firstCallMinimumShare: '0.2',
      firstCallMinimumClause: '合伙协议 第六条（生成）',
      concentrationShare: '0.2',
      concentrationClause: '合伙协议 第十二条（生成）',
      generated: true,
    })),
  );
  const idOf = new Map(funds.map(({ fund }, i) => [fund, opened[i]?.fundId ?? '']));
  const established = new Map<string, Established>();
  for (const { fund, establishedOn, partners } of funds) {
    const committed = await book.doMany(
      commit,
      `park:commitment-${fund}`,
      partners.map(({ fund: partnerFund, name, source, amount }) => ({
        kind: 'initial',
        fundId: idOf.get(fund),
        amount: wan(amount),
        valueOn: establishedOn,
        partner: partnerFund === undefined ? { name, source } : { fundId: idOf.get(partnerFund) },
        generated: true,
      })),
    );
    const partnerIds = committed.map(({ partnerId }) => partnerId);
    established.set(fund, { fundId: idOf.get(fund) ?? '', partnerIds });
  }
  return established;
}

async function carryOut(
  book: DemoBook,
  established: ReadonlyMap<string, Established>,
  { fund, amount, issuedOn, dueOn, paidOn, paidTenths }: CallRow,
  key: string,
): Promise<void> {
  const { fundId, partnerIds } = established.get(fund) ?? { fundId: '', partnerIds: [] };
  const { callId, items } = await book.do(issueCall, key, {
    fundId,
    amount: wan(amount),
    issuedOn,
    dueOn,
    purpose: '项目投资（生成）',
  });
  await book.doMany(
    recordPayment,
    `${key}:payment`,
    partnerIds.flatMap((partnerId, i) => {
      const asked = items.find((item) => item.partnerId === partnerId);
      const tenths = paidTenths[i] ?? 0;
      if (!asked || tenths === 0) return [];
      const paid = Money.of(asked.amount).times(Exact.of(tenths).dividedBy(10));
      return [{ callId, partnerId, amount: paid.toString(), valueOn: paidOn }];
    }),
  );
}
