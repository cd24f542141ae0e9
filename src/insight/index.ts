// Insight's front door: leverage and exposure as of any day, their inputs, and the record of
// snapshots.
import { defineModule } from '../platform/module.ts';
import { computeExposure, computeLeverage } from './operations/compute-snapshots.ts';
import { insightQueries as ask } from './queries.ts';
import { insightRefusals } from './refusals.ts';

export { computeExposure, computeLeverage };

export const insightModule = defineModule({
  name: 'insight',
  operations: [computeLeverage, computeExposure],
  queries: Object.values(ask),
  routes: [
    { method: 'get', path: '/leverage', query: ask.listLeverage },
    { method: 'get', path: '/leverage/:figureId/inputs', query: ask.leverageInputs },
    { method: 'get', path: '/exposures', query: ask.listExposures },
    { method: 'get', path: '/exposures/:figureId/inputs', query: ask.exposureInputs },
    { method: 'get', path: '/snapshots', query: ask.listSnapshots },
    { method: 'get', path: '/snapshots/:snapshotId/figures', query: ask.listKeptFigures },
  ],
  refusals: Object.values(insightRefusals),
});
