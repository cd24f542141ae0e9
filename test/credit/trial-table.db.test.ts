// Trial before submit, for every operation of credit that moves money or a limit: it tells what the
// real thing then does, output, limits and accounts alike, and leaves no trace of its own.
import { expect } from 'chai';
import { creditModule } from '../../src/credit/index.ts';
import { Money } from '../../src/kernel/index.ts';
import { ledgerEffects } from '../../src/ledger/index.ts';
import { incidentEffects, limitEffects } from '../../src/limits/index.ts';
import type { Stage } from '../support/stage.ts';
import { openStage } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import type { TrialRows } from './trial-rows.ts';
import { trialRows } from './trial-rows.ts';

/** What moves neither money nor a limit: papers, states of demands, lists, findings. */
const others = new Set(
  `open-programme amend-programme tag-line enter-demand claim-demand decline-demand release-demand
  withdraw-demand apply record-diligence approve-application decline-application meet-condition
  sign-contract withdraw-application lapse-application record-inspection set-exception-quota
  raise-exception justify-exception reject-exception open-exemption-file answer-exemption-item
  find-exemption confirm-exemption set-restructuring-quota clear-misuse record-misuse pause-ageing
  resume-ageing find-upgrade correct-class reverse-upgrade-finding record-loan-product record-lpr
  correct-lpr record-held-provision nominate submit-entry screen-entry decline-entry recommend-entry
  recommend-entries decide-entry decide-entries activate-entry raise-review raise-reviews
  review-entry record-tag revoke-tag send-financing-list answer-referral mark-default
  lapse-approvals expire-exceptions set-line-products set-commitment-rate record-debtor-event
  lift-debtor-event`.split(/\s+/),
);
const nameOf = ({ name }: { readonly name: string }): string => name.slice('credit.'.length);
const moving = creditModule.operations.map(nameOf).filter((name) => !others.has(name));

interface Node {
  readonly id: string;
  readonly amount: string;
  readonly consumed: string;
  readonly reserved: string;
  readonly state: string;
  readonly enforcement: string;
}

interface Effect {
  readonly nodeId: string;
  readonly name: string;
  readonly limit: string;
  readonly limitBefore: string | null;
  readonly state: string;
  readonly stateBefore: string | null;
  readonly before: Record<'used' | 'reserved' | 'available', string>;
  readonly after: Record<'used' | 'reserved' | 'available', string>;
}

/** Ids and instants are new each time. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll(/"([a-z-]+)_[0-9A-HJKMNP-TV-Z]{26}"/g, '"$1"')
      .replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"instant"'),
  );

describe('trial of every operation that moves money or a limit', () => {
  let stage: Stage;
  let rows: TrialRows;
  before(async () => {
    stage = await openStage({ effects: [limitEffects, incidentEffects, ledgerEffects] });
    rows = await trialRows(stage);
  });
  after(() => stage.close());

  /** Every row of every table. */
  const everything = async (): Promise<string[]> => {
    const tables = await stage.rows<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    );
    const sums = tables.map(
      ({ name }) => `select '${name}' as name, count(*)::text as rows,
        coalesce(sum(hashtext(t::text)::bigint), 0)::text as sum from "${name}" t`,
    );
    const found = await stage.rows<Record<'name' | 'rows' | 'sum', string>>(
      sums.join(' union all '),
    );
    return found.map(({ name, rows: count, sum }) => `${name} ${count} ${sum}`).sort();
  };
  const nodes = async (): Promise<Map<string, Node>> => {
    const list = await stage.rows<Node>(
      'select id, amount, consumed, reserved, state, enforcement from limits_nodes',
    );
    return new Map(list.map((node) => [node.id, node]));
  };
  /** Ids of incidents and of nodes that are made are others in earnest. */
  const incidentSteps = async (): Promise<Map<string, string>> => {
    const list = await stage.rows<Record<'id' | 'cause' | 'step' | 'severity' | 'size', string>>(
      `select s.incident_id || ' ' || s.version as id, i.cause, s.step, s.severity, s.size
       from limits_incident_steps s join limits_incidents i on i.id = s.incident_id`,
    );
    return new Map(list.map(({ id, ...one }) => [id, Object.values(one).join(' ')]));
  };
  const shown = (node: Node) => ({
    used: node.consumed,
    reserved: node.reserved,
    available: Money.of(node.amount)
      .minus(Money.of(node.consumed))
      .minus(Money.of(node.reserved))
      .toString(),
  });
  const nothing = { used: '0.00', reserved: '0.00', available: '0.00' };

  for (const name of moving) {
    it(name, async () => {
      const ask = rows[name];
      if (!ask) throw new Error('No row tells what its trial is asked with.');
      const operation = operationOf(name);
      const { input, version: expectedVersion, actor = stage.bank, only } = await ask();
      const options = { expectedVersion };
      const was = await everything();
      const before = await nodes();
      const stepped = await incidentSteps();
      const trial = await stage.performer.tryOut(operation, actor, input, options);
      expect(trial.failure?.code).to.equal(undefined);
      expect(await everything()).to.deep.equal(was);
      const real = await stage.done(operation, input, actor, options);
      expect(plain(real)).to.deep.equal(plain(trial.output));
      const after = await nodes();
      const told = trial.effects['limits'] as readonly Effect[];
      // A node that is made has another id in earnest; it is known by its figures.
      const changed = [...after.values()].filter(
        (node) =>
          JSON.stringify(node) !== JSON.stringify(before.get(node.id)) &&
          (node.enforcement === 'HARD' || node.amount !== before.get(node.id)?.amount),
      );
      const expected = changed.map((node) => {
        const old = before.get(node.id);
        const figures = { before: old ? shown(old) : nothing, after: shown(node) };
        return [old ? node.id : 'new', node.amount, old?.amount ?? null, node.state, figures];
      });
      const isNew = ({ limitBefore }: Effect): boolean => limitBefore === null;
      const heard = told
        .filter((one) => isNew(one) || changed.some(({ id }) => id === one.nodeId))
        .map((one) => {
          const figures = { before: one.before, after: one.after };
          const id = isNew(one) ? 'new' : one.nodeId;
          return [id, one.limit, one.limitBefore, one.state, figures];
        });
      expect(heard).to.have.deep.members(expected);
      const incidents = trial.effects['incidents'] as readonly Record<string, string>[];
      const made = [...(await incidentSteps())].filter(([id]) => !stepped.has(id));
      expect(
        incidents.map((one) => [one['cause'], one['step'], one['severity'], one['size']].join(' ')),
      ).to.have.members(made.map(([, one]) => one));
      const posted = trial.effects['ledger'] as readonly Record<string, string>[];
      const has = (where: 'limits' | 'ledger') => only === undefined || only === where;
      expect(told.length > 0, 'limits').to.equal(has('limits'));
      expect(posted.length > 0, 'ledger').to.equal(has('ledger'));
      for (const { kind, subjectId, balance } of posted) {
        const [account] = await stage.rows<{ balance: string }>(
          `select balance from ledger_accounts
           where kind = '${kind}' and subject_id = '${subjectId}'`,
        );
        // A drawing in earnest has another id than the one that was tried.
        if (account) expect([kind, balance]).to.deep.equal([kind, account.balance]);
      }
    });
  }

  it('has a row for each of them and for nothing else', () => {
    const names = new Set(creditModule.operations.map(nameOf));
    expect([...others].filter((name) => !names.has(name))).to.deep.equal([]);
    expect(Object.keys(rows)).to.have.members(moving);
  });
});
