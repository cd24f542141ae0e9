/**
 * The rows behind the reported figures. They are generated and add up to the figures to the fen;
 * what was not published (Nansha's contributions, money drawn, defaults) has no rows at all.
 * Under the one real bank stands its agreement as reported, and nothing else.
 */
import { openAgreement, openLine, openSegment } from '../credit/index.ts';
import { commit, establishFund, invest, issueCall, recordPayment } from '../funds/index.ts';
import { admitBank, openPool } from '../risk-pool/index.ts';
import { dealt, splitInUnits } from './amounts.ts';
import type { DemoBook } from './book.ts';
import { registerGenerated } from './enterprises.ts';
import { chengdu, nanning, nanningSource, nansha } from './reported-figures.ts';
import type { Organisations } from './zones.ts';
import { outsideWhitelist } from './zones.ts';

/** Uneven but fixed: the same number always weighs the same. */
const weights = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => 5 + ((i * 37) % 23));

const twoDigits = (n: number): string => String(n).padStart(2, '0');

export async function loadNanning(
  book: DemoBook,
  { ids }: Organisations,
  zoneId: string,
): Promise<void> {
  await book.do(openAgreement, 'nanning:agreement', {
    zoneId,
    bankId: ids.nanningBank,
    name: '南宁高新区整园授信（报道数据）',
    intentAmount: nanning.intent,
    sense: 'AT_LEAST',
    enforcement: 'SOFT',
    qualifier: '不少于',
    source: `${nanningSource}；期限5年为报道所载，起止日按报道月份推定`,
    startsOn: '2022-12-01',
    endsOn: '2027-11-30',
  });
}

/** 21 banks, 531 enterprises with a line each, and a pool to which nobody is known to have paid. */
export async function loadNansha(
  book: DemoBook,
  organisations: Organisations,
  zoneId: string,
): Promise<void> {
  const enterpriseIds = await registerGenerated(book, {
    zoneId,
    key: 'nansha:enterprise',
    name: (number) => `南沙生成企业${number}（生成）`,
    count: nansha.enterprises,
    firstSerial: 1001,
    registeredOn: '2024-01-01',
  });
  const amounts = splitInUnits(nansha.approved, 100_000, weights(enterpriseIds.length));
  const { nanshaBankIds } = organisations;
  const totals = dealt(amounts, nanshaBankIds.length);
  const segmentIds = await openNanshaSegments(book, zoneId, nanshaBankIds, totals);
  await book.doMany(
    openLine,
    'nansha:line',
    enterpriseIds.map((enterpriseId, i) => ({
      segmentId: segmentIds[i % segmentIds.length],
      enterpriseId,
      product: '科技型中小企业贷款（生成）',
      amount: amounts[i],
      rateAnnual: '0.0345',
      startsOn: '2024-06-30',
      expiresOn: '2029-06-29',
      whitelistRequired: false,
      reason: outsideWhitelist,
      generated: true,
    })),
  );
  const { poolId } = await book.do(openPool, 'nansha:pool', {
    zoneId,
    ownerId: organisations.ids.office,
    name: '南沙科技型中小企业信贷风险损失补偿资金池（生成，办法以广州样板代替）',
    scheme: 'guangzhou-2025',
    openedOn: '2024-01-01',
    generated: true,
  });
  await book.doMany(
    admitBank,
    'nansha:cooperation',
    nanshaBankIds.map((bankId) => ({ poolId, bankId, startsOn: '2024-01-01' })),
  );
  await loadNanshaFunds(book, organisations, zoneId);
}

/** One agreement and one segment per bank, as large as the lines below it. */
async function openNanshaSegments(
  book: DemoBook,
  zoneId: string,
  bankIds: readonly string[],
  totals: readonly string[],
): Promise<string[]> {
  const agreements = await book.doMany(
    openAgreement,
    'nansha:agreement',
    bankIds.map((bankId, i) => ({
      zoneId,
      bankId,
      name: `合作银行${twoDigits(i + 1)}授信合作（生成）`,
      intentAmount: totals[i],
      sense: 'AT_MOST',
      startsOn: '2024-01-01',
      endsOn: '2029-12-31',
      generated: true,
    })),
  );
  const segments = await book.doMany(
    openSegment,
    'nansha:segment',
    agreements.map(({ agreementId }, i) => ({
      agreementId,
      name: '科创企业经营发展（生成）',
      scope: 'operations',
      amount: totals[i],
    })),
  );
  return segments.map(({ segmentId }) => segmentId);
}

const nanshaSubFunds = 12;
/** Who contributed how much is not published, so each fund has one partner that says so. */
const unknownPartner = { name: '未报道的出资人（生成）', source: 'private' } as const;

/** The mother fund commits nothing here: its contribution is the half that was not published. */
async function loadNanshaFunds(
  book: DemoBook,
  { ids }: Organisations,
  zoneId: string,
): Promise<void> {
  const amounts = splitInUnits(nansha.subFunds, 10_000_000, weights(nanshaSubFunds));
  const common = {
    zoneId,
    managerId: ids.nanshaFundHouse,
    establishedOn: '2024-01-01',
    generated: true,
  };
  const [, ...subFunds] = await book.doMany(establishFund, 'nansha:fund', [
    { ...common, kind: 'MOTHER', name: '南沙科技创新母基金（生成）' },
    ...amounts.map((targetSize, i) => ({
      ...common,
      kind: 'SUB',
      name: `南沙子基金${twoDigits(i + 1)}（生成）`,
      targetSize,
    })),
  ]);
  await book.doMany(
    commit,
    'nansha:commitment',
    subFunds.map(({ fundId }, i) => ({
      kind: 'initial',
      fundId,
      amount: amounts[i],
      valueOn: '2024-06-30',
      partner: unknownPartner,
      generated: true,
    })),
  );
}

const chengduFunds = 5;

/** Pilot funds, 28 projects in turn, and exactly as much paid in as was invested. */
export async function loadChengdu(
  book: DemoBook,
  { ids }: Organisations,
  zoneId: string,
): Promise<void> {
  const enterpriseIds = await registerGenerated(book, {
    zoneId,
    key: 'chengdu:enterprise',
    name: (number) => `成都生成企业${number}（生成）`,
    count: chengdu.projects,
    firstSerial: 3001,
    registeredOn: '2023-01-01',
  });
  const sizes = splitInUnits(chengdu.pilotFunds, 10_000_000, weights(chengduFunds));
  const amounts = splitInUnits(chengdu.invested, 100_000, weights(enterpriseIds.length));
  const funds = await book.doMany(
    establishFund,
    'chengdu:fund',
    sizes.map((targetSize, i) => ({
      zoneId,
      managerId: ids.chengduFundHouse,
      kind: 'PILOT',
      name: `成都中试基金${twoDigits(i + 1)}（生成）`,
      targetSize,
      establishedOn: '2023-01-01',
      generated: true,
    })),
  );
  const fundIds = funds.map(({ fundId }) => fundId);
  await payIn(book, fundIds, sizes, amounts);
  await book.doMany(
    invest,
    'chengdu:investment',
    enterpriseIds.map((enterpriseId, i) => ({
      fundId: fundIds[i % fundIds.length],
      project: `中试项目${twoDigits(i + 1)}（生成）`,
      enterpriseId,
      amount: amounts[i],
      valueOn: '2024-06-28',
    })),
  );
}

async function payIn(
  book: DemoBook,
  fundIds: readonly string[],
  sizes: readonly string[],
  investments: readonly string[],
): Promise<void> {
  const committed = await book.doMany(
    commit,
    'chengdu:commitment',
    fundIds.map((fundId, i) => ({
      kind: 'initial',
      fundId,
      amount: sizes[i],
      valueOn: '2023-06-30',
      partner: unknownPartner,
      generated: true,
    })),
  );
  const calls = dealt(investments, fundIds.length);
  const called = await book.doMany(
    issueCall,
    'chengdu:call',
    fundIds.map((fundId, fund) => ({
      fundId,
      amount: calls[fund],
      issuedOn: '2024-01-15',
      dueOn: '2024-02-29',
    })),
  );
  await book.doMany(
    recordPayment,
    'chengdu:payment',
    called.map(({ callId, amount }, i) => ({
      callId,
      partnerId: committed[i]?.partnerId,
      amount,
      valueOn: '2024-02-20',
    })),
  );
}
