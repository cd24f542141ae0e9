// The whitelist's pure rules: which steps there are, and days at their very edge.
import { expect } from 'chai';
import type { Entry, EntryState } from '../../src/credit/model-whitelist.ts';
import { entryStates, referralStates, referralSteps } from '../../src/credit/model-whitelist.ts';
import {
  decisionDueOn,
  isOverdue,
  judge,
  refuseAnswer,
  refuseStep,
  renominableOn,
  shareText,
  tagEndsOn,
  tagHolds,
  tagTerm,
} from '../../src/credit/rules/whitelist.ts';
import type { AdmissionPack } from '../../src/credit/rules/whitelist.ts';
import { Day, isFailure, makeCalendar } from '../../src/kernel/index.ts';
import { ruleKinds } from '../../src/rulebook/rule-kinds.ts';
import { admissionClauses, admissionRule } from '../../migrations/0018_credit_whitelists.ts';

const day = Day.of;
const calendar = makeCalendar({ holidays: [], workingDays: [] });
const entry = (state: EntryState): Entry => ({
  id: 'wl_1',
  zoneId: 'zone_1',
  ownerId: 'org_1',
  enterpriseId: 'ent_1',
  state,
  reason: null,
  batch: null,
  nominatedOn: day('2026-03-02'),
  fileCompleteOn: null,
  clockCount: null,
  clockUnit: null,
  decisionDueOn: null,
  decidedOn: null,
  expiresOn: null,
  exitReason: null,
  renominableOn: null,
  screeningPassed: null,
  frozenNodes: [],
  version: 1,
});

const parameters = ruleKinds.whitelist.parse(admissionRule);
const pack: AdmissionPack = {
  id: 'pack_1',
  scheme: 'whitelist-admission',
  kind: 'whitelist',
  zoneId: undefined,
  version: 1,
  status: 'TEMPLATE',
  city: undefined,
  documentNo: '金发〔2024〕32号',
  title: '白名单准入标准',
  validFrom: day('2024-10-15'),
  validTo: undefined,
  evidence: '[pub]',
  parameters,
  clauses: admissionClauses as AdmissionPack['clauses'],
};

const codeOf = (x: unknown): string | undefined => (isFailure(x) ? x.code : undefined);

describe('whitelist: steps', () => {
  /** Every step there is; whatever is not here is refused. */
  const allowed = new Set([
    'DRAFT SUBMITTED',
    'DRAFT EXITED',
    'SUBMITTED SCREENED',
    'SUBMITTED DECLINED',
    'SUBMITTED EXITED',
    'SCREENED SCREENED',
    'SCREENED RECOMMENDED',
    'SCREENED DECLINED',
    'SCREENED EXITED',
    'RECOMMENDED BANK_ACCEPTED',
    'RECOMMENDED DECLINED',
    'RECOMMENDED EXITED',
    'BANK_ACCEPTED ACTIVE',
    'BANK_ACCEPTED EXITED',
    'ACTIVE SUSPENDED',
    'ACTIVE EXITED',
    'SUSPENDED ACTIVE',
    'SUSPENDED EXITED',
  ]);
  for (const from of entryStates) {
    it(`lead from ${from} where they may and nowhere else`, () => {
      const open = entryStates.filter((to) => refuseStep(entry(from), to) === undefined);
      expect(open).to.deep.equal(entryStates.filter((to) => allowed.has(`${from} ${to}`)));
    });
  }

  it('say of a decided nomination that it was decided', () => {
    expect(refuseStep(entry('ACTIVE'), 'DECLINED')?.code).to.equal('entry-decided');
    expect(refuseStep(entry('DECLINED'), 'BANK_ACCEPTED')?.code).to.equal('entry-decided');
    expect(refuseStep(entry('DRAFT'), 'BANK_ACCEPTED')?.code).to.equal('entry-step');
  });
});

describe('whitelist: days', () => {
  const clock = (unit: 'calendar-days' | 'working-days', count = 30) => ({ unit, count });

  it('give the bank 30 calendar days from the complete file', () => {
    const due = decisionDueOn(day('2026-03-02'), clock('calendar-days'), calendar);
    expect(due).to.equal('2026-04-01');
    expect(isOverdue(due, day('2026-04-01'))).to.equal(false);
    expect(isOverdue(due, day('2026-04-02'))).to.equal(true);
    expect(isOverdue(null, day('2026-04-02'))).to.equal(false);
  });

  it('count working days when the zone does', () => {
    // Monday the 2nd; five working days on is Monday the 9th.
    const due = decisionDueOn(day('2026-03-02'), clock('working-days', 5), calendar);
    expect(due).to.equal('2026-03-09');
  });

  it('let a no stand for the cool-down', () => {
    expect(renominableOn(day('2026-01-01'), parameters)).to.equal('2026-04-01');
  });

  it('end tags by their own rule', () => {
    const months = { by: 'months', months: 36 } as const;
    expect(tagEndsOn(day('2023-10-16'), months)).to.equal('2026-10-16');
    expect(tagEndsOn(day('2024-02-29'), months)).to.equal('2027-02-28');
    const march = { by: 'next-31-march' } as const;
    expect(tagEndsOn(day('2025-12-31'), march)).to.equal('2026-03-31');
    expect(tagEndsOn(day('2026-01-01'), march)).to.equal('2027-03-31');
    expect(tagEndsOn(day('2026-01-01'), { by: 'stated' })).to.equal(undefined);
  });

  it('hold a certificate to the rule', () => {
    const [highTech, , , incubated] = parameters.tags;
    if (!highTech || !incubated) throw new Error('the pack lost a tag');
    const grantedOn = day('2023-10-16');
    const until = (expiresOn?: string) => ({
      grantedOn,
      expiresOn: expiresOn === undefined ? undefined : day(expiresOn),
    });
    expect(tagTerm(highTech, until())).to.equal('2026-10-16');
    expect(tagTerm(highTech, until('2026-10-16'))).to.equal('2026-10-16');
    expect(codeOf(tagTerm(highTech, until('2026-10-17')))).to.equal('tag-term-outside');
    expect(tagTerm(highTech, until('2023-10-16'))).to.equal('2023-10-16');
    expect(codeOf(tagTerm(highTech, until('2023-10-15')))).to.equal('tag-term-outside');
    expect(codeOf(tagTerm(incubated, until()))).to.equal('tag-term-missing');
    expect(tagTerm(incubated, until('2030-01-01'))).to.equal('2030-01-01');
  });

  it('count a tag from its grant to its last day, and no more once revoked', () => {
    const tag = {
      tag: 'high-tech',
      certificateNo: 'GR1',
      grantedOn: day('2023-10-16'),
      expiresOn: day('2026-10-16'),
      revokedOn: null,
    };
    const holds = (on: string) => tagHolds(tag, day(on));
    expect(['2023-10-15', '2023-10-16', '2026-10-16', '2026-10-17'].map(holds)).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
    const revoked = { ...tag, revokedOn: day('2025-01-01') };
    expect(tagHolds(revoked, day('2024-12-31'))).to.equal(true);
    expect(tagHolds(revoked, day('2025-01-01'))).to.equal(false);
  });
});

describe('whitelist: standards', () => {
  const personal = parameters.standards.filter(({ by }) => by === 'person');
  const found = personal.map(({ code }) => ({ standard: code, met: true, evidence: '核查' }));
  const tag = {
    tag: 'high-tech',
    certificateNo: 'GR1',
    grantedOn: day('2025-10-16'),
    expiresOn: day('2028-10-16'),
    revokedOn: null,
  };
  const screened = (more: object) =>
    judge({
      pack,
      findings: found,
      uscc: '91350100M000100Y43',
      tags: [tag],
      on: day('2026-03-02'),
      ...more,
    });

  it('are judged each with result, evidence and clause', () => {
    const judged = screened({});
    if (isFailure(judged)) throw judged;
    expect(judged.map(({ standard }) => standard)).to.deep.equal(
      parameters.standards.map(({ code }) => code),
    );
    expect(judged.every(({ met, clause }) => met && clause !== null)).to.equal(true);
    const own = judged.find(({ by }) => by === 'tag');
    expect(own?.evidence).to.equal('high-tech GR1 2028-10-16');
  });

  it('are not met without a tag that holds or with a wrong code', () => {
    const unmet = (more: object): string[] => {
      const judged = screened(more);
      if (isFailure(judged)) throw judged;
      return judged.filter(({ met }) => !met).map(({ standard }) => standard);
    };
    expect(unmet({ tags: [] })).to.deep.equal(['qualification-tag']);
    expect(unmet({ on: day('2028-10-17') })).to.deep.equal(['qualification-tag']);
    expect(unmet({ uscc: '91350100M000100Y44' })).to.deep.equal(['valid-uscc']);
  });

  it('take no gap and no finding that is not a person’s', () => {
    expect(codeOf(screened({ findings: found.slice(1) }))).to.equal('finding-missing');
    const own = { standard: 'valid-uscc', met: true, evidence: '自认' };
    expect(codeOf(screened({ findings: [...found, own] }))).to.equal('finding-unknown');
    expect(codeOf(screened({ findings: [own] }))).to.equal('finding-unknown');
  });
});

describe('financing lists: answers', () => {
  for (const state of referralStates) {
    it(`follow ${state} as the table says`, () => {
      const open = referralStates.filter(
        (to) => to !== 'SENT' && refuseAnswer({ id: 'ref_1', state }, to, '理由') === undefined,
      );
      const expected = {
        SENT: ['CONTACTED', 'CREDITED', 'INVESTED', 'DECLINED'],
        CONTACTED: ['CREDITED', 'INVESTED', 'DECLINED'],
        CREDITED: ['INVESTED'],
        INVESTED: ['CREDITED'],
        DECLINED: ['CONTACTED'],
      };
      expect(open).to.deep.equal(expected[state]);
      expect(referralSteps[state]).to.have.members(open);
    });
  }

  it('decline with a reason only', () => {
    const refusal = refuseAnswer({ id: 'ref_1', state: 'SENT' }, 'DECLINED', undefined);
    expect(refusal?.code).to.equal('answer-reason-missing');
  });

  it('are shared out to four places', () => {
    expect(shareText(1, 3)).to.equal('0.3333');
    expect(shareText(2, 3)).to.equal('0.6667');
    expect(shareText(3, 3)).to.equal('1.0000');
    expect(shareText(0, 3)).to.equal('0.0000');
    expect(shareText(0, 0)).to.equal(null);
  });
});
