// When a limit is in trouble, by how much, and what becomes of the incident: rows at each trigger
// and one fen beside it, and a walk that swings around it.
import { expect } from 'chai';
import { Day, Exact, Money, Rate, addDays } from '../../src/kernel/index.ts';
import type { LimitNode } from '../../src/limits/index.ts';
import type { Incident, IncidentCause, Levels } from '../../src/limits/rules/incident.ts';
import {
  findingsOf,
  followed,
  incidentMoves,
  incidentStates,
  refuseIncidentStep,
  refuseStanding,
  softFindingsOf,
} from '../../src/limits/rules/incident.ts';
import { plainTerms, turnsOn } from '../../src/limits/rules/dated-terms.ts';
import { termsText } from '../../src/limits/terms-input.ts';

const today = Day.of('2026-11-22');
const rate = (text: string): Rate => Rate.of(text);
const levels: Levels = {
  warnRate: rate('0.9'),
  buffer: rate('0.05'),
  margin: {
    initial: rate('0.7'),
    marginCall: rate('0.8'),
    liquidation: rate('0.9'),
    buffer: rate('0.05'),
  },
  rule: 'test',
};

const node = (used: string, reserved = '0', more: Partial<LimitNode> = {}): LimitNode => ({
  id: 'lim_a',
  zoneId: 'zone_a',
  ownerId: 'org_a',
  parentId: undefined,
  shared: false,
  subjectId: undefined,
  path: ['lim_a'],
  caps: [],
  depth: 0,
  name: 'a',
  kind: 'ENTERPRISE_LINE',
  revolving: 'R',
  enforcement: 'HARD',
  contribution: 'consumed',
  limit: Money.of('100'),
  granted: Money.of('100'),
  terms: plainTerms,
  fenced: false,
  state: 'ACTIVE',
  startsOn: Day.of('2020-01-01'),
  expiresOn: undefined,
  version: 1,
  outstanding: Money.of(used),
  drawn: Money.of(used),
  consumed: Money.of(used),
  reserved: Money.of(reserved),
  sameDayOn: undefined,
  sameDayRestorable: Money.zero,
  easedOn: undefined,
  bucketUse: new Map(),
  ...more,
});

const found = (
  of: LimitNode,
  cause: IncidentCause,
  current?: Incident['severity'],
  excess = Money.zero,
) => {
  const all = findingsOf(of, levels, excess, () => current);
  const one = all.find((each) => each.cause === cause);
  if (!one) throw new Error('no finding');
  return one;
};

const incident: Incident = {
  id: 'inc_a',
  nodeId: 'lim_a',
  zoneId: 'zone_a',
  ownerId: 'org_a',
  cause: 'use',
  severity: 'WARNING',
  state: 'ACKNOWLEDGED',
  size: Money.zero,
  worstSize: Money.zero,
  bound: Money.of('100'),
  used: Money.of('90'),
  reserved: Money.zero,
  rule: 'test',
  waivedSize: undefined,
  waivedUntil: undefined,
  openedOn: today,
  closedOn: undefined,
  version: 3,
};

describe('incidents of limits', () => {
  const useRows = [
    ['89.99', '0', undefined, undefined, '0.00'],
    ['90.00', '0', undefined, 'WARNING', '0.00'],
    ['40.00', '50', undefined, 'WARNING', '0.00'],
    ['100.00', '0', undefined, 'WARNING', '0.00'],
    ['100.01', '0', undefined, 'BREACH', '0.01'],
    ['60.00', '70', undefined, 'BREACH', '30.00'],
    ['85.01', '0', 'WARNING', 'WARNING', '0.00'],
    ['85.00', '0', 'WARNING', undefined, '0.00'],
    ['95.01', '0', 'BREACH', 'BREACH', '0.00'],
    ['95.00', '0', 'BREACH', 'WARNING', '0.00'],
    ['85.00', '0', 'BREACH', undefined, '0.00'],
  ] as const;
  for (const [used, reserved, current, severity, size] of useRows) {
    it(`of use: ${used} and ${reserved} held, ${current ?? 'nothing'} open: ${severity}`, () => {
      const one = found(node(used, reserved), 'use', current);
      expect([one.severity, one.size.toString()]).to.deep.equal([severity, size]);
    });
  }

  const allocationRows = [
    ['100.00', undefined, undefined, '0.00'],
    ['100.01', undefined, 'BREACH', '0.01'],
    ['95.01', 'BREACH', 'BREACH', '0.00'],
    ['95.00', 'BREACH', undefined, '0.00'],
    ['0.00', undefined, undefined, '0.00'],
  ] as const;
  for (const [allocated, current, severity, size] of allocationRows) {
    it(`of an allocation: ${allocated} of 100, ${current ?? 'nothing'} open: ${severity}`, () => {
      const of = node('10');
      const all = softFindingsOf(of, levels, Money.of(allocated), () => current);
      const one = all.find(({ cause }) => cause === 'allocation');
      expect([one?.severity, one?.size.toString()]).to.deep.equal([severity, size]);
    });
  }

  for (const [used, reserved, current, severity, size] of useRows) {
    it(`of the use of a SOFT limit the same: ${used}, ${reserved} held: ${severity}`, () => {
      const all = softFindingsOf(node(used, reserved), levels, Money.zero, () => current);
      const one = all.find(({ cause }) => cause === 'soft-use');
      expect([one?.severity, one?.size.toString()]).to.deep.equal([severity, size]);
    });
  }

  it('counts what an approved exception lets through as allowed', () => {
    const one = found(node('130'), 'use', undefined, Money.of('20'));
    expect([one.severity, one.size.toString(), one.bound.toString()]).to.deep.equal([
      'BREACH',
      '10.00',
      '120.00',
    ]);
    expect(found(node('107.99'), 'use', undefined, Money.of('20')).severity).to.equal(undefined);
  });

  it('takes a limit of zero as a limit, and an unused one as no trouble', () => {
    const zero = { limit: Money.zero };
    expect(found(node('0.01', '0', zero), 'use').severity).to.equal('BREACH');
    expect(found(node('0', '0', zero), 'use').severity).to.equal(undefined);
  });

  const piece = {
    ref: '专利',
    price: Money.of('1.00'),
    quantity: Exact.of('200'),
    haircut: rate('0.5'),
  };
  const pledged = { terms: { ...plainTerms, collateral: [piece] } };
  const collateralRows = [
    ['159.99', undefined, undefined, '19.99'],
    ['160.00', undefined, 'WARNING', '20.00'],
    ['179.99', undefined, 'WARNING', '39.99'],
    ['180.00', undefined, 'BREACH', '40.00'],
    ['170.01', 'BREACH', 'BREACH', '30.01'],
    ['170.00', 'BREACH', 'WARNING', '30.00'],
    ['150.01', 'WARNING', 'WARNING', '10.01'],
    ['150.00', 'WARNING', undefined, '10.00'],
  ] as const;
  for (const [used, current, severity, size] of collateralRows) {
    it(`of collateral worth 200: ${used}, ${current ?? 'nothing'} open: ${severity}`, () => {
      const one = found(node(used, '0', pledged), 'collateral', current);
      expect([one.severity, one.size.toString()]).to.deep.equal([severity, size]);
    });
  }

  it('finds nothing of collateral where there is none', () => {
    expect(found(node('99'), 'collateral').severity).to.equal(undefined);
  });

  it('follows a figure: up at once and unseen again, down by the buffer, closed by itself', () => {
    const worse = followed(incident, found(node('130'), 'use', 'WARNING'), today);
    expect(worse?.step).to.equal('worsened');
    expect(worse?.after).to.include({ severity: 'BREACH', state: 'OPEN', version: 4 });
    expect(String(worse?.after.worstSize)).to.equal('30.00');
    const seen: Incident = { ...(worse as { after: Incident }).after, state: 'ACKNOWLEDGED' };
    const same = followed(seen, found(node('130'), 'use', 'BREACH'), today);
    expect(same).to.equal(undefined);
    const less = followed(seen, found(node('98'), 'use', 'BREACH'), today);
    expect(less?.step).to.equal('resized');
    expect(String(less?.after.worstSize)).to.equal('30.00');
    const eased = followed(seen, found(node('95'), 'use', 'BREACH'), today);
    expect(eased?.step).to.equal('eased');
    expect(eased?.after).to.include({ severity: 'WARNING', state: 'ACKNOWLEDGED' });
    const closed = followed(seen, found(node('85'), 'use', 'BREACH'), today);
    expect(closed?.step).to.equal('resolved');
    expect(closed?.after).to.include({ state: 'RESOLVED', closedOn: today });
  });

  it('keeps the worst size, also of what is cured by more collateral than there ever was', () => {
    const high: Incident = { ...incident, cause: 'collateral', worstSize: Money.of('20') };
    const more = { terms: { ...plainTerms, collateral: [{ ...piece, price: Money.of('5') }] } };
    const cured = followed(high, found(node('750', '0', more), 'collateral', 'WARNING'), today);
    expect([cured?.step, String(cured?.after.worstSize)]).to.deep.equal(['resolved', '50.00']);
  });

  it('keeps a waiver to its day and its size', () => {
    const waived: Incident = {
      ...incident,
      severity: 'BREACH',
      state: 'WAIVED',
      size: Money.of('30'),
      waivedSize: Money.of('30'),
      waivedUntil: today,
    };
    const at = (used: string) => found(node(used), 'use', 'BREACH');
    expect(followed(waived, at('130'), today)).to.equal(undefined);
    expect(followed(waived, at('120'), today)?.after.state).to.equal('WAIVED');
    const late = followed(waived, at('130'), addDays(today, 1));
    expect([late?.step, late?.after.state, late?.after.waivedUntil]).to.deep.equal([
      'reopened',
      'OPEN',
      undefined,
    ]);
    expect(followed(waived, at('130.01'), today)?.step).to.equal('reopened');
    expect(followed(waived, at('10'), addDays(today, 1))?.step).to.equal('resolved');
  });

  it('lets a person take the steps of the table and no other', () => {
    for (const state of incidentStates) {
      for (const to of incidentStates) {
        const refusal = refuseIncidentStep({ ...incident, state }, to);
        const code = incidentMoves[state].includes(to) ? undefined : 'incident-step';
        expect(refusal?.code, `${state} to ${to}`).to.equal(code);
      }
    }
  });

  it('is not closed by hand while a fresh look finds it', () => {
    expect(refuseStanding(incident, found(node('90'), 'use'))?.code).to.equal('incident-stands');
    expect(refuseStanding(incident, found(node('89.99'), 'use'))).to.equal(undefined);
  });

  it('a node may have levels of its own, which its text keeps', () => {
    const own = { ...plainTerms, warnRate: rate('0.8'), margin: levels.margin };
    expect(termsText(own)).to.deep.include({
      warnRate: '0.8',
      margin: { initial: '0.7', marginCall: '0.8', liquidation: '0.9', buffer: '0.05' },
    });
  });

  it('dated terms turn on their first day and on the day after their last', () => {
    const amount = Money.of('5');
    const terms = {
      ...plainTerms,
      steps: [{ from: today, amount }],
      seasons: [{ from: '11-22', to: '02-28', amount }],
      topUps: [{ ref: '旺季', amount, from: today, to: addDays(today, 2) }],
    };
    const on = (day: Day) => turnsOn(terms, day).map((turn) => turn.kind);
    expect(on(addDays(today, -1))).to.deep.equal([]);
    expect(on(today)).to.deep.equal(['step-begun', 'season-begun', 'top-up-begun']);
    expect(on(addDays(today, 2))).to.deep.equal([]);
    expect(on(addDays(today, 3))).to.deep.equal(['top-up-ended']);
    expect(on(Day.of('2027-03-01'))).to.deep.equal(['season-ended']);
    expect(on(Day.of('2028-02-29'))).to.deep.equal(['season-ended']);
  });
});
