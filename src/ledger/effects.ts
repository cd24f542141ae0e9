/** What an operation posted: every account that it moved, and where each stands afterwards. */
import type { EffectReader } from '../platform/trial.ts';
import { statement } from '../platform/transaction.ts';

const selectPosted = statement(
  'ledger.select-posted',
  `select a.kind, a.subject_id as "subjectId", a.side, sum(e.amount)::text as amount, a.balance
   from ledger_entries e join ledger_accounts a on a.id = e.account_id
   where e.recorded_at = $1::timestamptz and e.operation_id = $2
   group by a.id order by a.kind, a.subject_id`,
);

export const ledgerEffects: EffectReader = {
  name: 'ledger',
  async read(tx, { operationId, now }) {
    const posted = await tx.rows(selectPosted, [now.toISOString(), operationId]);
    return () => Promise.resolve(posted);
  },
};
