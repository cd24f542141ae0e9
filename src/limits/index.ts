// The limit tree's front door: take and give back, terms of nodes, headroom with its reasons.
import { defineModule } from '../platform/module.ts';
import { limitNames } from './names.ts';
import { limitInvariants } from './invariants.ts';
import { listIncidents, showIncident } from './incident-queries.ts';
import { acknowledgeIncident } from './operations/acknowledge-incident.ts';
import { changeLimit } from './operations/change-limit.ts';
import { close } from './operations/close.ts';
import { expireReservations } from './operations/expire-reservations.ts';
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
import { watchLimits } from './operations/watch-limits.ts';
import { headroom } from './headroom-queries.ts';
import { listMovements, listNodes, showNode } from './queries.ts';
import { limitRefusals } from './refusals.ts';
import { limitRoutes } from './routes.ts';
import { whenAvailable } from './when-available.ts';

export type * from './model.ts';
export { enforcements } from './model.ts';
export { limitRefusals } from './refusals.ts';
export { refuseReservation, type Step } from './rules/engine.ts';
export { refuseSettled } from './rules/terms.ts';
export type { Allowance } from './rules/allowance.ts';
export { availableOf, headroomOf, type Headroom } from './rules/headroom.ts';
export { headroom } from './headroom-queries.ts';
export { Node as LimitView, nodesToday } from './queries.ts';
export { joinCaps, lockCapRules, shareCapRules } from './cap-selectors.ts';
export { closeNode, whyOpen } from './close.ts';
export { limitNames } from './names.ts';
export { limitEffects } from './effects.ts';
export { incidentEffects } from './incident-effects.ts';
export { limitCalcs } from './limit-calcs.ts';
export { limitScenario } from './scenario-calc.ts';
export { readNodes, touchedNodes } from './store.ts';
export { termCause } from './administration.ts';
export {
  allowExcess,
  changeTerms,
  createNodes,
  lockNode,
  type NewNode,
  type TermCause,
  type TermChange,
  zoneRoot,
} from './store-terms.ts';
export type { ExpectedReturn } from './rules/expected-returns.ts';
export { Forecast, lastAsked, whenDrawable } from './when-available.ts';
export { moveNode } from './move.ts';
export { inheritBounds, sayFencedAboveSuccessor } from './succession.ts';
export { limitOn } from './rules/dated-terms.ts';
export { inheritedTerms, keptTerms, securingBefore } from './rules/succession.ts';
export { staleFacts } from './store-changes.ts';
export { watchLimits } from './operations/watch-limits.ts';
export {
  type Drawable,
  limitsOn,
  promisedOverTime,
  type Span,
  type UsedStep,
  usedOverTime,
} from './limit-over-time.ts';
export { reservationExpiry } from './reservation-expiry.ts';
export { freezeFor, thawFrom } from './frozen.ts';
export { refuseGrants } from './allocation.ts';
export { countedGrant, grantOf, raiseOf } from './rules/over-subscription.ts';
export { lockReservations, takeLimits, type Take, type Taken } from './take.ts';
export { takeOptimistically } from './take-optimistic.ts';

export const limitsModule = defineModule({
  name: 'limits',
  names: limitNames,
  operations: [
    freeze,
    unfreeze,
    close,
    extend,
    changeLimit,
    setTerms,
    setOversubscription,
    moveNodeOperation,
    openCap,
    setCap,
    expireReservations,
    watchLimits,
    acknowledgeIncident,
    mitigateIncident,
    resolveIncident,
    waiveIncident,
  ],
  queries: [
    listNodes,
    showNode,
    headroom,
    whenAvailable,
    listMovements,
    listIncidents,
    showIncident,
  ],
  routes: limitRoutes,
  refusals: Object.values(limitRefusals),
  invariants: limitInvariants,
});
