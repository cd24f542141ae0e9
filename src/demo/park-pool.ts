/**
 * The risk-compensation pool of 示范园区. Its rule is a generated measure of its own, verified
 * against a generated text, because a template of a real measure serves for trials only.
 */
import { canonicalJson, sha256Hex } from '../kernel/index.ts';
import { admitBank, contribute, fileClaim, openPool, payCompensation } from '../risk-pool/index.ts';
import { addPack } from '../rulebook/index.ts';
import { wan } from './amounts.ts';
import type { DemoBook } from './book.ts';
import { defaulted } from './park-loans.ts';
import type { Park } from './park.ts';

export const scheme = 'demo-park';

/**
 * 3,000 paid in at ten times back 30,000 of loans; 168 of compensation takes 1,680 of that away.
 */
const multiple = '10';

const parameters = {
  basis: 'PRINCIPAL_ONLY',
  ratio: {
    by: 'tiers',
    mode: 'whole-loan',
    tiers: [
      { upTo: wan(500), ratio: '0.4' },
      { upTo: wan(1500), ratio: '0.3' },
      { upTo: wan(3000), ratio: '0.2' },
    ],
  },
  addons: [{ flag: 'ip', points: '0.1' }],
  ratioCap: '0.5',
  caps: { firmYear: wan(300), poolYear: wan(1000) },
  claimWindowDays: 180,
  fuses: [
    { metric: 'loss-to-entered', operator: '>', value: '0.03', action: 'SUSPEND_CLAIMS' },
    { metric: 'npl-ratio', operator: '>=', value: '0.05', action: 'WARN' },
  ],
};

const clause = (text: string) => ({ text: `${text}（生成）`, evidence: '[D]' });

const clauses = {
  basis: clause('第四条 只补偿不良贷款本金实际损失'),
  'ratio.tiers': clause('第五条 500万元及以下40%，1500万元及以下30%，3000万元及以下20%'),
  'addons.0': clause('第六条 知识产权质押贷款提高10个百分点'),
  ratioCap: clause('第六条 补偿比例合计不超过50%'),
  'caps.firmYear': clause('第七条 单户每年不超过300万元'),
  'caps.poolYear': clause('第七条 资金池每年不超过1000万元'),
  claimWindowDays: clause('第八条 违约之日起180日内申请'),
  fuses: clause('第九条 银行当年损失超过当年入库本金3%的，暂缓补偿；不良率达到5%预警'),
};

export async function openParkPool(book: DemoBook, park: Park): Promise<string> {
  const { bank1, bank2, office } = park.organisations.ids;
  await book.do(addPack, 'park:rule-pack', {
    kind: 'pool',
    scheme,
    zoneId: park.zoneId,
    documentNo: '示范规〔2025〕1号（生成）',
    title: '示范园区信贷风险补偿办法（生成）',
    validFrom: '2025-06-01',
    evidence: '[D]',
    parameters,
    clauses,
    officialText: {
      source: '随演示数据生成的办法文本，无正式发文',
      sha256: sha256Hex(canonicalJson({ parameters, clauses })),
    },
  });
  const { poolId } = await book.do(openPool, 'park:pool', {
    zoneId: park.zoneId,
    ownerId: office,
    name: '示范园区信贷风险补偿资金池（生成）',
    scheme,
    multiple,
    openedOn: '2025-06-10',
    generated: true,
  });
  const paidIn = { poolId, contributorId: office, source: '园区财政预算（生成）' };
  await book.doMany(contribute, 'park:contribution', [
    { ...paidIn, amount: wan(2000), contributedOn: '2025-06-10' },
    { ...paidIn, amount: wan(1000), contributedOn: '2026-01-15' },
  ]);
  await book.doMany(
    admitBank,
    'park:cooperation',
    [bank1, bank2].map((bankId) => ({ poolId, bankId, startsOn: '2025-06-10' })),
  );
  return poolId;
}

/** One claim, paid: what the fuse and the multiple have left is the reason to look at them. */
export async function claimOnPool(book: DemoBook, enrolmentId: string): Promise<void> {
  const { claimId } = await book.do(fileClaim, 'park:claim', {
    enrolmentId,
    principalLoss: wan(defaulted.principalLoss),
    claimedOn: defaulted.claimedOn,
  });
  await book.do(payCompensation, 'park:compensation', { claimId, paidOn: defaulted.paidOn });
}
