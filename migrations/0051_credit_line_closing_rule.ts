/**
 * Why: for how many days after its end a line may still be extended was a number in the program. It
 * is a practice of ours that a zone may have otherwise, so it is a rule pack as others are. A zone
 * without a pack of its own keeps to what the program did before.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table rulebook_packs no force row level security');
  await knex('rulebook_packs').insert({
    id: 'pack_line-closing-1',
    scheme: 'line-closing',
    kind: 'line-closing',
    version: 1,
    status: 'TEMPLATE',
    document_no: '本系统设定',
    title: '到期授信结清宽限',
    valid_from: '2000-01-01',
    evidence: '[D]',
    parameters: JSON.stringify({ graceDays: 30 }),
    clauses: JSON.stringify({
      graceDays: {
        text: '授信到期 30 日内可展期，之后余额、预占均为零的由日终结清；天数待银行确认',
        evidence: '[D]',
      },
    }),
  });
  await knex.raw('alter table rulebook_packs force row level security');
}

export function down(): never {
  throw new Error('Migrations go forward only: write a new one that repairs this.');
}
