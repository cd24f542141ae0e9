/** Lets a frozen node take reservations and draws again. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { Changed, changeShape, changeState } from '../administration.ts';
import { refuseUnfreeze } from '../rules/terms.ts';

export const unfreeze = operation({
  name: 'limits.unfreeze',
  title: { zh: '解冻额度', en: 'Unfreeze a limit' },
  permission: 'limits:manage',
  versioned: true,
  input: z.strictObject(changeShape),
  output: Changed,
  run: (context, item) =>
    changeState(context, item, refuseUnfreeze, { state: 'ACTIVE', event: 'limits.limit-unfrozen' }),
});
