// The day-end of loans is killed inside a portion of each of its steps: the real command, held up
// by a lock on the last row that a portion writes. Nothing of the portion stays, and the next run
// goes on where the work stood.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Client } from 'pg';
import { addDays } from '../../src/kernel/index.ts';
import type { Drawn } from '../credit/loan-stage.ts';
import {
  bookFigures,
  dayEnd,
  factsOf,
  loanIn,
  monthly,
  openLoanBook,
  ruleFigures,
} from '../credit/loan-stage.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import { command, killAll, startCommand } from './server.ts';

const words = ['job', 'run', 'loan-day-end', '--json'];

describe('a day-end that is killed', function () {
  this.timeout(120_000);
  let stage: Stage;
  let folder: string;
  let loans: Drawn[];
  before(async () => {
    const book = await openLoanBook();
    stage = book.stage;
    folder = await mkdtemp(path.join(tmpdir(), 'yuanxin-crash-'));
    const loan = (days: number, amount: string): Promise<Drawn> =>
      loanIn(stage, book.lineId, {
        amount,
        valueOn: ago(days),
        dueOn: addDays(ago(days), 366),
        terms: monthly(),
      });
    loans = [await loan(40, '120000.00'), await loan(35, '240000.00'), await loan(5, '60000.00')];
  });
  after(async () => {
    killAll();
    await rm(folder, { recursive: true, force: true });
    await stage.close();
  });

  const settings = () => ({
    DATABASE_URL: stage.url,
    YUANXIN_DATA: folder,
    YUANXIN_DEMO: '0',
    YUANXIN_LOG: 'fatal',
  });
  /** All that a portion writes, as one text. */
  const written = async (): Promise<unknown> =>
    stage.rows(
      `select md5(string_agg(t::text, ';' order by t::text)) as rows from (
         select l::text as t from credit_loans l
         union all select i::text from credit_instalments i
         union all select c::text from credit_loan_classes c
         union all select p::text from credit_day_end_portions p
         union all select d::text from credit_day_ends d
         union all select k::text from credit_risk_tallies k
         union all select r::text from credit_risk_reports r
         union all select j::text from ledger_entries j
         union all select e.name || e.payload::text from platform_events e) x`,
    );

  /** Runs the command until its portion waits for the last row, then ends it by force. */
  async function killInside(): Promise<void> {
    const holder = new Client({ connectionString: stage.url });
    await holder.connect();
    try {
      await holder.query('begin; lock table credit_day_end_portions in exclusive mode');
      const running = startCommand(words, settings());
      const waiting = `select pid from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock' and query like 'insert into credit_day_end_portions%'`;
      const deadline = Date.now() + 60_000;
      // Asked elsewhere: a transaction sees who waits as it was when it first looked.
      while ((await stage.rows(waiting)).length === 0) {
        if (Date.now() > deadline) throw new Error('The day-end did not reach its last row.');
        await sleep(20);
      }
      expect(await running.end('SIGKILL')).to.deep.equal({ code: null, signal: 'SIGKILL' });
      await stage.rows(`select pg_terminate_backend(pid) from (${waiting}) w`);
    } finally {
      await holder.end();
    }
  }

  for (const step of ['accrue', 'classify', 'report'] as const) {
    it(`leaves nothing of a portion of ${step}`, async () => {
      const first = ago(40);
      const before = { accrue: undefined, classify: 'accrue', report: 'classify' }[step];
      if (before) await stage.done(dayEnd, { asOf: first, through: before }, stage.root);
      const rows = await written();
      await killInside();
      expect(await written()).to.deep.equal(rows);
      const last = await stage.rows<{ step: string }>(
        'select step from credit_day_end_portions order by seq desc limit 1',
      );
      expect(last[0]?.step).to.equal(before);
    });
  }

  it('goes on and gives what the rules give', async () => {
    const { code, stderr } = await command(words, settings());
    expect(code, stderr).to.equal(0);
    const [{ day } = { day: '' }] = await stage.rows<{ day: string }>(
      'select max(business_day)::text as day from credit_day_ends',
    );
    expect([today, ago(1)]).to.include(day);
    for (const loan of loans) {
      const { closedOn, ...figures } = await bookFigures(stage, loan.drawdownId);
      expect(figures).to.deep.equal(ruleFigures(factsOf(loan), closedOn));
    }
    const twice = await stage.rows(
      `select subject_id, payload::text from platform_events
       where name = 'credit.loan-overdue' group by 1, 2 having count(*) > 1`,
    );
    expect(twice).to.deep.equal([]);
    await stage.check();
  });
});
