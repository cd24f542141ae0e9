/**
 * What ids of credit stand for: most of them the firm that they concern, a report the bank and day
 * of it.
 */
import type { Names } from '../platform/names.ts';
import { statement } from '../platform/transaction.ts';

const ofFirm = (table: string) =>
  statement(
    `credit.names-${table}`,
    `select s.id, e.name from ${table} s join parties_enterprises e on e.id = s.enterprise_id
     where s.id = any ($1::text[])`,
  );

const own = (table: string) =>
  statement(`credit.names-${table}`, `select id, name from ${table} where id = any ($1::text[])`);

export const creditNames: Names = {
  agr: own('credit_agreements'),
  appl: ofFirm('credit_applications'),
  dmd: ofFirm('credit_demands'),
  draw: ofFirm('credit_drawdowns'),
  exc: ofFirm('credit_exceptions'),
  feebill: ofFirm('credit_fee_bills'),
  line: ofFirm('credit_lines'),
  prio: own('credit_programmes'),
  rev: statement(
    'credit.names-credit_whitelist_reviews',
    `select r.id, e.name from credit_whitelist_reviews r
       join credit_whitelist_entries w on w.id = r.entry_id
       join parties_enterprises e on e.id = w.enterprise_id
     where r.id = any ($1::text[])`,
  ),
  risk: statement(
    'credit.names-credit_risk_reports',
    `select r.id, o.name || ' ' || r.as_of::text as name from credit_risk_reports r
       join parties_organisations o on o.id = r.owner_id
     where r.id = any ($1::text[])`,
  ),
  seg: own('credit_segments'),
  wl: ofFirm('credit_whitelist_entries'),
};
