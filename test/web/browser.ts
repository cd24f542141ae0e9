/**
 * The whole product with its demo on a database of its own, and a real Chromium in front of it.
 * What the browser complains about on its console is kept: a page that works has nothing to say.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { readConfig } from '../../config/index.ts';
import { makeLog } from '../../src/platform/log.ts';
import { startProduct } from '../../src/product.ts';
import { cloneDatabase } from '../support/database.ts';
import { ask } from '../support/http.ts';

export const demoPassword = 'demo-Password-1';

/** Where systems keep it; CHROMIUM_PATH names another place. */
export const chromiumPath = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((file) => file !== undefined && existsSync(file));

export interface Desk {
  readonly url: string;
  /** A tab of its own session at 1366 × 768, and what its console complained about. */
  open(): Promise<{ page: Page; complaints: string[] }>;
  /** The answer of the API to that user. */
  answer<T>(username: string, address: string): Promise<T>;
  /** `version`: of the thing as it was read, where one is changed. */
  write(username: string, address: string, body: unknown, version?: number): Promise<number>;
  close(): Promise<void>;
}

const storedTokens = (url: string) => {
  const tokens = new Map<string, Promise<string>>();
  const newToken = async (username: string): Promise<string> => {
    const body = { username, password: demoPassword };
    const answered = await ask(url, { method: 'POST', path: '/api/v1/sessions', body });
    if (answered.status !== 201) throw new Error(`${username}: ${answered.text}`);
    return (answered.body as { accessToken: string }).accessToken;
  };
  return (username: string): Promise<string> => {
    const token = tokens.get(username) ?? newToken(username);
    tokens.set(username, token);
    return token;
  };
};

async function tabIn(browser: Browser, contexts: BrowserContext[]) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  contexts.push(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
}

export async function openDesk(executablePath: string): Promise<Desk> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'yuanxin-web-'));
  const database = await cloneDatabase();
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: database.url,
    YUANXIN_DATA: dataFolder,
    YUANXIN_DEMO_PASSWORD: demoPassword,
    // No workers: their queues would outlive the pages that are looked at.
    YUANXIN_ROLE: 'api',
  });
  const log = makeLog('silent');
  const product = await startProduct(config, { log, version: '0.0.0-test', web: 'src/web' });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const contexts: BrowserContext[] = [];
  const { url } = product.facts;
  const tokenOf = storedTokens(url);
  const headers = async (username: string) => ({
    authorization: `Bearer ${await tokenOf(username)}`,
  });
  let keys = 0;
  return {
    url,
    open: () => tabIn(browser, contexts),
    async answer<T>(username: string, address: string) {
      const asked = { path: `/api/v1${address}`, headers: await headers(username) };
      const { status, body, text } = await ask(url, asked);
      if (status !== 200) throw new Error(`${address}: ${text}`);
      return body as T;
    },
    async write(username, address, body, version) {
      const match = version === undefined ? {} : { 'if-match': `"${version}"` };
      const key = { 'idempotency-key': `web-${++keys}`, ...match };
      const asked = { method: 'POST', path: `/api/v1${address}`, body };
      const signed = { ...(await headers(username)), ...key };
      return (await ask(url, { ...asked, headers: signed })).status;
    },
    async close() {
      for (const context of contexts) await context.close();
      await browser.close();
      await product.stop();
      await database.drop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

export async function signIn(page: Page, username: string, password = demoPassword) {
  await page.getByLabel('用户名').fill(username);
  await page.getByLabel('口令').fill(password);
  await page.getByRole('button', { name: '登录' }).click();
}

/** Until every list has answered. */
export async function settled(page: Page): Promise<void> {
  await page.locator('#sections section').first().waitFor();
  await page.locator('#sections').filter({ hasNotText: '正在读取' }).waitFor();
}

/** The rows of a list as they read, cell by cell; an amount as `text=yuan`. */
export const rowsOf = (page: Page, list: string): Promise<string[][]> =>
  // As text, because the types of the browser are not those of this program.
  page.evaluate(`
    [...document.querySelectorAll('#list-${list} > .scroll > table > tbody > tr:not(.details)')]
      .map((row) => [...row.cells].map((cell) => {
        const amount = cell.querySelector('[data-yuan]');
        return cell.textContent.trim() + (amount ? '=' + amount.dataset.yuan : '');
      }))
  `);
