// Reviews, tags and what is due; and that a bank's and a zone's word are each two persons' word.
import { expect } from 'chai';
import { Approvals } from '../../src/approvals/index.ts';
import { drawDown } from '../../src/credit/index.ts';
import { decideEntry } from '../../src/credit/operations/decide-entry.ts';
import { nominate } from '../../src/credit/operations/nominate.ts';
import { raiseReviews } from '../../src/credit/operations/raise-reviews.ts';
import { recordTag, revokeTag } from '../../src/credit/operations/record-tag.ts';
import { raiseReview, reviewEntry } from '../../src/credit/operations/review-entry.ts';
import { exitEntry, suspendEntry } from '../../src/credit/operations/suspend-entry.ts';
import { listTags, listWhitelistDue, showEntry } from '../../src/credit/queries-whitelist.ts';
import { creditModule } from '../../src/credit/index.ts';
import { approvalsModule } from '../../src/approvals/index.ts';
import type { Day } from '../../src/kernel/index.ts';
import { addMonths, isFailure } from '../../src/kernel/index.ts';
import type { Outcome } from '../../src/platform/perform.ts';
import type { People } from '../identity/people.ts';
import { codeOf, done, openPeople } from '../identity/people.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage, today } from '../support/stage.ts';
import { loanIn, monthly } from './loan-stage.ts';
import { drawing, lineIn, parkIn } from './stage.ts';
import { entryAt, newFirm, tagged, versionOf } from './whitelist-stage.ts';

describe('whitelist: reviews and tags', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  const shown = (entryId: string) => stage.ask(showEntry, { entryId }, stage.bank);
  const review = async (entryId: string, input: object): Promise<Outcome> =>
    stage.outcome(reviewEntry, { entryId, finding: '现场核查正常', ...input }, stage.bank, {
      expectedVersion: await versionOf(stage, entryId),
    });
  const raised = (asOf: string = today) =>
    stage.done(raiseReviews, { asOf }, stage.root).then((answer) => Number(answer['done']));
  const openOf = async (entryId: string) =>
    (await shown(entryId)).reviews.filter(({ doneOn }) => doneOn === null);

  it('reviews a firm yearly and renews its term', async () => {
    const { entryId } = await entryAt(stage, 'ACTIVE');
    const [yearly] = await openOf(entryId);
    expect(yearly).to.include({ trigger: 'YEARLY', dueOn: addMonths(today, 12), overdue: false });
    await stage.rows(
      `update credit_whitelist_entries set expires_on = '${ago(1)}' where id = '${entryId}';
       update credit_whitelist_reviews set raised_on = '${ago(400)}', due_on = '${ago(1)}'
         where entry_id = '${entryId}'`,
    );
    expect(await shown(entryId)).to.include({ expired: true, reviewOverdue: true });
    const outcome = await review(entryId, { reviewId: yearly?.id, result: 'KEEP' });
    expect(outcome.kind === 'done' && outcome.output).to.deep.include({
      state: 'ACTIVE',
      expiresOn: addMonths(today, 12),
    });
    expect(await shown(entryId)).to.include({ expired: false, reviewOverdue: false });
    const [next] = await openOf(entryId);
    expect(next).to.include({ trigger: 'YEARLY', dueOn: addMonths(today, 12) });
    const again = await review(entryId, { reviewId: yearly?.id, result: 'KEEP' });
    expect(codeOf(again)).to.equal('review-done');
  });

  it('reviews on an event within its days, once per cause, and suspends at once', async () => {
    const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
    const park = await parkIn(stage, '1000000.00');
    const { lineId } = await lineIn(stage, park, '1000000.00', { enterpriseId });
    const event = { entryId, trigger: 'LIST_HIT', note: '被列入失信名单' };
    const answer = await stage.done(raiseReview, event, stage.office);
    expect(answer['dueOn']).to.equal(ago(-10));
    const twice = await stage.refused(raiseReview, event, stage.bank);
    expect(twice.code).to.equal('review-exists');
    const reviewId = answer['reviewId'];
    const elsewhere = await entryAt(stage, 'ACTIVE');
    const wrong = await review(elsewhere.entryId, { reviewId, result: 'KEEP' });
    expect(codeOf(wrong)).to.equal('review-missing');
    const stale = await stage.refused(
      reviewEntry,
      { entryId, reviewId, result: 'SUSPEND', finding: '属实' },
      stage.bank,
      { expectedVersion: 1 },
    );
    expect(stale.code).to.equal('version-stale');
    const outcome = await review(entryId, { reviewId, result: 'SUSPEND', finding: '属实' });
    expect(outcome.kind === 'done' && outcome.output).to.deep.include({ state: 'SUSPENDED' });
    const refused = await stage.refused(drawDown, drawing(lineId, '1.00'), stage.bank);
    expect(refused.code).to.equal('limit-frozen');
    expect((await openOf(entryId)).map(({ trigger }) => trigger)).to.deep.equal(['YEARLY']);
  });

  it('is only of firms on the list', async () => {
    const { entryId } = await entryAt(stage, 'RECOMMENDED');
    const event = { entryId, trigger: 'OTHER', note: '媒体报道' };
    const failure = await stage.refused(raiseReview, event, stage.bank);
    expect(failure.code).to.equal('entry-step');
    const unknown = await stage.refused(raiseReview, { ...event, entryId: 'wl_none' }, stage.bank);
    expect(unknown.code).to.equal('entry-missing');
  });

  it('is raised by the daily look when the last tag has run out, once', async () => {
    const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
    expect(await raised()).to.equal(0);
    const until = (on: string) =>
      stage.rows(`update credit_enterprise_tags set granted_on = '${ago(900)}',
        expires_on = '${on}' where enterprise_id = '${enterpriseId}'`);
    await until(today);
    expect(await raised()).to.equal(0);
    await until(ago(1));
    expect(await raised()).to.equal(1);
    expect(await raised()).to.equal(0);
    const [expiry] = (await openOf(entryId)).filter(({ trigger }) => trigger === 'TAG_EXPIRY');
    expect(expiry?.dueOn).to.equal(ago(-10));
    await review(entryId, { reviewId: expiry?.id, result: 'KEEP' });
    // The same cause was looked at; it is not raised again.
    expect(await raised()).to.equal(0);
  });

  it('is raised by the daily look for a loan overdue by a day', async () => {
    const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
    const park = await parkIn(stage, '1000000.00');
    const { lineId } = await lineIn(stage, park, '1000000.00', { enterpriseId });
    const loan = { valueOn: ago(60), dueOn: today };
    const { drawdownId } = (await stage.done(
      drawDown,
      drawing(lineId, '1000.00', loan),
      stage.bank,
    )) as { drawdownId: string };
    expect(await raised()).to.equal(0);
    await stage.rows(`update credit_drawdowns set due_on = '${ago(1)}' where id = '${drawdownId}'`);
    expect(await raised()).to.equal(1);
    const open = await openOf(entryId);
    expect(open.map(({ trigger }) => trigger)).to.include('OVERDUE_DEBT');
  });

  /** A listed firm with a loan of two instalments, the first of which is due on the day. */
  async function scheduled(dueOn: Day) {
    const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
    const park = await parkIn(stage, '1000000.00');
    const { lineId } = await lineIn(stage, park, '1000000.00', { enterpriseId });
    const terms = monthly({ instalments: 2, firstDueOn: dueOn });
    const dates = { valueOn: addMonths(dueOn, -1), dueOn: addMonths(dueOn, 1) };
    const { drawdownId } = await loanIn(stage, lineId, { amount: '200000.00', ...dates, terms });
    return { entryId, enterpriseId, drawdownId };
  }
  const triggersOf = async (entryId: string) =>
    (await openOf(entryId)).map(({ trigger }) => trigger).toSorted();

  it('is raised for an instalment that is a day late, and for none that is due today', async () => {
    const due = await scheduled(today);
    const late = await scheduled(ago(1));
    await raised();
    expect(await triggersOf(due.entryId)).to.deep.equal(['YEARLY']);
    expect(await triggersOf(late.entryId)).to.deep.equal(['OVERDUE_DEBT', 'YEARLY']);
    expect(await raised()).to.equal(0);
  });

  it('is raised when a loan of the firm is non-performing, at another bank too', async () => {
    const { entryId, enterpriseId } = await entryAt(stage, 'ACTIVE');
    const { drawdownId } = await scheduled(today);
    const classed = (riskClass: string, on: string) =>
      stage.rows(`insert into credit_loan_classes select id, '${on}', zone_id, owner_id,
        '${riskClass}', '[]', 'test', 'op_test' from credit_drawdowns where id = '${drawdownId}'`);
    await stage.rows(`update credit_lines l set enterprise_id = '${enterpriseId}',
        owner_id = '${stage.otherBankId}'
      from credit_drawdowns d where d.line_id = l.id and d.id = '${drawdownId}'`);
    await classed('SPECIAL_MENTION', ago(3));
    await raised();
    expect(await triggersOf(entryId)).to.deep.equal(['YEARLY']);
    await classed('SUBSTANDARD', ago(1));
    await raised();
    expect(await triggersOf(entryId)).to.deep.equal(['CONTAGION', 'YEARLY']);
    expect(await raised()).to.equal(0);
    const [found] = (await openOf(entryId)).filter(({ trigger }) => trigger === 'CONTAGION');
    await review(entryId, { reviewId: found?.id, result: 'KEEP' });
    expect(await raised()).to.equal(0);
    await classed('DOUBTFUL', today);
    expect(await raised()).to.equal(0);
  });

  it('records tags until their last day and refuses what the rule does not allow', async () => {
    const enterpriseId = await newFirm(stage);
    const tag = (more: object) => tagged(stage, enterpriseId, more);
    const code = async (more: object) => {
      const outcome = await tag(more).catch((problem: unknown) => problem);
      const said = /"code":"([\w-]+)"/.exec(String(outcome));
      return isFailure(outcome) ? outcome.code : said?.[1];
    };
    const granted = await tag({ grantedOn: ago(100) });
    expect(granted['expiresOn']).to.equal(addMonths(ago(100), 36));
    const sme = await tag({ tag: 'tech-sme', grantedOn: '2026-06-30', certificateNo: 'SME1' });
    expect(sme['expiresOn']).to.equal('2027-03-31');
    expect(await code({ tag: 'handsome' })).to.equal('tag-unknown');
    expect(await code({ grantedOn: ago(-1) })).to.equal('tag-day-in-future');
    expect(await code({ tag: 'core-ip' })).to.equal('tag-term-missing');
    expect(await code({ expiresOn: ago(31) })).to.equal('tag-term-outside');
    expect(await code({})).to.equal('tag-exists');
    expect(await code({ enterpriseId: 'ent_none' })).to.equal('enterprise-missing');

    const revoke = (input: object, version = 1) =>
      stage.outcome(
        revokeTag,
        { tagId: granted['tagId'], reason: '公示撤销', ...input },
        stage.office,
        { expectedVersion: version },
      );
    expect(codeOf(await revoke({ tagId: 'tag_none' }))).to.equal('tag-missing');
    expect(codeOf(await revoke({}, 2))).to.equal('version-stale');
    expect(codeOf(await revoke({ revokedOn: ago(-1) }))).to.equal('tag-day-in-future');
    expect(codeOf(await revoke({ revokedOn: ago(101) }))).to.equal('tag-term-outside');
    done(await revoke({ revokedOn: ago(5) }));
    expect(codeOf(await revoke({}, 2))).to.equal('tag-revoked');
    const held = async (on: string) => {
      const { items } = await stage.ask(listTags, { enterpriseId, on }, stage.otherBank);
      return items.filter(({ holds }) => holds).map((one) => one.tag);
    };
    expect(await held(ago(6))).to.include('high-tech');
    expect(await held(ago(5))).not.to.include('high-tech');
    // Recorded again after it was revoked by mistake.
    await tag({ grantedOn: ago(100) });
  });

  it('lists what is due by day, for the bank and not for the other', async () => {
    const { entryId } = await entryAt(stage, 'RECOMMENDED');
    const until = ago(-30);
    const due = async (actor: Stage['bank'], more: object = {}) => {
      const { items } = await stage.ask(listWhitelistDue, { until, limit: '200', ...more }, actor);
      return items.filter((one) => one.entryId === entryId);
    };
    expect(await due(stage.bank)).to.have.lengthOf(1);
    expect((await due(stage.bank))[0]).to.include({ kind: 'decision', dueOn: until });
    expect(await due(stage.bank, { until: ago(-29) })).to.deep.equal([]);
    expect(await due(stage.otherBank)).to.deep.equal([]);
    expect(await due(stage.office, { overdue: 'true' })).to.deep.equal([]);
    await stage.rows(
      `update credit_whitelist_entries set decision_due_on = '${ago(1)}' where id = '${entryId}'`,
    );
    expect((await due(stage.office, { overdue: 'true' }))[0]?.overdue).to.equal(true);
    const kinds = new Set(
      (
        await stage.ask(listWhitelistDue, { until: ago(-2000), limit: '200' }, stage.bank)
      ).items.map(({ kind }) => kind),
    );
    expect(kinds).to.deep.equal(new Set(['decision', 'review', 'term', 'tag']));
  });
});

describe('whitelist: four eyes', () => {
  let people: People;
  const approvals = approvalsModule(() => [...approvals.operations, ...creditModule.operations]);
  const decide = approvals.operations.find(({ name }) => name === 'approvals.decide');
  before(async () => {
    people = await openPeople((db) => {
      const desk = new Approvals(db);
      return {
        needsApproval: (operation, actor, input) => desk.needed(operation, actor, input),
        submit: (context, operation, item, filing) => desk.submit(context, operation, item, filing),
      };
    });
    const bank = { organisationId: 'org_bank1' as const, personId: 'person_m' };
    const zone = { organisationId: 'org_east' as const };
    await people.add({ username: 'maker', roles: ['bank-maker'], ...bank });
    await people.add({ username: 'other-hand', roles: ['bank-checker'], ...bank });
    await people.add({
      username: 'checker',
      roles: ['bank-checker'],
      organisationId: 'org_bank1',
    });
    await people.add({ username: 'zone.maker', roles: ['zone-maker'], ...zone });
    await people.add({ username: 'zone.checker', roles: ['zone-checker'], ...zone });
    await people.add({ username: 'fund', roles: ['fund-maker'], organisationId: 'org_fund' });
    await people.db('parties_enterprises').insert({
      id: 'ent_1',
      zone_id: 'zone_east',
      uscc: '91350100M000100Y43',
      name: '示例企业',
      registered_on: '2020-01-01',
    });
  });
  after(() => people.close(creditModule.invariants));

  const perform = async (
    operation: Parameters<People['perform']>[0],
    username: string,
    input: object,
    version?: number,
  ): Promise<Outcome> => {
    const options = version === undefined ? {} : { version };
    return people.perform(operation, await people.signedIn(username), input, options);
  };
  const submitted = (outcome: Outcome): string => {
    if (outcome.kind === 'submitted') return outcome.approvalId;
    throw new Error(`not submitted: ${JSON.stringify(outcome)}`);
  };
  const approve = async (username: string, approvalId: string): Promise<Outcome> => {
    if (!decide) throw new Error('approvals lost their decision');
    return perform(decide, username, { approvalId, decision: 'approve', reason: '已核对' });
  };

  it('decide for the bank and take off again; each role does its own part', async () => {
    const reason = '产业链龙头';
    const nomination = { enterpriseId: 'ent_1', bankId: 'org_bank1', reason };
    expect(codeOf(await perform(nominate, 'maker', nomination))).to.equal('forbidden');
    const { entryId } = done(await perform(nominate, 'zone.maker', nomination)) as {
      entryId: string;
    };
    const accept = { entryId, decision: 'accept', reason };
    expect(codeOf(await perform(decideEntry, 'zone.maker', accept))).to.equal('forbidden');
    const asked = submitted(await perform(decideEntry, 'maker', accept));
    expect(codeOf(await approve('other-hand', asked))).to.equal('same-person');
    const state = async () => {
      const row: unknown = await people.db('credit_whitelist_entries').where({ id: entryId });
      return (row as { state: string }[])[0]?.state;
    };
    expect(await state()).to.equal('RECOMMENDED');
    done(await approve('checker', asked));
    expect(await state()).to.equal('ACTIVE');

    const suspension = { entryId, reason: '逾期核查' };
    expect(codeOf(await perform(suspendEntry, 'fund', suspension, 2))).to.equal('forbidden');
    done(await perform(suspendEntry, 'maker', suspension, 2));
    const exit = { entryId, reason: '迁出园区', exitReason: 'MOVED_OUT' };
    const leaving = submitted(await perform(exitEntry, 'zone.maker', exit, 3));
    expect(await state()).to.equal('SUSPENDED');
    done(await approve('zone.checker', leaving));
    expect(await state()).to.equal('EXITED');
  });

  it('are those of the permissions: a bank records no tag of the zone', async () => {
    const tag = {
      enterpriseId: 'ent_1',
      tag: 'high-tech',
      certificateNo: 'GR1',
      grantedOn: ago(30),
      evidence: '证书',
    };
    expect(codeOf(await perform(recordTag, 'maker', tag))).to.equal('forbidden');
    done(await perform(recordTag, 'zone.maker', tag));
  });
});
