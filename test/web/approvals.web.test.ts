// What waits for approval, in a real browser: who sees it, and what it would change.
import { expect } from 'chai';
import { announceMissing } from '../support/missing.ts';
import type { Desk } from './browser.ts';
import { chromiumPath, openDesk, rowsOf, settled, signIn } from './browser.ts';

if (chromiumPath === undefined) announceMissing('Chromium');
else describe('web: approvals', () => approvals(chromiumPath as string));

function approvals(executablePath: string): void {
  let desk: Desk;
  before(async () => {
    desk = await openDesk(executablePath);
  });
  after(() => desk.close());

  it('shows a checker what waits for them, and its maker nothing', async () => {
    const proposed = await desk.write('rm.bank1', '/approval-tiers', {
      operation: 'credit.open-line',
      bands: [{ fromAmount: '0', permission: 'credit:approve' }],
      validFrom: '2099-01-01',
      source: '行内授权书',
    });
    expect(proposed).to.equal(202);
    const shown = async (username: string): Promise<string[][]> => {
      const tab = await desk.open();
      await tab.page.goto(desk.url);
      await signIn(tab.page, username);
      await settled(tab.page);
      expect(tab.complaints).to.deep.equal([]);
      return rowsOf(tab.page, 'approvals');
    };
    const [row, ...more] = await shown('approver.bank1');
    expect(more).to.deep.equal([]);
    // Before it stands what opens the row.
    expect(row?.[1]).to.match(/^设置审批额度/);
    expect(row?.slice(4).join()).to.match(/^(\d{4}-\d\d-\d\d \d\d:\d\d,?){2}$/);
    expect(await shown('rm.bank1')).to.deep.equal([]);
  });

  it('shows a checker what a change of terms would change, from what to what', async () => {
    const { items } = await desk.answer<{ items: { nodeId: string }[] }>(
      'rm.bank1',
      '/credit-lines',
    );
    const path = `/limits/${items[0]?.nodeId}`;
    const { version, name } = await desk.answer<{ version: number; name: string }>(
      'rm.bank1',
      path,
    );
    const asked = { reason: '旺季备货', toleranceRate: '0.05' };
    expect(await desk.write('rm.bank1', `${path}/set-terms`, asked, version)).to.equal(202);
    const tab = await desk.open();
    await tab.page.goto(desk.url);
    await signIn(tab.page, 'approver.bank1');
    await settled(tab.page);
    await tab.page.getByRole('button', { name: '展开：设定额度计划' }).click();
    const opened = tab.page.locator('#list-approvals tr.details:not([hidden]) tbody tr');
    await opened.first().waitFor();
    expect((await opened.allInnerTexts()).map((text) => text.split(/\s+/))).to.deep.equal([
      [...name.split(/\s+/), '容忍比例', '无', '0.05'],
    ]);
    expect(tab.complaints).to.deep.equal([]);
  });
}
