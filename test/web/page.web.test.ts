// The first page in a real browser: its tables show what the API answers, in every unit.
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { announceMissing } from '../support/missing.ts';
import { chromiumPath, demoPassword, openDesk, rowsOf, settled, signIn } from './browser.ts';
import type { Desk } from './browser.ts';
import { loadAmounts, type Amounts } from './page-modules.ts';

type Row = Readonly<Record<string, string | null>>;
interface List {
  readonly items: readonly Row[];
  readonly total: number;
}

/** Which members of an answer stand in the amount columns of a list, from left to right. */
interface Source {
  readonly path: string;
  readonly filters?: string;
  readonly members: readonly string[];
}
const amountsOf: Readonly<Record<string, Source>> = {
  agreements: {
    path: '/park-agreements',
    members: ['intentAmount', 'approvedInForce', 'drawnCumulative', 'outstanding'],
  },
  lines: {
    path: '/credit-lines',
    members: ['limit', 'used', 'reserved', 'available', 'outstanding', 'reinstatable', 'stranded'],
  },
  pools: {
    path: '/pools',
    members: ['balance', 'pendingClaims', 'enrolledOutstanding', 'capacity', 'headroom'],
  },
  claims: { path: '/claims', members: ['principalLoss', 'recoveredBefore', 'compensation'] },
  funds: { path: '/funds', members: ['targetSize', 'committed', 'paidIn', 'invested', 'cash'] },
  leverage: { path: '/leverage', members: ['numerator', 'denominator'] },
  inspections: { path: '/inspections-due', filters: '&overdue=true', members: ['outstanding'] },
  'loans-due': { path: '/loans-due', members: ['dueAmount', 'outstanding'] },
  'fee-bills': {
    path: '/commitment-fee-bills',
    members: ['amount', 'adjustment', 'paid', 'waived', 'offset', 'owed'],
  },
  'fees-due': { path: '/commitment-fee-bills', filters: '&dueWithinDays=30', members: ['owed'] },
  exposures: { path: '/exposures', members: ['financed', 'undue', 'overdue', 'limit'] },
};

const sectionTitles = (page: Page): Promise<string[]> =>
  page.locator('#menu a:visible').allTextContents();

if (chromiumPath === undefined) announceMissing('Chromium');
else describe('web: the first page', () => firstPage(chromiumPath as string));

function firstPage(executablePath: string): void {
  let desk: Desk;
  let page: Page;
  let complaints: string[];
  let amounts: Amounts;
  let parkId: string;

  before(async () => {
    desk = await openDesk(executablePath);
    amounts = await loadAmounts();
    const zones = await desk.answer<List>('zone.finance', '/zones');
    parkId = zones.items.find((zone) => zone['code'] === 'demo-park')?.['id'] ?? '';
    ({ page, complaints } = await desk.open());
  });
  after(() => desk.close());
  afterEach(() => {
    // What the browser says by itself about an answer that a test provoked is taken out there.
    expect(complaints, 'console of the browser').to.deep.equal([]);
  });

  /** The amounts of every row as the page must show them, in the order of its columns. */
  async function expected(list: string, unit: keyof Amounts['units']): Promise<string[][]> {
    const { path, filters = '', members } = amountsOf[list] ?? { path: '', members: [] };
    const asked = `${path}?zoneId=${parkId}${filters}&page=1&pageSize=10`;
    const { items } = await desk.answer<List>('zone.finance', asked);
    expect(items, list).not.to.deep.equal([]);
    return items.map((row) =>
      members.map((member) => {
        const text = row[member] ?? null;
        const shown = amounts.amountText(text, amounts.units[unit]);
        return text === null ? shown : `${shown}=${text}`;
      }),
    );
  }

  /** The cells that hold amounts; what was said about them (不少于, 逾期) stands before the figure. */
  const figures = async (list: string): Promise<string[][]> =>
    (await rowsOf(page, list)).map((cells) =>
      cells
        .filter((cell) => /=-?\d+\.\d\d$|^—$/.test(cell))
        .map((cell) => cell.replace(/^\D+(?=\d.*=)/, '')),
    );

  it('asks who is there, in Chinese, and says what is wrong with a wrong password', async () => {
    await page.goto(desk.url);
    expect(await page.title()).to.equal('登录 - 园信');
    await signIn(page, 'zone.finance', 'not the password');
    const refused = page.getByRole('alert');
    await refused.waitFor();
    expect(await refused.textContent()).to.match(
      /^用户名或口令不对，或账号暂不可用请核对用户名和口令.*追踪号 [0-9a-f]{32}$/,
    );
    expect(await page.getByLabel('口令').inputValue()).to.equal('');
    expect(complaints.splice(0).join()).to.match(/401 \(Unauthorized\)$/);
  });

  it('signs in and shows every section of the zone', async () => {
    await signIn(page, 'zone.finance');
    await settled(page);
    expect(await sectionTitles(page)).to.deep.equal([
      '待办与预警',
      '整园授信',
      '额度台账',
      '风险补偿资金池',
      '基金',
      '放大倍数',
      '供应链融资敞口',
      '报道数据',
    ]);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).to.equal('示范园区');
    expect(await page.locator('footer').textContent()).to.match(
      /^\s*数据截至 \d{4}-\d\d-\d\d \d\d:\d\d/,
    );
  });

  it('shows in every table what the API answers, to the fen', async () => {
    for (const list of Object.keys(amountsOf)) {
      expect(await figures(list), list).to.deep.equal(await expected(list, 'wan'));
    }
  });

  it('shows a relationship manager the own desk, with what is late and what is left', async () => {
    const bank = await desk.open();
    await bank.page.goto(desk.url);
    await signIn(bank.page, 'rm.bank1');
    await settled(bank.page);
    const shown = async (list: string) => (await rowsOf(bank.page, list)).map((row) => row.join());
    const demands = await shown('demands');
    expect(demands[0]).to.include('第 1 位').and.to.include('双百双新');
    expect((await shown('applications')).join())
      .to.include('已批复')
      .and.to.include('1 项');
    expect((await shown('conditions')).join()).to.include('知识产权质押登记办妥');
    expect((await shown('exceptions')).join())
      .to.include('超额度')
      .and.to.include('已批准');
    const progress = await shown('progress');
    expect(progress).to.have.lengthOf(1);
    expect((await shown('inspections')).join())
      .to.include('逾期')
      .and.to.include('资金用途');
    expect((await shown('loans-due')).join()).to.include('次级');
    expect(bank.complaints).to.deep.equal([]);
  });

  it('totals the measures by column and leaves intents, which are promises, alone', async () => {
    const path = `/park-agreements?zoneId=${parkId}`;
    const { items } = await desk.answer<List>('zone.finance', path);
    const total = (member: string): string =>
      amounts.totalOf(
        items.map((row) => row[member] ?? ''),
        amounts.units.wan,
      ).shown;
    const cells = await page.locator('#list-agreements tfoot tr').first().locator('td, th').all();
    const foot = await Promise.all(cells.map((cell) => cell.textContent()));
    expect(foot).to.deep.equal([
      `合计（全部 ${items.length} 条）`,
      '',
      '',
      total('approvedInForce'),
      total('drawnCumulative'),
      total('outstanding'),
      '',
    ]);
  });

  it('shows multiples with their definition, and the rows behind them by keyboard', async () => {
    const path = `/leverage?zoneId=${parkId}`;
    const { items } = await desk.answer<List>('zone.finance', path);
    const values = (await rowsOf(page, 'leverage')).map((cells) => cells.at(-1));
    expect(values).to.deep.equal(
      items.map((row) => `${amounts.ratioText(row['value'] ?? null, 4)} 倍`),
    );
    expect(await page.locator('#list-leverage').innerText()).to.include('口径：实缴');
    const [first] = items;
    const opener = page.locator('#list-leverage button.opener').first();
    await opener.focus();
    await page.keyboard.press('Enter');
    const opened = page.locator('#list-leverage tr.details').first();
    await opened.getByLabel('每页条数').selectOption('200');
    await opened.getByText('第 / 1 页').or(opened.locator('tbody tr').nth(11)).first().waitFor();
    const facts = (await page.evaluate(`
      [...document.querySelectorAll('#list-leverage tr.details:not([hidden]) tbody tr')]
        .map((row) => [row.cells[0].textContent, row.querySelector('[data-yuan]').dataset.yuan])
    `)) as [string, string][];
    const side = (name: string): string =>
      amounts.sum(facts.filter(([of]) => of === name).map(([, amount]) => amount));
    expect(side('分子')).to.equal(first?.['numerator']);
    expect(side('分母')).to.equal(first?.['denominator']);
    await opener.press('Enter');
    expect(await opened.isVisible()).to.equal(false);
  });

  it('opens a bill of a commitment fee to the nights that it is made of', async () => {
    const of = `/commitment-fee-bills?zoneId=${parkId}&page=1&pageSize=10`;
    const [bill] = (await desk.answer<List>('zone.finance', of)).items;
    const { parts } = await desk.answer<{ parts: Row[] }>(
      'zone.finance',
      `/commitment-fee-bills/${bill?.['id'] ?? ''}`,
    );
    expect(parts.length).to.be.greaterThan(0);
    const opener = page.locator('#list-fee-bills button.opener').first();
    await opener.click();
    const opened = page.locator('#list-fee-bills tr.details').first();
    await opened
      .locator('tbody tr')
      .nth(parts.length - 1)
      .waitFor();
    const shown = await opened
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => row.querySelector('[data-yuan]')?.getAttribute('data-yuan')),
      );
    expect(shown).to.deep.equal(parts.map((part) => part['undrawn']));
    await opener.click();
  });

  it('switches the unit without asking again, keeps it in the address and a reload', async () => {
    const asked: string[] = [];
    page.on('request', (sent) => asked.push(sent.url()));
    for (const [label, key] of [
      ['元', 'yuan'],
      ['亿元', 'yi'],
    ] as const) {
      await page.getByRole('radio', { name: label, exact: true }).check();
      expect(await figures('lines')).to.deep.equal(await expected('lines', key));
      expect(page.url()).to.include(`unit=${key}`);
    }
    expect(asked.filter((url) => url.includes('/api/'))).to.deep.equal([]);
    await page.reload();
    await settled(page);
    expect(await page.getByRole('radio', { name: '亿元' }).isChecked()).to.equal(true);
    expect(await page.locator('#credit h2').textContent()).to.equal('整园授信（单位：亿元）');
    expect(await page.locator('#list-lines thead').innerText()).to.include('可用（亿元）');
    await page.getByRole('radio', { name: '万元' }).check();
  });

  it('copies whole yuan, whatever the unit on the screen', async () => {
    const copied = await page.evaluate(`(() => {
      const node = document.querySelector('#list-lines tbody tr');
      getSelection().selectAllChildren(node);
      const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer() });
      document.dispatchEvent(event);
      const text = event.clipboardData.getData('text/plain');
      getSelection().removeAllRanges();
      return text;
    })()`);
    const [line] = (await desk.answer<List>('zone.finance', `/credit-lines?zoneId=${parkId}`))
      .items;
    expect(copied).to.include(line?.['limit']).and.to.include(line?.['available']);
  });

  it('turns pages, counts all rows and goes back', async () => {
    const list = page.locator('#list-lines');
    const path = `/credit-lines?zoneId=${parkId}&page=2&pageSize=10`;
    const { items, total } = await desk.answer<List>('zone.finance', path);
    expect(await list.locator('nav').innerText()).to.include(`共 ${total} 条`);
    const before = await rowsOf(page, 'lines');
    await list.getByRole('button', { name: '下一页' }).click();
    await list.getByText(items[0]?.['uscc'] ?? '').waitFor();
    expect(page.url()).to.include('lines-page=2');
    expect(await rowsOf(page, 'lines')).to.have.lengthOf(items.length);
    await page.goBack();
    await settled(page);
    expect(await rowsOf(page, 'lines')).to.deep.equal(before);
  });

  it('keeps the words of a report, its source and date, and invents no ratio', async () => {
    await page.getByLabel('园区', { exact: true }).selectOption({ label: '广州南沙（报道数据）' });
    await settled(page);
    const [, , credit, sub] = await rowsOf(page, 'reported');
    expect(credit?.[2]).to.equal('约 600,000.00=6000000000.00');
    expect(sub?.[2]).to.equal('超 1,800,000.00=18000000000.00');
    expect(credit?.[4]).to.equal('不可计算：缺出资额');
    expect(credit?.[5]).to.include('南沙开发区科技成果转化实践');
    expect(credit?.[6]).to.equal('日期未载累计，截至文章发表');
    const multiples = (await rowsOf(page, 'leverage')).map((cells) => cells.at(-1));
    expect([...new Set(multiples)]).to.deep.equal(['不可计算：缺出资额']);
    const generated = page.locator('#list-lines tbody tr').first().getByText('演示数据（生成）');
    expect(await generated.count()).to.equal(1);
    await page
      .getByLabel('园区', { exact: true })
      .selectOption({ label: '南宁高新区（报道数据）' });
    await settled(page);
    const [agreement] = await rowsOf(page, 'agreements');
    expect(agreement?.slice(1, 6)).to.deep.equal([
      '不少于 2,000,000.00=20000000000.00',
      '意向下限',
      '—',
      '—',
      '—',
    ]);
    expect(agreement?.[0]).to.include('来源：行业报纸').and.not.to.include('演示数据');
  });

  it('shows what was written as text, never as markup', async () => {
    const subject = '<img src=x onerror=alert(1)><b>粗</b>';
    const figure = { subject, measure: 'count', value: '1', unit: '个', period: '<i>今</i>' };
    const status = await desk.write('admin', '/reported-figures', {
      zoneId: parkId,
      source: '<script>alert(2)</script>',
      ...figure,
    });
    expect(status).to.equal(201);
    await page.getByLabel('园区', { exact: true }).selectOption({ label: '示范园区' });
    await settled(page);
    const [row] = await rowsOf(page, 'reported');
    expect(row?.[0]).to.equal(subject);
    expect(row?.[5]).to.equal('<script>alert(2)</script>');
    expect(await page.locator('#reported img, #reported script, #reported i').count()).to.equal(0);
  });

  it('names every table and every control', async () => {
    const nameless = await page.evaluate(`
      [...document.querySelectorAll('table, input, select, button')].filter((node) =>
        node.matches('table') ? !node.caption?.textContent
          : !(node.labels?.length || node.ariaLabel || node.textContent.trim()))
        .map((node) => node.outerHTML)
    `);
    expect(nameless).to.deep.equal([]);
    expect(await page.locator('html').getAttribute('lang')).to.equal('zh-CN');
  });

  it('exchanges an ended token in silence, once for all who wait', async () => {
    const exchanges: string[] = [];
    page.on('request', (sent) => sent.url().endsWith('/refresh') && exchanges.push(sent.url()));
    await page.evaluate(`(() => {
      const held = JSON.parse(sessionStorage.getItem('yuanxin.session'));
      sessionStorage.setItem('yuanxin.session', JSON.stringify({ ...held, endsAt: 0 }));
    })()`);
    await page.reload();
    await settled(page);
    expect(exchanges).to.have.lengthOf(1);
    expect(await sectionTitles(page)).to.have.lengthOf(8);
  });

  it('leaves nothing behind after signing out', async () => {
    const token = await page.evaluate(
      `JSON.parse(sessionStorage.getItem('yuanxin.session')).accessToken`,
    );
    const signedOut = page.waitForResponse(
      (response) => response.request().method() === 'DELETE' && response.status() === 204,
    );
    await page.getByRole('button', { name: '退出' }).click();
    await signedOut;
    await page.getByRole('button', { name: '登录' }).waitFor();
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).to.equal('{}');
    expect(await page.locator('#workspace').isVisible()).to.equal(false);
    const me = await fetch(`${desk.url}/api/v1/me`, {
      headers: { authorization: `Bearer ${String(token)}` },
    });
    expect(me.status).to.equal(401);
  });

  it('shows a role its own sections and asks for no other', async () => {
    const fund = await desk.open();
    const refused: string[] = [];
    fund.page.on('response', (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
    });
    await fund.page.goto(desk.url);
    await signIn(fund.page, 'fund.admin');
    await settled(fund.page);
    expect(await sectionTitles(fund.page))
      .to.include('基金')
      .and.not.to.include('额度台账');
    expect(refused).to.deep.equal([]);
    expect(fund.complaints).to.deep.equal([]);
  });

  it('says when the session is over, and whoever signs in again is where they were', async () => {
    await page.goto(`${desk.url}/?zone=reported-chengdu&unit=yi`);
    await signIn(page, 'zone.finance', demoPassword);
    await settled(page);
    await page.evaluate(`sessionStorage.setItem('yuanxin.session', JSON.stringify(
      { accessToken: 'x.y.z', refreshToken: 'none', endsAt: Date.now() + 600000 }))`);
    await page.reload();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).to.equal('登录已失效请重新登录。');
    await signIn(page, 'zone.finance', demoPassword);
    await settled(page);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).to.equal(
      '成都高新区（报道数据）',
    );
    const unauthorised = complaints.splice(0);
    expect(unauthorised.every((text) => text.includes('401 (Unauthorized)'))).to.equal(true);
  });
}
