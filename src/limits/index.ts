// The limit tree's front door: take and give back, terms of nodes, headroom with its reasons.
export type {
  Binding,
  Contribution,
  Enforcement,
  LimitNode,
  NodeKind,
  Reservation,
  Revolving,
} from './model.ts';
export { limitRefusals } from './refusals.ts';
export type { Step } from './rules/engine.ts';
export { availableOf, headroomOf, type Headroom } from './rules/headroom.ts';
export { readNodes, touchedNodes } from './store.ts';
export {
  changeTerms,
  createNodes,
  lockNode,
  type NewNode,
  type TermChange,
  zoneRoot,
} from './store-terms.ts';
export { takeLimits, type Take, type Taken } from './take.ts';
