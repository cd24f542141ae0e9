/**
 * Adds the next version of a scheme's rule (录入规则包). It always needs a second person, so a pack that
 * comes with its official text is verified by two; without the text it remains a template.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { Failure, newId, sentence } from '../../kernel/index.ts';
import type { Actor } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, IdText, TextInput } from '../../platform/schemas.ts';
import type { Clauses } from '../model.ts';
import { evidenceMarks } from '../model.ts';
import { rulebookRefusals as no } from '../refusals.ts';
import { ruleKinds } from '../rule-kinds.ts';
import { strayClauses } from '../rules.ts';
import { addPackRow, nextVersion } from '../store.ts';

/** The name under which all versions of one rule stand: `guangzhou-2025`, `replay`. */
export const SchemeInput = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,59}$/,
    sentence(
      '方案代码：小写字母、数字和连字符',
      'a scheme: lower-case letters, digits and hyphens',
    ),
  );

const common = {
  scheme: SchemeInput,
  zoneId: IdInput('zone').optional(),
  city: TextInput(40).optional(),
  documentNo: TextInput(100),
  title: TextInput(),
  validFrom: DayInput,
  validTo: DayInput.optional(),
  evidence: z.enum(evidenceMarks),
  clauses: z
    .record(
      z.string().regex(/^[a-zA-Z]\w*(\.\w+)*$/, sentence('参数的路径', 'the path of a parameter')),
      z.strictObject({ text: TextInput(1000), evidence: z.enum(evidenceMarks) }),
    )
    .default({}),
  officialText: z
    .strictObject({ source: TextInput(500), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
    .optional(),
};

const input = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pool'), parameters: ruleKinds.pool, ...common }),
  z.strictObject({ kind: z.literal('whitelist'), parameters: ruleKinds.whitelist, ...common }),
  z.strictObject({
    kind: z.literal('limit-watch'),
    parameters: ruleKinds['limit-watch'],
    ...common,
  }),
  z.strictObject({
    kind: z.literal('line-closing'),
    parameters: ruleKinds['line-closing'],
    ...common,
  }),
]);

interface Asked {
  readonly zoneId?: string | undefined;
  readonly validFrom: Day;
  readonly validTo?: Day | undefined;
  readonly parameters: unknown;
  readonly clauses: Clauses;
}

function refuse({ scope }: Actor, asked: Asked): Failure | undefined {
  const { zoneId, validFrom, validTo } = asked;
  if (scope.zones !== '*') {
    if (zoneId === undefined) return new Failure(no['needs-every-zone']);
    if (!scope.zones.includes(zoneId)) return new Failure(no['zone-missing'], { zoneId });
  }
  if (validTo !== undefined && validTo < validFrom) {
    return new Failure(no['validity-reversed'], { validFrom, validTo });
  }
  const stray = strayClauses(asked.parameters, asked.clauses);
  if (stray.length > 0) return new Failure(no['clause-without-parameter'], { paths: stray });
  return undefined;
}

export const addPack = operation({
  name: 'rulebook.add-pack',
  title: { zh: '录入规则包', en: 'Add a rule pack' },
  permission: 'rules:manage',
  approval: { always: true, permission: 'rules:approve' },
  input,
  output: z.object({
    packId: IdText,
    scheme: z.string(),
    version: z.number().int(),
    status: z.enum(['TEMPLATE', 'VERIFIED']),
  }),
  async run(context, item) {
    const { tx } = context;
    const { officialText, ...pack } = item.input;
    const { zoneId, scheme } = pack;
    const refusal = refuse(item.actor, pack);
    if (refusal) throw refusal;
    const packId = newId('pack');
    const version = await nextVersion(tx, scheme, zoneId);
    const status = officialText === undefined ? ('TEMPLATE' as const) : ('VERIFIED' as const);
    const row = {
      ...pack,
      id: packId,
      version,
      status,
      zoneId,
      city: pack.city,
      validTo: pack.validTo,
    };
    if (!(await addPackRow(tx, row, officialText, item.operationId))) {
      throw new Failure(no['zone-missing'], { zoneId });
    }
    if (zoneId !== undefined) context.concern(item, zoneId);
    return { packId, scheme, version, status };
  },
});
