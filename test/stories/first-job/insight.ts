// Chapter 6: what the books say as a whole, and the proof that nobody altered them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { runJob } from '../../../jobs/run.ts';
import { Day } from '../../../src/kernel/index.ts';
import { modules } from '../../../src/runtime.ts';
import type { RealApp } from '../../support/real-app.ts';
import type { Answer, Story } from '../story.ts';

/** Before the certificate was paid, so that there is an exposure to read. */
const asOf = Day.of('2026-09-30');

export async function tellInsight(app: RealApp, story: Story): Promise<void> {
  story.chapter(
    ['放大倍数、敞口与审计', 'Leverage, exposure and audit'],
    [
      `作业按任意一天计算，这里是 ${asOf}：凭证当时尚未兑付。同一天再算一次，答案相同。`,
      `A job computes as of any day, here ${asOf}, when the certificate was not paid yet. ` +
        'Computed again for that day it answers the same.',
    ],
  );
  const folder = await mkdtemp(path.join(tmpdir(), 'yuanxin-story-'));
  try {
    await readLeverage(app, story, folder);
    await readExposure(app, story, folder);
    await proveLog(app, story, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The officer's wish is a row; here the test does what a worker would do with it. */
async function run(
  app: RealApp,
  story: Story,
  job: { name: string; zh: string; en: string; dataFolder: string },
): Promise<void> {
  const { name, zh, en, dataFolder } = job;
  await story.step({
    title: [`运行${zh}作业`, `Ask for a run of ${en}`],
    by: 'admin',
    ask: `POST /jobs/${name}/runs`,
    body: { asOf },
    status: 201,
    names: { runId: `run_${name}` },
    shows: ({ runId, job: named, asOf: day, state }) => ({ runId, job: named, asOf: day, state }),
  });
  const { db } = app;
  const { performer } = app.runtime;
  await runJob({ name, asOf, db, performer, modules, dataFolder });
}

const itemsOf = ({ items }: Answer): readonly Answer[] => items as readonly Answer[];

async function readLeverage(app: RealApp, story: Story, dataFolder: string): Promise<void> {
  await run(app, story, { name: 'leverage', zh: '放大倍数', en: 'leverage', dataFolder });
  const figures = await story.step({
    title: ['读放大倍数', 'Read the leverage'],
    note: [
      '分子分母按口径列明；缺一半的比率不计算，写明原因。',
      'Numerator and denominator follow a stated definition; a ratio that lacks one half says so.',
    ],
    by: 'zone.finance',
    ask: `GET /leverage?asOf=${asOf}`,
    status: 200,
    shows: (answer) =>
      itemsOf(answer).map(
        ({ figureId, subjectName, labels, numerator, denominator, value, reason }) => ({
          figureId,
          subjectName,
          labels,
          numerator,
          denominator,
          value,
          reason,
        }),
      ),
  });
  const one = itemsOf(figures).find(({ value }) => value !== null);
  expect(one, 'a leverage that can be computed').to.not.equal(undefined);
  await story.step({
    title: ['打开一个倍数的依据', 'Open the facts behind one of them'],
    by: 'zone.finance',
    ask: `GET /leverage/${encodeURIComponent(String(one?.['figureId']))}/inputs`,
    status: 200,
    shows: itemsOf,
  });
}

async function readExposure(app: RealApp, story: Story, dataFolder: string): Promise<void> {
  const name = 'supply-chain-exposure';
  await run(app, story, { name, zh: '供应链敞口', en: 'the supply-chain exposure', dataFolder });
  await story.step({
    title: ['读对核心企业的敞口', 'Read the exposure to the core enterprise'],
    by: 'zone.finance',
    ask: `GET /exposures?asOf=${asOf}`,
    status: 200,
    shows: itemsOf,
  });
}

async function proveLog(app: RealApp, story: Story, dataFolder: string): Promise<void> {
  const { db } = app;
  const { performer } = app.runtime;
  await runJob({ name: 'seal-audit', asOf, db, performer, modules, dataFolder });
  const proof = await story.step({
    title: ['审计员验证操作日志', 'The auditor proves the log'],
    note: [
      '以上每一步都在哈希链上；封存作业已为每条链签名。改动任何一条，验证即指出第一处。',
      'Every step above is a link of a hash chain, and a job has signed each chain. Whatever is ' +
        'altered, the proof names the first place.',
    ],
    by: 'auditor',
    ask: 'GET /audit/verification',
    status: 200,
  });
  expect(proof['valid']).to.equal(true);
}
