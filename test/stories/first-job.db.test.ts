// The first job of a zone from its opening to the proof of its log, over HTTP, as its people
// would do it. The Markdown beside this file is the user's documentation; a difference fails the
// test.
import path from 'node:path';
import { expect } from 'chai';
import type { RealApp } from '../support/real-app.ts';
import { openRealApp } from '../support/real-app.ts';
import { tellChain } from './first-job/chain.ts';
import { tellCredit } from './first-job/credit.ts';
import { tellFunds } from './first-job/funds.ts';
import { tellInsight } from './first-job/insight.ts';
import { tellPool } from './first-job/pool.ts';
import { tellOpening } from './first-job/opening.ts';
import type { Park } from './first-job/opening.ts';
import { Story, expectFile } from './story.ts';

const file = path.resolve('test/stories/first-job.md');

const head = `
# 第一笔业务：从园区开设到审计验证

*The first job: from the opening of a zone to the proof of its log*

一个园区、一家银行、一家基金管理人走完全程：整园授信、风险资金池、母子基金、供应链凭证、放大倍数与敞口，最后验证操作日志。
每一步写明谁向接口问了什么、系统答了什么、哪些账户与额度因此变动。机构、企业与金额均为生成。

One zone, one bank and one fund manager go the whole way: whole-park credit, risk pool, mother and
sub fund, supply-chain certificate, leverage and exposure, and at last the proof of the log. Each
step says who asked the API for what, what it answered, and which accounts and limits moved. All of
it is generated.

本文件由测试逐步运行产生，请勿手改；标识、哈希与时刻以固定名称代替。需要两人办理的业务先答 202 与审批编号，
另一人通过后即执行。

This file is written by a test that runs every step; do not edit it. Ids, hashes and instants are
printed as names. What needs two persons answers 202 with the id of a request, and is carried out
when another person approves.
`;

describe('the first job', () => {
  let app: RealApp;
  let story: Story;
  let park: Park;

  before(async () => {
    app = await openRealApp();
    story = new Story(app, head);
  });
  after(() => app.close());

  it('opens a zone with its institutions and enterprises', async () => {
    park = await tellOpening(app, story);
  });
  it('lends under a whole-park agreement', () => tellCredit(story, park));
  it('shares a loss through a pool', () => tellPool(story, park));
  it('seeds a sub-fund with a mother fund', () => tellFunds(story, park));
  it('finances a supplier on a core enterprise’s word', () => tellChain(story, park));
  it('reads leverage and exposure, and proves the log', () => tellInsight(app, story));

  it('reads as it did before', async () => {
    expect(app.accidents).to.deep.equal([]);
    await expectFile(file, story.markdown());
  });
});
