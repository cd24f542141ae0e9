// The ledger's front door: double entry, balances as of any day, and the list of its invariants.
export { brokenInvariants, ledgerInvariants } from './invariants.ts';
export {
  chart,
  credit,
  debit,
  type AccountKind,
  type AccountRef,
  type Journal,
  type JournalLine,
} from './model.ts';
export { accountId, balanceOf, post } from './store.ts';
