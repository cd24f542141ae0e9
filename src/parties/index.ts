// The register's front door: zones, organisations and enterprises. The lowest business module.
import { defineModule } from '../platform/module.ts';
import { openZone } from './operations/open-zone.ts';
import { registerEnterprise } from './operations/register-enterprise.ts';
import { registerOrganisation } from './operations/register-organisation.ts';
import { listEnterprises, listOrganisations, listZones } from './queries.ts';
import { partyRefusals } from './refusals.ts';

export { openZone, registerEnterprise, registerOrganisation };
export { partyRefusals } from './refusals.ts';
export {
  addMembers,
  addOrganisation,
  calendarOf,
  enterprisesById,
  membersOf,
  organisationsById,
  zonesInScope,
  type Enterprise,
  type Organisation,
  type OrganisationKind,
  type Zone,
} from './store.ts';

export const partiesModule = defineModule({
  name: 'parties',
  operations: [openZone, registerOrganisation, registerEnterprise],
  queries: [listZones, listOrganisations, listEnterprises],
  routes: [
    { method: 'post', path: '/zones', operation: openZone },
    { method: 'get', path: '/zones', query: listZones },
    { method: 'post', path: '/organisations', operation: registerOrganisation },
    { method: 'get', path: '/organisations', query: listOrganisations },
    { method: 'post', path: '/enterprises', operation: registerEnterprise },
    { method: 'get', path: '/enterprises', query: listEnterprises },
  ],
  refusals: Object.values(partyRefusals),
});
