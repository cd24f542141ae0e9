/** The one "no" of the ledger; what breaks a journal is an accident and throws. */
import { refusals } from '../kernel/index.ts';

export const ledgerRefusals = refusals('ledger', {
  'account-missing': { kind: 'missing', zh: '没有这个科目', en: 'There is no such account' },
});
