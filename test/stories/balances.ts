// What a step moved: the balances of ledger accounts and the use of HARD limit nodes, read beside
// the API so that nobody's data scope hides a part of it. A SOFT node has no figure of its own.
import { chart } from '../../src/ledger/index.ts';

type Rows = <R>(sql: string) => Promise<R[]>;

/** A line of the table, by a key that stays the same from step to step. */
export interface Balance {
  readonly key: string;
  /** The columns that say which account or node it is. */
  readonly about: readonly string[];
  readonly figures: readonly string[];
}

export interface Balances {
  readonly accounts: ReadonlyMap<string, Balance>;
  readonly limits: ReadonlyMap<string, Balance>;
}

const byKey = (rows: readonly Balance[]): Map<string, Balance> =>
  new Map(rows.map((row) => [row.key, row]));

interface AccountRow {
  readonly id: string;
  readonly kind: keyof typeof chart;
  readonly owner: string;
  readonly subjectId: string;
  readonly balance: string;
}

interface NodeRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly limit: string;
  readonly used: string;
  readonly reserved: string;
  readonly available: string;
}

export async function readBalances(rows: Rows): Promise<Balances> {
  const accounts = await rows<AccountRow>(
    `select a.id, a.kind, coalesce(o.name, a.owner_id) as owner, a.subject_id as "subjectId",
       a.balance::numeric(20,2)::text as balance
     from ledger_accounts a left join parties_organisations o on o.id = a.owner_id`,
  );
  const nodes = await rows<NodeRow>(
    `select id, name, kind, amount::text as "limit", consumed::text as used,
       reserved::text as reserved, (amount - consumed - reserved)::text as available
     from limits_nodes where enforcement = 'HARD'`,
  );
  return {
    accounts: byKey(
      accounts.map(({ id, kind, owner, subjectId, balance }) => ({
        key: id,
        about: [owner, `${chart[kind].zh} ${kind}`, `\`${subjectId}\``],
        figures: [balance],
      })),
    ),
    limits: byKey(
      nodes.map(({ id, name, kind, limit, used, reserved, available }) => ({
        key: id,
        about: [name, kind],
        figures: [limit, used, reserved, available],
      })),
    ),
  };
}

const same = (a: Balance | undefined, b: Balance): boolean =>
  a !== undefined && a.figures.every((figure, i) => figure === b.figures[i]);

function moved(
  before: ReadonlyMap<string, Balance>,
  after: ReadonlyMap<string, Balance>,
): string[] {
  return [...after.values()]
    .filter((now) => !same(before.get(now.key), now))
    .map((now) => {
      const then = before.get(now.key);
      const change = (figure: string, i: number): string => {
        const was = then?.figures[i];
        return was === figure ? figure : `${was ?? '—'} → **${figure}**`;
      };
      return `| ${[...now.about, ...now.figures.map(change)].join(' | ')} |`;
    });
}

/** Markdown tables of what differs; an empty list when nothing moved. */
export function movedTables(before: Balances, after: Balances): string[] {
  const accounts = moved(before.accounts, after.accounts);
  const limits = moved(before.limits, after.limits);
  return [
    ...(accounts.length === 0
      ? []
      : [
          '| 谁的账 Book | 科目 Account | 对象 Subject | 余额 Balance |\n| --- | --- | --- | ---: |',
        ]),
    ...accounts.toSorted(),
    ...(accounts.length > 0 && limits.length > 0 ? [''] : []),
    ...(limits.length === 0
      ? []
      : [
          '| 额度 Limit | 种类 Kind | 限额 Limit | 已用 Used | 预占 Reserved | 可用 Available |\n' +
            '| --- | --- | ---: | ---: | ---: | ---: |',
        ]),
    ...limits.toSorted(),
  ];
}
