/**
 * Addresses of limits. Reservations and draws are made through the modules that know what they
 * are for.
 */
import type { Route } from '../platform/module.ts';
import { listIncidents, showIncident } from './incident-queries.ts';
import { acknowledgeIncident } from './operations/acknowledge-incident.ts';
import { changeLimit } from './operations/change-limit.ts';
import { close } from './operations/close.ts';
import { extend } from './operations/extend.ts';
import { freeze } from './operations/freeze.ts';
import { mitigateIncident } from './operations/mitigate-incident.ts';
import { moveNodeOperation } from './operations/move-node.ts';
import { openCap } from './operations/open-cap.ts';
import { resolveIncident } from './operations/resolve-incident.ts';
import { setCap } from './operations/set-cap.ts';
import { setOversubscription } from './operations/set-oversubscription.ts';
import { setTerms } from './operations/set-terms.ts';
import { unfreeze } from './operations/unfreeze.ts';
import { waiveIncident } from './operations/waive-incident.ts';
import { headroom } from './headroom-queries.ts';
import { listMovements, listNodes, showNode } from './queries.ts';
import { whenAvailable } from './when-available.ts';

const node = '/limits/:nodeId';
const incident = '/limit-incidents/:incidentId';

export const limitRoutes: readonly Route[] = [
  { method: 'get', path: '/limits', query: listNodes },
  { method: 'get', path: node, query: showNode },
  { method: 'get', path: `${node}/headroom`, query: headroom },
  { method: 'get', path: `${node}/when-available`, query: whenAvailable },
  { method: 'get', path: `${node}/movements`, query: listMovements },
  { method: 'post', path: `${node}/freeze`, operation: freeze, status: 200 },
  { method: 'post', path: `${node}/close`, operation: close, status: 200 },
  { method: 'post', path: `${node}/unfreeze`, operation: unfreeze, status: 200 },
  { method: 'post', path: `${node}/extend`, operation: extend, status: 200 },
  { method: 'post', path: `${node}/change-limit`, operation: changeLimit, status: 200 },
  { method: 'post', path: `${node}/set-terms`, operation: setTerms, status: 200 },
  { method: 'post', path: '/limits', operation: openCap },
  { method: 'post', path: `${node}/set-cap`, operation: setCap, status: 200 },
  { method: 'post', path: `${node}/move`, operation: moveNodeOperation, status: 200 },
  {
    method: 'post',
    path: `${node}/set-oversubscription`,
    operation: setOversubscription,
    status: 200,
  },
  { method: 'get', path: '/limit-incidents', query: listIncidents },
  { method: 'get', path: incident, query: showIncident },
  { method: 'post', path: `${incident}/acknowledge`, operation: acknowledgeIncident, status: 200 },
  { method: 'post', path: `${incident}/mitigate`, operation: mitigateIncident, status: 200 },
  { method: 'post', path: `${incident}/resolve`, operation: resolveIncident, status: 200 },
  { method: 'post', path: `${incident}/waive`, operation: waiveIncident, status: 200 },
];
