// Exemption files on bad loans: complete lists, two persons, and never who made the loan.
import { expect } from 'chai';
import { drawDown, markDefault } from '../../src/credit/index.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { at, operationOf, queryOf, refusalOf } from './agreement-desk.ts';
import { runDayEnds } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const open = operationOf('open-exemption-file');
const answer = operationOf('answer-exemption-item');
const find = operationOf('find-exemption');
const confirm = operationOf('confirm-exemption');
const reason = '不良贷款责任认定';

interface File {
  readonly state: string;
  readonly finding: string | null;
  readonly complete: boolean;
  readonly missing: string[];
  readonly items: { code: string; kind: string; clause: string; answer: string | null }[];
  readonly steps: { step: string; userId: string; finding: string | null }[];
  readonly version: number;
}

describe('exemption files', () => {
  let stage: Stage;
  let finder: Actor;
  let checker: Actor;
  beforeEach(async () => {
    stage = await openStage();
    finder = { ...stage.bank, userId: 'user_finder', personId: 'person_finder' };
    checker = { ...stage.bank, userId: 'user_checker', personId: 'person_checker' };
  });
  afterEach(() => stage.close());

  const code = async (operation: Operation, input: unknown, version = 1, actor = finder) =>
    (await stage.refused(operation, input, actor, at(version))).code;
  const shown = async (fileId: string, actor: Actor = finder) =>
    (await stage.ask(queryOf('show-exemption-file'), { fileId }, actor)) as File;

  async function badLoan(): Promise<string> {
    const { lineId } = await lineIn(stage, await parkIn(stage, '1000.00'), '500.00');
    const { drawdownId } = await stage.done(drawDown, drawing(lineId, '100.00'), stage.bank);
    await stage.done(markDefault, { drawdownId, defaultedOn: today }, stage.bank);
    return drawdownId as string;
  }

  /** A file of which every item is answered; `other` gives what is not as it should be. */
  async function filled(other: Readonly<Record<string, string>> = {}) {
    const { fileId } = await stage.done(open, { drawdownId: await badLoan(), reason }, finder);
    const { items } = await shown(fileId as string);
    for (const [i, item] of items.entries()) {
      const given = other[item.code] ?? (item.kind === 'CHECKLIST' ? 'MET' : 'ABSENT');
      const input = { fileId, code: item.code, answer: given, proof: '信贷档案第3页' };
      await stage.done(answer, input, finder, at(i + 1));
    }
    return { fileId: fileId as string, version: items.length + 1 };
  }

  it('are found by one person and confirmed by another', async () => {
    const { fileId, version } = await filled();
    expect(await shown(fileId)).to.include({ complete: true, state: 'OPEN', version });
    const found = await stage.done(
      find,
      { fileId, finding: 'EXEMPT', reason },
      finder,
      at(version),
    );
    expect(found).to.include({ state: 'FOUND', finding: 'EXEMPT', version: version + 1 });
    const confirmed = await stage.done(
      confirm,
      { fileId, decision: 'confirm', reason },
      checker,
      at(version + 1),
    );
    expect(confirmed).to.include({ state: 'CONFIRMED', finding: 'EXEMPT' });
    const file = await shown(fileId);
    expect(file).to.include({ finderId: 'user_finder', confirmerId: 'user_checker' });
    expect(file.steps.map(({ step }) => step)).to.deep.equal([
      'OPENED',
      ...file.items.map(() => 'ANSWERED'),
      'FOUND',
      'CONFIRMED',
    ]);
    expect(file.items.every(({ clause }) => clause.length > 0)).to.equal(true);
  });

  it('go back with a reason, are answered again and found anew', async () => {
    const { fileId, version } = await filled();
    await stage.done(find, { fileId, finding: 'EXEMPT', reason }, finder, at(version));
    const back = { fileId, decision: 'return', reason: '贷后检查记录不全' };
    const returned = await stage.done(confirm, back, checker, at(version + 1));
    expect(returned).to.include({ state: 'OPEN', finding: null });
    const changed = { fileId, code: 'inspected', answer: 'NOT_MET' };
    const again = await stage.done(answer, changed, finder, at(version + 2));
    expect(again).to.include({ version: version + 3 });
    const input = { fileId, reason };
    expect(await code(find, { ...input, finding: 'EXEMPT' }, version + 3)).to.equal('duty-not-met');
    await stage.done(find, { ...input, finding: 'REDUCED' }, finder, at(version + 3));
    expect((await shown(fileId)).steps.map(({ step }) => step)).to.include('RETURNED');
  });

  it('of a bad loan only, one for each', async () => {
    const { lineId } = await lineIn(stage, await parkIn(stage, '1000.00'), '500.00');
    const { drawdownId } = await stage.done(drawDown, drawing(lineId, '100.00'), stage.bank);
    expect(await code(open, { drawdownId: 'draw_none', reason })).to.equal('drawdown-missing');
    expect(await code(open, { drawdownId, reason }, 1, stage.otherBank)).to.equal(
      'drawdown-missing',
    );
    expect(await code(open, { drawdownId, reason })).to.equal('drawdown-not-bad');
    await stage.done(markDefault, { drawdownId, defaultedOn: today }, stage.bank);
    await stage.done(open, { drawdownId, reason }, finder);
    expect(await code(open, { drawdownId, reason })).to.equal('exemption-file-exists');
  });

  for (const [days, answered] of [
    [90, 'drawdown-not-bad'],
    [91, 'done'],
  ] as const) {
    it(`of a loan that is bad by its class alone: ${days} days overdue`, async () => {
      const since = { startsOn: ago(290) };
      const { lineId } = await lineIn(stage, await parkIn(stage, '1000.00'), '500.00', since);
      const term = { valueOn: ago(200), dueOn: ago(days) };
      const { drawdownId } = await stage.done(
        drawDown,
        drawing(lineId, '100.00', term),
        stage.bank,
      );
      await runDayEnds(stage, today);
      const outcome = await stage.outcome(open, { drawdownId, reason }, finder);
      expect(outcome.kind === 'refused' ? outcome.failure.code : outcome.kind).to.equal(answered);
    });
  }

  it('refuse an answer in order', async () => {
    const { fileId } = await stage.done(open, { drawdownId: await badLoan(), reason }, finder);
    const input = { fileId, code: 'inspected', answer: 'PRESENT' };
    expect(await code(answer, { ...input, fileId: 'exf_none' }, 9)).to.equal(
      'exemption-file-missing',
    );
    expect(await code(answer, { ...input, code: 'none' }, 9)).to.equal('version-stale');
    expect(await code(answer, { ...input, code: 'none' })).to.equal('exemption-item-missing');
    expect(await code(answer, input)).to.equal('answer-unfit');
    expect(await code(answer, { ...input, code: 'colluded', answer: 'MET' })).to.equal(
      'answer-unfit',
    );
    expect(await code(answer, { ...input, answer: 'MET' })).to.equal('proof-missing');
    expect(await code(answer, { ...input, code: 'colluded' })).to.equal('proof-missing');
    const given = await stage.done(answer, { ...input, answer: 'NOT_MET' }, finder, at(1));
    expect(given).to.include({ answered: 1, items: 13, version: 2 });
    const stale = await stage.refused(answer, { ...input, answer: 'NOT_MET' }, finder, at(1));
    expect(stale.code).to.equal('version-stale');
    expect((stale.facts['changes'] as { code: string }[]).map((one) => one.code)).to.deep.equal([
      'inspected',
    ]);
  });

  it('refuse a finding in order', async () => {
    const { fileId, version } = await filled({ colluded: 'PRESENT', inspected: 'NOT_MET' });
    const input = { fileId, finding: 'EXEMPT', reason };
    expect(await code(find, { ...input, fileId: 'exf_none' })).to.equal('exemption-file-missing');
    expect(await code(find, input, 1, stage.bank)).to.equal('version-stale');
    expect(await code(find, input, version, stage.bank)).to.equal('loan-made-by-you');
    expect(await code(find, input, version)).to.equal('negative-item-present');
    expect(await code(find, { ...input, finding: 'REDUCED' }, version)).to.equal(
      'negative-item-present',
    );
    await stage.done(find, { ...input, finding: 'LIABLE' }, finder, at(version));
    expect(await code(find, input, version + 1)).to.equal('exemption-found');
    const late = { fileId, code: 'inspected', answer: 'NOT_MET' };
    expect(await code(answer, late, version + 1)).to.equal('exemption-found');
  });

  it('know the maker behind an approval, by person and not by account', async () => {
    const { fileId, version } = await filled();
    // As the approval of a draw leaves it: the drawdown names the decision, the request its maker.
    await stage.db.raw(`
      insert into identity_persons (id, name, created_at) values ('person_m', '经办', now()),
        ('person_c', '复核', now());
      insert into identity_users (id, username, organisation_id, person_id, password_hash,
        password_set_at, must_change_password, created_at)
      select 'user_' || n, 'maker' || n, '${stage.bankId}', p, '-', now(), false, now()
      from (values ('m', 'person_m'), ('m2', 'person_m'), ('c', 'person_c')) as u (n, p);
      insert into approvals_requests (id, zone_id, owner_id, operation, input, permission,
        maker_id, maker_person_id, rehearsed, state, made_at, expires_at, decided_by,
        decided_person_id, decided_at, result, filed_operation_id, decided_operation_id)
      values ('apr_1', '${stage.zoneId}', '${stage.bankId}', 'credit.draw-down', '{}', 'x:y',
        'user_m', 'person_m', '{}', 'APPROVED', now(), now() + interval '1 day', 'user_c',
        'person_c', now(), '{}', 'op_filed', 'op_decided');
      update credit_drawdowns set operation_id = 'op_decided';`);
    const input = { fileId, finding: 'EXEMPT', reason };
    const second = { ...stage.bank, userId: 'user_m2', personId: 'person_m' };
    expect(await code(find, input, version, second)).to.equal('loan-made-by-you');
    const decider = { ...stage.bank, userId: 'user_c', personId: 'person_c' };
    const found = await stage.done(find, input, decider, at(version));
    expect(found).to.include({ state: 'FOUND' });
    // No approval ever happened, and the books would say so.
    await stage.db.raw('delete from approvals_requests');
  });

  it('are not found while an item is unanswered', async () => {
    const { fileId } = await stage.done(open, { drawdownId: await badLoan(), reason }, finder);
    const failure = await stage.refused(find, { fileId, finding: 'LIABLE', reason }, finder, at(1));
    expect(failure.code).to.equal('exemption-incomplete');
    expect(failure.facts['missing']).to.have.length(13);
    expect((await shown(fileId as string)).missing).to.deep.equal(failure.facts['missing']);
  });

  it('refuse a confirmation in order', async () => {
    const { fileId, version } = await filled();
    const input = { fileId, decision: 'confirm', reason };
    expect(await code(confirm, { ...input, fileId: 'exf_none' })).to.equal(
      'exemption-file-missing',
    );
    expect(await code(confirm, input, 1)).to.equal('version-stale');
    expect(await code(confirm, input, version)).to.equal('exemption-not-found');
    await stage.done(find, { fileId, finding: 'EXEMPT', reason }, finder, at(version));
    expect(await code(confirm, input, version + 1, stage.bank)).to.equal('loan-made-by-you');
    expect(await code(confirm, input, version + 1)).to.equal('found-by-you');
    const samePerson = { ...finder, userId: 'user_other_account' };
    expect(await code(confirm, input, version + 1, samePerson)).to.equal('found-by-you');
    await stage.done(confirm, input, checker, at(version + 1));
    expect(await code(confirm, input, version + 2, checker)).to.equal('exemption-not-found');
  });

  it('are seen by their bank and the zone office, and by no other bank', async () => {
    const { fileId } = await stage.done(open, { drawdownId: await badLoan(), reason }, finder);
    const listed = async (actor: Actor) =>
      (await stage.ask(queryOf('list-exemption-files'), { state: 'OPEN' }, actor)) as {
        items: { id: string; answered: number; items: number; openedOn: string }[];
      };
    for (const actor of [stage.bank, stage.office]) {
      const [row] = (await listed(actor)).items;
      expect(row).to.include({ id: fileId, answered: 0, items: 13, openedOn: ago(0) });
    }
    expect((await listed(stage.otherBank)).items).to.deep.equal([]);
    const hidden = await refusalOf(shown(fileId as string, stage.otherBank));
    expect(hidden.code).to.equal('exemption-file-missing');
  });

  it('the table itself refuses a confirmation by the finder', async () => {
    const { fileId, version } = await filled();
    await stage.done(find, { fileId, finding: 'EXEMPT', reason }, finder, at(version));
    const forced = refusalOf(
      stage.rows(`update credit_exemption_files set state = 'CONFIRMED',
        confirmed_by_user = 'user_x', confirmed_by_person = 'person_finder'`),
    );
    expect(String(await forced)).to.include('two_persons');
  });
});
