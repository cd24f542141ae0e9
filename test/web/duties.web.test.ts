// What waits, in a real browser: who sees it, what it is about, and whether it fits the screen.
import { expect } from 'chai';
import { announceMissing } from '../support/missing.ts';
import type { Desk } from './browser.ts';
import { chromiumPath, openDesk, rowsOf, settled, signIn } from './browser.ts';
import type { Amounts } from './page-modules.ts';
import { loadAmounts } from './page-modules.ts';

if (chromiumPath === undefined) announceMissing('Chromium');
else describe('web: what waits', () => duties(chromiumPath as string));

function duties(executablePath: string): void {
  let desk: Desk;
  let amounts: Amounts;
  before(async () => {
    desk = await openDesk(executablePath);
    amounts = await loadAmounts();
  });
  after(() => desk.close());

  const tabOf = async (username: string) => {
    const tab = await desk.open();
    await tab.page.goto(desk.url);
    await signIn(tab.page, username);
    await settled(tab.page);
    return tab;
  };

  it('shows a checker what waits for them, and its maker nothing', async () => {
    const proposed = await desk.write('rm.bank1', '/approval-tiers', {
      operation: 'credit.open-line',
      bands: [{ fromAmount: '0', permission: 'credit:approve' }],
      validFrom: '2099-01-01',
      source: '行内授权书',
    });
    expect(proposed).to.equal(202);
    const shown = async (username: string): Promise<string[][]> => {
      const tab = await tabOf(username);
      expect(tab.complaints).to.deep.equal([]);
      return rowsOf(tab.page, 'approvals');
    };
    const [row, ...more] = await shown('approver.bank1');
    expect(more).to.deep.equal([]);
    // Before it stands what opens the row.
    expect(row?.[1]).to.match(/^设置审批额度/);
    expect(row?.slice(2, 4)).to.deep.equal(['授信生效', '—']);
    expect(row?.slice(5).join()).to.match(/^(\d{4}-\d\d-\d\d \d\d:\d\d,?){2}$/);
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
    const tab = await tabOf('approver.bank1');
    await tab.page.getByRole('button', { name: '展开：设定额度计划' }).click();
    const opened = tab.page.locator('#list-approvals tr.details:not([hidden]) tbody tr');
    await opened.first().waitFor();
    expect((await opened.allInnerTexts()).map((text) => text.split(/\s+/))).to.deep.equal([
      ['经办人', '理由', '—', '旺季备货'],
      [...name.split(/\s+/), '容忍比例', '—', '5.00%'],
    ]);
    expect(tab.complaints).to.deep.equal([]);
  });

  it('names the firm of a waiver and the amount that is waived', async () => {
    const { items } = await desk.answer<{ items: Readonly<Record<string, string>>[] }>(
      'rm.bank1',
      '/commitment-fee-bills?dueWithinDays=30',
    );
    const bill = items[0] ?? {};
    const waiver = { amount: '300.00', reason: '服务减费' };
    const path = `/commitment-fee-bills/${bill['id']}/waivers`;
    expect(await desk.write('rm.bank1', path, waiver)).to.equal(202);
    const { page } = await tabOf('approver.bank1');
    const found = (await rowsOf(page, 'approvals')).find((row) => row[1]?.startsWith('减免承诺费'));
    expect(found?.slice(2, 4)).to.deep.equal([
      `${bill['enterpriseName']}承诺费账单`,
      '0.03=300.00',
    ]);
    await page.getByRole('button', { name: '展开：减免承诺费' }).click();
    const opened = page.locator('#list-approvals tr.details:not([hidden]) tbody');
    await opened.getByText('应收承诺费').waitFor();
    expect(await opened.innerText())
      .to.include('服务减费')
      .and.to.include('承诺费减免');
  });

  it('tells of every warning by words and by whom it concerns', async () => {
    const { page } = await tabOf('zone.finance');
    const told = await rowsOf(page, 'events');
    expect(told).to.have.lengthOf(10);
    for (const [, name, subject, owner, content] of told) {
      expect([name, owner, content].join(), 'words').to.not.match(/[a-z]/i);
      expect(content).to.not.equal('');
      // The name, then what it is and its id.
      expect(subject).to.match(/^(示范|示例).*(额度预警|风险日报|贷款) [a-z]+_[0-9A-Z]{26}$/);
    }
    const fellShort = told.find(([, name]) => name === '风险指标不足');
    expect(fellShort?.[4]).to.match(/^应提贷款拨备率 \d+\.\d\d%，低于要求$/);
  });

  it('shows an incident with its figures of now and those of its opening', async () => {
    interface Standing {
      readonly nodeName: string;
      readonly now: { readonly used: string };
      readonly opening: { readonly used: string };
    }
    const path = '/limit-incidents?open=true';
    const { items } = await desk.answer<{ items: Standing[] }>('zone.finance', path);
    const { page } = await tabOf('zone.finance');
    const shown = (await rowsOf(page, 'incidents')).map((row) => row.slice(0, 5));
    const of = (text: string) => amounts.amountText(text, amounts.units.wan);
    expect(shown.map((row) => row[4])).to.deep.equal(
      items.map(({ now, opening }) => `${of(now.used)} 发生时 ${of(opening.used)}=${now.used}`),
    );
    // The pool: what a loan in default no longer uses of it came after the opening.
    const [pool] = items.filter(({ now, opening }) => now.used !== opening.used);
    expect(pool?.nodeName).to.include('风险补偿资金池');
    expect(shown[0]?.[0]).to.match(/(企业授信|横向限额)；额度占用$/);
    // To a bank the limit of the zone tells no opening.
    const bank = await tabOf('rm.bank1');
    const seen = await rowsOf(bank.page, 'incidents');
    const shared = seen.find(([name]) => name?.startsWith(pool?.nodeName ?? '—'));
    expect(shared?.[4]).to.equal(`${of(pool?.now.used ?? '')} 发生时 —=${pool?.now.used}`);
  });

  it('fits every table into a screen of 1366 pixels, in every unit', async () => {
    for (const username of ['rm.bank1', 'approver.bank1', 'zone.finance']) {
      const { page } = await tabOf(username);
      for (const unit of ['元', '万元', '亿元']) {
        await page.getByRole('radio', { name: unit, exact: true }).check();
        const wide = await page.evaluate(`
          [document.documentElement, ...document.querySelectorAll('.scroll')]
            .filter((node) => node.scrollWidth > node.clientWidth)
            .map((node) => node.ariaLabel ?? node.tagName)
        `);
        expect(wide, `${username} ${unit}`).to.deep.equal([]);
      }
    }
  });
}
