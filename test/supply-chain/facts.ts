// A programme, its member and a certificate as plain values, for tests that need no database.
import { Day, Money } from '../../src/kernel/index.ts';
import type { Certificate, Financing, Programme, Relation } from '../../src/supply-chain/model.ts';

export const programme: Programme = {
  id: 'prog_1',
  zoneId: 'zone_1',
  ownerId: 'org_bank',
  coreEnterpriseId: 'ent_core',
  nodeId: 'lim_1',
  name: '链主项目',
  maxTiers: 3,
  startsOn: Day.of('2026-01-01'),
  expiresOn: Day.of('2027-12-31'),
  state: 'ACTIVE',
  generated: true,
};

export const relation: Relation = {
  id: 'rel_1',
  programmeId: 'prog_1',
  enterpriseId: 'ent_second',
  tier: 1,
  since: Day.of('2026-01-01'),
};

export const certificate: Certificate = {
  id: 'cert_1',
  zoneId: 'zone_1',
  ownerId: 'org_bank',
  programmeId: 'prog_1',
  issuerId: 'ent_core',
  holderId: 'ent_first',
  face: Money.of('450000.00'),
  issuedOn: Day.of('2026-03-01'),
  dueOn: Day.of('2026-08-01'),
  tier: 1,
  tenor: 'NORMAL',
  contractNo: 'HT-1',
  invoiceNo: '12345678901234567890',
  fingerprint: 'f'.repeat(64),
  rootId: 'cert_1',
  parentId: undefined,
  parentHash: 'f'.repeat(64),
  hash: 'a'.repeat(64),
  state: 'ACCEPTED',
  heldSince: Day.of('2026-03-05'),
  reservationId: undefined,
  version: 2,
};

export const financing: Financing = {
  id: 'fin_1',
  zoneId: 'zone_1',
  ownerId: 'org_bank',
  programmeId: 'prog_1',
  certificateId: 'cert_1',
  fingerprint: certificate.fingerprint,
  tier: 1,
  face: Money.of('450000.00'),
  rateAnnual: '0.032',
  days: 120,
  interest: Money.of('4800.00'),
  net: Money.of('445200.00'),
  valueOn: Day.of('2026-04-03'),
  dueOn: Day.of('2026-08-01'),
  reviewOpinion: undefined,
  state: 'OPEN',
  settledOn: undefined,
  operationId: 'op_1',
  version: 1,
};
