// The pure decisions: terms of payment by the calendar, fingerprints, hashes, and every refusal in
// the order of the list, each found by a request in which everything that comes after it is wrong
// too.
import { expect } from 'chai';
import { Day, Failure, Money, Rate } from '../../src/kernel/index.ts';
import type { Certificate, CertificateState } from '../../src/supply-chain/model.ts';
import { usedIn } from '../../src/supply-chain/model.ts';
import { financingJournal, settlementJournal } from '../../src/supply-chain/postings.ts';
import { supplyChainRefusals } from '../../src/supply-chain/refusals.ts';
import type { FinancingFacts, IssueFacts, TransferFacts } from '../../src/supply-chain/rules.ts';
import {
  decideFinancing,
  decideIssue,
  fingerprintOf,
  pieceHash,
  refuseAcceptance,
  refuseRelation,
  refuseSettlement,
  refuseTransfer,
  tenorOf,
} from '../../src/supply-chain/rules.ts';
import { readCases } from '../kernel/cases.ts';
import { certificate, financing, programme, relation } from './facts.ts';

interface TenorCase {
  readonly id: string;
  readonly issuedOn: string;
  readonly dueOn: string;
  readonly expected: string;
}

const { tenor: tenorCases } = readCases('certificates') as { readonly tenor: readonly TenorCase[] };
const codes = Object.keys(supplyChainRefusals);
const today = Day.of('2026-06-01');
const codeOf = (answer: unknown): string | undefined =>
  answer instanceof Failure ? answer.code : undefined;

/**
 * Mends one fault of a request after the other: at first it has all of them, and what is said each
 * time must be the fault that is mended next. Answers the codes in the order in which they were
 * said.
 */
function said<F extends object>(
  sound: F,
  faults: readonly (readonly [code: string, change: Partial<F>])[],
  decide: (facts: F) => unknown,
): (string | undefined)[] {
  return [...faults.keys()].map((mended) => {
    const left = faults.slice(mended).map(([, change]) => change);
    // The fault that comes first wins where two change the same member.
    return codeOf(decide(Object.assign({ ...sound }, ...left.reverse()) as F));
  });
}

const inListOrder = (list: readonly string[]): string[] =>
  [...list].sort((a, b) => codes.indexOf(a) - codes.indexOf(b));

describe('the term of payment (账期)', () => {
  for (const { id, issuedOn, dueOn, expected } of tenorCases) {
    it(`${id}: ${issuedOn} to ${dueOn} is ${expected}`, () => {
      const answer = tenorOf(Day.of(issuedOn), Day.of(dueOn)) ?? 'TOO_LONG';
      expect(answer).to.equal(expected);
    });
  }
});

describe('issuing', () => {
  const sound: IssueFacts = {
    programme,
    relation,
    holderId: 'ent_second',
    issuedOn: Day.of('2026-05-01'),
    dueOn: Day.of('2026-09-01'),
    today,
  };
  const late = Day.of('2026-07-01');
  const faults: [string, Partial<IssueFacts>][] = [
    ['programme-closed', { programme: { ...programme, state: 'CLOSED' } }],
    ['not-a-supplier', { relation: undefined }],
    ['value-day-in-future', { issuedOn: late }],
    ['programme-expired', { programme: { ...programme, expiresOn: Day.of('2026-04-30') } }],
    ['due-before-issue', { dueOn: sound.issuedOn }],
    ['tenor-too-long', { dueOn: Day.of('2027-05-02') }],
  ];

  it('refuses in the order of the list', () => {
    const expected = faults.map(([code]) => code);
    expect(said(sound, faults, decideIssue)).to.deep.equal(expected);
    expect(inListOrder(expected)).to.deep.equal(expected);
    expect(decideIssue(sound)).to.equal('NORMAL');
  });

  it('refuses a day before the programme is in force', () => {
    const early = { ...programme, startsOn: Day.of('2026-05-02') };
    expect(codeOf(decideIssue({ ...sound, programme: early }))).to.equal('programme-not-open');
  });

  it('takes distributors and those who join later for no suppliers', () => {
    for (const wrong of [{ tier: -1 }, { since: Day.of('2026-05-02') }]) {
      const facts = { ...sound, relation: { ...relation, ...wrong } };
      expect(codeOf(decideIssue(facts))).to.equal('not-a-supplier');
    }
  });

  it('names the latest due day and the clause when the term is too long', () => {
    const answer = decideIssue({ ...sound, dueOn: Day.of('2027-05-02') });
    expect((answer as Failure).facts).to.include({
      latest: '2027-05-01',
      clause: '银发〔2025〕77号 账期',
    });
  });
});

describe('members', () => {
  it('are refused in the order of the list', () => {
    const member = { enterpriseId: 'ent_core', tier: 4 };
    const closed = { ...programme, state: 'CLOSED' as const };
    expect(codeOf(refuseRelation(closed, member))).to.equal('programme-closed');
    expect(codeOf(refuseRelation(programme, member))).to.equal('relation-to-core');
    for (const tier of [4, -4]) {
      const other = { enterpriseId: 'ent_first', tier };
      expect(codeOf(refuseRelation(programme, other))).to.equal('tier-outside-programme');
    }
    for (const tier of [3, -3]) {
      expect(refuseRelation(programme, { enterpriseId: 'ent_first', tier })).to.equal(undefined);
    }
  });
});

describe('the states of a certificate', () => {
  const reason: Record<CertificateState, string> = {
    ISSUED: 'certificate-not-accepted',
    ACCEPTED: 'certificate-already-accepted',
    HELD: 'certificate-already-accepted',
    SPLIT: 'certificate-superseded',
    TRANSFERRED: 'certificate-superseded',
    FINANCING: 'certificate-in-approval',
    FINANCED: 'certificate-financed',
    PAID: 'certificate-paid',
  };
  const states = Object.keys(reason) as CertificateState[];
  const transfer = (one: Certificate) =>
    refuseTransfer({
      certificate: one,
      newHolderId: 'ent_second',
      relation,
      valueOn: today,
      today,
    });
  const finance = (one: Certificate) => decideFinancing({ ...soundFinancing, certificate: one });
  const verbs: Record<keyof typeof usedIn, (one: Certificate) => unknown> = {
    accept: (one) => refuseAcceptance(one, today, today),
    transfer,
    finance,
  };
  for (const [verb, decide] of Object.entries(verbs)) {
    const allowed: readonly string[] = usedIn[verb as keyof typeof usedIn];
    it(`${verb} only when ${allowed.join(' or ')}, else say what it is`, () => {
      for (const state of states) {
        const expected = allowed.includes(state) ? undefined : reason[state];
        expect(codeOf(decide({ ...certificate, state })), state).to.equal(expected);
      }
    });
  }

  it('lets only the request that holds a certificate under approval carry on', () => {
    const held = { ...certificate, state: 'FINANCING' as const, reservationId: 'rsv_1' };
    const facts = { ...soundFinancing, certificate: held, claimedBy: held.id };
    expect(codeOf(decideFinancing({ ...facts, hold: 'rsv_1' }))).to.equal(undefined);
    expect(codeOf(decideFinancing({ ...facts, hold: 'rsv_2' }))).to.equal(
      'certificate-in-approval',
    );
  });
});

describe('acceptance', () => {
  const issued: Certificate = { ...certificate, state: 'ISSUED', heldSince: undefined };

  it('happens between issue and due day and not in the future', () => {
    expect(codeOf(refuseAcceptance(issued, Day.of('2026-06-02'), today))).to.equal(
      'value-day-in-future',
    );
    expect(codeOf(refuseAcceptance(issued, Day.of('2026-02-28'), today))).to.equal(
      'value-day-too-early',
    );
    const after = Day.of('2026-08-02');
    expect(codeOf(refuseAcceptance(issued, after, after))).to.equal('certificate-due');
    for (const day of [issued.issuedOn, issued.dueOn]) {
      expect(refuseAcceptance(issued, day, issued.dueOn)).to.equal(undefined);
    }
  });
});

describe('transfer', () => {
  const sound: TransferFacts = {
    certificate,
    newHolderId: 'ent_second',
    relation,
    valueOn: today,
    today,
  };

  it('refuses in the order of the list', () => {
    const overdue = { ...certificate, dueOn: Day.of('2026-05-31') };
    const faults: [string, Partial<TransferFacts>][] = [
      ['certificate-paid', { certificate: { ...overdue, state: 'PAID' } }],
      ['not-a-supplier', { relation: undefined }],
      ['value-day-in-future', { today: Day.of('2026-05-31') }],
      ['certificate-due', { certificate: overdue }],
      ['transfer-to-self', { newHolderId: certificate.holderId }],
    ];
    const expected = faults.map(([code]) => code);
    expect(said(sound, faults, refuseTransfer)).to.deep.equal(expected);
    expect(inListOrder(expected)).to.deep.equal(expected);
    expect(refuseTransfer(sound)).to.equal(undefined);
  });

  it('moves on the due day, not before the holder had it', () => {
    const due = certificate.dueOn;
    expect(refuseTransfer({ ...sound, valueOn: due, today: due })).to.equal(undefined);
    const early = { ...sound, valueOn: Day.of('2026-03-04') };
    expect(codeOf(refuseTransfer(early))).to.equal('value-day-too-early');
  });
});

const soundFinancing: FinancingFacts = {
  certificate,
  programme,
  claimedBy: undefined,
  hold: undefined,
  amount: certificate.face,
  rateAnnual: Rate.of('0.032'),
  valueOn: Day.of('2026-04-03'),
  reviewOpinion: undefined,
  today,
};

describe('financing', () => {
  it('refuses in the order of the list', () => {
    const long = { ...certificate, tenor: 'ENHANCED_REVIEW' as const };
    const short = { ...long, dueOn: Day.of('2026-04-03') };
    const faults: [string, Partial<FinancingFacts>][] = [
      ['programme-closed', { programme: { ...programme, state: 'CLOSED' } }],
      ['certificate-financed', { certificate: { ...short, state: 'FINANCED' } }],
      ['value-day-in-future', { today: Day.of('2026-04-02') }],
      ['programme-expired', { programme: { ...programme, expiresOn: Day.of('2026-04-02') } }],
      ['certificate-due', { certificate: short }],
      ['amount-differs-from-face', { amount: Money.of('449999.99') }],
      ['review-missing', { certificate: long }],
      ['receivable-financed', { claimedBy: 'cert_other' }],
      ['discount-consumes-face', { rateAnnual: Rate.of('3') }],
    ];
    const expected = faults.map(([code]) => code);
    expect(said(soundFinancing, faults, decideFinancing)).to.deep.equal(expected);
    expect(inListOrder(expected)).to.deep.equal(expected);
  });

  it('answers days, interest and net (C124)', () => {
    const answer = decideFinancing(soundFinancing);
    expect(answer).to.deep.include({
      days: 120,
      interest: Money.of('4800.00'),
      net: Money.of('445200.00'),
    });
  });

  it('takes a review for what the notice asks above six months', () => {
    const long = { ...certificate, tenor: 'ENHANCED_REVIEW' as const };
    const facts = { ...soundFinancing, certificate: long, reviewOpinion: '行业惯例，期限合理' };
    expect(codeOf(decideFinancing(facts))).to.equal(undefined);
  });

  it('starts on the day its holder got the piece and ends a day before it is due', () => {
    const on = (valueOn: string) =>
      codeOf(
        decideFinancing({
          ...soundFinancing,
          valueOn: Day.of(valueOn),
          today: Day.of('2026-09-01'),
        }),
      );
    expect(on('2026-03-04')).to.equal('value-day-too-early');
    expect(on('2026-03-05')).to.equal(undefined);
    expect(on('2026-07-31')).to.equal(undefined);
    expect(on('2026-08-01')).to.equal('certificate-due');
  });

  it('refuses a net of exactly nothing', () => {
    const facts = { ...soundFinancing, rateAnnual: Rate.of('3') };
    expect((decideFinancing(facts) as Failure).facts['interest']).to.deep.equal(certificate.face);
    const almost = { ...soundFinancing, rateAnnual: Rate.of('2.9999999') };
    expect(codeOf(decideFinancing(almost))).to.equal(undefined);
  });
});

describe('settlement', () => {
  it('refuses in the order of the list', () => {
    const due = financing.dueOn;
    const settled = { ...financing, state: 'REPAID' as const, settledOn: due };
    expect(codeOf(refuseSettlement(settled, due, today))).to.equal('financing-settled');
    expect(codeOf(refuseSettlement(financing, due, today))).to.equal('value-day-in-future');
    expect(codeOf(refuseSettlement(financing, today, today))).to.equal('financing-not-due');
    expect(refuseSettlement(financing, due, due)).to.equal(undefined);
  });
});

describe('journals', () => {
  const cause = { valueOn: financing.dueOn, operationId: 'op_2' };

  it('sum to zero and leave nothing owed after settlement', () => {
    const paid = financingJournal(financing);
    const back = settlementJournal(financing, cause);
    for (const { lines } of [paid, back]) {
      expect(Money.sum(lines.map((line) => line.amount)).isZero()).to.equal(true);
    }
    const owed = [...paid.lines, ...back.lines].filter(
      ({ account }) => account.kind === 'certificate-financed',
    );
    expect(owed.map(({ account }) => account.subjectId)).to.deep.equal(['prog_1', 'prog_1']);
    expect(Money.sum(owed.map(({ amount }) => amount)).isZero()).to.equal(true);
  });

  it('pay out the net and earn the discount at once', () => {
    const texts = financingJournal(financing).lines.map(
      ({ account, amount }) => `${account.kind} ${amount.toString()}`,
    );
    expect(texts).to.deep.equal([
      'certificate-financed 450000.00',
      'bank-funding -445200.00',
      'interest-received -4800.00',
    ]);
  });
});

describe('fingerprint and hash', () => {
  const receivable = {
    debtorUscc: '91000000000000000K',
    creditorUscc: '91000000MA00000900',
    contractNo: 'HT-2026-001',
    invoiceNo: '12345678901234567890',
    amount: Money.of('450000'),
  };

  it('do not hide a double behind blanks, width or case', () => {
    const disguised = {
      ...receivable,
      contractNo: ' ht－2026－001',
      invoiceNo: '1234 5678 9012 3456 7890',
      amount: Money.of('450000.00'),
    };
    expect(fingerprintOf(disguised)).to.equal(fingerprintOf(receivable));
  });

  it('differ as soon as one of the five does', () => {
    const all = [
      receivable,
      { ...receivable, debtorUscc: '91000000MA00000900' },
      { ...receivable, creditorUscc: '91000000000000000K' },
      { ...receivable, contractNo: 'HT-2026-002' },
      { ...receivable, invoiceNo: '12345678901234567891' },
      { ...receivable, amount: Money.of('450000.01') },
    ];
    expect(new Set(all.map(fingerprintOf)).size).to.equal(all.length);
  });

  it('seal all that never changes about a piece, and nothing else', () => {
    const sealed: Partial<Certificate>[] = [
      { parentHash: 'e'.repeat(64) },
      { id: 'cert_2' },
      { programmeId: 'prog_2' },
      { issuerId: 'ent_x' },
      { holderId: 'ent_x' },
      { face: Money.of('450000.01') },
      { issuedOn: Day.of('2026-03-02') },
      { dueOn: Day.of('2026-08-02') },
      { rootId: 'cert_2' },
    ];
    const hashes = sealed.map((change) => pieceHash({ ...certificate, ...change }));
    expect(new Set([...hashes, pieceHash(certificate)]).size).to.equal(sealed.length + 1);
    const moved = { ...certificate, state: 'PAID' as const, version: 9 };
    expect(pieceHash(moved)).to.equal(pieceHash(certificate));
  });
});
