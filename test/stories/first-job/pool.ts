// Chapter 3: the risk-compensation pool, from its rule to the money that a bank is paid.
import { expect } from 'chai';
import type { Answer, Story } from '../story.ts';
import type { Park } from './opening.ts';

const clause = (text: string) => ({ text: `${text}（生成）`, evidence: '[D]' });

export async function tellPool(story: Story, park: Park): Promise<void> {
  story.chapter(
    ['风险资金池', 'The risk-compensation pool'],
    [
      '规则包经两人录入后生效；贷款入库、违约、申请补偿，金额由规则算出并逐步说明。',
      'Two persons put a rule on record; a loan enrols, defaults and is claimed for. ' +
        'The amount follows from the rule, step by step.',
    ],
  );
  const poolId = await openPool(story, park);
  const drawdownId = await lendToBorrower(story, park);
  const claim = await claimLoss(story, poolId, drawdownId);
  const submitted = await story.step({
    title: ['园区提请拨付', 'The office asks to pay'],
    by: 'zone.finance',
    ask: `POST /claims/${String(claim['claimId'])}/payments`,
    body: { paidOn: '2026-07-20' },
    status: 202,
    names: { approvalId: 'appr_compensation' },
  });
  await story.approve(submitted, {
    title: ['审批通过，补偿拨付', 'Approved: the compensation is paid'],
    note: [
      '两本账各自平衡：资金池付出，银行收到。',
      'Each book balances by itself: the pool pays, the bank receives.',
    ],
    by: 'zone.approver',
  });
}

async function openPool(story: Story, park: Park): Promise<string> {
  const submitted = await story.step({
    title: ['录入补偿办法', 'Put the pool’s rule on record'],
    by: 'zone.finance',
    ask: 'POST /rule-packs',
    body: {
      kind: 'pool',
      scheme: 'qinghe',
      zoneId: park.zoneId,
      documentNo: '青禾规〔2026〕1号（生成）',
      title: '青禾高新区信贷风险补偿办法（生成）',
      validFrom: '2026-01-01',
      evidence: '[D]',
      parameters: {
        basis: 'PRINCIPAL_ONLY',
        ratio: {
          by: 'tiers',
          mode: 'whole-loan',
          tiers: [
            { upTo: '5000000.00', ratio: '0.5' },
            { upTo: '10000000.00', ratio: '0.4' },
          ],
        },
        caps: { firmYear: '3000000.00', poolYear: '8000000.00' },
        claimWindowDays: 180,
      },
      clauses: {
        basis: clause('第四条 只补偿贷款本金损失'),
        'ratio.tiers': clause('第五条 五百万元及以下百分之五十，一千万元及以下百分之四十'),
        'caps.firmYear': clause('第六条 单户每年不超过三百万元'),
        'caps.poolYear': clause('第六条 资金池每年不超过八百万元'),
        claimWindowDays: clause('第七条 违约之日起一百八十日内申请'),
      },
      officialText: { source: '随示例生成的办法文本', sha256: 'ab'.repeat(32) },
    },
    status: 202,
    names: { approvalId: 'appr_rule' },
  });
  await story.approve(submitted, {
    title: ['审批通过，规则生效', 'Approved: the rule is in force'],
    by: 'zone.approver',
    names: { packId: 'pack_qinghe' },
  });
  const { poolId } = await story.step({
    title: ['设立资金池', 'Open the pool'],
    note: [
      '放大倍数 10：池中一元最多支持十元贷款。',
      'A yuan in the pool backs ten yuan of loans.',
    ],
    by: 'zone.finance',
    ask: 'POST /pools',
    body: {
      zoneId: park.zoneId,
      ownerId: park.officeId,
      name: '青禾信贷风险补偿资金池（生成）',
      scheme: 'qinghe',
      multiple: '10',
      openedOn: '2026-01-15',
      generated: true,
    },
    status: 201,
    names: { poolId: 'pool_qinghe', nodeId: 'lim_pool' },
  });
  await story.step({
    title: ['出资两千万元', 'Contribute twenty million'],
    by: 'zone.finance',
    ask: `POST /pools/${String(poolId)}/contributions`,
    body: {
      contributorId: park.officeId,
      amount: '20000000.00',
      contributedOn: '2026-01-20',
      source: '园区财政预算',
    },
    status: 201,
    names: { contributionId: 'contrib_qinghe' },
  });
  await story.step({
    title: ['准入合作银行', 'Admit the bank'],
    by: 'zone.finance',
    ask: `POST /pools/${String(poolId)}/banks`,
    body: { bankId: park.bankId, startsOn: '2026-01-20', quota: '150000000.00' },
    status: 201,
    names: { cooperationId: 'coop_bank', nodeId: 'lim_quota' },
  });
  return String(poolId);
}

async function lendToBorrower(story: Story, park: Park): Promise<string> {
  const submitted = await story.step({
    title: ['为青禾新材申请授信', 'Ask for a line for the small borrower'],
    by: 'rm.bank1',
    ask: 'POST /credit-lines',
    body: {
      segmentId: park.segmentId,
      enterpriseId: park.borrowerId,
      product: '流动资金贷款',
      amount: '4000000.00',
      rateAnnual: '0.0365',
      startsOn: '2026-02-10',
      expiresOn: '2035-12-31',
      whitelistRequired: false,
      reason: '资金池合作产品，名单外企业',
      generated: true,
    },
    status: 202,
    names: { approvalId: 'appr_borrower' },
  });
  const line = await story.approve(submitted, {
    title: ['审批通过', 'Approved'],
    by: 'approver.bank1',
    names: { lineId: 'line_borrower', nodeId: 'lim_borrower' },
  });
  const { drawdownId } = await story.step({
    title: ['放款四百万元', 'Draw four million'],
    by: 'rm.bank1',
    ask: 'POST /drawdowns',
    body: {
      lineId: String(line['lineId']),
      amount: '4000000.00',
      valueOn: '2026-03-02',
      dueOn: '2027-03-01',
      purpose: '研发投入',
    },
    status: 201,
    names: { drawdownId: 'draw_borrower' },
  });
  return String(drawdownId);
}

async function claimLoss(story: Story, poolId: string, drawdownId: string): Promise<Answer> {
  const enrolled = await story.step({
    title: ['贷款入库备案', 'Enrol the loan in the pool'],
    by: 'rm.bank1',
    ask: 'POST /enrolments',
    body: { poolId, drawdownId, enrolledOn: '2026-03-05' },
    status: 201,
    names: { enrolmentId: 'enrol_borrower' },
  });
  await story.step({
    title: ['归还五十万元', 'Half a million comes back'],
    by: 'rm.bank1',
    ask: 'POST /repayments',
    body: { drawdownId, principal: '500000.00', valueOn: '2026-04-20' },
    status: 201,
    names: { repaymentId: 'rep_borrower' },
  });
  await story.step({
    title: ['登记违约', 'Record the default'],
    by: 'rm.bank1',
    ask: `POST /drawdowns/${drawdownId}/defaults`,
    body: { defaultedOn: '2026-06-10' },
    status: 200,
  });
  const claim = await story.step({
    title: ['申请补偿', 'Claim compensation'],
    note: [
      '本金损失 350 万元，贷款 400 万元适用 50%，补偿 175 万元，单户年度上限未触及。',
      'Of a loss of 3.5 million, 50 % for a loan of 4 million: 1.75 million, below every cap.',
    ],
    by: 'rm.bank1',
    ask: 'POST /claims',
    body: {
      enrolmentId: String(enrolled['enrolmentId']),
      principalLoss: '3500000.00',
      claimedOn: '2026-07-01',
    },
    status: 201,
    names: { claimId: 'claim_borrower' },
  });
  expect(claim['compensation']).to.equal('1750000.00');
  await story.step({
    title: ['看补偿怎么算', 'See how it was computed'],
    by: 'zone.finance',
    ask: `GET /claims/${String(claim['claimId'])}`,
    status: 200,
  });
  return claim;
}
