/**
 * The daily look at every listed firm (事件触发复核): no tag holds any more, an instalment of this
 * bank is overdue by a day or more, or a loan of any bank is non-performing, which is told without
 * saying whose it is. Each cause raises one review, however often the job runs; one call
 * does one portion and says whether there is more.
 */
import { z } from 'zod';
import type { Day } from '../../kernel/index.ts';
import { addDays } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { platformChain } from '../../platform/operation-log.ts';
import { DayInput } from '../../platform/schemas.ts';
import { statement } from '../../platform/transaction.ts';
import { isNonPerforming, riskClasses } from '../rules/risk-class.ts';
import { earliestUnpaid } from '../store-maturities.ts';
import { addReviews } from '../store-whitelist.ts';
import { openDesk } from '../whitelist-moves.ts';

/** Reviews in one transaction at most. */
const portion = 500;

// A cause that was reviewed after it began is settled, until a later one begins.
const selectDue = statement(
  'credit.select-reviews-to-raise',
  `with listed as (
     select id, zone_id, owner_id, enterprise_id from credit_whitelist_entries
     where state in ('ACTIVE', 'SUSPENDED')
   ), causes as (
     select w.id, 'TAG_EXPIRY' as trigger, max(least(t.expires_on, t.revoked_on)) as began_on
     from listed w join credit_enterprise_tags t on t.enterprise_id = w.enterprise_id
     group by w.id
     having bool_and(t.expires_on < $1::date or coalesce(t.revoked_on <= $1::date, false))
     union all
     select w.id, 'OVERDUE_DEBT', min(coalesce(i.due_on, d.due_on))
     from listed w join credit_lines l
         on l.enterprise_id = w.enterprise_id and l.owner_id = w.owner_id
       join credit_drawdowns d on d.line_id = l.id
       ${earliestUnpaid}
     where d.outstanding > 0 and coalesce(i.due_on, d.due_on) < $1::date group by w.id
     union all
     select w.id, 'CONTAGION', max(c.classified_on)
     from listed w join credit_lines l on l.enterprise_id = w.enterprise_id
       join credit_drawdowns d on d.line_id = l.id and d.outstanding > 0
       cross join lateral (select k.classified_on, k.risk_class from credit_loan_classes k
         where k.drawdown_id = d.id and k.classified_on <= $1::date
         order by k.classified_on desc limit 1) c
     where c.risk_class = any ($2::text[]) group by w.id
   )
   select w.id, w.zone_id as "zoneId", w.owner_id as "ownerId", c.trigger, c.began_on as "beganOn"
   from causes c join listed w on w.id = c.id
   where not exists (select from credit_whitelist_reviews r where r.entry_id = c.id
     and r.trigger = c.trigger and (r.done_on is null or r.raised_on >= c.began_on))
   order by w.id, c.trigger limit ${portion}`,
);

interface Due {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly trigger: 'TAG_EXPIRY' | 'OVERDUE_DEBT' | 'CONTAGION';
  readonly beganOn: Day;
}

const words = {
  TAG_EXPIRY: '已无有效资质标签',
  OVERDUE_DEBT: '本行贷款逾期',
  CONTAGION: '企业贷款列入不良',
} as const;

const nonPerforming = riskClasses.filter(isNonPerforming);

export const raiseReviews = operation({
  name: 'credit.raise-reviews',
  title: { zh: '发起到期复核', en: 'Raise the reviews that events ask for' },
  permission: 'jobs:run',
  input: z.strictObject({
    asOf: DayInput,
    after: z.string().max(80).default('').meta({ description: '上一批返回的 next' }),
  }),
  output: z.object({ done: z.number().int(), next: z.string().nullable() }),
  async run(context, item) {
    const { tx } = context;
    const { asOf } = item.input;
    const due = await tx.rows<Due>(selectDue, [asOf, nonPerforming]);
    const deskOf = await openDesk(tx, asOf);
    const reviews = due.map((entry) => {
      const days = deskOf(entry.zoneId).pack?.parameters.eventReviewDays ?? 0;
      const note = `${words[entry.trigger]}（${entry.beganOn}）`;
      return { item, entry, trigger: entry.trigger, note, dueOn: addDays(asOf, days) };
    });
    const raised = await addReviews(tx, reviews, asOf);
    for (const [i, reviewId] of raised.entries()) {
      const one = reviews[i];
      if (reviewId === undefined || !one) continue;
      const { zoneId, ownerId, id: entryId } = one.entry;
      const payload = { entryId, trigger: one.trigger, dueOn: one.dueOn };
      const name = 'credit.review-raised';
      context.emit(item, { name, zoneId, ownerId, subjectId: reviewId, payload });
    }
    // One entry for rows of many zones.
    context.concern(item, platformChain);
    // What was raised is not found again, so the next portion needs no place to begin at.
    return { done: due.length, next: due.length === portion ? 'more' : null };
  },
});
