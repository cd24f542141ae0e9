// What the demo does not show yet but every address needs a row of: made by the demo's own people
// over HTTP, as they would.
import type { RealApp } from '../support/real-app.ts';

interface Place {
  readonly zoneId: string;
  readonly bankId: string;
  readonly segmentId: string;
  readonly enterpriseId: string;
  readonly entryId: string;
}

async function placeOf(app: RealApp): Promise<Place> {
  const [place] = await app.rows<Place>(
    `select s.zone_id as "zoneId", s.owner_id as "bankId", s.id as "segmentId",
       w.enterprise_id as "enterpriseId", w.id as "entryId"
     from credit_segments s
     join identity_users u on u.organisation_id = s.owner_id and u.username = 'rm.bank1'
     join credit_whitelist_entries w on w.owner_id = s.owner_id and w.zone_id = s.zone_id
     order by w.id, s.id limit 1`,
  );
  if (!place) throw new Error('The demo has no segment with a whitelisted firm.');
  return place;
}

/** A demand, an application, a tag, a review and a financing list. */
export async function furnish(app: RealApp): Promise<void> {
  const { zoneId, bankId, segmentId, enterpriseId, entryId } = await placeOf(app);
  const firm = { enterpriseId, amount: '1000000.00', termMonths: 12, purpose: '采购原材料' };
  const made: readonly [person: string, path: string, body: object][] = [
    ['zone.finance', '/financing-demands', firm],
    ['rm.bank1', '/credit-applications', { ...firm, segmentId, product: '流动资金贷款' }],
    [
      'zone.finance',
      '/enterprise-tags',
      {
        enterpriseId,
        tag: 'high-tech',
        certificateNo: '生成-0001',
        grantedOn: '2026-01-05',
        evidence: '生成的样例证书',
      },
    ],
    [
      'rm.bank1',
      `/whitelist-entries/${entryId}/reviews`,
      { trigger: 'LIST_HIT', note: '生成的样例' },
    ],
    [
      'zone.finance',
      '/financing-lists',
      {
        zoneId,
        name: '样例名单',
        sourceDocument: '生成的样例文件',
        documentOn: '2026-11-01',
        recipientIds: [bankId],
        enterpriseIds: [enterpriseId],
      },
    ],
  ];
  for (const [i, [person, path, body]] of made.entries()) {
    const token = await app.tokenOf(person);
    const headers = { 'idempotency-key': `furnish-${i}` };
    const answer = await app.ask({ method: 'POST', path, token, headers, body });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
  }
}
