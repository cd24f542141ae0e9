/**
 * Figures of published documents (报道数据): a value with its qualifier, source and date. They stand
 * beside the books and decide nothing. An amount and a count are both decimal text with two places.
 */
import type { Day, Money } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

/** The four measures of credit, and what belongs to none of them. They are never added together. */
export const reportedMeasures = [
  'intent',
  'approved_limit',
  'drawn_cumulative',
  'outstanding',
  'leverage',
  'pipeline',
  'count',
  'fund_size',
  'invested',
] as const;

export const qualifiers = ['不少于', '约', '超', '近', '最高', '预计'] as const;

/** Which rows of the same zone stand behind a figure and add up to it. */
export const sumChecks = [
  'agreement-intents',
  'approved-lines',
  'cooperating-banks',
  'enterprises',
  'sub-fund-commitments',
  'pilot-fund-commitments',
  'invested-projects',
  'project-investments',
] as const;

export interface ReportedFigure {
  readonly id: string;
  readonly zoneId: string;
  /** The zone office that wrote it down. */
  readonly ownerId: string | undefined;
  readonly subject: string;
  readonly measure: (typeof reportedMeasures)[number];
  readonly value: Money;
  /** 元, 家, 个. */
  readonly unit: string;
  readonly qualifier?: (typeof qualifiers)[number] | undefined;
  readonly source: string;
  readonly reportedOn?: Day | undefined;
  readonly period?: string | undefined;
  readonly evidence: string;
  readonly note?: string | undefined;
  /** What is shown in place of a ratio that lacks its other half. */
  readonly otherHalf?: string | undefined;
  readonly generatedSumCheck?: (typeof sumChecks)[number] | undefined;
}

const insertFigure = statement(
  'parties.insert-reported-figures',
  `insert into parties_reported_figures (id, zone_id, owner_id, subject, measure, value, unit,
     qualifier, source, reported_on, period, evidence, note, other_half, generated_sum_check,
     recorded_at, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
   on conflict on constraint parties_reported_figures_one do nothing returning id`,
);

/** False when the zone has this figure of this source already. */
export async function addReportedFigure(
  tx: Tx,
  figure: ReportedFigure,
  { now, operationId }: { readonly now: Date; readonly operationId: string },
): Promise<boolean> {
  const rows = await tx.rows(insertFigure, [
    figure.id,
    figure.zoneId,
    figure.ownerId ?? null,
    figure.subject,
    figure.measure,
    figure.value.toString(),
    figure.unit,
    figure.qualifier ?? null,
    figure.source,
    figure.reportedOn ?? null,
    figure.period ?? null,
    figure.evidence,
    figure.note ?? null,
    figure.otherHalf ?? null,
    figure.generatedSumCheck ?? null,
    now.toISOString(),
    operationId,
  ]);
  return rows.length > 0;
}
