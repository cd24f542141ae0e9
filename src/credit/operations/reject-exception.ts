/** Ends an exception that was not approved (例外审批·否决), by its maker or by a checker. */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import { ExceptionChanged, exceptionToChange, moveException } from '../exception-change.ts';

export const rejectException = operation({
  name: 'credit.reject-exception',
  title: { zh: '否决例外', en: 'Reject an exception' },
  permission: 'exception:reject',
  versioned: true,
  input: z.strictObject({ exceptionId: IdInput('exc'), reason: ReasonInput }),
  output: ExceptionChanged,
  async run(context, item) {
    const exception = await exceptionToChange(context, item);
    const { reason } = item.input;
    return moveException(context, item, exception, 'REJECTED', { reason });
  },
});
