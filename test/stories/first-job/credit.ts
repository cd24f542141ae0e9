// Chapter 2: whole-park credit. One loan below the tier, one above it, one that a limit refuses.
import { expect } from 'chai';
import type { Answer, Story } from '../story.ts';
import type { Park } from './opening.ts';

const rate = '0.0345';
const until = '2035-12-31';

export async function tellCredit(story: Story, park: Park): Promise<void> {
  story.chapter(
    ['整园授信', 'Whole-park credit'],
    [
      '银行向园区承诺 200 亿元，分到产业集群，再到单户。放款同时占用路径上的每一级额度。',
      'The bank commits 20 billion yuan to the zone, a part of it to a cluster, a part ' +
        'of that to a line. A drawdown takes every limit on its path.',
    ],
  );
  await signAgreement(story, park);
  await admitToWhitelist(story, park);
  const line = await openLine(story, park);
  await drawBelowTier(story, String(line['lineId']));
  await drawAboveTier(story, String(line['lineId']));
  await meetTheLimit(story, line);
}

async function signAgreement(story: Story, park: Park): Promise<void> {
  const agreement = await story.step({
    title: ['签订整园授信协议', 'Sign the park agreement'],
    note: [
      '承诺额度为 HARD：超过即拒绝。若只是意向，则为 SOFT，只统计不拒绝。',
      'A commitment is HARD and refuses; a mere intent would be SOFT and only count.',
    ],
    by: 'zone.finance',
    ask: 'POST /park-agreements',
    body: {
      zoneId: park.zoneId,
      bankId: park.bankId,
      name: '青禾整园授信协议（生成）',
      intentAmount: '20000000000.00',
      sense: 'AT_MOST',
      enforcement: 'HARD',
      startsOn: '2026-01-05',
      endsOn: until,
      generated: true,
    },
    status: 201,
    names: { agreementId: 'agr_park', nodeId: 'lim_park', zoneNodeId: 'lim_zone' },
  });
  const segment = await story.step({
    title: ['设立产业集群额度', 'Open the cluster’s segment'],
    by: 'zone.finance',
    ask: `POST /park-agreements/${String(agreement['agreementId'])}/segments`,
    body: {
      name: '高端装备产业集群（生成）',
      scope: 'cluster',
      amount: '6000000000.00',
      enforcement: 'HARD',
    },
    status: 201,
    names: { segmentId: 'seg_cluster', nodeId: 'lim_cluster' },
  });
  park.masterNodeId = String(agreement['nodeId']);
  park.segmentId = String(segment['segmentId']);
}

async function admitToWhitelist(story: Story, park: Park): Promise<void> {
  const entry = await story.step({
    title: ['推荐核心企业入白名单', 'Nominate the core enterprise for the whitelist'],
    by: 'zone.finance',
    ask: 'POST /whitelist-entries',
    body: { enterpriseId: park.coreId, bankId: park.bankId, reason: '园区产业链龙头企业' },
    status: 201,
    names: { entryId: 'wl_core' },
  });
  const submitted = await story.step({
    title: ['客户经理提请准入', 'The relationship manager asks to admit it'],
    by: 'rm.bank1',
    ask: `POST /whitelist-entries/${String(entry['entryId'])}/decisions`,
    body: { decision: 'accept', reason: '经营稳定，符合准入条件' },
    status: 202,
    names: { approvalId: 'appr_whitelist' },
  });
  await story.approve(submitted, {
    title: ['审批人同意准入', 'The approver agrees'],
    by: 'approver.bank1',
  });
}

async function openLine(story: Story, park: Park): Promise<Answer> {
  const submitted = await story.step({
    title: ['申请开立单户授信', 'Ask for a line'],
    by: 'rm.bank1',
    ask: 'POST /credit-lines',
    body: {
      segmentId: park.segmentId,
      enterpriseId: park.coreId,
      product: '流动资金贷款',
      amount: '12000000.00',
      rateAnnual: rate,
      startsOn: '2026-01-12',
      expiresOn: until,
      whitelistRequired: true,
      generated: true,
    },
    status: 202,
    names: { approvalId: 'appr_line' },
  });
  return story.approve(submitted, {
    title: ['审批通过，授信生效', 'Approved: the line is open'],
    by: 'approver.bank1',
    names: { lineId: 'line_core', nodeId: 'lim_core' },
  });
}

async function drawBelowTier(story: Story, lineId: string): Promise<void> {
  const held = await story.step({
    title: ['预占三百万元', 'Reserve three million'],
    note: [
      '预占的额度他人不可再用，到期或释放后归还。',
      'What is reserved is free for nobody else until it is released or expires.',
    ],
    by: 'rm.bank1',
    ask: 'POST /reservations',
    body: { lineId, amount: '3000000.00', purpose: '拟放款' },
    status: 201,
    names: { reservationId: 'rsv_core' },
  });
  const drawn = await story.step({
    title: [
      '按预占放款，额度以内一人即可',
      'Draw what was reserved: below the tier one person is enough',
    ],
    by: 'rm.bank1',
    ask: 'POST /drawdowns',
    body: {
      lineId,
      amount: '3000000.00',
      valueOn: '2026-02-02',
      dueOn: '2027-02-01',
      purpose: '采购原材料',
      reservationId: String(held['reservationId']),
    },
    status: 201,
    names: { drawdownId: 'draw_small' },
  });
  await story.step({
    title: ['归还部分本金与利息', 'Repay part of it, with interest'],
    note: [
      '3,000,000 × 3.45% × 89 ÷ 360 = 25,587.50。本金归还恢复循环额度，利息不恢复。',
      'Principal gives a revolving limit back; interest gives nothing back.',
    ],
    by: 'rm.bank1',
    ask: 'POST /repayments',
    body: {
      drawdownId: String(drawn['drawdownId']),
      principal: '1000000.00',
      interest: '25587.50',
      valueOn: '2026-05-02',
    },
    status: 201,
    names: { repaymentId: 'rep_small' },
  });
}

async function drawAboveTier(story: Story, lineId: string): Promise<void> {
  const submitted = await story.step({
    title: ['超过五百万元的放款转审批', 'A drawdown above five million waits for approval'],
    note: [
      '提交时即预占额度，两笔待批业务不会同时通过。',
      'The amount is set aside at once, so that two pending requests cannot both pass.',
    ],
    by: 'rm.bank1',
    ask: 'POST /drawdowns',
    body: {
      lineId,
      amount: '8000000.00',
      valueOn: '2026-06-01',
      dueOn: '2027-05-31',
      purpose: '扩建产线',
    },
    status: 202,
    names: { approvalId: 'appr_large' },
  });
  await story.step({
    title: ['经办人不能审批', 'The maker cannot approve'],
    by: 'rm.bank1',
    ask: `POST /approvals/${String(submitted['approvalId'])}/decisions`,
    body: { decision: 'approve' },
    status: 403,
  });
  await story.approve(submitted, {
    title: ['审批人通过，即行放款', 'The approver agrees and it is paid out'],
    by: 'approver.bank1',
    names: { drawdownId: 'draw_large' },
  });
}

async function meetTheLimit(story: Story, line: Answer): Promise<void> {
  const { lineId, nodeId } = line;
  const refusal = await story.step({
    title: ['额度不足，说明原因', 'The limit refuses, and says why'],
    note: [
      '逐级列出不足的额度、差额，以及现在最多能放多少。',
      'Every limit that is short is named, with by how much, and the largest amount admitted now.',
    ],
    by: 'rm.bank1',
    ask: 'POST /drawdowns',
    body: {
      lineId: String(lineId),
      amount: '3000000.00',
      valueOn: '2026-06-15',
      dueOn: '2027-06-14',
      purpose: '补充流动资金',
    },
    status: 422,
  });
  expect(refusal['smallestAdmissible']).to.equal('2000000.00');
  await story.step({
    title: ['查询可用额度', 'Ask for the headroom'],
    by: 'rm.bank1',
    ask: `GET /limits/${String(nodeId)}/headroom?amount=2000000.00`,
    status: 200,
    shows: ({ headroom, smallestAdmissible, code, binding }) => ({
      headroom,
      smallestAdmissible,
      code,
      binding,
    }),
  });
}
