/**
 * The catalogue: every module, lowest rung first, and how the ports of `perform` are plugged.
 * Whoever wants to know what the product can do starts reading here.
 */
import type { Knex } from 'knex';
import { jobsModule } from '../jobs/module.ts';
import { Approvals, approvalsModule } from './approvals/index.ts';
import { calculations } from './calc/index.ts';
import { creditModule } from './credit/index.ts';
import { fundsModule } from './funds/index.ts';
import { Sessions, authorise, identityModule } from './identity/index.ts';
import { insightModule } from './insight/index.ts';
import { ledgerEffects, ledgerModule } from './ledger/index.ts';
import { incidentEffects, limitEffects, limitsModule } from './limits/index.ts';
import { partiesModule } from './parties/index.ts';
import { auditModule } from './platform/audit.ts';
import type { Metrics } from './platform/metrics.ts';
import type { Invariant, Module } from './platform/module.ts';
import type { Names } from './platform/names.ts';
import type { Operation } from './platform/operation.ts';
import { Performer } from './platform/perform.ts';
import { riskPoolModule } from './risk-pool/index.ts';
import { rulebookModule } from './rulebook/index.ts';
import { supplyChainModule } from './supply-chain/index.ts';

/** Approvals carry out operations of every rung, so they are handed the catalogue, not imports. */
const catalogue = (): readonly Operation[] => modules.flatMap((module) => module.operations);

/** What they ask is about things of every rung, which are named by their modules. */
const names = (): Names => Object.assign({}, ...modules.map((module) => module.names)) as Names;

export const modules: readonly Module[] = [
  auditModule,
  partiesModule,
  ledgerModule,
  rulebookModule,
  identityModule,
  limitsModule,
  approvalsModule(catalogue, names),
  riskPoolModule,
  fundsModule,
  creditModule,
  supplyChainModule,
  insightModule,
  jobsModule(catalogue),
];

export { calculations };

export const invariants: readonly Invariant[] = modules.flatMap((module) => module.invariants);

export interface Runtime {
  readonly db: Knex;
  readonly performer: Performer;
  readonly sessions: Sessions;
}

/** Wires the catalogue to a database. The caller owns the pool and ends it. */
export function openRuntime(
  db: Knex,
  options: { readonly secret: string; readonly metrics?: Metrics },
): Runtime {
  const approvals = new Approvals(db);
  const performer = new Performer(db, {
    authorise,
    needsApproval: (operation, actor, input) => approvals.needed(operation, actor, input),
    submit: (context, operation, item, filing) =>
      approvals.submit(context, operation, item, filing),
    effects: [limitEffects, incidentEffects, ledgerEffects],
    observe: (operation, outcome, seconds) => options.metrics?.observe(operation, outcome, seconds),
    observeBatch: (operation, size) => options.metrics?.observeBatch(operation, size),
  });
  return { db, performer, sessions: new Sessions(db, options.secret) };
}
