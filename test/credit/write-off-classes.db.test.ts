// A write-off pays nothing: the debtor's other loans keep the class that the bad loan gave them,
// at the bank and at the others, until what was written off is recovered.
import { expect } from 'chai';
import { up as writtenOffDebtors } from '../../migrations/0059_credit_written_off_debtors.ts';
import { addDays } from '../../src/kernel/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { loanIn, monthly, runDayEnds } from './loan-stage.ts';
import { lineIn, parkIn } from './stage.ts';

const writeOff = operationOf('write-off-loan');
const recover = operationOf('recover-written-off');
const bringBack = operationOf('reverse-write-off');

describe('classes of a debtor of whom a loan was written off', () => {
  let stage: Stage;
  let lost: string;
  let others: readonly [here: string, elsewhere: string];
  beforeEach(async () => {
    stage = await openStage();
    const { lineId } = await lineIn(stage, await parkIn(stage, '50000000'), '40000000');
    const loan = async (amount: string, days: number): Promise<string> => {
      const valueOn = ago(days);
      const dueOn = addDays(valueOn, 366);
      return (await loanIn(stage, lineId, { amount, valueOn, dueOn, terms: monthly() })).drawdownId;
    };
    others = [await loan('9000000.00', 3), await loan('9000000.00', 2)];
    lost = await loan('100000.00', 150);
    await runDayEnds(stage, ago(1));
    await stage.db.raw(`update credit_loans set owner_id = ? where id = ?`, [
      stage.otherBankId,
      others[1],
    ]);
    await stage.db.raw(`update credit_loans set risk_class = 'LOSS' where id = ?`, [lost]);
    await stage.done(writeOff, { drawdownId: lost, reason: '无法收回' }, stage.bank);
    // As if nobody had looked at the others yet: nothing of their own is wrong.
    await stage.db.raw('truncate credit_loan_classes');
    await stage.db.raw(`update credit_loans set risk_class = 'NORMAL' where id <> ?`, [lost]);
  });
  afterEach(async () => {
    await stage.db.raw(`update credit_loans set owner_id = '${stage.bankId}'`);
    await stage.close();
  });

  const classes = async () => {
    const rows = await stage.rows<{ id: string; riskClass: string }>(
      `select id, risk_class as "riskClass" from credit_loans`,
    );
    return others.map((id) => rows.find((row) => row.id === id)?.riskClass);
  };
  const codes = async (id: string) => {
    const [row] = await stage.rows<{ triggers: { code: string }[] }>(
      `select triggers from credit_loan_classes where drawdown_id = '${id}'`,
    );
    return row?.triggers.map(({ code }) => code);
  };

  it('are special mention at every bank while something of it is owed', async () => {
    await runDayEnds(stage, today);
    expect(await classes()).to.deep.equal(['SPECIAL_MENTION', 'SPECIAL_MENTION']);
    expect(await codes(others[0])).to.deep.equal(['bad-debt-at-this-bank']);
    expect(await codes(others[1])).to.deep.equal(['bad-debt-at-another-bank']);
    // It is off the books: it gets no class of its own, and no report counts it.
    expect(await codes(lost)).to.equal(undefined);
  });

  it('stay normal when all of it, interest included, came back', async () => {
    const [row] = await stage.rows<{ left: string }>(
      'select (principal + interest)::text as left from credit_write_offs',
    );
    const amount = row?.left ?? '';
    await stage.done(recover, { drawdownId: lost, amount, valueOn: today }, stage.bank);
    await runDayEnds(stage, today);
    expect(await classes()).to.deep.equal(['NORMAL', 'NORMAL']);
  });

  it('are looked at for interest that is left alone', async () => {
    const amount = '100000.00';
    await stage.done(recover, { drawdownId: lost, amount, valueOn: today }, stage.bank);
    await runDayEnds(stage, today);
    expect(await classes()).to.deep.equal(['SPECIAL_MENTION', 'SPECIAL_MENTION']);
  });

  it('follow the loan itself when the write-off is taken back', async () => {
    await stage.done(bringBack, { drawdownId: lost, reason: '依据不足' }, stage.bank);
    await runDayEnds(stage, today);
    expect(await codes(lost)).to.include('upgrade-not-earned');
    expect(await codes(others[0])).to.include('bad-debt-at-this-bank');
  });

  it('are known of what was written off before the book could ask', async () => {
    // As a database of before has it; the owner of the tables is bound by row-level security.
    const owner = `owner_${Date.now()}`;
    await stage.db.raw(`create role ${owner}; grant ${owner} to current_user;
      grant create on schema public to ${owner};
      alter table credit_write_offs drop column enterprise_id;
      alter table credit_write_offs owner to ${owner};
      alter table credit_drawdowns owner to ${owner}`);
    await stage.db.transaction(async (trx) => {
      await trx.raw(`set local role ${owner}`);
      await writtenOffDebtors(trx);
    });
    const rows = await stage.rows<{ enterpriseId: string }>(
      `select enterprise_id as "enterpriseId" from credit_write_offs`,
    );
    expect(rows).to.deep.equal([{ enterpriseId: stage.firmId }]);
    await stage.db.raw(`alter table credit_write_offs owner to current_user;
      alter table credit_drawdowns owner to current_user;
      revoke create on schema public from ${owner}; drop role ${owner}`);
  });
});
