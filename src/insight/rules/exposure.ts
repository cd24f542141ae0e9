/**
 * Supply-chain exposure (供应链敞口) per core enterprise, bank and tier: what is financed, of it undue
 * and overdue, against the programme's limit of that day. Undue and overdue follow from the day
 * asked about; a piece that falls due that very day is undue.
 */
import type { Day } from '../../kernel/index.ts';
import { Money } from '../../kernel/index.ts';
import type { Figure, Input, Question } from '../model.ts';

/** A bank's programme with a core enterprise. */
export interface Programme {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly name: string;
  readonly coreEnterpriseId: string;
  readonly coreName: string;
  readonly bankName: string;
  readonly generated: boolean;
  /** Whether it runs on the day; one that has ended is shown as long as something is financed. */
  readonly running: boolean;
  /** Its limit on the day, with the row that says so. */
  readonly limit:
    | { readonly factId: string; readonly amount: Money; readonly valueOn: Day }
    | undefined;
}

/** A piece that is financed on the day. */
export interface Financing {
  readonly id: string;
  readonly programmeId: string;
  readonly tier: number;
  readonly face: Money;
  readonly valueOn: Day;
  readonly dueOn: Day;
}

const noLimit = '不可计算：缺额度';

const inputOf = ({ id, face, valueOn, dueOn }: Financing, asOf: Day): Input => ({
  side: 'numerator',
  source: 'supply_chain_exposures_v',
  id,
  label: dueOn < asOf ? 'overdue' : 'undue',
  amount: face,
  valueOn,
});

function line(
  programme: Programme,
  part: string,
  financings: readonly Financing[],
  { asOf }: Question,
): Figure {
  const pieces = financings.map((financing) => inputOf(financing, asOf));
  const total = (label: string): Money =>
    Money.sum(pieces.filter((piece) => piece.label === label).map((piece) => piece.amount));
  const financed = Money.sum(pieces.map((piece) => piece.amount));
  const { limit } = programme;
  const used = limit && financed.ratioTo(limit.amount, 6);
  const inputs: Input[] = limit
    ? [
        ...pieces,
        {
          side: 'denominator',
          source: 'insight_limits_v',
          id: limit.factId,
          label: 'limit',
          amount: limit.amount,
          valueOn: limit.valueOn,
        },
      ]
    : pieces;
  return {
    kind: 'exposure',
    zoneId: programme.zoneId,
    ownerId: programme.ownerId,
    subjectId: programme.id,
    subjectName: programme.name,
    measure: 'financed',
    part,
    definition: {
      level: part === 'all' ? 'programme' : 'tier',
      basis: 'financed',
      perspective: '核心企业额度',
      numerator: '已融资未结清票面',
      consolidated: false,
      asOf,
    },
    labels: {
      bankName: programme.bankName,
      coreEnterpriseId: programme.coreEnterpriseId,
      coreName: programme.coreName,
    },
    unit: '占比',
    qualifier: null,
    numerator: financed,
    denominator: limit?.amount,
    value: used,
    reason: used === undefined ? noLimit : undefined,
    amounts: { undue: total('undue'), overdue: total('overdue') },
    generated: programme.generated,
    inputs,
  };
}

/** Per programme the whole first, then its tiers that have something, from the core outward. */
export function exposureFigures(
  programmes: readonly Programme[],
  financings: readonly Financing[],
  question: Question,
): Figure[] {
  const of = new Map<string, Financing[]>(programmes.map(({ id }) => [id, []]));
  for (const financing of financings) of.get(financing.programmeId)?.push(financing);
  return programmes.flatMap((programme) => {
    const own = of.get(programme.id) ?? [];
    // A programme has no recorded instant of its own: it is known from its first known piece on.
    if (own.length === 0 && (!programme.running || question.knownAt)) return [];
    const tiers = [...new Set(own.map(({ tier }) => tier))].sort((a, b) => a - b);
    return [
      line(programme, 'all', own, question),
      ...tiers.map((tier) =>
        line(
          programme,
          String(tier),
          own.filter((financing) => financing.tier === tier),
          question,
        ),
      ),
    ];
  });
}
