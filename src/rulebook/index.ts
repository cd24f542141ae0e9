// The rulebook's front door: dated rule packs with their clauses, and which one held on a day.
import { defineModule } from '../platform/module.ts';
import { addPack } from './operations/add-pack.ts';
import { listPacks, showPack, showPackInForce } from './queries.ts';
import { rulebookRefusals } from './refusals.ts';

export type { Clause, Clauses, Evidence, PackStatus, RulePack } from './model.ts';
export { addPack, SchemeInput } from './operations/add-pack.ts';
export type { LineClosingRule } from './line-closing-rule.ts';
export {
  FlagInput,
  fuseMetrics,
  type FuseMetric,
  type FuseRule,
  type PoolRule,
} from './pool-rule.ts';
export { rulebookRefusals } from './refusals.ts';
export { packInForce, type Occasion } from './rules.ts';
export { packsById, packsOf } from './store.ts';
export { MarginInput, type MarginRule, type WatchRule } from './watch-rule.ts';
export { type TagRule, type WhitelistRule, WhitelistRuleInput } from './whitelist-rule.ts';

export const rulebookModule = defineModule({
  name: 'rulebook',
  operations: [addPack],
  queries: [listPacks, showPack, showPackInForce],
  routes: [
    { method: 'post', path: '/rule-packs', operation: addPack },
    { method: 'get', path: '/rule-packs', query: listPacks },
    { method: 'get', path: '/rule-packs/:packId', query: showPack },
    { method: 'get', path: '/rule-schemes/:scheme/pack-in-force', query: showPackInForce },
  ],
  refusals: Object.values(rulebookRefusals),
});
