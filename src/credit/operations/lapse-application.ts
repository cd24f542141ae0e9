/** Closes an application whose approval ran out. Its last day belongs to the approval. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput } from '../../platform/schemas.ts';
import {
  ApplicationChanged,
  applicationStep,
  applicationToChange,
  moveApplication,
} from '../application-change.ts';
import { demandRefusals as no } from '../demand-refusals.ts';

export const lapseApplication = operation({
  name: 'credit.lapse-application',
  title: { zh: '批复失效', en: 'Lapse an approval' },
  permission: 'application:work',
  versioned: true,
  input: z.strictObject({ applicationId: IdInput('appl') }),
  output: ApplicationChanged,
  async run(context, item) {
    const application = await applicationToChange(context, item);
    applicationStep(application, 'LAPSED');
    const validUntil = application.approval?.validUntil;
    if (validUntil !== undefined && context.today <= validUntil) {
      const { id: applicationId } = application;
      throw new Failure(no['approval-still-valid'], { applicationId, validUntil });
    }
    return moveApplication(context, item, application, 'LAPSED');
  },
});
