/** Exemption files: the list with how complete each is, and one file with its items and story. */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { DayText, IdInput, IdText, InstantText, listOf, pageShape } from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import { exemptionRefusals as no } from './agreement-refusals.ts';
import { answers, completenessOf, findings } from './rules/exemption.ts';
import { fileById, itemsOf, stepsOf } from './store-exemptions.ts';

const states = ['OPEN', 'FOUND', 'CONFIRMED'] as const;

const FileRow = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  drawdownId: IdText,
  enterpriseId: IdText,
  enterpriseName: z.string(),
  state: z.enum(states),
  finding: z.enum(findings).nullable(),
  openedOn: DayText,
  answered: z.number().int(),
  items: z.number().int(),
  version: z.number().int(),
});

const answeredSql = `(select count(distinct s.code)::int from credit_exemption_steps s
  where s.file_id = f.id and s.step = 'ANSWERED') as answered`;
const itemsSql = `(select count(*)::int from credit_exemption_standards s
  where s.valid_from <= f.standards_on
    and (s.valid_to is null or s.valid_to >= f.standards_on)) as items`;

export const listExemptionFiles = query({
  name: 'credit.list-exemption-files',
  title: { zh: '尽职免责档案', en: 'Exemption files' },
  permission: 'credit:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    drawdownId: IdInput('draw').optional(),
    state: z.enum(states).optional(),
    ...pageShape,
  }),
  output: listOf(FileRow),
  run: ({ tx }, { zoneId, drawdownId, state, ...place }) => {
    const rows = sql('credit_exemption_files as f')
      .join('credit_drawdowns as d', 'd.id', 'f.drawdown_id')
      .join('parties_enterprises as e', 'e.id', 'd.enterprise_id')
      .select('f.id', 'f.state', 'f.finding', {
        zoneId: 'f.zone_id',
        bankId: 'f.owner_id',
        drawdownId: 'f.drawdown_id',
        enterpriseId: 'd.enterprise_id',
        enterpriseName: 'e.name',
        openedOn: 'f.opened_on',
      })
      .select(sql.raw(answeredSql), sql.raw(itemsSql), sql.raw('f.version::int as version'));
    if (zoneId !== undefined) void rows.where('f.zone_id', zoneId);
    if (drawdownId !== undefined) void rows.where('f.drawdown_id', drawdownId);
    if (state !== undefined) void rows.where('f.state', state);
    return pageOf<z.output<typeof FileRow>>(tx, rows, place);
  },
});

const ItemView = z.object({
  code: z.string(),
  kind: z.enum(['CHECKLIST', 'NEGATIVE']),
  zh: z.string(),
  en: z.string(),
  clause: z.string(),
  evidence: z.string(),
  answer: z.enum(answers).nullable(),
  proof: z.string().nullable(),
  answeredBy: IdText.nullable(),
  answeredAt: InstantText.nullable(),
});

const StepView = z.object({
  step: z.enum(['OPENED', 'ANSWERED', 'FOUND', 'RETURNED', 'CONFIRMED']),
  version: z.number().int(),
  code: z.string().nullable(),
  answer: z.enum(answers).nullable(),
  proof: z.string().nullable(),
  finding: z.enum(findings).nullable(),
  reason: z.string().nullable(),
  userId: IdText,
  valueOn: DayText,
  recordedAt: InstantText,
  operationId: IdText,
});

export const showExemptionFile = query({
  name: 'credit.show-exemption-file',
  title: { zh: '尽职免责档案详情', en: 'An exemption file' },
  permission: 'credit:read',
  input: z.strictObject({ fileId: IdInput('exf') }),
  output: z.object({
    id: IdText,
    zoneId: IdText,
    bankId: IdText,
    drawdownId: IdText,
    state: z.enum(states),
    finding: z.enum(findings).nullable(),
    finderId: IdText.nullable(),
    confirmerId: IdText.nullable(),
    openedOn: DayText,
    complete: z.boolean(),
    missing: z.array(z.string()),
    items: z.array(ItemView),
    steps: z.array(StepView),
    version: z.number().int(),
  }),
  async run({ tx }, { fileId }) {
    const file = await fileById(tx, fileId);
    if (!file) throw new Failure(no['exemption-file-missing'], { fileId });
    const items = await itemsOf(tx, file);
    const { missing } = completenessOf(items);
    const { ownerId: bankId, standardsOn: _on, finder, confirmer, ...seen } = file;
    return {
      ...seen,
      bankId,
      finderId: finder?.userId ?? null,
      confirmerId: confirmer?.userId ?? null,
      complete: missing.length === 0,
      missing: [...missing],
      items: items.map((one) => ({
        ...one,
        answeredAt: one.answeredAt?.toISOString() ?? null,
      })),
      steps: (await stepsOf(tx, fileId)).map((one) => ({
        ...one,
        recordedAt: one.recordedAt.toISOString(),
      })),
    };
  },
});
