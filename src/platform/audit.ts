/**
 * The front door of the audit trail: seal, prove, export, and what an auditor may read. The
 * operation that seals is made with its key, because a key is no input: inputs are written to the
 * log.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Exported } from './audit-export.ts';
import { exportTrail } from './audit-export.ts';
import type { Signer } from './audit-signer.ts';
import type { Verification } from './audit-trail.ts';
import { auditRefusals, instant, sealChains, verifyTrail } from './audit-trail.ts';
import { defineModule } from './module.ts';
import type { Operation } from './operation.ts';
import { operation, query } from './operation.ts';
import { pageOf } from './page.ts';
import { DayInput, InstantText, TextInput, listOf, pageShape } from './schemas.ts';
import { everything, withTransaction } from './transaction.ts';
import { having, sql as build } from './sql.ts';

export { verifyExport, type Exported } from './audit-export.ts';
export { keptSigner, signerOf, type Signer } from './audit-signer.ts';
export { sealChains, verifyTrail, type Verification } from './audit-trail.ts';
export type { Break, BreakReason, WalkedChain } from './audit-walk.ts';

/** Proves the trail of a database, as of one moment. */
export const verifyChains = (db: Knex): Promise<Verification> =>
  withTransaction(db, everything, verifyTrail, { readOnly: true });

/** Writes the trail of a database to a file that proves itself; see `verifyExport`. */
export const exportAudit = (db: Knex, file: string, signer: Signer): Promise<Exported> =>
  withTransaction(db, everything, (tx) => exportTrail(tx, file, signer, new Date()), {
    readOnly: true,
  });

const Block = z.object({
  chain: z.string(),
  fromHeight: z.string(),
  toHeight: z.string(),
  headHash: z.string(),
  keyId: z.string(),
  sealedAt: InstantText,
});
const Broken = z.object({ chain: z.string().nullable(), height: z.string(), reason: z.string() });

/**
 * Closes and signs a block of every chain that has grown. The day is the job's and changes
 * nothing.
 */
export const sealAudit = (signer: Signer): Operation =>
  operation({
    name: 'audit.seal-chains',
    title: { zh: '封存审计链', en: 'Seal the audit chains' },
    permission: 'audit:seal',
    input: z.strictObject({ asOf: DayInput.optional() }),
    output: z.object({ sealed: z.array(Block), broken: z.array(Broken) }),
    async run({ tx, now }) {
      const { sealed, broken } = await sealChains(tx, signer, now);
      return { sealed: [...sealed], broken: [...broken] };
    },
  });

const Entry = z.object({
  id: z.string(),
  chain: z.string(),
  height: z.string(),
  actorId: z.string(),
  organisationId: z.string(),
  operation: z.string(),
  outcome: z.enum(['done', 'refused', 'submitted']),
  input: z.unknown(),
  result: z.unknown(),
  rules: z.unknown(),
  approvalId: z.string().nullable(),
  recordedAt: InstantText,
  hash: z.string(),
});

const listEntries = query({
  name: 'audit.list-entries',
  title: { zh: '操作日志', en: 'Log of operations' },
  permission: 'audit:read',
  input: z.strictObject({
    ...pageShape,
    chain: TextInput(80).optional(),
    operation: TextInput(80).optional(),
    actorId: TextInput(80).optional(),
    outcome: z.enum(['done', 'refused', 'submitted']).optional(),
  }),
  output: listOf(Entry),
  run({ tx }, { chain, operation: name, actorId, outcome, ...place }) {
    const rows = build('platform_operations').select({
      id: 'id',
      chain: 'chain',
      height: build.raw('height::text'),
      actorId: 'actor_id',
      organisationId: 'organisation_id',
      operation: 'operation',
      outcome: 'outcome',
      input: 'input',
      result: 'result',
      rules: 'rules',
      approvalId: 'approval_id',
      recordedAt: build.raw(instant('recorded_at')),
      hash: 'hash',
    });
    having(rows, { chain, operation: name, actor_id: actorId, outcome });
    return pageOf<z.output<typeof Entry>>(tx, rows, place, { descending: true });
  },
});

const Verified = z.object({
  valid: z.boolean(),
  links: z.int(),
  chains: z
    .array(
      z.object({
        chain: z.string(),
        height: z.string(),
        headHash: z.string(),
        seals: z.int(),
        sealedTo: z.string(),
      }),
    )
    .optional(),
  keyIds: z.array(z.string()).optional(),
  broken: Broken.optional(),
});

const verify = query({
  name: 'audit.verify-trail',
  title: { zh: '验证审计链', en: 'Prove the audit trail' },
  permission: 'audit:read',
  input: z.strictObject({}),
  output: Verified,
  async run({ tx }): Promise<z.output<typeof Verified>> {
    const found = await verifyTrail(tx);
    if (!found.valid) return found;
    return { ...found, chains: [...found.chains], keyIds: [...found.keyIds] };
  },
});

export const auditModule = defineModule({
  name: 'audit',
  queries: [listEntries, verify],
  routes: [
    { method: 'get', path: '/audit', query: listEntries },
    { method: 'get', path: '/audit/verification', query: verify },
  ],
  refusals: Object.values(auditRefusals),
});
