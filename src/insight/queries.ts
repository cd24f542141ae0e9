/**
 * Leverage and exposures as of any day, the facts behind each figure, and the record of
 * snapshots.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  InstantInput,
  InstantText,
  MoneyText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { statement } from '../platform/transaction.ts';
import type { Answer } from './answer.ts';
import { figureById, figuresOf } from './answer.ts';
import type { FigureKind } from './model.ts';
import { figureKinds } from './model.ts';
import { pageOfList } from './page-of-list.ts';
import { insightRefusals as no } from './refusals.ts';
import { having, sql as build } from '../platform/sql.ts';

const asked = {
  ...pageShape,
  asOf: DayInput.optional().meta({ description: '数据日期，默认今天' }),
  knownAt: InstantInput.transform((text) => new Date(text))
    .optional()
    .meta({ description: '以该时刻已记录的事实为准' }),
  zoneId: IdInput('zone').optional(),
};

const RatioText = z.string().meta({ description: '十进制文本' });

const shared = {
  figureId: z.string(),
  zoneId: IdText,
  asOf: DayText,
  generated: z.boolean(),
  reason: z.string().nullable(),
};

const Leverage = z.object({
  ...shared,
  ownerId: IdText,
  subjectId: IdText,
  subjectName: z.string(),
  measure: z.string(),
  definition: z.record(z.string(), z.union([z.string(), z.boolean()])),
  labels: z.record(z.string(), z.string()),
  numerator: MoneyText.nullable(),
  denominator: MoneyText.nullable(),
  value: RatioText.nullable(),
  unit: z.string(),
  qualifier: z.string().nullable(),
});

const leverageOf = (figure: Answer): z.output<typeof Leverage> => ({
  figureId: figure.id,
  zoneId: figure.zoneId,
  ownerId: figure.ownerId,
  subjectId: figure.subjectId,
  subjectName: figure.subjectName,
  measure: figure.measure,
  definition: { ...figure.definition },
  labels: { ...figure.labels },
  asOf: figure.asOf,
  numerator: figure.numerator?.toString() ?? null,
  denominator: figure.denominator?.toString() ?? null,
  value: figure.value ?? null,
  reason: figure.reason ?? null,
  unit: figure.unit,
  qualifier: figure.qualifier,
  generated: figure.generated,
});

const listLeverage = query({
  name: 'insight.list-leverage',
  title: { zh: '放大倍数', en: 'Leverage' },
  permission: 'insight:read',
  input: z.strictObject(asked),
  output: listOf(Leverage),
  async run(context, { asOf, knownAt, zoneId, ...place }) {
    const figures = await figuresOf(context, 'leverage', { asOf, knownAt, zoneId });
    return pageOfList(figures.map(leverageOf), place, ({ figureId }) => figureId);
  },
});

const Exposure = z.object({
  ...shared,
  bankId: IdText,
  bankName: z.string(),
  programmeId: IdText,
  coreEnterpriseId: IdText,
  coreName: z.string(),
  tier: z.int().nullable().meta({ description: '层级；空为合计' }),
  financed: MoneyText,
  undue: MoneyText,
  overdue: MoneyText,
  limit: MoneyText.nullable(),
  usedShare: RatioText.nullable(),
});

const exposureOf = (figure: Answer): z.output<typeof Exposure> => ({
  figureId: figure.id,
  zoneId: figure.zoneId,
  bankId: figure.ownerId,
  bankName: figure.labels['bankName'] ?? '',
  programmeId: figure.subjectId,
  coreEnterpriseId: figure.labels['coreEnterpriseId'] ?? '',
  coreName: figure.labels['coreName'] ?? '',
  tier: figure.part === 'all' ? null : Number.parseInt(figure.part, 10),
  asOf: figure.asOf,
  financed: figure.numerator?.toString() ?? '0.00',
  undue: figure.amounts['undue']?.toString() ?? '0.00',
  overdue: figure.amounts['overdue']?.toString() ?? '0.00',
  limit: figure.denominator?.toString() ?? null,
  usedShare: figure.value ?? null,
  reason: figure.reason ?? null,
  generated: figure.generated,
});

const listExposures = query({
  name: 'insight.list-exposures',
  title: { zh: '供应链敞口', en: 'Supply-chain exposures' },
  permission: 'insight:read',
  input: z.strictObject({
    ...asked,
    coreEnterpriseId: IdInput('ent').optional(),
    bankId: IdInput('org').optional(),
  }),
  output: listOf(Exposure),
  async run(context, { asOf, knownAt, zoneId, coreEnterpriseId, bankId, ...place }) {
    const figures = await figuresOf(context, 'exposure', { asOf, knownAt, zoneId });
    const wanted = figures
      .map(exposureOf)
      .filter((one) => coreEnterpriseId === undefined || one.coreEnterpriseId === coreEnterpriseId)
      .filter((one) => bankId === undefined || one.bankId === bankId);
    return pageOfList(wanted, place, ({ figureId }) => figureId);
  },
});

const Fact = z.object({
  id: z.string(),
  side: z.enum(['numerator', 'denominator']),
  source: z.string(),
  label: z.string(),
  amount: MoneyText,
  valueOn: DayText.nullable(),
});

/** The dated rows behind a figure; by side they add up to it, to the fen. */
const inputsOf = (kind: FigureKind, zh: string, en: string) =>
  query({
    name: `insight.list-${kind}-inputs`,
    title: { zh, en },
    permission: 'insight:read',
    input: z.strictObject({ ...pageShape, figureId: z.string().min(1).max(200) }),
    output: listOf(Fact),
    async run(context, { figureId, ...place }) {
      const { inputs } = await figureById(context, kind, figureId);
      const facts = inputs.map((input) => ({ ...input, amount: input.amount.toString() }));
      return pageOfList(facts, place, ({ side, source, id }) => `${side}/${source}/${id}`);
    },
  });

const leverageInputs = inputsOf('leverage', '放大倍数的依据', 'Facts behind a leverage');
const exposureInputs = inputsOf('exposure', '敞口的依据', 'Facts behind an exposure');

const Snapshot = z.object({
  id: IdText,
  zoneId: IdText,
  ownerId: IdText,
  kind: z.enum(figureKinds),
  asOf: DayText,
  version: z.int(),
  figures: z.int(),
  computedAt: InstantText,
});

const listSnapshots = query({
  name: 'insight.list-snapshots',
  title: { zh: '指标快照', en: 'Snapshots' },
  permission: 'insight:read',
  input: z.strictObject({
    ...pageShape,
    kind: z.enum(figureKinds).optional(),
    zoneId: IdInput('zone').optional(),
    asOf: DayInput.optional(),
  }),
  output: listOf(Snapshot),
  async run({ tx }, { kind, zoneId, asOf, ...place }) {
    const rows = build('insight_snapshots').select({
      id: 'id',
      zoneId: 'zone_id',
      ownerId: 'owner_id',
      kind: 'kind',
      asOf: 'as_of',
      version: 'version',
      figures: 'figures',
      computedAt: 'computed_at',
    });
    having(rows, { kind, zone_id: zoneId, as_of: asOf });
    type Row = Omit<z.output<typeof Snapshot>, 'computedAt'> & { readonly computedAt: Date };
    const page = await pageOf<Row>(tx, rows, place, { descending: true });
    const items = page.items.map((row) => ({ ...row, computedAt: row.computedAt.toISOString() }));
    return { ...page, items };
  },
});

const KeptFigure = z.object({
  figureId: z.string(),
  subjectId: IdText,
  subjectName: z.string(),
  measure: z.string(),
  part: z.string(),
  labels: z.record(z.string(), z.string()),
  definition: z.record(z.string(), z.union([z.string(), z.boolean()])),
  unit: z.string(),
  qualifier: z.string().nullable(),
  numerator: MoneyText.nullable(),
  denominator: MoneyText.nullable(),
  value: RatioText.nullable(),
  reason: z.string().nullable(),
  amounts: z.record(z.string(), MoneyText),
  generated: z.boolean(),
  inputs: z.array(Fact),
});

const selectSnapshot = statement(
  'insight.select-snapshot',
  `select id from insight_snapshots where id = $1`,
);

const listKeptFigures = query({
  name: 'insight.list-snapshot-figures',
  title: { zh: '快照中的指标', en: 'Figures of a snapshot' },
  permission: 'insight:read',
  input: z.strictObject({ ...pageShape, snapshotId: IdInput('snap') }),
  output: listOf(KeptFigure),
  async run({ tx }, { snapshotId, ...place }) {
    const [found] = await tx.rows(selectSnapshot, [snapshotId]);
    if (found === undefined) throw new Failure(no['snapshot-missing'], { snapshotId });
    const rows = build('insight_figures')
      .where('snapshot_id', snapshotId)
      .select({
        figureId: 'question',
        subjectId: 'subject_id',
        subjectName: 'subject_name',
        measure: 'measure',
        part: 'part',
        labels: 'labels',
        definition: 'definition',
        unit: 'unit',
        qualifier: 'qualifier',
        numerator: 'numerator',
        denominator: 'denominator',
        value: build.raw('value::text'),
        reason: 'reason',
        amounts: 'amounts',
        generated: 'generated',
        inputs: 'inputs',
      });
    return pageOf<z.output<typeof KeptFigure>>(tx, rows, place, {
      by: 'figureId',
      key: /^[\w~-]+$/,
    });
  },
});

export const insightQueries = {
  listLeverage,
  leverageInputs,
  listExposures,
  exposureInputs,
  listSnapshots,
  listKeptFigures,
};
