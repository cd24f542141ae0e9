// A debtor with more loans than one portion holds is classified as if all were seen at once:
// contagion in the bank and across banks counts the loans of every part.
import { expect } from 'chai';
import { z } from 'zod';
import { drawDown } from '../../src/credit/index.ts';
import { classifyPortion } from '../../src/credit/classify-loans.ts';
import { Day, Failure, addDays, refusals } from '../../src/kernel/index.ts';
import { operation } from '../../src/platform/operation.ts';
import { statement } from '../../src/platform/transaction.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { loanIn, monthly, runDayEnds } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const { undone } = refusals('credit', {
  undone: { kind: 'refused', zh: '仅供查看', en: 'Only to be looked at' },
});
const selectClasses = statement(
  'test.select-classes',
  `select drawdown_id as id, owner_id as bank, risk_class as class, triggers
   from credit_loan_classes where classified_on = $1::date order by 1`,
);

/** Classifies everybody, in portions of so many loans, says what came out, and undoes it. */
const classifyAll = operation({
  name: 'test.classify-all',
  title: { zh: '分类', en: 'Classify' },
  permission: 'jobs:run',
  input: z.strictObject({
    day: z.string(),
    loans: z.int(),
    debtors: z.int(),
    loansOfOne: z.int(),
  }),
  output: z.object({}),
  async run(context, item): Promise<never> {
    const { day: text, ...most } = item.input;
    const day = Day.of(text);
    let after: string | undefined = '';
    let portions = 0;
    let longest = 0;
    while (after !== undefined) {
      const done: { next: string | undefined; loans: number } = await classifyPortion(
        context,
        item,
        { day, after },
        most,
      );
      portions += 1;
      longest = Math.max(longest, done.loans);
      after = done.next;
    }
    const classes = JSON.stringify(await context.tx.rows<object>(selectClasses, [day]));
    throw new Failure(undone, { portions, longest, classes });
  },
});

interface Code {
  readonly code: string;
}

describe('the classification of a debtor with many loans', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '100000000.00');
    const { lineId } = await lineIn(stage, park, '90000000.00');
    for (let i = 0; i < 7; i += 1) {
      const valueOn = ago(i < 2 ? 150 : 12);
      const dueOn = addDays(valueOn, 366);
      const amount = `${120000 + i}.00`;
      // The last two have no terms.
      if (i < 5) await loanIn(stage, lineId, { amount, valueOn, dueOn, terms: monthly() });
      else await stage.done(drawDown, drawing(lineId, amount, { valueOn, dueOn }), stage.bank);
    }
    await runDayEnds(stage, ago(10));
    const lost = await loanIn(stage, lineId, {
      amount: '9000.00',
      valueOn: ago(150),
      dueOn: addDays(ago(150), 366),
      terms: monthly(),
    });
    await stage.db.raw(`update credit_loans set risk_class = 'LOSS'
      where id = '${lost.drawdownId}'`);
    const given = { drawdownId: lost.drawdownId, reason: '无法收回' };
    await stage.done(operationOf('write-off-loan'), given, stage.bank);
    await stage.db.raw(`update credit_write_offs set written_off_on = '${ago(20)}'`);
    // As if nothing had been classified yet, and some loans were another bank's.
    await stage.db.raw(
      `truncate credit_loan_classes; update credit_loans set risk_class = 'NORMAL';
       update credit_loans set owner_id = '${stage.otherBankId}' where id in
         (select id from credit_loans order by id limit 3 offset 1)`,
    );
  });
  after(async () => {
    await stage.db.raw(`update credit_loans set owner_id = '${stage.bankId}'`);
    await stage.close();
  });
  interface Seen {
    readonly portions: number;
    readonly longest: number;
    readonly classes: readonly {
      readonly bank: string;
      readonly class: string;
      readonly triggers: readonly Code[];
    }[];
  }
  const seen = async (loans: number, debtors = 10, loansOfOne = loans): Promise<Seen> => {
    const input = { day: ago(10), loans, debtors, loansOfOne };
    const failure = await stage.refused(classifyAll, input, stage.root);
    expect(failure.code).to.equal('undone');
    const { portions, longest, classes } = failure.facts;
    return { portions, longest, classes: JSON.parse(classes as string) } as Seen;
  };

  it('gives the same classes and triggers part by part', async () => {
    const whole = await seen(100);
    expect(whole).to.include({ portions: 1, longest: 7 });
    const { classes } = whole;
    expect(classes).to.have.length(7);
    // One bad loan at each bank reaches the good ones there.
    expect(new Set(classes.map((one) => one.class))).to.deep.equal(new Set(['SUBSTANDARD']));
    expect(JSON.stringify(classes)).to.include('contagion').and.include('overdue-across-banks');
    for (const loans of [1, 2, 3, 6]) {
      const parts = await seen(loans, 1);
      expect(parts.longest).to.be.at.most(loans);
      expect(parts.classes, `by ${loans}`).to.deep.equal(classes);
    }
    const several = await seen(2, 1, 4);
    expect(several).to.include({ longest: 4, portions: 3 });
    expect(several.classes).to.deep.equal(classes);
  });

  it('does not take what an earlier part decided for a fact of before', async () => {
    const { classes } = await seen(1, 1);
    const codes = classes.flatMap(({ triggers }) => triggers.map(({ code }) => code));
    expect(codes).not.to.include('upgrade-not-earned');
    // The other bank's loans were never bad; here a loan was written off before.
    const here = classes.filter(({ bank }) => bank === stage.bankId);
    expect(JSON.stringify(here)).not.to.include('bad-debt-at-another-bank');
    const there = classes.filter(({ bank }) => bank === stage.otherBankId);
    expect(JSON.stringify(there)).to.include('bad-debt-at-another-bank');
  });
});
