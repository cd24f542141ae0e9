// The worked cases of arrears and classes on the books: loans drawn and paid through the
// operations, the nights run as the job runs them, and what the books then say of each day.
// Q4 adds fees to a loan: the product bills none on a loan, so it stays a trial calculation.
import { expect } from 'chai';
import { Day, addDays, addMonths } from '../../src/kernel/index.ts';
import { registerEnterprise } from '../../src/parties/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { loanIn, monthly, repayLoan, runDayEnds } from './loan-stage.ts';
import type { Park } from './stage.ts';
import { riskCases } from './risk-stage.ts';
import { lineIn, parkIn } from './stage.ts';

const startsOn = '2023-01-01';

interface Zone extends Park {
  readonly stage: Stage;
  readonly lineId: string;
}

async function openZone(): Promise<Zone> {
  const stage = await openStage();
  const park = await parkIn(stage, '20000000000.00', { startsOn });
  const { lineId } = await lineIn(stage, park, '1000000000.00', { startsOn });
  return { stage, ...park, lineId };
}

/** A firm of its own with a line, so that its loans are nobody else's debtor. */
async function otherLine(zone: Zone, uscc: string, amount: string): Promise<string> {
  const { stage } = zone;
  const firm = { zoneId: stage.zoneId, uscc, name: `示例企业${uscc.slice(-4)}` };
  const registered = { ...firm, registeredOn: ago(2000) };
  const { enterpriseId } = await stage.done(registerEnterprise, registered, stage.root);
  return (await lineIn(stage, zone, amount, { startsOn, enterpriseId })).lineId;
}

const usccs = [
  '91440300708461136T',
  '911100001000044477',
  '91450100MA00001970',
  '91330100799655058B',
] as const;

/** Repaid at once on a day, so that it is overdue from the next. */
const bullet = ({ stage }: Zone, lineId: string, amount: string, drawn: string, due: string) =>
  loanIn(stage, lineId, {
    amount,
    valueOn: Day.of(drawn),
    dueOn: Day.of(due),
    terms: {
      product: 'working-capital',
      method: 'bullet',
      rate: '0.0435',
      payments: [{ payee: '示例设备公司', amount, by: 'ENTRUSTED' }],
    },
  });

interface Held {
  readonly riskClass: string;
  readonly on: Day;
}

/** The class of a loan at the end of a day, from the rows that say when it changed. */
async function classOn({ stage }: Zone, drawdownId: string, on: string): Promise<string> {
  const rows = await stage.rows<Held>(
    `select risk_class as "riskClass", classified_on::text as on from credit_loan_classes
     where drawdown_id = '${drawdownId}' order by classified_on`,
  );
  return rows.findLast((row) => row.on <= on)?.riskClass ?? 'NORMAL';
}

describe('the worked cases of arrears', () => {
  let zone: Zone;
  let drawdownId: string;
  beforeEach(async () => {
    zone = await openZone();
    ({ drawdownId } = await loanIn(zone.stage, zone.lineId, {
      amount: '1000.00',
      valueOn: Day.of('2023-09-16'),
      dueOn: Day.of('2023-11-15'),
      terms: { product: 'working-capital', ...fourParts },
    }));
  });
  afterEach(() => zone.stage.close());

  const fourParts = { method: 'equal-principal', instalments: 4, every: { days: 15 }, rate: '0' };
  const night = (on: string) => runDayEnds(zone.stage, Day.of(on));
  const pay = (amount: string, valueOn: string) =>
    zone.stage.done(repayLoan, { drawdownId, amount, valueOn }, zone.stage.bank);

  interface Kept {
    readonly ranges: readonly { readonly code: string; readonly overdue: string }[];
  }
  const byRange = async (on: string): Promise<Record<string, string>> => {
    const [report] = await zone.stage.rows<Kept>(
      `select ranges from credit_risk_reports where as_of = '${on}'`,
    );
    const ranges = report?.ranges.filter(({ overdue }) => overdue !== '0.00') ?? [];
    return Object.fromEntries(ranges.map(({ code, overdue }) => [code, overdue]));
  };
  const { rows } = riskCases('delinquency') as {
    readonly rows: readonly {
      readonly id: string;
      readonly on: string;
      readonly byRange: Readonly<Record<string, string>>;
    }[];
  };
  const wanted = (id: string) => rows.find((row) => row.id === id)?.byRange;

  it('Q1: 250 in 1–3, 250 in 4–30, 500 in 31–60 days', async () => {
    await night('2023-11-16');
    expect(await byRange('2023-11-16')).to.deep.equal(wanted('Q1'));
  });

  it('Q2: 500 in 31–60 and 500 in 61–90; nothing when all is paid the day after', async () => {
    await night('2023-12-16');
    expect(await byRange('2023-12-16')).to.deep.equal(wanted('Q2'));
    await pay('1000.00', '2023-12-17');
    await night('2023-12-17');
    expect(await byRange('2023-12-17')).to.deep.equal(wanted('Q2 paid'));
  });

  it('Q3: 500 in 4–30; 250 paid the day after leave 250 there', async () => {
    await night('2023-10-25');
    expect(await byRange('2023-10-25')).to.deep.equal(wanted('Q3'));
    await pay('250.00', '2023-10-26');
    await night('2023-10-26');
    expect(await byRange('2023-10-26')).to.deep.equal(wanted('Q3 paid'));
  });

  it('Q5: ranges stand still in a pause, and go on after it', async () => {
    const span = { from: '2023-11-17', to: '2023-11-30', reason: '债务重整磋商' };
    await zone.stage.done(operationOf('pause-ageing'), { drawdownId, ...span }, zone.stage.bank);
    await night('2024-01-01');
    expect(await byRange('2023-11-17')).to.deep.equal(wanted('Q5 first day of the pause'));
    expect(await byRange('2023-11-30')).to.deep.equal(wanted('Q5 last day of the pause'));
    expect(await byRange('2024-01-01')).to.deep.equal(wanted('Q5 resumed'));
  });
});

describe('the worked cases of classes', () => {
  let zone: Zone;
  beforeEach(async () => {
    zone = await openZone();
  });
  afterEach(() => zone.stage.close());

  it('C041: each class begins on its calendar day', async () => {
    const { dueOn, rows } = riskCases('classification') as {
      readonly dueOn: string;
      readonly rows: readonly {
        readonly on: string;
        readonly class: string;
        readonly daysPastDue: number;
      }[];
    };
    const { drawdownId } = await bullet(zone, zone.lineId, '1000000.00', '2025-01-15', dueOn);
    const days = async () =>
      (
        await zone.stage.rows<{ days: number }>(
          `select days_past_due as days from credit_loans where id = '${drawdownId}'`,
        )
      )[0]?.days;
    for (const { on, class: wanted, daysPastDue } of rows) {
      await runDayEnds(zone.stage, Day.of(on));
      expect(await classOn(zone, drawdownId, on), on).to.equal(wanted);
      expect(await days(), on).to.equal(daysPastDue);
    }
  });

  it('C043, C044: more than a tenth non-performing takes all along, a tenth does not', async () => {
    const cases = riskCases('contagion') as readonly {
      readonly id: string;
      readonly bad: string;
      readonly rest: string;
      readonly restClass: string;
    }[];
    const loans: { id: string; rest: string; restClass: string }[] = [];
    for (const [i, { id, bad, rest, restClass }] of cases.entries()) {
      const lineId = await otherLine(zone, usccs[i] ?? '', '10000000.00');
      await bullet(zone, lineId, bad, '2025-01-15', '2025-01-31');
      const { drawdownId } = await bullet(zone, lineId, rest, '2025-01-15', '2025-12-31');
      loans.push({ id, rest: drawdownId, restClass });
    }
    await runDayEnds(zone.stage, Day.of('2025-05-02'));
    for (const { id, rest, restClass } of loans) {
      expect(await classOn(zone, rest, '2025-05-01'), `${id} before`).to.equal('NORMAL');
      expect(await classOn(zone, rest, '2025-05-02'), id).to.equal(restClass);
    }
  });

  it('C046: six months after the cure and not a day earlier', async () => {
    const drawn = addMonths(today, -13);
    const early = addMonths(today, -6);
    const lineOfLate = await otherLine(zone, usccs[0], '1000000.00');
    const loan = (lineId: string) =>
      loanIn(zone.stage, lineId, {
        amount: '120000.00',
        valueOn: drawn,
        dueOn: addMonths(drawn, 24),
        terms: monthly({ instalments: 24, method: 'interest-first' }),
      });
    const loans = [
      { ...(await loan(zone.lineId)), curedOn: early },
      { ...(await loan(lineOfLate)), curedOn: addDays(early, 1) },
    ];
    await runDayEnds(zone.stage, addDays(early, -1));
    for (const { drawdownId, curedOn } of loans) {
      const instalments = await zone.stage.rows<{ due: Day; interest: string }>(
        `select due_on::text as due, interest::text from credit_instalments
         where drawdown_id = '${drawdownId}' order by no`,
      );
      const pay = (amount: string, valueOn: string) =>
        zone.stage.done(repayLoan, { drawdownId, amount, valueOn }, zone.stage.bank);
      await pay('6000.00', curedOn);
      for (const { due, interest } of instalments) {
        if (due > curedOn && due <= today) await pay(interest, due);
      }
    }
    await runDayEnds(zone.stage, ago(1));
    const find = operationOf('find-upgrade');
    const ask = ({ drawdownId, curedOn }: (typeof loans)[number]) => ({
      drawdownId,
      curedOn,
      abilityAssessed: true,
      reason: '经营恢复，现金流覆盖',
    });
    const [cured, late] = loans;
    if (!cured || !late) throw new Error('two loans');
    const { code, facts } = await zone.stage.refused(find, ask(late), zone.stage.bank);
    expect([code, facts['missing'], facts['earliestOn']]).to.deep.equal([
      'upgrade-not-earned',
      ['time-of-normal-payment'],
      addDays(today, 1),
    ]);
    await zone.stage.done(find, ask(cured), zone.stage.bank);
    await runDayEnds(zone.stage, today);
    expect(await classOn(zone, cured.drawdownId, today)).to.equal('NORMAL');
    expect(await classOn(zone, late.drawdownId, today)).to.equal('SUBSTANDARD');
  });

  it('C047: 9.6 of special provisions and 0.5 general, in hundreds of millions', async () => {
    const { expected } = riskCases('provision') as {
      readonly expected: Readonly<
        Record<'special' | 'general' | 'required' | 'nonPerforming', string>
      >;
    };
    const on = Day.of('2025-01-31');
    const owed = {
      1: '3000000000.00',
      91: '1000000000.00',
      271: '700000000.00',
      361: '300000000.00',
    };
    for (const [i, [daysPastDue, amount]] of Object.entries(owed).entries()) {
      const lineId = await otherLine(zone, usccs[i] ?? '', amount);
      const due = addDays(on, -parseInt(daysPastDue, 10));
      await bullet(zone, lineId, amount, addDays(due, -1), due);
    }
    await runDayEnds(zone.stage, on);
    const [report] = await zone.stage.rows<Record<string, string>>(
      `select required::text, non_performing::text as "nonPerforming" from credit_risk_reports
       where as_of = '${on}'`,
    );
    const { required, nonPerforming } = expected;
    expect(report).to.deep.equal({ required, nonPerforming });
  });
});
