// The day-end of loans in SQL against the pure rules: missed days, killed half-way, run twice.
import { expect } from 'chai';
import { runJob } from '../../jobs/run.ts';
import { creditModule } from '../../src/credit/index.ts';
import type { Day } from '../../src/kernel/index.ts';
import { addDays, addMonths, daysBetween } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import type { Drawn, Paid } from './loan-stage.ts';
import {
  bookFigures,
  dayEnd,
  factsOf,
  loanIn,
  monthly,
  openLoanBook,
  repayLoan,
  ruleFigures,
  runDayEnds,
} from './loan-stage.ts';

/** Seeded, so that a failure can be seen again. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

describe('the day-end of loans', () => {
  let stage: Stage;
  let lineId: string;
  beforeEach(async () => {
    ({ stage, lineId } = await openLoanBook());
  });
  afterEach(() => stage.close());

  const oneYear = (more: object = {}, drawnDaysAgo = 130): Promise<Drawn> =>
    loanIn(stage, lineId, {
      amount: '120000.00',
      valueOn: ago(drawnDaysAgo),
      dueOn: addDays(ago(drawnDaysAgo), 366),
      terms: monthly(more),
    });
  const expectAsRules = async (loan: Drawn, on: Day, payments: readonly Paid[] = []) => {
    const { closedOn, ...figures } = await bookFigures(stage, loan.drawdownId);
    expect(closedOn).to.equal(on);
    expect(figures, JSON.stringify(loan)).to.deep.equal(ruleFigures(factsOf(loan, payments), on));
  };

  it('catches up missed days one by one and gives what the rules give', async () => {
    const loan = await oneYear();
    await runDayEnds(stage, ago(80));
    await expectAsRules(loan, ago(80));
    await runDayEnds(stage, today);
    await expectAsRules(loan, today);
    const days = await stage.rows<{ day: string }>(
      'select business_day::text as day from credit_day_ends order by 1',
    );
    expect(days).to.have.length(131);
    expect(days[0]?.day).to.equal(ago(130));
  });

  it('tells thirty and seven days ahead that a loan ends, once each', async () => {
    const dueOn = ago(-5);
    const terms = { product: 'working-capital', method: 'bullet', rate: '0.0435' };
    const { drawdownId } = await loanIn(stage, lineId, {
      amount: '1000.00',
      valueOn: ago(40),
      dueOn,
      terms,
    });
    const told = () =>
      stage.rows<{ day: string; left: number; on: string }>(
        `select payload->>'day' as day, (payload->>'daysLeft')::int as left,
           payload->>'dueOn' as on
         from platform_events where name = 'credit.loan-ending' and subject_id = '${drawdownId}'
         order by 1`,
      );
    await runDayEnds(stage, addDays(dueOn, -31));
    expect(await told()).to.deep.equal([]);
    await runDayEnds(stage, today);
    const both = [
      { day: addDays(dueOn, -30), left: 30, on: dueOn },
      { day: addDays(dueOn, -7), left: 7, on: dueOn },
    ];
    expect(await told()).to.deep.equal(both);
    await runDayEnds(stage, today);
    expect(await told()).to.deep.equal(both);
  });

  it('changes nothing when it runs twice', async () => {
    const loan = await oneYear();
    await runDayEnds(stage, today);
    const before = await stage.rows('select * from ledger_accounts order by id');
    await runDayEnds(stage, today);
    await expectAsRules(loan, today);
    expect(await stage.rows('select * from ledger_accounts order by id')).to.deep.equal(before);
  });

  it('goes on where it was killed, with its place and without it', async () => {
    const loan = await oneYear();
    await runDayEnds(stage, today, 1);
    const { closedOn } = await bookFigures(stage, loan.drawdownId);
    expect(daysBetween(closedOn, today)).to.be.greaterThan(50);
    await stage.db.raw(`create function stop_here() returns trigger language plpgsql as $$
      begin if new.business_day = '${ago(60)}' then raise exception 'killed'; end if;
      return new; end $$;
      create trigger stop_here before insert on credit_day_ends for each row
        execute function stop_here();`);
    const broke = await runDayEnds(stage, today).catch(() => 'killed');
    expect(broke).to.equal('killed');
    await stage.db.raw('drop trigger stop_here on credit_day_ends; drop function stop_here');
    await runDayEnds(stage, today);
    await expectAsRules(loan, today);
  });

  it('posts what falls due once, on its day', async () => {
    await oneYear();
    await runDayEnds(stage, ago(90));
    await runDayEnds(stage, today);
    const due = await stage.rows<{ on: string }>(
      `select e.value_on::text as on from ledger_entries e
       join ledger_accounts a on a.id = e.account_id
       where a.kind = 'interest-receivable' order by 1`,
    );
    const days = await stage.rows<{ on: string }>(
      `select due_on::text as on from credit_instalments where billed order by 1`,
    );
    expect(due).to.deep.equal(days);
    expect(due.length).to.be.greaterThan(3);
  });

  it('classifies by days past due with every trigger, and tells of it', async () => {
    const loan = await oneYear({}, 160);
    await runDayEnds(stage, today);
    const rows = await stage.rows<{ risk_class: string; on: string; codes: string }>(
      `select risk_class, classified_on::text as on,
         (select string_agg(t ->> 'code', ',') from jsonb_array_elements(triggers) t) as codes
       from credit_loan_classes where drawdown_id = '${loan.drawdownId}' order by 2`,
    );
    const firstDue = addMonths(loan.valueOn, 1);
    expect(rows.map((row) => row.risk_class).slice(0, 2)).to.deep.equal([
      'SPECIAL_MENTION',
      'SUBSTANDARD',
    ]);
    expect(rows[0]).to.include({ on: addDays(firstDue, 1), codes: 'overdue' });
    expect(rows[1]?.on).to.equal(addDays(firstDue, 91));
    expect(rows[1]?.codes).to.include('overdue-days');
    const events = await stage.rows<{ name: string }>(
      `select name from platform_events where name in
         ('credit.loan-overdue', 'credit.loan-reclassified') order by seq`,
    );
    expect(events.map(({ name }) => name)).to.include.members([
      'credit.loan-overdue',
      'credit.loan-reclassified',
    ]);
  });

  it('runs as a scheduled job, portion by portion', async () => {
    const loan = await oneYear();
    const { db, performer, root: actor } = stage;
    const tools = { db, performer, modules: [creditModule], dataFolder: '/nonexistent', actor };
    const { result } = await runJob({ ...tools, name: 'loan-day-end', asOf: today });
    expect(result.portions).to.be.greaterThan(1);
    await expectAsRules(loan, today);
    const again = await runJob({ ...tools, name: 'loan-day-end', asOf: today });
    expect(again.replayed).to.equal(true);
  });

  it('leaves a day that has not come', async () => {
    const { code } = await stage.refused(dayEnd, { asOf: ago(-1) }, stage.root);
    expect(code).to.equal('day-end-in-future');
    const place = { asOf: today, after: '2026-02-31 accrue ' };
    const nowhere = await stage.refused(dayEnd, place, stage.root);
    expect(nowhere.code).to.equal('invalid-input');
  });

  it('agrees with the rules on random loans and payments', async () => {
    const random = numbers(20_261_122);
    const next = (below: number) => Math.floor(random.next().value * below);
    const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
    const loans: { loan: Drawn; paid: Paid[] }[] = [];
    for (let i = 0; i < 40; i += 1) {
      const valueOn = ago(60 + next(130));
      const every = pick([{ months: 1 }, { weeks: 2 }, { days: 20 }, { months: 3 }]);
      const settled = next(4) === 0;
      const method = pick(['equal-instalment', 'equal-principal', 'interest-first'] as const);
      const terms = {
        product: 'working-capital',
        method,
        rate: `0.0${1 + next(9)}${next(10)}5`,
        dayCount: pick(['ACT/360', 'ACT/365', '30/360', 'ACT/ACT'] as const),
        rounding: pick(['half-up', 'half-even'] as const),
        overdueMarkup: pick(['0.3', '0.4', '0.5']),
        interestDeferral: settled ? 0 : next(2),
        repaymentOrder: pick(['costs-first', 'principal-first'] as const),
        ...(settled
          ? { settlement: { everyMonths: pick([1, 3] as const) } }
          : { instalments: 4, every }),
      };
      const amount = `${1000 + next(9_000_000 / 40)}.${10 + next(90)}`;
      const dueOn = addDays(valueOn, 380);
      const loan = await loanIn(stage, lineId, { amount, valueOn, dueOn, terms });
      loans.push({ loan, paid: [] });
    }
    let paidTimes = 0;
    for (const stop of [ago(120), ago(75), ago(33), today]) {
      await runDayEnds(stage, stop);
      for (const { loan, paid } of loans) {
        if (loan.valueOn > stop) continue;
        await expectAsRules(loan, stop, paid);
        const on = addDays(stop, 1);
        if (on > today || next(3) === 0) continue;
        const amount = `${1 + next(9000)}.${10 + next(90)}`;
        const back = next(3) === 0 ? addDays(on, -next(20)) : on;
        if (back < loan.valueOn) continue;
        const excess = pick(['next', 'fewer', 'smaller'] as const);
        const input = { drawdownId: loan.drawdownId, amount, valueOn: back, excess };
        const outcome = await stage.outcome(repayLoan, input, stage.bank);
        if (outcome.kind !== 'done') continue;
        paidTimes += 1;
        paid.push({ on: back, amount, excess });
      }
    }
    expect(paidTimes).to.be.greaterThan(30);
  }).timeout(120_000);
});
