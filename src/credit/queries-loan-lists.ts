/**
 * Lists beside loans: products in force, restructuring quotas with their room, and what was repaid
 * on a drawdown.
 */
import { z } from 'zod';
import { Failure, Rate } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayInput,
  DayText,
  IdInput,
  IdText,
  MoneyText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import { creditRefusals as no } from './refusals.ts';
import type { QuotaUse } from './rules/restructuring-quota.ts';
import { quotaRoom } from './rules/restructuring-quota.ts';
import { quotaUses } from './store-reschedules.ts';

const ProductRow = z.object({
  code: z.string(),
  version: z.int(),
  zh: z.string(),
  en: z.string(),
  methods: z.array(z.string()),
  dayCounts: z.array(z.string()),
  roundings: z.array(z.string()),
  tenorMonthsLeast: z.int(),
  tenorMonthsMost: z.int(),
  line: z.string(),
  validFrom: DayText,
  validTo: DayText.nullable(),
  evidence: z.string(),
  source: z.string(),
});

export const listLoanProducts = query({
  name: 'credit.list-loan-products',
  title: { zh: '贷款产品', en: 'Loan products' },
  permission: 'credit:read',
  input: z.strictObject({ on: DayInput.optional() }),
  output: z.object({ items: z.array(ProductRow) }),
  run: async ({ tx, today }, { on = today }) => ({
    items: await tx.built<z.output<typeof ProductRow>>(
      sql('credit_loan_products')
        .distinctOn('code')
        .where('valid_from', '<=', on)
        .where((valid) => void valid.whereNull('valid_to').orWhere('valid_to', '>=', on))
        .orderBy(['code', { column: 'version', order: 'desc' }])
        .select('code', 'version', 'zh', 'en', 'methods', 'roundings', 'line', 'evidence', {
          dayCounts: 'day_counts',
          tenorMonthsLeast: 'tenor_months_least',
          tenorMonthsMost: 'tenor_months_most',
          validFrom: 'valid_from',
          validTo: 'valid_to',
        })
        .select('source'),
    ),
  }),
});

const RepaymentRow = z.object({
  id: IdText,
  principal: MoneyText,
  interest: MoneyText,
  valueOn: DayText,
  /** The repayment, or the payment of a loan, that it takes back: its amounts are negative. */
  reverses: IdText.nullable(),
});

export const listRepayments = query({
  name: 'credit.list-repayments',
  title: { zh: '还款记录', en: 'Repayments of a drawdown' },
  permission: 'credit:read',
  input: z.strictObject({ drawdownId: IdInput('draw'), ...pageShape }),
  output: listOf(RepaymentRow),
  async run({ tx }, { drawdownId, ...place }) {
    const [found] = await tx.built(sql('credit_drawdowns').where('id', drawdownId).select('id'));
    if (!found) throw new Failure(no['drawdown-missing'], { drawdownId });
    // An id tells the order in which they were made.
    const rows = sql('credit_repayments')
      .where('drawdown_id', drawdownId)
      .select('id', 'principal', 'interest', 'reverses', { valueOn: 'value_on' });
    return pageOf<z.output<typeof RepaymentRow>>(tx, rows, place);
  },
});

const QuotaRow = z.object({
  zoneId: IdText,
  bankId: IdText,
  share: z.string(),
  valueOn: DayText,
  outstanding: MoneyText,
  limit: MoneyText,
  used: MoneyText,
  inProcess: MoneyText,
  available: MoneyText,
});

export const listRestructuringQuotas = query({
  name: 'credit.list-restructuring-quotas',
  title: { zh: '重组限额', en: 'Restructuring quotas' },
  permission: 'credit:read',
  input: z.strictObject({}),
  output: z.object({ items: z.array(QuotaRow) }),
  async run({ tx, today }) {
    type Row = Pick<z.output<typeof QuotaRow>, 'zoneId' | 'bankId' | 'share' | 'valueOn'>;
    const rows = await tx.built<Row>(
      sql('credit_restructuring_quotas')
        .distinctOn('zone_id', 'owner_id')
        .where('value_on', '<=', today)
        .orderBy(['zone_id', 'owner_id', { column: 'no', order: 'desc' }])
        .select('share', { zoneId: 'zone_id', bankId: 'owner_id', valueOn: 'value_on' }),
    );
    const uses = await quotaUses(
      tx,
      rows.map(({ zoneId, bankId: ownerId }) => ({ zoneId, ownerId })),
    );
    const items = rows.map((row, i) => {
      const room = quotaRoom(Rate.of(row.share), uses[i] as QuotaUse);
      return {
        ...row,
        outstanding: room.outstanding.toString(),
        limit: room.limit.toString(),
        used: room.used.toString(),
        inProcess: room.inProcess.toString(),
        available: room.available.toString(),
      };
    });
    return { items };
  },
});
