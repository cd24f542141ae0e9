// The register's front door: zones, organisations and enterprises. The lowest business module.
import { defineModule } from '../platform/module.ts';
import { openZone } from './operations/open-zone.ts';
import { registerEnterprise } from './operations/register-enterprise.ts';
import { registerOrganisation } from './operations/register-organisation.ts';
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
  routes: [
    { method: 'post', path: '/zones', operation: openZone },
    { method: 'post', path: '/organisations', operation: registerOrganisation },
    { method: 'post', path: '/enterprises', operation: registerEnterprise },
  ],
  refusals: Object.values(partyRefusals),
});
