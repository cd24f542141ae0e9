// Four eyes over HTTP in the real app: 202, the inbox, the decision and its replay.
import { expect } from 'chai';
import { identityModule } from '../../src/identity/index.ts';
import { freshKey } from '../identity/people.ts';
import type { Served } from '../identity/served.ts';
import { serveTo } from '../identity/served.ts';
import type { Office } from './office.ts';
import { module, openOffice } from './office.ts';
import { toysModule } from './toys.ts';

describe('approvals over HTTP', () => {
  let office: Office;
  let served: Served;

  before(async () => {
    office = await openOffice();
    served = await serveTo(office, [identityModule, module, toysModule]);
    await served.signIn('maker', 'other-hand', 'checker');
  });
  after(async () => {
    await served.stop();
    await office.close();
  });

  const get: Served['get'] = (...asked) => served.get(...asked);
  const post: Served['post'] = (...asked) => served.post(...asked);

  it('goes from 202 through the inbox to the result, and replays it', async () => {
    const filed = await post('maker', '/gifts', { purseId: 'purse_1', amount: '3000' });
    expect(filed.status).to.equal(202);
    const { approvalId } = filed.body as { approvalId: string };
    expect(filed.headers.location).to.equal(`/api/v1/approvals/${approvalId}`);
    const inbox = await get('checker', '/approvals?box=to-decide');
    expect(inbox.body).to.deep.include({ total: 1, page: 1, pageSize: 50, nextCursor: null });
    const seen = await get('checker', `/approvals/${approvalId}`);
    expect(seen.headers.etag).to.equal('"1"');

    const path = `/approvals/${approvalId}/decisions`;
    const decision = { decision: 'approve', reason: '同意' };
    const own = await post('other-hand', path, decision);
    expect([own.status, (own.body as { code: string }).code]).to.deep.equal([403, 'same-person']);
    const stale = await post('checker', path, decision, { 'if-match': '"7"' });
    expect(stale.status).to.equal(412);
    const headers = { 'if-match': '"1"', 'idempotency-key': freshKey() };
    const done = await post('checker', path, decision, headers);
    expect(done.status).to.equal(200);
    expect(done.body).to.have.keys(['giftId', 'left']);
    const again = await post('checker', path, decision, headers);
    expect([again.status, again.text]).to.deep.equal([200, done.text]);
    expect(again.headers['idempotent-replayed']).to.equal('true');
    const second = await post('checker', path, decision);
    expect(second.status).to.equal(422);
    expect(second.body).to.deep.include({ code: 'approval-decided', state: 'APPROVED' });
  });

  it('needs a key, and may be withdrawn', async () => {
    const filed = await post('maker', '/gifts', { purseId: 'purse_1', amount: '2000' });
    const { approvalId } = filed.body as { approvalId: string };
    const path = `/approvals/${approvalId}`;
    const keyless = await served.ask('checker', {
      method: 'POST',
      path: `${path}/decisions`,
      body: { decision: 'approve' },
    });
    expect(keyless.status).to.equal(400);
    const withdrawn = await post('maker', `${path}/withdrawals`, {});
    expect(withdrawn.status).to.equal(200);
    expect(withdrawn.body).to.deep.equal({ approvalId, state: 'WITHDRAWN', version: 2 });
  });

  it('is all in the document', async () => {
    const { body } = await get('maker', '/openapi.json');
    const { paths } = body as { paths: Record<string, object> };
    const addresses = ['/approvals', '/approvals/{approvalId}/decisions', '/approval-tiers'];
    expect(Object.keys(paths)).to.include.members(addresses);
  });
});
