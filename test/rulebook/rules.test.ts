// Which pack held on a day, and what the schema of pool rules takes.
import { expect } from 'chai';
import { guangzhou2025, guangzhou2025Clauses } from '../../migrations/0008_rulebook.ts';
import { Day } from '../../src/kernel/index.ts';
import { PoolRuleInput } from '../../src/rulebook/pool-rule.ts';
import type { Clauses, RulePack } from '../../src/rulebook/index.ts';
import { packInForce } from '../../src/rulebook/index.ts';
import { strayClauses } from '../../src/rulebook/rules.ts';

const pack = (id: string, more: Partial<RulePack> = {}): RulePack => ({
  id,
  scheme: 's',
  kind: 'pool',
  zoneId: undefined,
  version: 1,
  status: 'VERIFIED',
  city: undefined,
  documentNo: '〔2025〕1号',
  title: '办法',
  validFrom: Day.of('2025-10-01'),
  validTo: Day.of('2028-09-30'),
  evidence: '[pub]',
  parameters: {},
  clauses: {},
  ...more,
});

const held = (packs: RulePack[], on: string, zoneId = 'zone_a', scheme = 's') =>
  packInForce(packs, { scheme, zoneId, on: Day.of(on) })?.id;

describe('the pack in force', () => {
  it('holds on both ends of its validity and on no day beside', () => {
    const one = [pack('p')];
    expect(held(one, '2025-09-30')).to.equal(undefined);
    expect(held(one, '2025-10-01')).to.equal('p');
    expect(held(one, '2028-09-30')).to.equal('p');
    expect(held(one, '2028-10-01')).to.equal(undefined);
  });

  it('holds without end when no end is named', () => {
    expect(held([pack('p', { validTo: undefined })], '2099-01-01')).to.equal('p');
  });

  it('is asked by scheme and zone', () => {
    const packs = [pack('other', { scheme: 't' }), pack('west', { zoneId: 'zone_west' })];
    expect(held(packs, '2026-01-01')).to.equal(undefined);
    expect(held(packs, '2026-01-01', 'zone_west')).to.equal('west');
  });

  const order: [string, RulePack[], string][] = [
    ['the newest version', [pack('v1'), pack('v2', { version: 2 })], 'v2'],
    [
      'the zone’s own before a newer general one',
      [pack('own', { zoneId: 'zone_a' }), pack('all', { version: 9 })],
      'own',
    ],
    [
      'a verified one before the zone’s own template',
      [pack('own', { zoneId: 'zone_a', status: 'TEMPLATE', version: 9 }), pack('all')],
      'all',
    ],
  ];
  for (const [name, packs, expected] of order) {
    it(`prefers ${name}`, () => {
      expect(held(packs, '2026-01-01')).to.equal(expected);
      expect(held([...packs].reverse(), '2026-01-01')).to.equal(expected);
    });
  }
});

describe('the parameters of a pool rule', () => {
  it('are those of the shipped template, each clause at a parameter', () => {
    const rule = PoolRuleInput.parse(guangzhou2025);
    expect(strayClauses(rule, guangzhou2025Clauses as Clauses)).to.deep.equal([]);
    expect(JSON.parse(JSON.stringify(rule))).to.deep.equal(guangzhou2025);
  });

  it('find a clause that leads nowhere', () => {
    const rule = PoolRuleInput.parse(guangzhou2025);
    const clause = { text: '条', evidence: '[D]' as const };
    const clauses = { 'ratio.tiers': clause, 'ratio.slabs': clause, ratio_cap: clause };
    expect(strayClauses(rule, clauses)).to.deep.equal(['ratio.slabs', 'ratio_cap']);
  });

  const tier = (upTo: string | null, ratio = '0.4') => ({ upTo, ratio });
  const tiers = (...list: object[]) => ({
    ratio: { by: 'tiers', mode: 'whole-loan', tiers: list },
  });
  const wrong: [string, object][] = [
    ['tiers that fall', tiers(tier('2'), tier('1'))],
    ['tiers that stand still', tiers(tier('2'), tier('2'))],
    ['an endless tier that is not the last', tiers(tier(null), tier('2'))],
    ['no tier', tiers()],
    ['a ratio above one', tiers(tier('1', '1.01'))],
    ['interest as the basis', { basis: 'PRINCIPAL_PLUS_INTEREST' }],
    ['a member nobody knows', { band: {} }],
    ['a percentage instead of a share', { ratioCap: '50%' }],
    ['a fuse on an unknown metric', { fuses: [{ metric: 'mood', operator: '>', value: '1' }] }],
  ];
  for (const [name, part] of wrong) {
    it(`are not ${name}`, () => {
      expect(PoolRuleInput.safeParse({ ...guangzhou2025, ...part }).success).to.equal(false);
    });
  }
});
