/**
 * When a limit is watched (额度预警) as data: from which share of use on it is warned, where a loan
 * stands against its collateral, and by how much a level must be better before it closes again.
 */
import { z } from 'zod';
import { sentence } from '../kernel/index.ts';
import { ShareInput } from '../platform/schemas.ts';

/** Loan to collateral value: initial, margin-call and liquidation level (初始线、补仓线、处置线). */
export const MarginInput = z
  .strictObject({
    initial: ShareInput,
    marginCall: ShareInput,
    liquidation: ShareInput,
    buffer: ShareInput,
  })
  .refine(
    ({ initial, marginCall, liquidation, buffer }) =>
      !initial.isZero() &&
      marginCall.compare(liquidation) < 0 &&
      initial.exact.plus(buffer.exact).compare(marginCall.exact) <= 0,
    {
      message: sentence(
        '初始线加缓冲不高于补仓线，补仓线低于处置线',
        'initial + buffer ≤ margin call < liquidation',
      ),
    },
  );

export const WatchRuleInput = z
  .strictObject({
    /** Of what may be used. */
    warnRate: ShareInput,
    buffer: ShareInput,
    margin: MarginInput,
  })
  .refine(({ warnRate, buffer }) => buffer.compare(warnRate) < 0, {
    message: sentence('缓冲须小于预警线', 'the buffer is below the warning itself'),
    path: ['buffer'],
  });

export type MarginRule = z.output<typeof MarginInput>;
export type WatchRule = z.output<typeof WatchRuleInput>;
