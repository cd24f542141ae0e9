/** The application is taken back before it became a line; its demand stays with the bank. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import { ApplicationChanged, applicationToChange, moveApplication } from '../application-change.ts';

export const withdrawApplication = operation({
  name: 'credit.withdraw-application',
  title: { zh: '撤回授信申请', en: 'Withdraw an application' },
  permission: 'application:work',
  versioned: true,
  input: z.strictObject({ applicationId: IdInput('appl'), reason: ReasonInput }),
  output: ApplicationChanged,
  async run(context, item) {
    const application = await applicationToChange(context, item);
    const { reason } = item.input;
    return moveApplication(context, item, application, 'WITHDRAWN', { reason });
  },
});
