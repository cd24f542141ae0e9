// The exposure to a core enterprise: by programme and tier, as of any day and as it was known at
// any instant; every figure opens to its rows, and another bank sees none of them.
import { expect } from 'chai';
import { addDays, Money } from '../../src/kernel/index.ts';
import { statement } from '../../src/platform/transaction.ts';
import { settleFinancing } from '../../src/supply-chain/index.ts';
import { listFinancings, showFinancing } from '../../src/supply-chain/queries/financings.ts';
import { showProgramme } from '../../src/supply-chain/queries/programmes.ts';
import type { Programme } from './chain-book.ts';
import { ChainBook, on, refusalOf, today } from './chain-book.ts';

describe('the exposure to a core enterprise', () => {
  let book: ChainBook;
  let programme: Programme;
  /** Face, value day, due day, day of settlement; the last supplier stands on tier 2. */
  const plan = [
    { face: '100000.00', day: -100, due: -50, settled: -50, holder: 0 },
    { face: '200000.00', day: -90, due: -40, settled: -10, holder: 0 },
    { face: '300000.00', day: -80, due: 0, settled: undefined, holder: 1 },
    { face: '400000.00', day: -70, due: -1, settled: undefined, holder: 2 },
    { face: '500000.00', day: -5, due: 60, settled: undefined, holder: 2 },
  ];
  const ids: string[] = [];
  before(async () => {
    book = await ChainBook.open();
    programme = await book.programme('5000000');
    for (const { face, day, due, settled, holder } of plan) {
      const holderId = book.suppliers[holder] as string;
      const terms = { face, issued: day - 1, due, holderId };
      const certificateId = await book.certificate(programme.programmeId, terms);
      const financingId = await book.financed(certificateId, { amount: face, day });
      if (settled !== undefined) await book.settle(financingId, settled);
      ids.push(financingId);
    }
  });
  after(() => book.end());

  it('is shown by programme and tier: undue, overdue, used and what is left', async () => {
    const shown = await book.ask(showProgramme, { programmeId: programme.programmeId });
    expect(shown).to.include({
      limit: '5000000.00',
      used: '1200000.00',
      headroom: '3800000.00',
      undue: '800000.00',
      overdue: '400000.00',
      issuedNotFinanced: '0.00',
    });
    expect(shown.tiers).to.deep.equal([
      { tier: 1, financings: 1, undue: '300000.00', overdue: '0.00' },
      { tier: 2, financings: 2, undue: '500000.00', overdue: '400000.00' },
    ]);
  });

  const days = [-101, -100, -75, -51, -50, -49, -41, -39, -11, -10, -2, -1, 0];
  for (const day of days) {
    it(`sums from the published view as of ${day} days to what its rows say`, async () => {
      const asOf = addDays(today, day);
      const live = plan.filter((one) => one.day <= day && (one.settled ?? 999) > day);
      const sum = (some: typeof plan): string =>
        Money.sum(some.map(({ face }) => Money.of(face))).toString();
      const expected = {
        undue: sum(live.filter(({ due }) => due >= day)),
        overdue: sum(live.filter(({ due }) => due < day)),
      };
      const [row] = await book.see(
        (tx) =>
          tx.rows<object>(
            statement(
              '',
              `select coalesce(sum(face) filter (where due_on >= $1), 0)::numeric(20,2) as undue,
                 coalesce(sum(face) filter (where due_on < $1), 0)::numeric(20,2) as overdue
               from supply_chain_exposures_v
               where value_on <= $1::date and (settled_on is null or settled_on > $1::date)`,
            ),
            [asOf],
          ),
        book.bank.scope,
      );
      expect(row).to.deep.equal(expected);
      for (const [state, figure] of [
        ['OPEN', expected.undue],
        ['OVERDUE', expected.overdue],
      ]) {
        const { items } = await book.ask(listFinancings, { asOf, state });
        expect(Money.sum(items.map(({ face }) => Money.of(face))).toString()).to.equal(figure);
      }
    });
  }

  it('is answered as it was known at an instant', async () => {
    const before = await book.ask(listFinancings, { knownAt: '2020-01-01T00:00:00Z' });
    expect(before.total).to.equal(0);
    const settledAt = await book.value(
      `select to_char(settled_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from supply_chain_financings
       where id = '${ids[0]}'`,
    );
    const justBefore = new Date(new Date(settledAt).getTime() - 1).toISOString();
    const state = async (knownAt: string): Promise<string[]> => {
      const { items } = await book.ask(listFinancings, { knownAt, asOf: on(-45) });
      return items.filter(({ id }) => id === ids[0]).map((one) => one.state);
    };
    expect(await state(justBefore)).to.deep.equal(['OVERDUE']);
    expect(await state(settledAt)).to.deep.equal(['REPAID']);
  });

  it('opens by bank, core enterprise, tier and certificate, and page by page', async () => {
    const { bank, coreId, zoneId } = book;
    const filters = { zoneId, bankId: bank.organisationId, coreEnterpriseId: coreId, tier: '2' };
    const { items, total } = await book.ask(listFinancings, { ...filters, pageSize: '1' });
    expect(total).to.equal(2);
    const [one] = items;
    expect(one).to.include({ id: ids[3], state: 'OVERDUE', rateAnnual: '0.036', days: 69 });
    const found = await book.ask(listFinancings, { certificateId: one?.certificateId });
    expect(found.items).to.deep.equal(items);
    expect(await book.ask(showFinancing, { financingId: ids[3] })).to.deep.equal(one);
  });

  it('is published against its limit', async () => {
    const rows = await book.see(
      (tx) =>
        tx.rows(
          statement(
            '',
            `select programme_id as id, core_enterprise_id as core, chain_limit as "limit"
             from supply_chain_programmes_v`,
          ),
        ),
      book.bank.scope,
    );
    const { programmeId: id } = programme;
    expect(rows).to.deep.equal([{ id, core: book.coreId, limit: '5000000.00' }]);
  });

  it('is nothing to another bank', async () => {
    const { otherBank: other } = book;
    expect((await book.ask(listFinancings, {}, other)).total).to.equal(0);
    const outcome = await book.settle(ids[2] as string, 0, 1, other);
    expect(refusalOf(outcome)).to.include({ code: 'financing-missing', kind: 'missing' });
    const problem = await book.ask(showFinancing, { financingId: ids[2] }, other).then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    expect(problem).to.include({ code: 'financing-missing' });
    for (const view of ['supply_chain_exposures_v', 'supply_chain_programmes_v']) {
      const rows = await book.see(
        (tx) => tx.rows(statement('', `select * from ${view}`)),
        other.scope,
      );
      expect(rows, view).to.deep.equal([]);
    }
  });

  it('is settled in two processes at once exactly once', async () => {
    const input = { financingId: ids[3], valueOn: on(0) };
    const outcomes = await Promise.all(
      [0, 1, 0, 1].map((process) =>
        book.try(book.bank, settleFinancing, input, { expectedVersion: 1 }, process as 0 | 1),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'done')).to.have.length(1);
    const codes = outcomes
      .filter(({ kind }) => kind === 'refused')
      .map((one) => refusalOf(one).code);
    expect(new Set(codes)).to.deep.equal(new Set(['version-stale']));
  });
});
