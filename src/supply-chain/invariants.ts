/** What must always be true of the supply chain, each as a query for the rows that break it. */
import type { Invariant } from '../platform/module.ts';

const open = `select programme_id, sum(face) as face from supply_chain_financings
  where state = 'OPEN' group by programme_id`;

export const supplyChainInvariants: readonly Invariant[] = [
  {
    name: 'a chain limit is used by its open financings',
    sql: `select p.id, n.outstanding, f.face from supply_chain_programmes p
          join limits_nodes n on n.id = p.node_id left join (${open}) f on f.programme_id = p.id
          where n.outstanding <> coalesce(f.face, 0)`,
  },
  {
    name: 'the ledger owes a programme its open financings',
    sql: `select p.id, a.balance, f.face from supply_chain_programmes p
          left join ledger_accounts a on a.kind = 'certificate-financed' and a.subject_id = p.id
          left join (${open}) f on f.programme_id = p.id
          where coalesce(a.balance, 0) <> coalesce(f.face, 0)`,
  },
  {
    name: 'a certificate is financed when a financing of it is open',
    sql: `select c.id, c.state, f.id as financing from supply_chain_certificates c
          full join (select * from supply_chain_financings where state = 'OPEN') f
            on f.certificate_id = c.id
          where (c.state = 'FINANCED') is distinct from (f.id is not null)`,
  },
  {
    name: 'a receivable is claimed by what is or may be financed',
    sql: `select r.zone_id, r.fingerprint, r.claimed_by, c.id from supply_chain_receivables r
          full join (select * from supply_chain_certificates
            where state in ('FINANCING', 'FINANCED')) c
            on c.zone_id = r.zone_id and c.fingerprint = r.fingerprint
          where r.claimed_by is distinct from c.id`,
  },
  {
    name: 'the live pieces of a certificate add up to its face',
    sql: `select root.id, root.face, live.face as live from supply_chain_certificates root
          join (select root_id, sum(face) as face from supply_chain_certificates
            where state not in ('SPLIT', 'TRANSFERRED') group by root_id) live
            on live.root_id = root.id
          where root.face <> live.face`,
  },
  {
    name: 'a piece carries the hash and the promise of its parent',
    sql: `select c.id from supply_chain_certificates c
          left join supply_chain_certificates p on p.id = c.parent_id
          where c.parent_hash <> coalesce(p.hash, c.fingerprint)
            or (p.id is not null and (c.issuer_id, c.issued_on, c.due_on, c.root_id, c.fingerprint)
              is distinct from (p.issuer_id, p.issued_on, p.due_on, p.root_id, p.fingerprint))`,
  },
];
