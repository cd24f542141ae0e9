/** Stops new reservations and draws on a node and all below it; repayment and release go on. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { Changed, changeShape, changeState } from '../administration.ts';
import { refuseFreeze } from '../rules/terms.ts';

export const freeze = operation({
  name: 'limits.freeze',
  title: { zh: '冻结额度', en: 'Freeze a limit' },
  permission: 'limits:manage',
  versioned: true,
  input: z.strictObject(changeShape),
  output: Changed,
  run: (context, item) =>
    changeState(context, item, refuseFreeze, { state: 'FROZEN', event: 'limits.limit-frozen' }),
});
