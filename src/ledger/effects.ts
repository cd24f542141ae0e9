/** What an operation posted: every account that it moved, where each stood and stands. */
import type { EffectReader } from '../platform/trial.ts';
import { statement } from '../platform/transaction.ts';
import type { AccountKind } from './model.ts';
import { chart } from './model.ts';

const selectPosted = statement(
  'ledger.select-posted',
  `select a.kind, a.subject_id as "subjectId", a.side, sum(e.amount)::text as amount,
     (a.balance - sum(e.amount) * case a.side when 'debit' then 1 else -1 end)::text as before,
     a.balance
   from ledger_entries e join ledger_accounts a on a.id = e.account_id
   where e.recorded_at = $1::timestamptz and e.operation_id = $2
   group by a.id order by a.kind, a.subject_id`,
);

export const ledgerEffects: EffectReader = {
  name: 'ledger',
  async read(tx, { operationId, now }) {
    const rows = await tx.rows<{ kind: AccountKind }>(selectPosted, [
      now.toISOString(),
      operationId,
    ]);
    const posted = rows.map((row) => ({ ...row, name: chart[row.kind].zh }));
    return () => Promise.resolve(posted);
  },
};
