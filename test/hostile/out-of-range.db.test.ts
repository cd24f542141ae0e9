// Amounts that are valid each can add up to a figure that no column holds. That is an answer, not
// an accident: nothing is kept, the neighbours in the batch are served, and the book goes on.
import { expect } from 'chai';
import type { DemoApp } from '../bad-input/demo-app.ts';
import { openDemoApp } from '../bad-input/demo-app.ts';

const most = '9999999999999999.99';

describe('a figure that the book cannot hold', function () {
  this.timeout(60_000);
  let app: DemoApp;
  let keys = 0;
  before(async () => {
    app = await openDemoApp();
  });
  after(() => app.close());

  async function post(username: string, path: string, body: unknown) {
    const token = await app.tokenOf(username);
    const headers = { 'idempotency-key': `out-of-range-${(keys += 1)}` };
    return app.ask({ method: 'POST', path, body, headers, token });
  }

  async function items(username: string, path: string): Promise<Record<string, string>[]> {
    const { body } = await app.ask({ path, token: await app.tokenOf(username) });
    return (body as { items: Record<string, string>[] }).items;
  }

  it('is a 400 for whoever adds the last interest, and only for them', async () => {
    const loans = await items('rm.bank1', '/drawdowns?limit=200');
    const loan = loans.find((one) => one['state'] === 'DISBURSED');
    const repayment = (interest: string) => ({
      drawdownId: loan?.['id'],
      principal: '0',
      interest,
      valueOn: '2026-11-20',
    });
    let refused: unknown;
    for (let round = 0; round < 6 && refused === undefined; round += 1) {
      const interests = [...Array.from({ length: 30 }, () => most), '0.01'];
      const answers = await Promise.all(
        interests.map((interest) => post('rm.bank1', '/repayments', repayment(interest))),
      );
      expect(answers.at(-1)?.status, answers.at(-1)?.text).to.equal(201);
      refused = answers.find(({ status }) => status !== 201)?.body;
    }
    expect(refused).to.include({ status: 400, code: 'figure-out-of-range' });
    expect((await post('rm.bank1', '/repayments', repayment('1.00'))).status).to.equal(201);
    expect(app.accidents).to.deep.equal([]);
  });

  it('is a 400 for a contribution whose multiple is more than a limit can be', async () => {
    const [pool] = (await items('zone.finance', '/pools')).filter((one) => one['generated']);
    const before = await app.counts();
    let done = 0;
    let answer = await post('zone.finance', '/zones', {});
    do {
      answer = await post('zone.finance', `/pools/${pool?.['id']}/contributions`, {
        contributorId: pool?.['ownerId'],
        amount: most,
        contributedOn: '2026-11-20',
      });
      if (answer.status === 201) done += 1;
    } while (answer.status === 201 && done < 120);
    expect(answer.body).to.include({ status: 400, code: 'figure-out-of-range' });
    const grown = 'ledger_entries';
    expect((await app.counts())[grown]).to.equal(Number(before[grown]) + 2 * done);
    expect(app.accidents).to.deep.equal([]);
  });
});

describe('the entries of an account', function () {
  this.timeout(60_000);
  let app: DemoApp;
  before(async () => {
    app = await openDemoApp();
  });
  after(() => app.close());

  it('are those of an own account; a foreign one does not exist, like an unknown one', async () => {
    const of = async (username: string, path: string) =>
      app.ask({ path, token: await app.tokenOf(username) });
    const listed = (await of('rm.bank1', '/accounts')).body as { items: { id: string }[] };
    const id = String(listed.items[0]?.id);
    const own = await of('rm.bank1', `/accounts/${id}/entries`);
    expect(own.status).to.equal(200);
    expect((own.body as { total: number }).total).to.be.greaterThan(0);
    for (const path of [`/accounts/${id}/entries`, '/accounts/acct_none/entries']) {
      const answer = await of('rm.bank2', path);
      expect(answer.body, path).to.include({ status: 404, code: 'account-missing' });
    }
  });
});
