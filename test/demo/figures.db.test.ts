// What the demo shows: reported figures that generated rows add up to, to the fen, nothing
// generated under a real bank's name, and a generated park with both halves of every ratio.
import { expect } from 'chai';
import { loadDemo } from '../../src/demo/index.ts';
import { insightModule } from '../../src/insight/index.ts';
import { checkUscc } from '../../src/kernel/index.ts';
import { listReportedFigures, listZones } from '../../src/parties/queries.ts';
import type { Loaded } from './loaded.ts';
import { close, log, one, open, password, select } from './loaded.ts';

interface Multiple {
  readonly zoneId: string;
  readonly measure: string;
  readonly value: string | null;
  readonly reason: string | null;
}

/** What stands behind each reported figure, summed over its zone. */
const behind: Readonly<Record<string, string>> = {
  'agreement-intents': `select coalesce(sum(intent_amount), 0)::text as total
    from credit_agreements where zone_id = $zone`,
  'approved-lines': `select coalesce(sum(n.amount), 0)::text as total
    from credit_lines l join limits_nodes n on n.id = l.node_id where l.zone_id = $zone`,
  'cooperating-banks': `select count(distinct owner_id)::numeric(20,2)::text as total
    from risk_pool_banks where zone_id = $zone`,
  enterprises: `select count(distinct enterprise_id)::numeric(20,2)::text as total
    from credit_lines where zone_id = $zone`,
  'sub-fund-commitments': `select coalesce(sum(c.change), 0)::text as total
    from funds_commitments c join funds_funds f on f.id = c.fund_id
    where f.zone_id = $zone and f.kind = 'SUB'`,
  'pilot-fund-commitments': `select coalesce(sum(c.change), 0)::text as total
    from funds_commitments c join funds_funds f on f.id = c.fund_id
    where f.zone_id = $zone and f.kind = 'PILOT'`,
  'invested-projects': `select count(distinct project)::numeric(20,2)::text as total
    from funds_investments where zone_id = $zone`,
  'project-investments': `select coalesce(sum(amount), 0)::text as total
    from funds_investments where zone_id = $zone and project is not null`,
};

describe('what the demo shows', () => {
  let demo: Loaded;

  before(async function () {
    this.timeout(60_000);
    demo = await open();
    await loadDemo(demo, { password, log });
  });

  after(() => close(demo));

  describe('reported figures', () => {
    const signedIn = async (username: string) =>
      demo.sessions.authenticate((await demo.sessions.signIn(username, password)).accessToken);

    const figuresSeenBy = async (username: string) =>
      (await demo.performer.ask(listReportedFigures, await signedIn(username), {})).items;

    it('keep value, qualifier, source and date, and say which half is missing', async () => {
      const figures = await figuresSeenBy('zone.finance');
      const told = figures.map(({ measure, value, qualifier, otherHalf }) => [
        measure,
        value,
        qualifier,
        otherHalf,
      ]);
      expect(told).to.deep.equal([
        ['intent', '20000000000.00', '不少于', '不可计算：缺授信额'],
        ['count', '21.00', null, null],
        ['count', '531.00', null, null],
        ['approved_limit', '6000000000.00', '约', '不可计算：缺出资额'],
        ['leverage', '18000000000.00', '超', '不可计算：缺出资额'],
        ['fund_size', '9500000000.00', null, '不可计算：缺出资额'],
        ['count', '28.00', null, null],
        ['invested', '2100000000.00', null, null],
      ]);
      for (const { source, reportedOn, period, evidence } of figures) {
        expect(source).to.have.length.greaterThan(10);
        expect(reportedOn ?? period).to.be.a('string');
        expect(evidence).to.equal('[S]');
      }
    });

    it('are what the rows behind them add up to, to the fen', async () => {
      const figures = await figuresSeenBy('auditor');
      expect(figures).to.have.length(8);
      for (const { zoneId, value, generatedSumCheck, subject } of figures) {
        const sql = behind[generatedSumCheck ?? ''];
        if (sql === undefined) throw new Error(`nothing stands behind ${subject}`);
        const { total } = await one<{ total: string }>(
          demo.db,
          sql.replaceAll('$zone', `'${zoneId}'`),
        );
        expect(total, subject).to.equal(value);
      }
    });

    it('are seen by the office that wrote them down, and not by the banks of 示范园区', async () => {
      expect(await figuresSeenBy('rm.bank1')).to.deep.equal([]);
      expect(await figuresSeenBy('fund.admin')).to.deep.equal([]);
      const zonesOf = async (username: string) =>
        (await demo.performer.ask(listZones, await signedIn(username), {})).items.map(
          ({ name }) => name,
        );
      expect(await zonesOf('rm.bank2')).to.deep.equal(['示范园区']);
      expect((await zonesOf('zone.finance'))[0]).to.equal('示范园区');
    });

    it('leave nothing generated under the name of a real bank', async () => {
      const real = await select<{ id: string; name: string }>(
        demo.db,
        `select id, name from parties_organisations where not generated and kind = 'bank'`,
      );
      expect(real.map(({ name }) => name)).to.deep.equal(['中国建设银行广西分行']);
      const tables = await select<{ name: string }>(
        demo.db,
        `select table_name as name from information_schema.columns
         where table_schema = 'public' and column_name = 'owner_id'
           and table_name in (select tablename from pg_tables) order by 1`,
      );
      const owned: string[] = [];
      for (const { name } of tables) {
        const { n } = await one<{ n: string }>(
          demo.db,
          `select count(*) as n from ${name} where owner_id in
           (select id from parties_organisations where not generated and kind = 'bank')`,
        );
        if (n !== '0') owned.push(name);
      }
      expect(tables.length).to.be.greaterThan(20);
      // The agreement as reported, its dated terms, its intent in the limit tree, and their news.
      expect(owned.filter((name) => name !== 'platform_events')).to.deep.equal([
        'credit_agreements',
        'credit_terms',
        'limits_nodes',
      ]);
      const named = await select<{ name: string }>(
        demo.db,
        `select name from parties_organisations where kind = 'bank' and generated order by id`,
      );
      const cooperating = Array.from({ length: 21 }, (_, i) => String(i + 1).padStart(2, '0'));
      expect(named.map(({ name }) => name)).to.deep.equal([
        '示例银行甲',
        '示例银行乙',
        ...cooperating.map((number) => `合作银行${number}`),
      ]);
    });

    it('have no contribution, no money drawn and no default behind them', async () => {
      const { n } = await one<{ n: string }>(
        demo.db,
        `select (select count(*) from risk_pool_contributions c join parties_zones z
             on z.id = c.zone_id where z.kind = 'reported')
           + (select count(*) from credit_drawdowns d join parties_zones z
             on z.id = d.zone_id where z.kind = 'reported')
           + (select count(*) from funds_partners p join parties_zones z
             on z.id = p.zone_id where z.kind = 'reported' and p.partner_fund_id is not null)
           + (select count(*) from funds_partners p join funds_funds f on f.id = p.fund_id
             join parties_zones z on z.id = p.zone_id
             where z.kind = 'reported' and f.kind = 'MOTHER') as n`,
      );
      expect(n).to.equal('0');
    });

    it('have no multiple where a half is missing; 示范园区 has every one', async () => {
      const ask = insightModule.queries.find(({ name }) => name === 'insight.list-leverage');
      if (ask === undefined) throw new Error('nobody answers for leverage');
      const answer = await demo.performer.ask(ask, await signedIn('zone.finance'), {});
      const { items } = answer as { readonly items: readonly Multiple[] };
      const { id: park } = await one<{ id: string }>(
        demo.db,
        `select id from parties_zones where kind = 'demo'`,
      );
      const here = items.filter(({ zoneId }) => zoneId === park);
      expect(new Map(here.map(({ measure, value }) => [measure, value]))).to.deep.equal(
        new Map([
          ['L1-committed', '3.5'],
          ['L1-paid-in', '2.9167'],
          ['pool', '9.4986'],
        ]),
      );
      const elsewhere = items.filter(({ zoneId }) => zoneId !== park);
      expect(elsewhere).to.have.length.greaterThan(4);
      for (const { value, reason } of elsewhere) {
        expect({ value, reason }).to.deep.equal({ value: null, reason: '不可计算：缺出资额' });
      }
    });

    it('stand on enterprises that cannot exist', async () => {
      const enterprises = await select<{ uscc: string; name: string; generated: boolean }>(
        demo.db,
        'select uscc, name, generated from parties_enterprises',
      );
      expect(enterprises).to.have.length(40 + 531 + 28);
      expect(new Set(enterprises.map(({ uscc }) => uscc)).size).to.equal(enterprises.length);
      for (const { uscc, name, generated } of enterprises) {
        expect(checkUscc(uscc)).to.include({ valid: true });
        expect(uscc.slice(2, 8)).to.equal('000000');
        expect(name).to.include('生成');
        expect(generated).to.equal(true);
      }
    });
  });

  describe('示范园区', () => {
    it('has a pool just below its fuse and just below its multiple', async () => {
      const pool = await one<{ used: string; limit: string; lost: string; entered: string }>(
        demo.db,
        `select n.consumed::text as used, n.amount::text as limit, y.lost::text, y.entered::text
         from risk_pool_pools p join limits_nodes n on n.id = p.node_id
         join risk_pool_years y on y.pool_id = p.id and y.year = 2026
         join parties_organisations o on o.id = y.subject_id and o.name = '示例银行甲'`,
      );
      expect(pool).to.deep.equal({
        used: '269000000.00',
        limit: '283200000.00',
        lost: '4200000.00',
        entered: '150000000.00',
      });
    });

    it('has committed and paid-in leverage that differ, both computable', async () => {
      const rows = await select<{ measure: string; size: string; mother: string }>(
        demo.db,
        `select measure, sum(amount)::text as size,
           (sum(amount) filter (where partner_fund_id is not null))::text as mother
         from funds_contributions_v v join parties_zones z on z.id = v.zone_id
         where z.kind = 'demo' and fund_kind = 'SUB' and measure in ('committed', 'paid-in')
         group by measure order by measure`,
      );
      expect(rows).to.deep.equal([
        { measure: 'committed', size: '1400000000.00', mother: '400000000.00' },
        { measure: 'paid-in', size: '560000000.00', mother: '192000000.00' },
      ]);
    });

    it('shows every state that a screen must be able to show', async () => {
      const states = async (table: string, day = 'true') =>
        (
          await select<{ state: string }>(
            demo.db,
            `select distinct state from ${table} where ${day} order by 1`,
          )
        ).map(({ state }) => state);
      expect(await states('credit_drawdowns')).to.deep.equal([
        'DISBURSED',
        'NPL',
        'PARTLY_REPAID',
        'REPAID',
      ]);
      expect(await states('credit_whitelist_entries')).to.deep.equal([
        'ACTIVE',
        'DECLINED',
        'RECOMMENDED',
        'SCREENED',
      ]);
      expect(await states('risk_pool_claims')).to.deep.equal(['PAID']);
      expect(await states('limits_reservations')).to.deep.equal(['PENDING']);
      expect(await states('supply_chain_certificates')).to.include.members([
        'ISSUED',
        'ACCEPTED',
        'HELD',
        'FINANCED',
        'PAID',
      ]);
      expect(await states('supply_chain_financings', `due_on < '2026-11-20'`)).to.deep.equal([
        'OPEN',
        'REPAID',
      ]);
    });

    it('works by a calendar whose evidence is said', async () => {
      const { years, marks } = await one<{ years: string; marks: string }>(
        demo.db,
        `select string_agg(distinct extract(year from day)::text, ',') as years,
           string_agg(distinct evidence, ',') as marks from parties_calendar_days`,
      );
      expect({ years, marks }).to.deep.equal({ years: '2025,2026', marks: '[M-med]' });
    });
  });
});
