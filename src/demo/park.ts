/**
 * 示范园区: all four books with both halves of every ratio, near enough to fuse and multiple that the
 * distance to them is worth reading. Nothing in it is real.
 */
import type { DemoBook } from './book.ts';
import { registerGenerated } from './enterprises.ts';
import { loadChain } from './park-chain.ts';
import { lend, openCredit } from './park-credit.ts';
import { setTheDesks } from './park-desk.ts';
import { loadFunds } from './park-funds.ts';
import { agreeTerms } from './park-terms.ts';
import { claimOnPool, openParkPool } from './park-pool.ts';
import type { Organisations } from './zones.ts';
import { firstDay } from './zones.ts';

export interface Park {
  readonly zoneId: string;
  readonly organisations: Organisations;
  /** Of number 1 first: the core enterprise. */
  readonly enterpriseIds: readonly string[];
}

/** Number 1 is the core; 2 to 9 and 10 to 13 are its suppliers, 14 to 19 its distributors. */
function chainPosition(n: number): 'core' | 'upstream' | 'downstream' | undefined {
  if (n === 1) return 'core';
  if (n <= 13) return 'upstream';
  return n <= 19 ? 'downstream' : undefined;
}

export async function loadPark(
  book: DemoBook,
  organisations: Organisations,
  zoneId: string,
): Promise<void> {
  const enterpriseIds = await registerGenerated(book, {
    zoneId,
    key: 'park:enterprise',
    name: (number) => `示范企业${number}（生成）`,
    count: 40,
    firstSerial: 1,
    registeredOn: firstDay,
    chainPosition,
  });
  const park: Park = { zoneId, organisations, enterpriseIds };
  const poolId = await openParkPool(book, park);
  const { lineIds, segmentIds, programmeParentId } = await openCredit(book, park);
  const { enrolmentId, drawdownIds } = await lend(book, { lineIds, poolId });
  await claimOnPool(book, enrolmentId);
  await setTheDesks(book, park, { lineIds, segmentIds });
  await agreeTerms(book, { lineIds, drawdownIds });
  await loadFunds(book, park);
  await loadChain(book, park, programmeParentId);
}
