// Ten thousand lines: the job's statements follow its portions, never the lines.
import { expect } from 'chai';
import { Client } from 'pg';
import { billCommitmentFees } from '../../src/credit/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, openStage } from '../support/stage.ts';
import { begin, billsOf, endAt, nightsOf } from './fee-stage.ts';
import { parkIn } from './stage.ts';

const lines = 10_000;
const portion = 500;

/** Lines of the first segment, each with a rate. */
const manyLines = (stage: Stage, segmentId: string): Promise<unknown> =>
  stage.db.raw(`
    with segment as (
      select s.*, n.path from credit_segments s join limits_nodes n on n.id = s.node_id
      where s.id = '${segmentId}'
    ), nodes as (
      insert into limits_nodes (id, zone_id, owner_id, parent_id, path, depth, name, kind,
        subject_id, revolving, enforcement, contribution, amount, state, starts_on, expires_on)
      select 'lim_v' || i, zone_id, owner_id, node_id, array['lim_v' || i] || path,
        cardinality(path), '样例', 'ENTERPRISE_LINE', 'line_v' || lpad(i::text, 5, '0'), 'R', 'HARD',
        'consumed', 1000000, 'ACTIVE', '${begin}', '${ago(-400)}'
      from segment, generate_series(1, ${lines}) i returning id, subject_id
    ), made as (
      insert into credit_lines (id, zone_id, owner_id, agreement_id, segment_id, enterprise_id,
        product, rate_annual, node_id, approved_on, commitment_rate_annual)
      select n.subject_id, s.zone_id, s.owner_id, s.agreement_id, s.id, '${stage.firmId}', '样例',
        0.03, n.id, '${begin}', 0.0036
      from nodes n, segment s returning id, zone_id, owner_id
    ), agreed as (
      insert into credit_fee_rates (line_id, from_on, no, zone_id, owner_id, rate_annual, reason,
        operation_id, recorded_at)
      select id, '${begin}', 1, zone_id, owner_id, 0.0036, '样例', 'op', now() from made
    )
    insert into credit_fee_accounts (line_id, zone_id, owner_id, billed_to, next_on)
    select id, zone_id, owner_id, '${begin}', '${endAt(0)}' from made`);

describe('credit: fees of ten thousand lines', () => {
  it('are billed in a bounded number of statements', async () => {
    const stage = await openStage();
    const { query } = Client.prototype;
    try {
      const park = await parkIn(stage, '100000000000', { startsOn: ago(500) });
      await manyLines(stage, park.segmentId);
      await stage.db.raw('analyze');
      let statements = 0;
      Client.prototype.query = function counted(this: unknown, ...given: unknown[]) {
        statements += 1;
        return (query as (...all: unknown[]) => unknown).apply(this, given);
      } as typeof query;
      let bills = 0;
      let calls = 0;
      for (let more = true; more; calls += 1) {
        const answer: Readonly<Record<string, unknown>> = await stage.done(
          billCommitmentFees,
          { asOf: endAt(0) },
          stage.root,
        );
        bills += answer['bills'] as number;
        expect(answer['left']).to.equal(lines - bills);
        more = answer['next'] !== null;
      }
      expect(bills).to.equal(lines);
      expect(calls).to.equal(lines / portion + 1);
      expect(statements / calls).to.be.lessThan(40);
      const nights = nightsOf(begin, endAt(0), () => 0);
      const some = await billsOf(stage, { lineId: 'line_v00777' });
      expect(some.map(({ amount }) => amount)).to.deep.equal([nights]);
    } finally {
      Client.prototype.query = query;
      await stage.close();
    }
  });
});
