/** The read side of the register. Zones and organisations are filtered by scope here, in SQL. */
import { z } from 'zod';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayText,
  IdInput,
  IdText,
  MoneyText,
  TextInput,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import { qualifiers, reportedMeasures, sumChecks } from './reported-figures.ts';

const ZoneRow = z.object({
  id: IdText,
  code: z.string(),
  name: z.string(),
  nameEn: z.string(),
  kind: z.string(),
  openedOn: DayText,
});

export const listZones = query({
  name: 'parties.list-zones',
  title: { zh: '园区列表', en: 'Zones' },
  permission: 'parties:read',
  input: z.strictObject(pageShape),
  output: listOf(ZoneRow),
  run: ({ tx }, place) =>
    pageOf<z.output<typeof ZoneRow>>(
      tx,
      sql('parties_zones')
        .select('id', 'code', 'name', 'kind', { nameEn: 'name_en', openedOn: 'opened_on' })
        .whereRaw('(platform_all_zones() or id = any (platform_zones()))'),
      place,
    ),
});

const OrganisationRow = z.object({
  id: IdText,
  kind: z.string(),
  name: z.string(),
  generated: z.boolean(),
});

/** Institutions that share a zone with the caller. */
export const listOrganisations = query({
  name: 'parties.list-organisations',
  title: { zh: '机构列表', en: 'Organisations' },
  permission: 'parties:read',
  input: z.strictObject({ zoneId: IdInput('zone').optional(), ...pageShape }),
  output: listOf(OrganisationRow),
  run: ({ tx }, { zoneId, ...place }) =>
    pageOf<z.output<typeof OrganisationRow>>(
      tx,
      sql('parties_organisations as o')
        .select('o.id', 'o.kind', 'o.name', 'o.generated')
        .whereExists(
          sql('parties_zone_members as m')
            .select(sql.raw('1'))
            .whereRaw('m.organisation_id = o.id')
            .whereRaw('(platform_all_zones() or m.zone_id = any (platform_zones()))')
            .modify((q) => zoneId !== undefined && void q.where('m.zone_id', zoneId)),
        ),
      place,
    ),
});

const EnterpriseRow = z.object({
  id: IdText,
  zoneId: IdText,
  uscc: z.string(),
  name: z.string(),
  industry: z.string().nullable(),
  chainPosition: z.string().nullable(),
  generated: z.boolean(),
  registeredOn: DayText,
});

export const listEnterprises = query({
  name: 'parties.list-enterprises',
  title: { zh: '企业名录', en: 'Enterprises' },
  permission: 'parties:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    search: TextInput(80).optional(),
    ...pageShape,
  }),
  output: listOf(EnterpriseRow),
  run: ({ tx }, { zoneId, search, ...place }) => {
    const rows = sql('parties_enterprises').select('id', 'uscc', 'name', 'industry', 'generated', {
      zoneId: 'zone_id',
      chainPosition: 'chain_position',
      registeredOn: 'registered_on',
    });
    if (zoneId !== undefined) void rows.where('zone_id', zoneId);
    if (search !== undefined) {
      const like = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
      void rows.where((either) => {
        void either.whereILike('name', like).orWhereILike('uscc', like);
      });
    }
    return pageOf<z.output<typeof EnterpriseRow>>(tx, rows, place);
  },
});

const ReportedFigureRow = z.object({
  id: IdText,
  zoneId: IdText,
  subject: z.string(),
  measure: z.enum(reportedMeasures),
  /** Two decimals, an amount in yuan or a count, as `unit` says. */
  value: MoneyText,
  unit: z.string(),
  qualifier: z.enum(qualifiers).nullable(),
  source: z.string(),
  reportedOn: DayText.nullable(),
  period: z.string().nullable(),
  evidence: z.string(),
  note: z.string().nullable(),
  otherHalf: z.string().nullable(),
  generatedSumCheck: z.enum(sumChecks).nullable(),
});

/** What published documents state: shown with qualifier, source and date, and added to nothing. */
export const listReportedFigures = query({
  name: 'parties.list-reported-figures',
  title: { zh: '报道数据', en: 'Reported figures' },
  permission: 'parties:read',
  input: z.strictObject({ zoneId: IdInput('zone').optional(), ...pageShape }),
  output: listOf(ReportedFigureRow),
  run: ({ tx }, { zoneId, ...place }) => {
    const columns = ['id', 'subject', 'measure', 'value', 'unit', 'qualifier', 'source', 'period'];
    const rows = sql('parties_reported_figures').select(...columns, 'evidence', 'note', {
      zoneId: 'zone_id',
      reportedOn: 'reported_on',
      otherHalf: 'other_half',
      generatedSumCheck: 'generated_sum_check',
    });
    if (zoneId !== undefined) void rows.where('zone_id', zoneId);
    return pageOf<z.output<typeof ReportedFigureRow>>(tx, rows, place);
  },
});
