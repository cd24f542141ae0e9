// An agreement, a segment and lines on the stage that all tests share.
import { openAgreement, openLine, openSegment } from '../../src/credit/index.ts';
import type { Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';

export interface Park {
  readonly agreementId: string;
  readonly masterId: string;
  readonly segmentId: string;
}

/**
 * An agreement of the first bank since 300 days, HARD at `amount`, with one segment as large;
 * `more` overrides.
 */
export async function parkIn(stage: Stage, amount: string, more: object = {}): Promise<Park> {
  const { agreementId, nodeId } = await stage.done(
    openAgreement,
    {
      zoneId: stage.zoneId,
      bankId: stage.bankId,
      name: '示例整园授信',
      intentAmount: amount,
      enforcement: 'HARD',
      startsOn: ago(300),
      endsOn: ago(-1500),
      ...more,
    },
    stage.bank,
  );
  const { segmentId } = await stage.done(
    openSegment,
    { agreementId, name: '产业集群', scope: 'cluster', amount, enforcement: 'HARD' },
    stage.bank,
  );
  return { agreementId, masterId: nodeId, segmentId } as Park;
}

/** What a line needs for a firm that is on no whitelist. */
export const outsideWhitelist = { whitelistRequired: false, reason: '名单外授信，测试' } as const;

/** A revolving line of the first firm; `more` overrides. */
export async function lineIn(
  stage: Stage,
  { segmentId }: Park,
  amount: string,
  more: object = {},
): Promise<{ readonly lineId: string; readonly nodeId: string }> {
  const answer = await stage.done(
    openLine,
    {
      segmentId,
      enterpriseId: stage.firmId,
      product: '流动资金贷款',
      amount,
      rateAnnual: '0.0345',
      startsOn: ago(200),
      expiresOn: ago(-400),
      ...outsideWhitelist,
      ...more,
    },
    stage.bank,
  );
  return answer as { lineId: string; nodeId: string };
}

/** What `drawDown` takes. */
export const drawing = (lineId: string, amount: string, more: object = {}) => ({
  lineId,
  amount,
  valueOn: today,
  dueOn: ago(-300),
  purpose: '采购原材料',
  ...more,
});
