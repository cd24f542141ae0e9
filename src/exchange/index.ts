// Imports, exports and the replay of a real book. It only calls operations; it owns no table.
export { exchangeRefusals } from './refusals.ts';
export { replayGuaranteedLoans } from './replay/run.ts';
export type { Figures } from './replay/figures.ts';
