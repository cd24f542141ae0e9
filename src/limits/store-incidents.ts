/** Rows of incidents with their steps; lists, because a night looks at many limits at once. */
import { Money } from '../kernel/index.ts';
import { bulkInsert } from '../platform/bulk-insert.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { Day } from '../kernel/index.ts';
import type { Incident, IncidentStep } from './rules/incident.ts';

type Amounts = 'size' | 'worstSize' | 'bound' | 'used' | 'reserved';
type IncidentRow = Omit<Incident, Amounts | 'waivedSize' | 'waivedUntil' | 'closedOn'> &
  Readonly<Record<Amounts, string>> & {
    readonly waivedSize: string | null;
    readonly waivedUntil: Day | null;
    readonly closedOn: Day | null;
  };

const columns = `id, node_id as "nodeId", zone_id as "zoneId", owner_id as "ownerId", cause,
  severity, state, size, worst_size as "worstSize", bound, used, reserved, rule,
  waived_size as "waivedSize", waived_until as "waivedUntil", opened_on as "openedOn",
  closed_on as "closedOn", version::int`;

const fromRow = (row: IncidentRow): Incident => ({
  ...row,
  size: Money.of(row.size),
  worstSize: Money.of(row.worstSize),
  bound: Money.of(row.bound),
  used: Money.of(row.used),
  reserved: Money.of(row.reserved),
  waivedSize: row.waivedSize === null ? undefined : Money.of(row.waivedSize),
  waivedUntil: row.waivedUntil ?? undefined,
  closedOn: row.closedOn ?? undefined,
});

const selectOpen = statement(
  'limits.select-open-incidents',
  `select ${columns} from limits_incidents
   where node_id = any ($1::text[]) and state <> 'RESOLVED' order by id`,
);
const selectById = statement(
  'limits.select-incident',
  `select ${columns} from limits_incidents where id = $1`,
);
const selectExcess = statement(
  'limits.select-excess',
  'select id, excess from limits_nodes where id = any ($1::text[]) and excess > 0',
);

/** The open incidents of nodes; while a node is locked nobody else moves them. */
export const openIncidentsOf = async (tx: Tx, nodeIds: readonly string[]): Promise<Incident[]> =>
  (await tx.rows<IncidentRow>(selectOpen, [nodeIds])).map(fromRow);

export async function incidentById(tx: Tx, id: string): Promise<Incident | undefined> {
  const [row] = await tx.rows<IncidentRow>(selectById, [id]);
  return row && fromRow(row);
}

const selectSteps = statement(
  'limits.select-incident-steps',
  `select version::int, step, state, severity, size, bound, used, reserved, rule,
     waived_until as "waivedUntil", reason, made_by as "madeBy", value_on as "valueOn",
     made_at as "madeAt", operation_id as "operationId"
   from limits_incident_steps where incident_id = $1 order by version`,
);

/** A step as it was kept; amounts as text. */
export interface KeptStep {
  readonly version: number;
  readonly step: IncidentStep;
  readonly state: Incident['state'];
  readonly severity: Incident['severity'];
  readonly size: string;
  readonly bound: string;
  readonly used: string;
  readonly reserved: string;
  readonly rule: string;
  readonly waivedUntil: Day | null;
  readonly reason: string;
  readonly madeBy: string | null;
  readonly valueOn: Day;
  readonly madeAt: string;
  readonly operationId: string;
}

/** What became of an incident, the first step first. */
export async function stepsOf(tx: Tx, incidentId: string): Promise<KeptStep[]> {
  type Row = Omit<KeptStep, 'madeAt'> & { readonly madeAt: Date };
  const rows = await tx.rows<Row>(selectSteps, [incidentId]);
  return rows.map((row) => ({ ...row, madeAt: row.madeAt.toISOString() }));
}

/** How far approved exceptions let the nodes be passed; nodes without are left out. */
export async function excessOfNodes(
  tx: Tx,
  nodeIds: readonly string[],
): Promise<ReadonlyMap<string, Money>> {
  const rows = await tx.rows<{ id: string; excess: string }>(selectExcess, [nodeIds]);
  return new Map(rows.map(({ id, excess }) => [id, Money.of(excess)]));
}

const insertIncidents = bulkInsert('limits.insert-incidents', 'limits_incidents', {
  id: 'text',
  zone_id: 'text',
  owner_id: 'text',
  node_id: 'text',
  cause: 'text',
  severity: 'text',
  state: 'text',
  size: 'numeric',
  worst_size: 'numeric',
  bound: 'numeric',
  used: 'numeric',
  reserved: 'numeric',
  rule: 'text',
  opened_on: 'date',
});
const updateIncidents = statement(
  'limits.update-incidents',
  `update limits_incidents i set severity = c.severity, state = c.state, size = c.size,
     worst_size = c.worst_size, bound = c.bound, used = c.used, reserved = c.reserved,
     rule = c.rule, waived_size = c.waived_size, waived_until = c.waived_until,
     closed_on = c.closed_on, version = c.version
   from unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[],
     $7::numeric[], $8::numeric[], $9::text[], $10::numeric[], $11::date[], $12::date[],
     $13::bigint[]) as c (id, severity, state, size, worst_size, bound, used, reserved, rule,
     waived_size, waived_until, closed_on, version)
   where i.id = c.id`,
);
const insertSteps = bulkInsert('limits.insert-incident-steps', 'limits_incident_steps', {
  incident_id: 'text',
  version: 'bigint',
  zone_id: 'text',
  owner_id: 'text',
  step: 'text',
  state: 'text',
  severity: 'text',
  size: 'numeric',
  bound: 'numeric',
  used: 'numeric',
  reserved: 'numeric',
  rule: 'text',
  waived_until: 'date',
  reason: 'text',
  made_by: 'text',
  value_on: 'date',
  made_at: 'timestamptz',
  operation_id: 'text',
});

/** An incident as a step leaves it. */
export interface SteppedIncident {
  readonly step: IncidentStep;
  readonly after: Incident;
}

export interface StepCause {
  readonly now: Date;
  readonly today: Day;
  readonly reason: string;
  readonly operationId: string;
  /** Absent: the figures themselves. */
  readonly madeBy?: string | undefined;
}

const amountsOf = (list: readonly Incident[]) => {
  const text = (amount: (one: Incident) => Money): string[] =>
    list.map((one) => amount(one).toString());
  return {
    size: text((one) => one.size),
    bound: text((one) => one.bound),
    used: text((one) => one.used),
    reserved: text((one) => one.reserved),
  };
};

/** Writes incidents with the steps that brought them there; an `opened` one is new. */
export function saveIncidents(
  tx: Tx,
  stepped: readonly SteppedIncident[],
  { now, today, reason, operationId, madeBy }: StepCause,
): void {
  if (stepped.length === 0) return;
  const fresh = stepped.flatMap(({ step, after }) => (step === 'opened' ? [after] : []));
  insertIncidents(tx, {
    ...amountsOf(fresh),
    id: fresh.map((one) => one.id),
    zone_id: fresh.map((one) => one.zoneId),
    owner_id: fresh.map((one) => one.ownerId),
    node_id: fresh.map((one) => one.nodeId),
    cause: fresh.map((one) => one.cause),
    severity: fresh.map((one) => one.severity),
    state: fresh.map((one) => one.state),
    worst_size: fresh.map((one) => one.worstSize.toString()),
    rule: fresh.map((one) => one.rule),
    opened_on: fresh.map((one) => one.openedOn),
  });
  updateKnown(
    tx,
    stepped.flatMap(({ step, after }) => (step === 'opened' ? [] : [after])),
  );
  const all = stepped.map((one) => one.after);
  insertSteps(tx, {
    ...amountsOf(all),
    incident_id: all.map((one) => one.id),
    version: all.map((one) => one.version),
    zone_id: all.map((one) => one.zoneId),
    owner_id: all.map((one) => one.ownerId),
    step: stepped.map((one) => one.step),
    state: all.map((one) => one.state),
    severity: all.map((one) => one.severity),
    rule: all.map((one) => one.rule),
    waived_until: all.map((one) => one.waivedUntil),
    reason: all.map(() => reason),
    made_by: all.map(() => madeBy),
    value_on: all.map(() => today),
    made_at: all.map(() => now.toISOString()),
    operation_id: all.map(() => operationId),
  });
}

function updateKnown(tx: Tx, list: readonly Incident[]): void {
  if (list.length === 0) return;
  const { size, bound, used, reserved } = amountsOf(list);
  tx.send(updateIncidents, [
    list.map((one) => one.id),
    list.map((one) => one.severity),
    list.map((one) => one.state),
    size,
    list.map((one) => one.worstSize.toString()),
    bound,
    used,
    reserved,
    list.map((one) => one.rule),
    list.map((one) => one.waivedSize?.toString() ?? null),
    list.map((one) => one.waivedUntil ?? null),
    list.map((one) => one.closedOn ?? null),
    list.map((one) => one.version),
  ]);
}
