// What a desk works by: places in the queue, shorter clocks, what programmes keep, approvals that
// run out, and the rate of the commitment fee that a line carries.
import { expect } from 'chai';
import { openAgreement, openLine, openProgramme, openSegment } from '../../src/credit/index.ts';
import { apply } from '../../src/credit/operations/apply.ts';
import { enterDemand } from '../../src/credit/operations/enter-demand.ts';
import { lapseApprovals } from '../../src/credit/operations/lapse-approvals.ts';
import { showLine } from '../../src/credit/queries.ts';
import { listApplications, showApplication } from '../../src/credit/queries-applications.ts';
import { showCommitmentFee } from '../../src/credit/queries-commitment-fee.ts';
import { listDemands } from '../../src/credit/queries-demands.ts';
import { addDays } from '../../src/kernel/index.ts';
import { registerOrganisation } from '../../src/parties/index.ts';
import type { Actor } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { deskOf } from './demand-desk.ts';
import type { Park } from './stage.ts';
import { outsideWhitelist } from './stage.ts';

describe('credit: the order of a desk', () => {
  let stage: Stage;
  let park: Park;
  const programmes: Record<string, string> = {};
  before(async () => {
    stage = await openStage();
    const { zoneId, bankId, bank } = stage;
    const { agreementId, nodeId } = await stage.done(
      openAgreement,
      {
        zoneId,
        bankId,
        name: '示例整园授信',
        intentAmount: '1000.00',
        sense: 'AT_MOST',
        enforcement: 'SOFT',
        startsOn: ago(300),
        endsOn: ago(-1500),
      },
      bank,
    );
    const { segmentId } = await stage.done(
      openSegment,
      { agreementId, name: '产业集群', scope: 'cluster', amount: '1000', enforcement: 'SOFT' },
      bank,
    );
    park = { agreementId, masterId: nodeId, segmentId } as Park;
    for (const [name, queueRank, decisionClockDays, reservedQuota] of [
      ['千企技改', 2, 15, null],
      ['双百双新', 1, 10, '300.00'],
    ] as const) {
      const terms = { agreementId, name, queueRank, decisionClockDays, reservedQuota };
      const made = await stage.done(openProgramme, { ...terms, reason: '按协议' }, bank);
      programmes[name] = made['programmeId'] as string;
    }
  });
  afterEach(() => stage.check());
  after(() => stage.close());

  const line = (amount: string, more: object = {}) => ({
    segmentId: park.segmentId,
    enterpriseId: stage.firmId,
    product: '流动资金贷款',
    amount,
    rateAnnual: '0.0345',
    startsOn: ago(100),
    expiresOn: ago(-300),
    ...outsideWhitelist,
    ...more,
  });
  const opened = (amount: string, more?: object) =>
    stage.done(openLine, line(amount, more), stage.bank);
  const refusal = (amount: string, more?: object) =>
    stage.refused(openLine, line(amount, more), stage.bank);

  it('keeps a programme’s quota from lines outside it, to the fen', async () => {
    const outside = await refusal('700.01');
    expect(outside.code).to.equal('programme-quota-reserved');
    expect(String(outside.facts['shortBy'])).to.equal('0.01');
    await opened('700.00');
    expect((await refusal('0.01')).code).to.equal('programme-quota-reserved');
    const other = { programmeId: programmes['千企技改'] };
    expect((await refusal('0.01', other)).code).to.equal('programme-quota-reserved');
    const own = { programmeId: programmes['双百双新'] };
    await opened('250.00', own);
    expect((await refusal('0.01')).code).to.equal('programme-quota-reserved');
    await opened('50.00', own);
    const [tags] = await stage.rows<{ tags: number }>(
      `select count(*)::int as tags from credit_line_tags where counts`,
    );
    expect(tags?.tags).to.equal(2);
  });

  it('takes only an open programme of the line’s own agreement', async () => {
    expect((await refusal('1.00', { programmeId: 'prio_unknown' })).code).to.equal(
      'programme-missing',
    );
  });

  const demand = async (more: object, actor: Actor = stage.office) =>
    stage.done(
      enterDemand,
      { enterpriseId: stage.firmId, amount: '100', purpose: '采购', termMonths: 12, ...more },
      actor,
    );

  it('lists demands by programme, then by clock, and shortens the clock', async () => {
    const plain = await demand({});
    const second = await demand({ programme: '千企技改' });
    const first = await demand({ programme: '双百双新' });
    const soon = await demand({ clock: { days: 2, unit: 'calendar-days' } });
    expect([plain['dueOn'], second['dueOn'], first['dueOn']]).to.deep.equal([
      addDays(today, 30),
      addDays(today, 15),
      addDays(today, 10),
    ]);
    const { items } = await stage.ask(listDemands, {}, stage.bank);
    expect(items.map(({ id }) => id)).to.deep.equal(
      [first, second, soon, plain].map((one) => one['demandId']),
    );
    expect(items.map(({ queueRank }) => queueRank)).to.deep.equal([1, 2, null, null]);
    const page = await stage.ask(listDemands, { limit: 3 }, stage.bank);
    const next = { limit: 3, cursor: page.nextCursor ?? '' };
    const rest = await stage.ask(listDemands, next, stage.bank);
    expect(rest.items.map(({ id }) => id)).to.deep.equal([plain['demandId']]);
    const unknown = { enterpriseId: stage.firmId, amount: '1', purpose: '采购', termMonths: 1 };
    const { code } = await stage.refused(
      enterDemand,
      { ...unknown, programme: '没有的计划' },
      stage.office,
    );
    expect(code).to.equal('programme-missing');
  });

  it('lists applications by programme, with the days the bank has', async () => {
    const wanted = {
      segmentId: park.segmentId,
      enterpriseId: stage.firmId,
      product: '流动资金贷款',
      amount: '100',
      termMonths: 12,
      purpose: '采购原材料',
    };
    const plain = await stage.done(apply, wanted, stage.bank);
    const programmeId = programmes['双百双新'];
    const first = await stage.done(apply, { ...wanted, programmeId }, stage.bank);
    const { items } = await stage.ask(listApplications, {}, stage.bank);
    expect(
      items.map(({ id, decisionDueOn, overdue }) => [id, decisionDueOn, overdue]),
    ).to.deep.equal([
      [first['applicationId'], addDays(today, 10), false],
      [plain['applicationId'], addDays(today, 30), false],
    ]);
    const unknown = { ...wanted, programmeId: 'prio_unknown' };
    expect((await stage.refused(apply, unknown, stage.bank)).code).to.equal('programme-missing');
  });

  it('closes approvals that have run out, and only those', async () => {
    const desk = deskOf(stage, () => park);
    const { id } = await desk.approved({ amount: '100' });
    const { id: kept } = await desk.approved({ amount: '100' });
    const job = () => stage.done(lapseApprovals, { asOf: today }, stage.root);
    expect(await job()).to.deep.equal({ done: 0, next: null });
    await stage.db.raw(
      `update credit_applications set approved_on = '${ago(9)}', valid_until = '${ago(1)}'
       where id = '${id}'`,
    );
    expect(await job()).to.deep.equal({ done: 1, next: null });
    expect(await job()).to.deep.equal({ done: 0, next: null });
    const show = (applicationId: string) =>
      stage.ask(showApplication, { applicationId }, stage.bank);
    expect(await show(id)).to.deep.include({ state: 'LAPSED', closedOn: today });
    expect(await show(kept)).to.deep.include({ state: 'APPROVED' });
  });

  it('carries the rate of the commitment fee from the approval to the line', async () => {
    const wide = await stage.done(
      openSegment,
      {
        agreementId: (
          await stage.done(
            openAgreement,
            {
              zoneId: stage.zoneId,
              bankId: stage.bankId,
              name: '另一协议',
              intentAmount: '100000000',
              sense: 'AT_LEAST',
              enforcement: 'SOFT',
              startsOn: ago(300),
              endsOn: ago(-1500),
            },
            stage.bank,
          )
        )['agreementId'],
        name: '经营',
        scope: 'operations',
        amount: '100000000',
        enforcement: 'SOFT',
      },
      stage.bank,
    );
    const desk = deskOf(stage, () => ({ ...park, segmentId: wide['segmentId'] as string }));
    const { lineId } = await desk.effective({ commitmentRateAnnual: '0.0036' });
    const shown = await stage.ask(showLine, { lineId }, stage.bank);
    expect(shown).to.deep.include({ commitmentRateAnnual: '0.00360000' });
    const ask = (more: object) =>
      stage.ask(
        showCommitmentFee,
        { lineId, from: today, to: addDays(today, 10), ...more },
        stage.bank,
      );
    // 3,000,000 × 0.36 % × 10 ÷ 360.
    expect(await ask({})).to.deep.include({ fee: '300.00' });
    expect(await ask({ rateAnnual: '0.0072' })).to.deep.include({ fee: '600.00' });
  });

  it('knows a firm’s own people by its credit code', async () => {
    const firm = {
      kind: 'enterprise',
      name: '示例中试企业',
      uscc: '91350100m000100y43',
      zoneIds: [stage.zoneId],
      since: ago(10),
    };
    const { organisationId } = await stage.done(registerOrganisation, firm, stage.root);
    const scope = { zones: [stage.zoneId], owners: [organisationId as string] };
    const itself = { ...stage.bank, organisationId: organisationId as string, scope };
    await demand({}, itself);
    expect((await stage.refused(registerOrganisation, firm, stage.root)).code).to.equal(
      'organisation-exists',
    );
    const wrong = { ...firm, uscc: '91350100M000100Y44' };
    expect((await stage.refused(registerOrganisation, wrong, stage.root)).code).to.equal(
      'code-invalid',
    );
  });
});
