// The register's front door: zones, organisations and enterprises. The lowest business module.
import { defineModule } from '../platform/module.ts';
import { partyNames } from './names.ts';
import { importCalendar } from './operations/import-calendar.ts';
import { openZone } from './operations/open-zone.ts';
import { recordReportedFigure } from './operations/record-reported-figure.ts';
import { registerEnterprise } from './operations/register-enterprise.ts';
import { registerOrganisation } from './operations/register-organisation.ts';
import { listEnterprises, listOrganisations, listReportedFigures, listZones } from './queries.ts';
import { partyRefusals } from './refusals.ts';

export { importCalendar, openZone, recordReportedFigure, registerEnterprise, registerOrganisation };
export { partyRefusals } from './refusals.ts';
export {
  addMembers,
  addOrganisation,
  calendarOf,
  enterprisesById,
  memberOf,
  membersOf,
  officeOf,
  organisationsById,
  zonesInScope,
  type Enterprise,
  type Organisation,
  type OrganisationKind,
  type Zone,
} from './store.ts';

export const partiesModule = defineModule({
  name: 'parties',
  names: partyNames,
  operations: [
    openZone,
    registerOrganisation,
    registerEnterprise,
    recordReportedFigure,
    importCalendar,
  ],
  queries: [listZones, listOrganisations, listEnterprises, listReportedFigures],
  routes: [
    { method: 'post', path: '/zones', operation: openZone },
    { method: 'get', path: '/zones', query: listZones },
    { method: 'post', path: '/organisations', operation: registerOrganisation },
    { method: 'get', path: '/organisations', query: listOrganisations },
    { method: 'post', path: '/enterprises', operation: registerEnterprise },
    { method: 'get', path: '/enterprises', query: listEnterprises },
    { method: 'post', path: '/reported-figures', operation: recordReportedFigure },
    { method: 'get', path: '/reported-figures', query: listReportedFigures },
    { method: 'post', path: '/calendars', operation: importCalendar },
  ],
  refusals: Object.values(partyRefusals),
});
