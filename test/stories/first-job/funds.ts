// Chapter 4: a mother fund seeds a sub-fund, which invests in a project.
import type { Answer, Story } from '../story.ts';
import type { Park } from './opening.ts';

interface Fund {
  readonly fundId: string;
  readonly partnerIds: readonly string[];
}

export async function tellFunds(story: Story, park: Park): Promise<void> {
  story.chapter(
    ['母子基金', 'Mother and sub fund'],
    [
      '认缴、缴款通知、实缴、投资各是一件事，从不相加。母基金对子基金的实缴同时记在两本账上。',
      'Commitments, calls, paid-in money and investments are four different facts. What ' +
        'the mother pays into its sub-fund stands in both books.',
    ],
  );
  const mother = await establish(story, park, {
    kind: 'MOTHER',
    name: '青禾科创母基金（生成）',
    en: 'mother fund',
    as: 'mother',
    establishedOn: '2026-01-08',
    partners: [
      { name: '园区财政（生成）', source: 'district', amount: '600000000.00' },
      { name: '园区国资平台（生成）', source: 'soe', amount: '400000000.00' },
    ],
  });
  const sub = await establish(story, park, {
    kind: 'SUB',
    name: '青禾智造子基金（生成）',
    en: 'sub-fund',
    as: 'sub',
    establishedOn: '2026-02-12',
    partners: [
      { fundId: mother.fundId, amount: '200000000.00' },
      { name: '社会出资人甲（生成）', source: 'private', amount: '300000000.00' },
    ],
  });
  await callAndPay(story, mother, {
    zh: '母基金',
    en: 'the mother fund',
    as: 'mother',
    amount: '250000000.00',
    issuedOn: '2026-02-16',
    dueOn: '2026-03-16',
    paidOn: '2026-03-10',
  });
  await callAndPay(story, sub, {
    zh: '子基金',
    en: 'the sub-fund',
    as: 'sub',
    amount: '150000000.00',
    issuedOn: '2026-03-20',
    dueOn: '2026-04-20',
    paidOn: '2026-04-15',
  });
  const submitted = await story.step({
    title: ['提请投资六千万元', 'Ask to invest sixty million'],
    by: 'fund.admin',
    ask: 'POST /investments',
    body: {
      fundId: sub.fundId,
      project: '精密减速器产业化（生成）',
      enterpriseId: park.supplierId,
      amount: '60000000.00',
      valueOn: '2026-05-18',
      round: { name: 'A轮', total: '150000000.00' },
    },
    status: 202,
    names: { approvalId: 'appr_investment' },
  });
  await story.approve(submitted, {
    title: ['审批通过，投资完成', 'Approved: the money is invested'],
    by: 'fund.approver',
    names: { investmentId: 'inv_supplier' },
  });
}

interface FundPlan {
  readonly kind: 'MOTHER' | 'SUB';
  readonly name: string;
  readonly en: string;
  readonly as: string;
  readonly establishedOn: string;
  readonly partners: readonly (
    | { readonly fundId: string; readonly amount: string }
    | { readonly name: string; readonly source: string; readonly amount: string }
  )[];
}

async function establish(story: Story, park: Park, plan: FundPlan): Promise<Fund> {
  const { kind, name, en, as, establishedOn, partners } = plan;
  const fund = await story.step({
    title: [`设立${name}`, `Establish the ${en}`],
    by: 'fund.admin',
    ask: 'POST /funds',
    body: { zoneId: park.zoneId, kind, name, establishedOn, generated: true },
    status: 201,
    names: { fundId: `fund_${as}` },
  });
  const fundId = String(fund['fundId']);
  const partnerIds: string[] = [];
  for (const [i, { amount, ...partner }] of partners.entries()) {
    const who = 'name' in partner ? partner.name : '母基金';
    const committed = await story.step({
      title: [`${who}认缴`, `Commitment ${i + 1} of the ${en}`],
      by: 'fund.admin',
      ask: 'POST /commitments',
      body: { kind: 'initial', fundId, amount, valueOn: establishedOn, partner, generated: true },
      status: 201,
      names: { partnerId: `partner_${as}-${i + 1}`, commitmentId: `commit_${as}-${i + 1}` },
    });
    partnerIds.push(String(committed['partnerId']));
  }
  return { fundId, partnerIds };
}

interface CallPlan {
  readonly zh: string;
  readonly en: string;
  readonly as: string;
  readonly amount: string;
  readonly issuedOn: string;
  readonly dueOn: string;
  readonly paidOn: string;
}

async function callAndPay(story: Story, fund: Fund, plan: CallPlan): Promise<void> {
  const { zh, en, as, amount, issuedOn, dueOn, paidOn } = plan;
  const submitted = await story.step({
    title: [`${zh}提请缴款`, `Ask to call capital of ${en}`],
    by: 'fund.admin',
    ask: 'POST /capital-calls',
    body: { fundId: fund.fundId, amount, issuedOn, dueOn },
    status: 202,
    names: { approvalId: `appr_call-${as}` },
  });
  const call = await story.approve(submitted, {
    title: ['审批通过，按认缴比例分摊', 'Approved: split by the commitments'],
    by: 'fund.approver',
    names: { callId: `call_${as}` },
  });
  const callId = String(call['callId']);
  for (const item of call['items'] as readonly Answer[]) {
    await story.step({
      title: [`${String(item['name'])}实缴`, `A partner of ${en} pays`],
      by: 'fund.admin',
      ask: `POST /capital-calls/${callId}/payments`,
      body: { partnerId: item['partnerId'], amount: item['amount'], valueOn: paidOn },
      status: 201,
    });
  }
}
