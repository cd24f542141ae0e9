/** Rows of applications: the application, its steps, its diligences, collateral and conditions. */
import type { Day } from '../kernel/index.ts';
import { Exact, Money, Rate, newId } from '../kernel/index.ts';
import type { LimitNode } from '../limits/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Context, Item } from '../platform/operation.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Application, Approval, Condition } from './model-demands.ts';
import type { Collateral } from './rules/pricing.ts';
import { countedValue } from './rules/pricing.ts';

const insertApplication = statement(
  'credit.insert-application',
  `insert into credit_applications (id, zone_id, owner_id, demand_id, segment_id, enterprise_id,
     product, amount, term_months, purpose, revolving, manager_user, manager_person, applied_on,
     programme_id, decision_due_on)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
   on conflict do nothing returning id`,
);

/** False when another application for the same demand runs. */
export async function addApplication(
  context: Context,
  item: Item<unknown>,
  a: Application,
): Promise<boolean> {
  const rows = await context.tx.rows(insertApplication, [
    a.id,
    a.zoneId,
    a.ownerId,
    a.demandId,
    a.segmentId,
    a.enterpriseId,
    a.product,
    a.amount.toString(),
    a.termMonths,
    a.purpose,
    a.revolving,
    a.managerUser,
    a.managerPerson,
    a.appliedOn,
    a.programmeId,
    a.decisionDueOn,
  ]);
  if (rows.length > 0) addStep(context, item, a);
  return rows.length > 0;
}

type ApplicationRow = Omit<Application, 'amount' | 'approval'> &
  Omit<Approval, 'amount'> & { readonly amount: string; readonly approvedAmount: string | null };

const columns = `id, zone_id as "zoneId", owner_id as "ownerId", demand_id as "demandId",
     segment_id as "segmentId", enterprise_id as "enterpriseId", product, amount,
     term_months as "termMonths", purpose, revolving, state, manager_user as "managerUser",
     manager_person as "managerPerson", applied_on as "appliedOn",
     approved_amount as "approvedAmount", collateral_basis as "collateralBasis", exception,
     prime_term as "primeTerm", spread_bp as "spreadBp", rate_annual as "rateAnnual",
     approved_on as "approvedOn", valid_until as "validUntil", contract_no as "contractNo",
     signed_on as "signedOn", line_id as "lineId", closed_on as "closedOn", reason, version::int,
     programme_id as "programmeId", decision_due_on as "decisionDueOn",
     commitment_rate_annual as "commitmentRateAnnual"`;
const lockApplication = statement(
  'credit.lock-application',
  `select ${columns} from credit_applications where id = $1 for no key update`,
);
// Rows that somebody is just using are left to him, or to the next run.
const lockLapsed = statement(
  'credit.lock-lapsed-applications',
  `select ${columns} from credit_applications
   where state in ('APPROVED', 'SIGNED') and valid_until < $1::date
   order by id limit $2 for no key update skip locked`,
);

/** Applications whose approval has run out by that day, locked. */
export const lockLapsedApplications = async (
  tx: Tx,
  asOf: Day,
  portion: number,
): Promise<Application[]> =>
  (await tx.rows<ApplicationRow>(lockLapsed, [asOf, portion])).map(fromRow);

export async function lockApplicationById(tx: Tx, id: string): Promise<Application | undefined> {
  return (await tx.rows<ApplicationRow>(lockApplication, [id])).map(fromRow)[0];
}

function fromRow(row: ApplicationRow): Application {
  const { approvedAmount, collateralBasis, exception, primeTerm, spreadBp, ...rest } = row;
  const { rateAnnual, commitmentRateAnnual, approvedOn, validUntil, ...application } = rest;
  const rates = { rateAnnual, commitmentRateAnnual };
  const priced = { collateralBasis, exception, primeTerm, spreadBp, ...rates };
  const approval =
    approvedAmount === null
      ? undefined
      : { ...priced, amount: Money.of(approvedAmount), approvedOn, validUntil };
  return { ...application, amount: Money.of(row.amount), approval };
}

const updateApplication = statement(
  'credit.update-application',
  `update credit_applications set state = $2, approved_amount = $3, collateral_basis = $4,
     exception = $5, prime_term = $6, spread_bp = $7, rate_annual = $8, approved_on = $9,
     valid_until = $10, contract_no = $11, signed_on = $12, line_id = $13, closed_on = $14,
     reason = $15, version = $16, commitment_rate_annual = $17
   where id = $1`,
);
const insertStep = statement(
  'credit.insert-application-step',
  `insert into credit_application_steps (application_id, version, zone_id, owner_id, to_state,
     reason, value_on, made_by, made_at, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

function addStep(context: Context, item: Item<unknown>, a: Application): void {
  context.tx.send(insertStep, [
    a.id,
    a.version,
    a.zoneId,
    a.ownerId,
    a.state,
    a.reason,
    context.today,
    item.actor.userId,
    context.now.toISOString(),
    item.operationId,
  ]);
}

export async function saveApplication(
  context: Context,
  item: Item<unknown>,
  a: Application,
): Promise<void> {
  const { approval } = a;
  await context.tx.rows(updateApplication, [
    a.id,
    a.state,
    approval?.amount.toString() ?? null,
    approval?.collateralBasis ?? null,
    approval?.exception ?? null,
    approval?.primeTerm ?? null,
    approval?.spreadBp ?? null,
    approval?.rateAnnual ?? null,
    approval?.approvedOn ?? null,
    approval?.validUntil ?? null,
    a.contractNo,
    a.signedOn,
    a.lineId,
    a.closedOn,
    a.reason,
    a.version,
    approval?.commitmentRateAnnual ?? null,
  ]);
  addStep(context, item, a);
}

const selectContract = statement(
  'credit.select-contract',
  `select id from credit_applications where owner_id = $1 and contract_no = $2 and id <> $3`,
);

/** Another application of the bank with this contract number. */
export const contractHolder = async (
  tx: Tx,
  { id, ownerId }: Application,
  contractNo: string,
): Promise<string | undefined> =>
  (await tx.rows<{ id: string }>(selectContract, [ownerId, contractNo, id]))[0]?.id;

export interface Diligence {
  readonly id: string;
  readonly statements: unknown;
  readonly ratios: unknown;
  readonly sizing: unknown;
  readonly need: Money;
  readonly newLoan: Money;
  readonly opinion: string;
}

const insertDiligence = statement(
  'credit.insert-diligence',
  `insert into credit_diligences (id, zone_id, owner_id, application_id, statements, ratios, sizing,
     need, new_loan, opinion, recorded_on, made_by, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);
const insertCollaterals = bulkInsert('credit.insert-collaterals', 'credit_collaterals', {
  id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  application_id: 'text',
  diligence_id: 'text',
  kind: 'text',
  name: 'text',
  value: 'numeric',
  haircut: 'numeric',
  counted: 'numeric',
});

export async function addDiligence(
  { tx, today }: Context,
  item: Item<unknown>,
  application: Application,
  found: Diligence,
  collaterals: readonly Collateral[],
): Promise<void> {
  const { id: applicationId, zoneId, ownerId } = application;
  await tx.rows(insertDiligence, [
    found.id,
    zoneId,
    ownerId,
    applicationId,
    JSON.stringify(found.statements),
    JSON.stringify(found.ratios),
    JSON.stringify(found.sizing),
    found.need.toString(),
    found.newLoan.toString(),
    found.opinion,
    today,
    item.actor.userId,
    item.operationId,
  ]);
  insertCollaterals(tx, {
    id: collaterals.map(() => newId('coll')),
    zone_id: collaterals.map(() => zoneId),
    owner_id: collaterals.map(() => ownerId),
    application_id: collaterals.map(() => applicationId),
    diligence_id: collaterals.map(() => found.id),
    kind: collaterals.map(({ kind }) => kind),
    name: collaterals.map(({ name }) => name),
    value: collaterals.map(({ value }) => value.toString()),
    haircut: collaterals.map(({ haircut }) => haircut.toString()),
    counted: collaterals.map((one) => countedValue(one).toString()),
  });
}

const selectWeight = statement(
  'credit.select-diligence-weight',
  `select d.new_loan as "newLoan", coalesce((select sum(c.counted) from credit_collaterals c
     where c.diligence_id = d.id), 0)::numeric(20,2) as counted
   from credit_diligences d where d.application_id = $1 order by d.id desc limit 1`,
);

/** What the last diligence allows: the new loan of the sizing, the collateral after haircut. */
export async function lastDiligence(
  tx: Tx,
  applicationId: string,
): Promise<{ readonly newLoan: Money; readonly counted: Money } | undefined> {
  const [row] = await tx.rows<{ newLoan: string; counted: string }>(selectWeight, [applicationId]);
  return row && { newLoan: Money.of(row.newLoan), counted: Money.of(row.counted) };
}

const selectSecuring = statement(
  'credit.select-securing-collaterals',
  `select c.id, c.name, c.value, c.haircut from credit_collaterals c
   where c.kind <> 'credit' and c.diligence_id = (
     select d.id from credit_diligences d where d.application_id = $1 order by d.id desc limit 1)
   order by c.id`,
);

/** The collateral of the last diligence, as the terms of a limit take it. */
export async function securingCollaterals(
  tx: Tx,
  applicationId: string,
): Promise<LimitNode['terms']['collateral']> {
  type Row = { id: string; name: string; value: string; haircut: string };
  const rows = await tx.rows<Row>(selectSecuring, [applicationId]);
  return rows.map(({ id, name, value, haircut }) => ({
    ref: name.length <= longestRef ? name : id,
    price: Money.of(value),
    quantity: Exact.one,
    haircut: Rate.of(haircut),
  }));
}

/** A limit names its pieces shorter than a diligence does. */
const longestRef = 60;

const insertConditions = bulkInsert('credit.insert-conditions', 'credit_conditions', {
  id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  application_id: 'text',
  kind: 'text',
  wording: 'text',
});

export function addConditions(
  tx: Tx,
  { id, zoneId, ownerId }: Application,
  list: readonly Pick<Condition, 'id' | 'kind' | 'wording'>[],
): void {
  insertConditions(tx, {
    id: list.map((one) => one.id),
    zone_id: list.map(() => zoneId),
    owner_id: list.map(() => ownerId),
    application_id: list.map(() => id),
    kind: list.map(({ kind }) => kind),
    wording: list.map(({ wording }) => wording),
  });
}

const selectConditions = statement(
  'credit.select-conditions',
  `select id, kind, wording, met_on as "metOn", evidence from credit_conditions
   where application_id = $1 order by id`,
);
const updateCondition = statement(
  'credit.update-condition',
  `update credit_conditions set met_on = $2, evidence = $3, met_by = $4 where id = $1`,
);

/** The conditions of an application, which is locked when they are decided by. */
export const conditionsOf = (tx: Tx, applicationId: string): Promise<Condition[]> =>
  tx.rows<Condition>(selectConditions, [applicationId]);

export const saveConditionMet = (
  { tx, today }: Context,
  item: Item<unknown>,
  id: string,
  evidence: string,
): Promise<unknown[]> => tx.rows(updateCondition, [id, today, evidence, item.actor.userId]);
