/** The bank declines an application with its reason; a demand behind it is declined with it. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import { ApplicationChanged, applicationToChange, moveApplication } from '../application-change.ts';
import { closeDemandOf } from '../demand-change.ts';

export const declineApplication = operation({
  name: 'credit.decline-application',
  title: { zh: '否决授信申请', en: 'Decline an application' },
  permission: 'application:work',
  versioned: true,
  input: z.strictObject({ applicationId: IdInput('appl'), reason: ReasonInput }),
  output: ApplicationChanged,
  async run(context, item) {
    const application = await applicationToChange(context, item);
    const { reason } = item.input;
    const moved = await moveApplication(context, item, application, 'DECLINED', { reason });
    await closeDemandOf(context, item, application.demandId, { to: 'DECLINED', reason });
    return moved;
  },
});
