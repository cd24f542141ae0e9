// The packs that are shipped: templates whose every clause leads to a parameter, and the reverse.
import { expect } from 'chai';
import { classification2023 } from '../../src/credit/packs/classification-2023.ts';
import { clocks } from '../../src/credit/packs/clocks.ts';
import { conversion2023 } from '../../src/credit/packs/conversion-2023.ts';
import { delinquencyRanges } from '../../src/credit/packs/delinquency-ranges.ts';
import type { CreditPack } from '../../src/credit/packs/pack.ts';
import { cite, refuseOutsideValidity } from '../../src/credit/packs/pack.ts';
import { provisionGuidance } from '../../src/credit/packs/provision-guidance.ts';
import { riskEvents } from '../../src/credit/packs/rule-shapes.ts';
import { sizeClasses2011 } from '../../src/credit/packs/size-classes-2011.ts';
import { workingCapital2024 } from '../../src/credit/packs/working-capital-2024.ts';
import { Day } from '../../src/kernel/index.ts';
import { strayClauses } from '../../src/rulebook/rules.ts';

const packs: readonly CreditPack[] = [
  classification2023,
  clocks,
  conversion2023,
  delinquencyRanges,
  provisionGuidance,
  sizeClasses2011,
  workingCapital2024,
];

describe('the shipped packs of the risk rules', () => {
  for (const pack of packs) {
    it(`${pack.scheme}: clauses and parameters belong together`, () => {
      expect(strayClauses(pack.parameters, pack.clauses)).to.deep.equal([]);
      for (const name of Object.keys(pack.parameters as object)) {
        const found = Object.keys(pack.clauses).filter((path) => path.split('.')[0] === name);
        expect(found, name).to.not.deep.equal([]);
      }
    });

    it(`${pack.scheme}: is a template until its official text is attached`, () => {
      expect(pack.status).to.equal('TEMPLATE');
    });
  }

  it('has a clause of its own for every event of the classes', () => {
    const general = cite(classification2023, 'atLeast').clause;
    const clauses = riskEvents.map((event) => cite(classification2023, `atLeast.${event}`).clause);
    expect(new Set([general, ...clauses]).size).to.equal(riskEvents.length + 1);
  });

  it('quotes the nearest clause above a parameter, and notices when there is none', () => {
    const { clause, evidence } = cite(classification2023, 'upgrade.months');
    expect(clause)
      .to.include('按两者孰长')
      .and.to.satisfy((text: string) => text.endsWith(evidence));
    expect(() => cite({ ...classification2023, clauses: {} }, 'atLeast.overdue')).to.throw(
      "has no clause for 'atLeast.overdue'",
    );
  });

  it('holds on both ends of its validity and not outside', () => {
    const pack = { ...classification2023, validTo: Day.of('2030-12-31') };
    const codeOn = (day: string) => refuseOutsideValidity(pack, Day.of(day))?.code;
    expect(['2023-07-01', '2030-12-31'].map(codeOn)).to.deep.equal([undefined, undefined]);
    const no = 'rule-not-in-force';
    expect(['2023-06-30', '2031-01-01'].map(codeOn)).to.deep.equal([no, no]);
  });
});
