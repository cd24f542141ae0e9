/** Reading the rulebook: the list, one pack with its clauses, and which pack held on a day. */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { DayInput, DayText, IdInput, IdText, listOf, pageShape } from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { RulePack } from './model.ts';
import { evidenceMarks } from './model.ts';
import { SchemeInput } from './operations/add-pack.ts';
import { rulebookRefusals as no } from './refusals.ts';
import type { RuleKind } from './rule-kinds.ts';
import { ruleKinds } from './rule-kinds.ts';
import { packInForce } from './rules.ts';
import type { PackRow } from './store.ts';
import { packColumns, packsOf } from './store.ts';

const Kind = z.enum(Object.keys(ruleKinds) as [RuleKind, ...RuleKind[]]);
const Status = z.enum(['TEMPLATE', 'VERIFIED']);

const Pack = z.object({
  id: IdText,
  scheme: z.string(),
  kind: z.string(),
  zoneId: IdText.nullable(),
  version: z.number().int(),
  status: Status,
  city: z.string().nullable(),
  documentNo: z.string(),
  title: z.string(),
  validFrom: DayText,
  validTo: DayText.nullable(),
  evidence: z.enum(evidenceMarks),
  parameters: z.unknown(),
  clauses: z.record(z.string(), z.object({ text: z.string(), evidence: z.enum(evidenceMarks) })),
  textSource: z.string().nullable(),
  textSha256: z.string().nullable(),
});

export const listPacks = query({
  name: 'rulebook.list-packs',
  title: { zh: '规则包列表', en: 'Rule packs' },
  permission: 'rules:read',
  input: z.strictObject({
    scheme: SchemeInput.optional(),
    kind: Kind.optional(),
    status: Status.optional(),
    /** Only packs that are valid on this day. */
    on: DayInput.optional(),
    ...pageShape,
  }),
  output: listOf(Pack),
  async run({ tx }, { scheme, kind, status, on, ...place }) {
    const rows = sql.select(sql.raw(packColumns)).from('rulebook_packs');
    if (scheme !== undefined) rows.where({ scheme });
    if (kind !== undefined) rows.where({ kind });
    if (status !== undefined) rows.where({ status });
    if (on !== undefined) {
      rows.where('valid_from', '<=', on);
      rows.whereRaw('(valid_to is null or valid_to >= ?)', [on]);
    }
    return pageOf<PackRow>(tx, rows, place);
  },
});

const selectOne = statement(
  'rulebook.select-one',
  `select ${packColumns} from rulebook_packs where id = $1`,
);

async function packRow(tx: Tx, packId: string): Promise<PackRow> {
  const [row] = await tx.rows<PackRow>(selectOne, [packId]);
  if (!row) throw new Failure(no['pack-missing'], { packId });
  return row;
}

export const showPack = query({
  name: 'rulebook.show-pack',
  title: { zh: '规则包', en: 'A rule pack' },
  permission: 'rules:read',
  input: z.strictObject({ packId: IdInput('pack') }),
  output: Pack,
  run: ({ tx }, { packId }) => packRow(tx, packId),
});

export const showPackInForce = query({
  name: 'rulebook.show-pack-in-force',
  title: { zh: '某日生效的规则包', en: 'The rule pack in force on a day' },
  permission: 'rules:read',
  input: z.strictObject({
    scheme: SchemeInput,
    zoneId: IdInput('zone'),
    /** Today when left out. */
    on: DayInput.optional(),
  }),
  output: Pack,
  async run({ tx, today }, { scheme, zoneId, on = today }) {
    const kinds = Object.keys(ruleKinds) as RuleKind[];
    const packs: RulePack[] = [];
    for (const kind of kinds) packs.push(...(await packsOf(tx, kind, [scheme])));
    const held = packInForce(packs, { scheme, zoneId, on });
    if (!held) throw new Failure(no['pack-not-in-force'], { scheme, zoneId, on });
    return packRow(tx, held.id);
  },
});
