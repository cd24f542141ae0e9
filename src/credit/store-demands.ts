/** Rows of financing demands and their steps; a step is written with every change. */
import { Money } from '../kernel/index.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Demand } from './model-demands.ts';

type DemandRow = Omit<Demand, 'amount'> & { readonly amount: string };

const columns = `id, zone_id as "zoneId", owner_id as "ownerId", enterprise_id as "enterpriseId",
  amount, purpose, term_months as "termMonths", programme, state, entered_on as "enteredOn",
  due_on as "dueOn", claimed_by as "claimedBy", claimed_on as "claimedOn",
  closed_on as "closedOn", reason, version::int`;

const selectDemand = statement(
  'credit.select-demand',
  `select ${columns} from credit_demands where id = $1`,
);
const lockDemand = statement(
  'credit.lock-demand',
  `select ${columns} from credit_demands where id = $1 for no key update`,
);

const demandOf = (row: DemandRow): Demand => ({ ...row, amount: Money.of(row.amount) });

export const demandById = async (tx: Tx, id: string): Promise<Demand | undefined> =>
  (await tx.rows<DemandRow>(selectDemand, [id])).map(demandOf)[0];

/** Nothing, too, when it left the caller's sight while we waited: another bank claimed it. */
export const lockDemandById = async (tx: Tx, id: string): Promise<Demand | undefined> =>
  (await tx.rows<DemandRow>(lockDemand, [id])).map(demandOf)[0];

const insertDemand = statement(
  'credit.insert-demand',
  `insert into credit_demands (id, zone_id, owner_id, enterprise_id, amount, purpose, term_months,
     programme, entered_on, due_on)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);
const updateDemand = statement(
  'credit.update-demand',
  `update credit_demands set state = $2, claimed_by = $3, claimed_on = $4, closed_on = $5,
     reason = $6, version = $7
   where id = $1`,
);
const insertStep = statement(
  'credit.insert-demand-step',
  `insert into credit_demand_steps (demand_id, version, zone_id, owner_id, to_state, reason,
     value_on, made_by, made_at, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

/** By whom a step was made: a bank's own, or that of the office or firm that entered the demand. */
const stepOwner = (demand: Demand, { actor }: Item<unknown>): string =>
  actor.scope.zones === '*' ? demand.ownerId : actor.organisationId;

function addStep(
  context: Context,
  item: Item<unknown>,
  demand: Demand,
  reason: string | undefined,
): void {
  context.tx.send(insertStep, [
    demand.id,
    demand.version,
    demand.zoneId,
    stepOwner(demand, item),
    demand.state,
    reason ?? null,
    context.today,
    item.actor.userId,
    context.now.toISOString(),
    item.operationId,
  ]);
}

export async function addDemand(
  context: Context,
  item: Item<unknown>,
  demand: Demand,
): Promise<void> {
  const { id, zoneId, ownerId, enterpriseId, amount, purpose, termMonths, programme } = demand;
  const values = [id, zoneId, ownerId, enterpriseId, amount.toString(), purpose, termMonths];
  await context.tx.rows(insertDemand, [...values, programme, demand.enteredOn, demand.dueOn]);
  addStep(context, item, demand, undefined);
}

export async function saveDemand(
  context: Context,
  item: Item<unknown>,
  demand: Demand,
  reason: string | undefined,
): Promise<void> {
  const { id, state, claimedBy, claimedOn, closedOn, version } = demand;
  const values = [id, state, claimedBy, claimedOn, closedOn, demand.reason, version];
  await context.tx.rows(updateDemand, values);
  addStep(context, item, demand, reason);
}

const selectRunning = statement(
  'credit.select-demand-application',
  `select id from credit_applications
   where demand_id = $1 and state not in ('DECLINED', 'WITHDRAWN', 'LAPSED', 'EFFECTIVE')`,
);

/** The application of this bank that still runs for the demand. */
export const runningApplicationOf = async (tx: Tx, demandId: string): Promise<string | undefined> =>
  (await tx.rows<{ id: string }>(selectRunning, [demandId]))[0]?.id;

const selectOwnFirm = statement(
  'credit.select-own-firm',
  `select o.kind, coalesce(o.uscc = e.uscc, false) as own
   from parties_organisations o, parties_enterprises e where o.id = $1 and e.id = $2`,
);

/** What kind the organisation is, and whether it is the enterprise itself (one credit code). */
export const entrantOf = async (
  tx: Tx,
  organisationId: string,
  enterpriseId: string,
): Promise<{ readonly kind: string; readonly own: boolean } | undefined> =>
  (await tx.rows<{ kind: string; own: boolean }>(selectOwnFirm, [organisationId, enterpriseId]))[0];

const selectProgrammeClock = statement(
  'credit.select-programme-clock',
  `select min(decision_clock_days) as days from credit_programmes
   where zone_id = $1 and name = $2 and state = 'OPEN'`,
);

/** The shortest clock of the open programmes of that name; undefined: nobody has one. */
export async function programmeClock(
  tx: Tx,
  zoneId: string,
  name: string,
): Promise<number | undefined> {
  const [row] = await tx.rows<{ days: number | null }>(selectProgrammeClock, [zoneId, name]);
  return row?.days ?? undefined;
}
