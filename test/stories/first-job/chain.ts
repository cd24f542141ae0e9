// Chapter 5: a certificate of the core enterprise, from its issue to the day on which it is paid.
import { expect } from 'chai';
import type { Story } from '../story.ts';
import type { Park } from './opening.ts';

export async function tellChain(story: Story, park: Park): Promise<void> {
  story.chapter(
    ['供应链凭证', 'The supply chain'],
    [
      '核心企业签发凭证，供应商签收后向银行融资，占用的是核心企业的额度；同一应收账款不能融资两次。',
      'The core enterprise issues a certificate, its supplier is financed on it, and ' +
        'the limit taken is the core enterprise’s. One receivable is financed once.',
    ],
  );
  const programmeId = await openProgramme(story, park);
  const certificateId = await issueAndAccept(story, park, programmeId);
  const submitted = await story.step({
    title: ['申请凭证融资', 'Ask to finance it'],
    by: 'rm.bank1',
    ask: 'POST /financings',
    body: { certificateId, amount: '5000000.00', rateAnnual: '0.036', valueOn: '2026-04-22' },
    status: 202,
    names: { approvalId: 'appr_financing' },
  });
  const financing = await story.approve(submitted, {
    title: ['审批通过，融资放款', 'Approved: the supplier is paid'],
    note: [
      '5,000,000 × 3.6% × 176 ÷ 360 = 88,000.00，供应商得 4,912,000.00。',
      'The supplier gets the face less the discount.',
    ],
    by: 'approver.bank1',
    names: { financingId: 'fin_supplier' },
  });
  expect(financing['interest']).to.equal('88000.00');
  await story.step({
    title: ['不能再次融资', 'It is not financed twice'],
    by: 'rm.bank1',
    ask: 'POST /financings',
    body: { certificateId, amount: '5000000.00', rateAnnual: '0.036', valueOn: '2026-04-23' },
    status: 422,
  });
  await story.step({
    title: ['到期兑付，额度归还', 'Paid at maturity: the limit comes back'],
    by: 'rm.bank1',
    ask: `POST /financings/${String(financing['financingId'])}/settlements`,
    body: { valueOn: '2026-10-15' },
    version: Number(financing['version']),
    status: 200,
  });
}

async function openProgramme(story: Story, park: Park): Promise<string> {
  const submitted = await story.step({
    title: ['申请设立供应链项目', 'Ask for a programme of the core enterprise'],
    by: 'rm.bank1',
    ask: 'POST /programmes',
    body: {
      zoneId: park.zoneId,
      bankId: park.bankId,
      coreEnterpriseId: park.coreId,
      name: '青禾智造供应链（生成）',
      limit: '80000000.00',
      parentNodeId: park.masterNodeId,
      startsOn: '2026-03-01',
      expiresOn: '2035-12-31',
      generated: true,
    },
    status: 202,
    names: { approvalId: 'appr_programme' },
  });
  const programme = await story.approve(submitted, {
    title: ['审批通过，项目设立', 'Approved: the programme is open'],
    by: 'approver.bank1',
    names: { programmeId: 'prog_core', nodeId: 'lim_programme' },
  });
  const programmeId = String(programme['programmeId']);
  await story.step({
    title: ['加入一级供应商', 'Admit the supplier'],
    by: 'rm.bank1',
    ask: `POST /programmes/${programmeId}/suppliers`,
    body: { enterpriseId: park.supplierId, tier: 1, since: '2026-03-02' },
    status: 201,
    names: { relationId: 'rel_supplier' },
  });
  return programmeId;
}

async function issueAndAccept(story: Story, park: Park, programmeId: string): Promise<string> {
  const issued = await story.step({
    title: ['签发凭证', 'Issue a certificate'],
    note: [
      '账期六个月以内为正常，不占用任何额度。',
      'A term of up to six months is normal; nobody’s limit is touched yet.',
    ],
    by: 'rm.bank1',
    ask: 'POST /certificates',
    body: {
      programmeId,
      holderId: park.supplierId,
      face: '5000000.00',
      issuedOn: '2026-04-15',
      dueOn: '2026-10-15',
      contractNo: 'QH-HT-0001',
      invoiceNo: 'QH-FP-0001',
    },
    status: 201,
    names: { certificateId: 'cert_supplier' },
  });
  const certificateId = String(issued['certificateId']);
  await story.step({
    title: ['供应商签收', 'The supplier accepts it'],
    by: 'rm.bank1',
    ask: `POST /certificates/${certificateId}/acceptances`,
    body: { valueOn: '2026-04-17' },
    version: Number(issued['version']),
    status: 200,
  });
  return certificateId;
}
