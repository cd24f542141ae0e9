/**
 * Whole-park credit of 示范园区: a commitment of one bank that refuses and an intent of the other that
 * does not, with segments, a whitelist, lines, loans, one default, and holds that are still open.
 */
import {
  decideEntry,
  drawDown,
  markDefault,
  nominate,
  openAgreement,
  openLine,
  openSegment,
  repay,
  reserve,
} from '../credit/index.ts';
import { Day, addMonths } from '../kernel/index.ts';
import { interestOn, wan } from './amounts.ts';
import type { DemoBook } from './book.ts';
import type { Bank, LineRow, LoanRow, LoanRound, Scope } from './park-loans.ts';
import { defaulted, lines, nominations, reservations, rounds, subLines } from './park-loans.ts';
import { openExemption, openPriorities } from './park-priorities.ts';
import type { Park } from './park.ts';
import { outsideWhitelist } from './zones.ts';

const term = { startsOn: '2025-06-01', endsOn: '2030-05-31' };

const agreements = {
  bank1: {
    name: '示范园区整园授信协议（示例银行甲，生成）',
    intentAmount: wan(300_000),
    sense: 'AT_MOST',
    enforcement: 'HARD',
  },
  bank2: {
    name: '示范园区整园授信协议（示例银行乙，生成）',
    intentAmount: wan(200_000),
    sense: 'AT_LEAST',
    enforcement: 'SOFT',
    qualifier: '不少于',
  },
} as const;

const segments: readonly {
  readonly bank: Bank;
  readonly scope: Scope;
  readonly name: string;
  readonly amount: number;
  readonly enforcement: 'HARD' | 'SOFT';
}[] = [
  {
    bank: 'bank1',
    scope: 'infrastructure',
    name: '基础设施建设',
    amount: 90_000,
    enforcement: 'SOFT',
  },
  {
    bank: 'bank1',
    scope: 'cluster',
    name: '高新技术产业集群',
    amount: 150_000,
    enforcement: 'HARD',
  },
  {
    bank: 'bank1',
    scope: 'operations',
    name: '科创企业经营发展',
    amount: 60_000,
    enforcement: 'SOFT',
  },
  {
    bank: 'bank2',
    scope: 'infrastructure',
    name: '基础设施建设',
    amount: 60_000,
    enforcement: 'SOFT',
  },
  {
    bank: 'bank2',
    scope: 'cluster',
    name: '高新技术产业集群',
    amount: 90_000,
    enforcement: 'SOFT',
  },
  {
    bank: 'bank2',
    scope: 'operations',
    name: '科创企业经营发展',
    amount: 50_000,
    enforcement: 'SOFT',
  },
];

const enterpriseOf = (park: Park, number: number): string | undefined =>
  park.enterpriseIds[number - 1];

/**
 * Signs both agreements and opens every line; answers the ids of lines and of the agreements'
 * nodes.
 */
export async function openCredit(book: DemoBook, park: Park) {
  const banks: readonly Bank[] = ['bank1', 'bank2'];
  const signed = await book.doMany(
    openAgreement,
    'park:agreement',
    banks.map((bank) => ({
      zoneId: park.zoneId,
      bankId: park.organisations.ids[bank],
      generated: true,
      ...agreements[bank],
      ...term,
    })),
  );
  const agreementOf = (bank: Bank) => signed[banks.indexOf(bank)];
  const opened = await book.doMany(
    openSegment,
    'park:segment',
    segments.map(({ bank, scope, name, amount, enforcement }) => ({
      agreementId: agreementOf(bank)?.agreementId,
      name: `${name}（生成）`,
      scope,
      amount: wan(amount),
      enforcement,
    })),
  );
  await decideWhitelist(book, park);
  const lineIds = new Map<string, string>();
  const segmentOf = ({ bank, scope }: Pick<LineRow, 'bank' | 'scope'>) =>
    opened[segments.findIndex((one) => one.bank === bank && one.scope === scope)]?.segmentId;
  const rawLine = (row: LineRow) => ({
    segmentId: segmentOf(row),
    enterpriseId: enterpriseOf(park, row.enterprise),
    product: row.product,
    amount: wan(row.amount),
    rateAnnual: row.rateAnnual,
    revolving: row.revolving ?? 'R',
    whitelistRequired: row.whitelistRequired ?? false,
    reason: row.whitelistRequired ? undefined : outsideWhitelist,
    startsOn: '2025-06-15',
    expiresOn: '2030-05-31',
    generated: true,
    ...(row.parent === undefined ? {} : { parentLineId: lineIds.get(row.parent) }),
  });
  for (const [key, rows] of [
    ['park:line', lines],
    ['park:sub-line', subLines],
  ] as const) {
    const made = await book.doMany(openLine, key, rows.map(rawLine));
    rows.forEach(({ line }, i) => lineIds.set(line, made[i]?.lineId ?? ''));
  }
  await openPriorities(
    book,
    signed.map((one) => one.agreementId),
    lineIds,
  );
  const segmentIds = {
    bank1: segmentOf({ bank: 'bank1', scope: 'operations' }) ?? '',
    bank2: segmentOf({ bank: 'bank2', scope: 'operations' }) ?? '',
  };
  return { lineIds, segmentIds, programmeParentId: agreementOf('bank1')?.nodeId };
}

async function decideWhitelist(book: DemoBook, park: Park): Promise<void> {
  const nominated = await book.doMany(
    nominate,
    'park:nomination',
    nominations.map(({ enterprise, bank }) => ({
      enterpriseId: enterpriseOf(park, enterprise),
      bankId: park.organisations.ids[bank],
      reason: '园区产业链骨干企业（生成）',
    })),
  );
  await book.doMany(
    decideEntry,
    'park:entry-decision',
    nominations.flatMap(({ decision }, i) =>
      decision === undefined
        ? []
        : [
            {
              entryId: nominated[i]?.entryId,
              decision,
              reason: decision === 'accept' ? '符合准入条件（生成）' : '资料不全（生成）',
            },
          ],
    ),
  );
}

interface Drawn extends LoanRow {
  readonly drawdownId: string;
}

export interface Credit {
  readonly lineIds: ReadonlyMap<string, string>;
  readonly poolId: string;
}

export interface Lent {
  /** Of the loan that defaulted. */
  readonly enrolmentId: string;
  /** By the names of the loans. */
  readonly drawdownIds: ReadonlyMap<string, string>;
}

/** Draws and repays round by round, then the default; answers the enrolment that it left behind. */
export async function lend(book: DemoBook, credit: Credit): Promise<Lent> {
  const drawn = new Map<string, Drawn>();
  for (const [i, round] of rounds.entries()) await playRound(book, credit, drawn, round, i + 1);
  const bad = drawn.get(defaulted.loan);
  const { enrolmentId } = await book.do(markDefault, 'park:default', {
    drawdownId: bad?.drawdownId,
    defaultedOn: defaulted.defaultedOn,
  });
  await openExemption(book, bad?.drawdownId ?? '');
  await book.doMany(
    reserve,
    'park:reservation',
    reservations.map(({ line, amount }) => ({
      lineId: credit.lineIds.get(line),
      amount: wan(amount),
      purpose: '拟放款预占（生成）',
    })),
  );
  if (enrolmentId === null) throw new Error('The loan that defaults was not in the pool.');
  const drawdownIds = new Map([...drawn].map(([loan, row]) => [loan, row.drawdownId]));
  return { enrolmentId, drawdownIds };
}

async function playRound(
  book: DemoBook,
  { lineIds, poolId }: Credit,
  drawn: Map<string, Drawn>,
  round: LoanRound,
  number: number,
): Promise<void> {
  const draws = await book.doMany(
    drawDown,
    `park:drawdown-${number}`,
    round.loans.map(({ line, amount, valueOn, months, enrolled }) => ({
      lineId: lineIds.get(line),
      amount: wan(amount),
      valueOn,
      dueOn: addMonths(Day.of(valueOn), months),
      purpose: '生产经营（生成）',
      ...(enrolled ? { enrol: { poolId, flags: enrolled } } : {}),
    })),
  );
  round.loans.forEach((row, i) =>
    drawn.set(row.loan, { ...row, drawdownId: draws[i]?.drawdownId ?? '' }),
  );
  const rateOf = (line: string): string =>
    [...lines, ...subLines].find((row) => row.line === line)?.rateAnnual ?? '0';
  await book.doMany(
    repay,
    `park:repayment-${number}`,
    round.repayments.map(({ loan, principal, valueOn }) => {
      const from = drawn.get(loan);
      if (!from) throw new Error(`There is no loan ${loan} to repay.`);
      const [start, end] = [Day.of(from.valueOn), Day.of(valueOn)];
      return {
        drawdownId: from.drawdownId,
        principal: wan(principal),
        interest: interestOn(wan(principal), rateOf(from.line), start, end),
        valueOn,
      };
    }),
  );
}
