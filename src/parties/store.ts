/** Rows of zones, organisations and enterprises. */
import type { Calendar } from '../kernel/calendar.ts';
import { makeCalendar } from '../kernel/calendar.ts';
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';

export type ZoneKind = 'live' | 'demo' | 'reported' | 'replay';
export type OrganisationKind = 'bank' | 'fund_manager' | 'zone_office' | 'enterprise' | 'operator';

export interface Zone {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly kind: ZoneKind;
  readonly openedOn: Day;
}

export interface Organisation {
  readonly id: string;
  readonly kind: OrganisationKind;
  readonly name: string;
  readonly generated: boolean;
}

export interface Enterprise {
  readonly id: string;
  readonly zoneId: string;
  readonly uscc: string;
  readonly name: string;
  readonly industry?: string | undefined;
  readonly chainPosition?: 'core' | 'upstream' | 'downstream' | undefined;
  readonly generated: boolean;
  readonly registeredOn: Day;
}

const insertZone = statement(
  'parties.insert-zone',
  `insert into parties_zones (id, code, name, name_en, kind, opened_on)
   values ($1, $2, $3, $4, $5, $6) on conflict (code) do nothing returning id`,
);

/** False when the code is taken. */
export async function addZone(tx: Tx, zone: Zone): Promise<boolean> {
  const values = [zone.id, zone.code, zone.name, zone.nameEn, zone.kind, zone.openedOn];
  return (await tx.rows(insertZone, values)).length > 0;
}

const selectZones = statement(
  'parties.select-zones',
  `select id, code, name, name_en as "nameEn", kind, opened_on as "openedOn" from parties_zones
   where (platform_all_zones() or id = any (platform_zones())) and ($1::text is null or id = $1)
   order by opened_on, id`,
);

/**
 * Zones of the caller's scope; zones are not under row-level security because sign-in reads them.
 */
export const zonesInScope = (tx: Tx, id?: string): Promise<Zone[]> =>
  tx.rows<Zone>(selectZones, [id ?? null]);

const insertOrganisation = statement(
  'parties.insert-organisation',
  `insert into parties_organisations (id, kind, name, generated, uscc) values ($1, $2, $3, $4, $5)
   on conflict do nothing returning id`,
);

/** False when another organisation has this credit code, or this one is there already. */
export async function addOrganisation(
  tx: Tx,
  organisation: Organisation,
  uscc?: string,
): Promise<boolean> {
  const { id, kind, name, generated } = organisation;
  const rows = await tx.rows(insertOrganisation, [id, kind, name, generated, uscc ?? null]);
  return rows.length > 0;
}

const selectOrganisations = statement(
  'parties.select-organisations',
  `select id, kind, name, generated from parties_organisations where id = any ($1::text[])`,
);

export const organisationsById = (tx: Tx, ids: readonly string[]): Promise<Organisation[]> =>
  tx.rows<Organisation>(selectOrganisations, [ids]);

const joinZone = statement(
  'parties.join-zone',
  `insert into parties_zone_members (zone_id, organisation_id, since)
   select z, o, $3::date from unnest($1::text[], $2::text[]) as m (z, o) on conflict do nothing`,
);

/** Lets organisations work in a zone from a day on; twice is harmless. */
export async function addMembers(
  tx: Tx,
  zoneId: string,
  organisationIds: readonly string[],
  since: Day,
): Promise<void> {
  await tx.rows(joinZone, [organisationIds.map(() => zoneId), organisationIds, since]);
}

const selectMember = statement(
  'parties.select-member',
  `select o.id, o.kind, o.name, o.generated from parties_zone_members m
   join parties_organisations o on o.id = m.organisation_id
   where m.zone_id = $1 and m.organisation_id = $2`,
);

/** The organisation, when it works in that zone. */
export async function memberOf(
  tx: Tx,
  zoneId: string,
  organisationId: string,
): Promise<Organisation | undefined> {
  return (await tx.rows<Organisation>(selectMember, [zoneId, organisationId]))[0];
}

const selectOffice = statement(
  'parties.select-office',
  `select o.id from parties_organisations o
   where o.kind = 'zone_office' and exists (select from parties_zone_members m
     where m.zone_id = $1 and m.organisation_id = o.id)
   order by o.id limit 1`,
);

/** The zone's finance office, whose book the zone's shared rows are in. */
export async function officeOf(tx: Tx, zoneId: string): Promise<string | undefined> {
  return (await tx.rows<{ id: string }>(selectOffice, [zoneId]))[0]?.id;
}

const selectMembers = statement(
  'parties.select-members',
  `select o.id, o.kind, o.name, o.generated from parties_zone_members m
   join parties_organisations o on o.id = m.organisation_id
   where m.zone_id = $1 order by o.kind, o.id`,
);

export const membersOf = (tx: Tx, zoneId: string): Promise<Organisation[]> =>
  tx.rows<Organisation>(selectMembers, [zoneId]);

const insertEnterprises = statement(
  'parties.insert-enterprises',
  `insert into parties_enterprises (id, zone_id, uscc, name, industry, chain_position, generated,
     registered_on)
   select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
     $7::boolean[], $8::date[])
   on conflict (zone_id, uscc) do nothing returning id`,
);

/** The ids that were added; the others have a code that the zone knows already. */
export async function addEnterprises(tx: Tx, list: readonly Enterprise[]): Promise<Set<string>> {
  const rows = await tx.rows<{ id: string }>(insertEnterprises, [
    list.map((e) => e.id),
    list.map((e) => e.zoneId),
    list.map((e) => e.uscc),
    list.map((e) => e.name),
    list.map((e) => e.industry ?? null),
    list.map((e) => e.chainPosition ?? null),
    list.map((e) => e.generated),
    list.map((e) => e.registeredOn),
  ]);
  return new Set(rows.map((row) => row.id));
}

const selectEnterprises = statement(
  'parties.select-enterprises',
  `select id, zone_id as "zoneId", uscc, name, industry, chain_position as "chainPosition",
     generated, registered_on as "registeredOn"
   from parties_enterprises where id = any ($1::text[])`,
);

export async function enterprisesById(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, Enterprise>> {
  const rows = await tx.rows<Enterprise>(selectEnterprises, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, row]));
}

const selectCalendar = statement(
  'parties.select-calendar',
  'select day, kind from parties_calendar_days',
);

/** The working-day calendar as imported; days in years without rows are flagged by its user. */
export async function calendarOf(tx: Tx): Promise<Calendar> {
  const rows = await tx.rows<{ day: Day; kind: 'holiday' | 'working' }>(selectCalendar);
  return makeCalendar({
    holidays: rows.filter((row) => row.kind === 'holiday').map((row) => row.day),
    workingDays: rows.filter((row) => row.kind === 'working').map((row) => row.day),
  });
}

export interface CalendarDay {
  readonly day: Day;
  readonly kind: 'holiday' | 'working';
  readonly name: string;
  readonly source: string;
  readonly evidence: string;
}

const upsertCalendarDays = statement(
  'parties.upsert-calendar-days',
  `insert into parties_calendar_days (day, kind, name, source, evidence)
   select * from unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[])
   on conflict (day) do update set kind = excluded.kind, name = excluded.name,
     source = excluded.source, evidence = excluded.evidence`,
);

/** Writes announced days; a day that is known already takes what the later list says. */
export async function saveCalendarDays(tx: Tx, days: readonly CalendarDay[]): Promise<void> {
  await tx.rows(upsertCalendarDays, [
    days.map((one) => one.day),
    days.map((one) => one.kind),
    days.map((one) => one.name),
    days.map((one) => one.source),
    days.map((one) => one.evidence),
  ]);
}
