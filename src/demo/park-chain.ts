/**
 * The supply chain of 示范园区: one core enterprise, two tiers of suppliers, distributors, and
 * e-certificates in every state: issued, accepted, passed on, financed, overdue, settled. Amounts
 * in 万元.
 */
import { Day, addMonths } from '../kernel/index.ts';
import {
  acceptCertificate,
  financeCertificate,
  issueCertificate,
  openProgramme,
  relateSupplier,
  settleFinancing,
  transferCertificate,
} from '../supply-chain/index.ts';
import { wan } from './amounts.ts';
import type { DemoBook } from './book.ts';
import type { Bank } from './park-loans.ts';
import type { Park } from './park.ts';

const term = { startsOn: '2025-06-15', expiresOn: '2028-06-14' };

const programmes = [
  { bank: 'bank1', name: '示范企业001供应链（甲行，生成）', limit: 12_000 },
  { bank: 'bank2', name: '示范企业001供应链（乙行，生成）', limit: 5_000 },
] as const;

/** First and last number of the members of a tier; distributors stand below zero. */
const members: readonly { readonly bank: Bank; readonly tier: number; readonly numbers: Span }[] = [
  { bank: 'bank1', tier: 1, numbers: [2, 9] },
  { bank: 'bank1', tier: 2, numbers: [10, 13] },
  { bank: 'bank1', tier: -1, numbers: [14, 17] },
  { bank: 'bank1', tier: -2, numbers: [18, 19] },
  { bank: 'bank2', tier: 1, numbers: [3, 5] },
];
type Span = readonly [number, number];

interface CertificateRow {
  readonly bank: Bank;
  readonly holder: number;
  readonly face: number;
  readonly issuedOn: string;
  readonly months: number;
  readonly acceptedOn?: string;
  readonly passedOn?: { readonly to: number; readonly valueOn: string };
  readonly financedOn?: string;
  readonly rateAnnual?: string;
  readonly settledOn?: string;
}

const certificates: readonly CertificateRow[] = [
  {
    bank: 'bank1',
    holder: 2,
    face: 1200,
    issuedOn: '2025-11-03',
    months: 6,
    acceptedOn: '2025-11-05',
    financedOn: '2025-11-10',
    settledOn: '2026-05-06',
  },
  {
    // Due on 2026-10-15 and still open: overdue.
    bank: 'bank1',
    holder: 3,
    face: 800,
    issuedOn: '2026-04-15',
    months: 6,
    acceptedOn: '2026-04-17',
    financedOn: '2026-04-22',
  },
  {
    bank: 'bank1',
    holder: 4,
    face: 1500,
    issuedOn: '2026-06-08',
    months: 6,
    acceptedOn: '2026-06-10',
    financedOn: '2026-06-15',
  },
  {
    bank: 'bank1',
    holder: 5,
    face: 600,
    issuedOn: '2026-08-03',
    months: 6,
    acceptedOn: '2026-08-05',
    passedOn: { to: 10, valueOn: '2026-08-20' },
    financedOn: '2026-09-01',
  },
  {
    bank: 'bank1',
    holder: 6,
    face: 900,
    issuedOn: '2026-07-20',
    months: 9,
    acceptedOn: '2026-07-22',
    financedOn: '2026-08-05',
  },
  {
    bank: 'bank1',
    holder: 7,
    face: 1000,
    issuedOn: '2026-09-14',
    months: 6,
    acceptedOn: '2026-09-16',
  },
  {
    bank: 'bank1',
    holder: 8,
    face: 700,
    issuedOn: '2026-09-28',
    months: 6,
    acceptedOn: '2026-09-30',
    passedOn: { to: 11, valueOn: '2026-10-14' },
  },
  { bank: 'bank1', holder: 9, face: 500, issuedOn: '2026-10-19', months: 6 },
  {
    bank: 'bank1',
    holder: 2,
    face: 1100,
    issuedOn: '2026-10-26',
    months: 6,
    acceptedOn: '2026-10-28',
  },
  {
    bank: 'bank2',
    holder: 3,
    face: 400,
    issuedOn: '2026-08-17',
    months: 6,
    acceptedOn: '2026-08-18',
    financedOn: '2026-08-24',
    rateAnnual: '0.0355',
  },
  { bank: 'bank2', holder: 4, face: 300, issuedOn: '2026-11-02', months: 6 },
];

const usualRate = '0.0360';
const reviewOpinion = '贸易背景真实，账期与结算周期相符（生成）';

const serial = (i: number): string => String(i + 1).padStart(4, '0');

export async function loadChain(
  book: DemoBook,
  park: Park,
  parentNodeId: string | undefined,
): Promise<void> {
  const programmeOf = await openProgrammes(book, park, parentNodeId);
  const enterprise = (number: number) => park.enterpriseIds[number - 1];
  const issued = await book.doMany(
    issueCertificate,
    'park:certificate',
    certificates.map(({ bank, holder, face, issuedOn, months }, i) => ({
      programmeId: programmeOf.get(bank),
      holderId: enterprise(holder),
      face: wan(face),
      issuedOn,
      dueOn: addMonths(Day.of(issuedOn), months),
      contractNo: `SF-HT-${serial(i)}`,
      invoiceNo: `SF-FP-${serial(i)}`,
    })),
  );
  for (const [i, row] of certificates.entries()) {
    const piece = issued[i];
    if (piece === undefined || row.acceptedOn === undefined) continue;
    await follow(book, row, piece, `park:certificate-${i + 1}`, enterprise);
  }
}

/** The later life of an accepted certificate, as far as its row goes. */
async function follow(
  book: DemoBook,
  row: CertificateRow,
  piece: { readonly certificateId: string; readonly tenor: string; readonly version: number },
  key: string,
  enterprise: (number: number) => string | undefined,
): Promise<void> {
  const { face, acceptedOn, passedOn, financedOn, settledOn, rateAnnual = usualRate } = row;
  let { certificateId } = piece;
  const accepted = { certificateId, valueOn: acceptedOn };
  await book.do(acceptCertificate, `${key}:acceptance`, accepted, piece.version);
  if (passedOn) {
    const successor = await book.do(transferCertificate, `${key}:transfer`, {
      certificateId,
      newHolderId: enterprise(passedOn.to),
      valueOn: passedOn.valueOn,
    });
    ({ certificateId } = successor);
  }
  if (financedOn === undefined) return;
  const { financingId, version } = await book.do(financeCertificate, `${key}:financing`, {
    certificateId,
    amount: wan(face),
    rateAnnual,
    valueOn: financedOn,
    ...(piece.tenor === 'ENHANCED_REVIEW' ? { reviewOpinion } : {}),
  });
  if (settledOn === undefined) return;
  const settled = { financingId, valueOn: settledOn };
  await book.do(settleFinancing, `${key}:settlement`, settled, version);
}

async function openProgrammes(
  book: DemoBook,
  park: Park,
  parentNodeId: string | undefined,
): Promise<Map<Bank, string>> {
  const opened = await book.doMany(
    openProgramme,
    'park:programme',
    programmes.map(({ bank, name, limit }) => ({
      zoneId: park.zoneId,
      bankId: park.organisations.ids[bank],
      coreEnterpriseId: park.enterpriseIds[0],
      name,
      limit: wan(limit),
      generated: true,
      ...(bank === 'bank1' ? { parentNodeId } : {}),
      ...term,
    })),
  );
  const programmeOf = new Map(
    programmes.map(({ bank }, i): [Bank, string] => [bank, opened[i]?.programmeId ?? '']),
  );
  await book.doMany(
    relateSupplier,
    'park:supplier',
    members.flatMap(({ bank, tier, numbers: [first, last] }) =>
      Array.from({ length: last - first + 1 }, (_, i) => ({
        programmeId: programmeOf.get(bank),
        enterpriseId: park.enterpriseIds[first + i - 1],
        tier,
        since: term.startsOn,
      })),
    ),
  );
  return programmeOf;
}
