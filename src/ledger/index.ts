// The ledger's front door: double entry, balances as of any day, and the list of its invariants.
import { defineModule } from '../platform/module.ts';
import { ledgerInvariants } from './invariants.ts';
import { listAccounts, listEntries } from './queries.ts';
import { ledgerRefusals } from './refusals.ts';

export { ledgerEffects } from './effects.ts';
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

export const ledgerModule = defineModule({
  name: 'ledger',
  queries: [listAccounts, listEntries],
  routes: [
    { method: 'get', path: '/accounts', query: listAccounts },
    { method: 'get', path: '/accounts/:accountId/entries', query: listEntries },
  ],
  invariants: ledgerInvariants,
  refusals: Object.values(ledgerRefusals),
});
