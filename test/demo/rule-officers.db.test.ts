// Those who record what holds in every zone: a prime rate over HTTP by the maker, approved by the
// checker, then a repricing of a bank's loan. A zone office cannot, and neither sees a bank's row.
import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runJob } from '../../jobs/run.ts';
import { loadDemo } from '../../src/demo/index.ts';
import { modules } from '../../src/runtime.ts';
import type { Answered } from '../support/http.ts';
import type { RealApp } from '../support/real-app.ts';
import { openRealApp, password } from '../support/real-app.ts';

interface Problem {
  readonly code: string;
}

describe('rule officers', () => {
  let app: RealApp;
  let keys = 0;

  before(async function () {
    this.timeout(60_000);
    app = await openRealApp();
    await loadDemo(app.runtime, { password, log: app.log });
  });
  after(() => app.close());

  async function post(username: string, where: string, body: object): Promise<Answered> {
    keys += 1;
    const headers = { 'idempotency-key': `rules-${keys}` };
    const token = await app.tokenOf(username);
    return app.ask({ method: 'POST', path: where, token, headers, body });
  }
  const read = async (username: string, where: string): Promise<Answered> =>
    app.ask({ path: where, token: await app.tokenOf(username) });

  /** Submits as the one and approves as the other; answers what was carried out. */
  async function byTwo(pair: readonly [string, string], where: string, body: object) {
    const submitted = await post(pair[0], where, body);
    expect(submitted.status, submitted.text).to.equal(202);
    const { approvalId } = submitted.body as { approvalId: string };
    const decision = { decision: 'approve', reason: '与公告一致' };
    const decided = await post(pair[1], `/approvals/${approvalId}/decisions`, decision);
    expect(decided.status, decided.text).to.equal(200);
    return decided.body as Readonly<Record<string, unknown>>;
  }
  const officers = ['rules.officer', 'rules.approver'] as const;

  const publication = {
    term: '1Y',
    publishedOn: '2026-10-20',
    rate: '0.0285',
    source: '全国银行间同业拆借中心公告',
  };

  /** A loan that 示例银行甲 paid out in September, with terms that are repriced every month. */
  async function floatingLoan(): Promise<string> {
    const [line] = await app.rows<{ id: string }>(
      `select l.id from credit_lines l join limits_nodes n on n.id = l.node_id
         join identity_users u on u.organisation_id = l.owner_id and u.username = 'rm.bank1'
       where n.state = 'ACTIVE' and n.amount - n.consumed - n.reserved > 1000000
         and n.starts_on < '2026-09-01' and n.expires_on > '2026-12-31'
       order by n.amount - n.consumed - n.reserved desc, l.id limit 1`,
    );
    const draw = {
      lineId: line?.id,
      amount: '1000000.00',
      valueOn: '2026-09-25',
      dueOn: '2027-03-25',
      purpose: '采购原材料',
    };
    const drawn = await post('rm.bank1', '/drawdowns', draw);
    expect(drawn.status, drawn.text).to.equal(201);
    const { drawdownId } = drawn.body as { drawdownId: string };
    const terms = {
      product: 'working-capital',
      method: 'bullet',
      pricing: { term: '1Y', spreadBp: 45, repricing: { months: 1 } },
    };
    await byTwo(['rm.bank1', 'approver.bank1'], `/loans/${drawdownId}/terms`, { terms });
    return drawdownId;
  }
  const ratesOf = async (drawdownId: string): Promise<string[]> => {
    const { body } = await read('rm.bank1', `/loans/${drawdownId}`);
    return (body as { rates: { rate: string }[] }).rates.map(({ rate }) => rate);
  };

  it('records a prime rate by two people of the operator, and loans are repriced', async () => {
    const drawdownId = await floatingLoan();
    await reprice();
    expect(new Set(await ratesOf(drawdownId))).to.deep.equal(new Set(['0.034500000000']));
    const alone = await post('zone.finance', '/lpr-rates', publication);
    expect([alone.status, (alone.body as Problem).code]).to.deep.equal([403, 'needs-every-zone']);
    const result = await byTwo(officers, '/lpr-rates', publication);
    expect(result).to.include({ rate: '0.0285', reopened: 1 });
    const listed = await read('rules.officer', '/lpr-rates');
    expect(listed.text).to.include('2026-10-20');
    await reprice();
    expect((await ratesOf(drawdownId)).at(-1)).to.equal('0.033000000000');
    const right = { ...publication, rate: '0.028', reason: '录入错误' };
    const corrected = await byTwo(officers, '/lpr-rates/corrections', right);
    expect(corrected).to.include({ mistaken: '0.0285', rate: '0.028', reopened: 1 });
    await reprice();
    expect((await ratesOf(drawdownId)).at(-1)).to.equal('0.032500000000');
  });

  /** The system officer asks for the job; here it is run at once, as a worker would. */
  async function reprice(): Promise<void> {
    const asked = await post('admin', '/jobs/loan-repricing/runs', { force: true });
    expect(asked.status, asked.text).to.equal(201);
    const dataFolder = await mkdtemp(path.join(tmpdir(), 'yuanxin-rules-'));
    const { db, performer } = app.runtime;
    await runJob({ name: 'loan-repricing', db, performer, modules, dataFolder });
    await rm(dataFolder, { recursive: true });
  }

  it('records a loan product and a rule pack for every zone in the same way', async () => {
    const product = await byTwo(officers, '/loan-products', {
      code: 'seed-loan',
      zh: '种子贷',
      en: 'Seed loan',
      methods: ['bullet'],
      dayCounts: ['ACT/360'],
      roundings: ['half-up'],
      tenorMonthsMost: 12,
      validFrom: '2026-11-01',
      source: '产品说明书',
    });
    expect(product).to.deep.equal({ code: 'seed-loan', version: 1 });
    const pack = {
      kind: 'limit-watch',
      scheme: 'limit-watch',
      documentNo: '运营〔2026〕1号',
      title: '额度预警通用规则',
      validFrom: '2026-11-01',
      evidence: '[D]',
      parameters: {
        warnRate: '0.8',
        buffer: '0.05',
        margin: { initial: '0.6', marginCall: '0.75', liquidation: '0.9', buffer: '0.05' },
      },
    };
    const own = await post('zone.finance', '/rule-packs', pack);
    expect([own.status, (own.body as Problem).code]).to.deep.equal([403, 'needs-every-zone']);
    expect(await byTwo(officers, '/rule-packs', pack)).to.include({ status: 'TEMPLATE' });
  });

  it('shows them no row of a bank, and lets no zone office or bank decide for them', async () => {
    for (const username of officers) {
      for (const where of ['/credit-lines', '/drawdowns', '/park-agreements']) {
        const { status, body } = await read(username, where);
        expect([status, (body as { items: unknown[] }).items]).to.deep.equal([200, []]);
      }
    }
    const submitted = await post('rules.officer', '/lpr-rates', { ...publication, term: '5Y' });
    const { approvalId } = submitted.body as { approvalId: string };
    const decision = { decision: 'approve', reason: '同意' };
    const where = `/approvals/${approvalId}/decisions`;
    expect((await post('rules.officer', where, decision)).status).to.equal(403);
    for (const username of ['zone.approver', 'approver.bank1']) {
      expect((await post(username, where, decision)).status, username).to.equal(404);
    }
  });
});
